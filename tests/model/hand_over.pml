/* tests/model/hand_over.pml - checks WRK-4 of src/runtime/worker.hpp: hand_over(), search() and
 * park() of src/runtime/worker.cpp, with wake_one() of thread_pool.cpp and the look of the
 * sentinel that they rely on (sentinel.cpp: main(), consolidate()).
 *
 * Two workers run and have a strand each. At some looks the sentinel asks a worker to hand over
 * and park; both may be asked, and do it at once. Property: every strand is run, nobody stays
 * counted as searching, and what is in the shared queue while all workers sleep does not see a
 * third look. A look that would find nothing is taken IDLE_LOOKS times only, so that an end can
 * be seen.
 *
 * What a worker has queued is one slot here, taken and moved by its owner: rescue.pml has the
 * sentinel as a thief, parker.pml has work from outside. spin is sequentially consistent, as the
 * operations on running_, searching_, the idle bits and the injector are declared to be; retire_
 * is relaxed, a wish that may come late.
 */
#define STRANDS 2
#define IDLE_LOOKS 2

#define EMPTY 0
#define IS_PARKED 1
#define NOTIFIED 2

byte injected, handled;
bool own[2];                   /* something in the LIFO slot or the queue */
bool retire[2];
bool idle[2];
byte word[2];                  /* Parker */
byte running = 2;
short searching;
bool asleep;
byte sentinel_word;

inline wake_one(claimed) {
  claimed = 2;
  d_step {
    if
    :: idle[0] -> idle[0] = false; claimed = 0
    :: !idle[0] && idle[1] -> idle[1] = false; claimed = 1
    :: else
    fi
  };
  if
  :: claimed < 2 -> searching++; d_step { word[claimed] = NOTIFIED; claimed = 0 }
  :: else -> claimed = 0
  fi
}

proctype worker(byte me) {
  byte claimed;
  bool counted, found, last, was, look_again;

next:
  if
  :: retire[me] -> goto hand_over
  :: else
  fi;
  d_step { found = own[me]; own[me] = false };
  if :: !found -> goto search :: else fi;

slice_begins:
  assert(!counted);
  d_step { found = false; handled++ };
  goto next;

hand_over:
  retire[me] = false;
  if :: running < 2 -> goto search :: else fi;
#ifndef MUTANT_1 /* what it has is forgotten */
#ifndef MUTANT_4
  d_step { found = own[me]; own[me] = false };
  if :: found -> d_step { injected++; found = false } :: else fi;
#endif
#endif
#ifndef MUTANT_2 /* parks as one who searches, without having been counted */
  d_step { counted = true; searching++ };
#endif
  look_again = false;
  goto park;

search:
  if :: !counted -> d_step { counted = true; searching++ } :: else fi;
  d_step { found = own[me]; own[me] = false };
  if
  :: !found -> d_step { if :: injected > 0 -> injected--; found = true :: else fi }
  :: else
  fi;
  if
  :: found ->
     d_step { counted = false; searching--; last = (searching == 0) };
     if
     :: last && injected > 0 ->
        last = false;
        if :: searching == 0 && (idle[0] || idle[1]) -> wake_one(claimed) :: else fi
     :: else -> last = false
     fi;
     goto slice_begins
  :: else
  fi;
  look_again = true;

park:
  idle[me] = true;
  d_step { counted = false; searching-- };
  if
  :: look_again && injected > 0 ->
     d_step { was = idle[me]; idle[me] = false };
     if :: !was -> d_step { word[me] = EMPTY; counted = true } :: else -> was = false fi;
     goto search
  :: else
  fi;
  running--;
#ifdef MUTANT_4 /* hands over after it has said that it no longer runs */
  if
  :: !look_again ->
     d_step { found = own[me]; own[me] = false };
     if :: found -> d_step { injected++; found = false } :: else fi
  :: else
  fi;
#endif
  d_step { if :: word[me] == EMPTY -> word[me] = IS_PARKED :: else fi };
end:
  word[me] != IS_PARKED;       /* asleep */
  word[me] = EMPTY;
  running++;
  if :: asleep -> sentinel_word = NOTIFIED :: else fi;
  d_step {
    was = idle[me]; idle[me] = false;
#ifndef MUTANT_3 /* whoever claimed it counted it, and it does not know */
    if :: !was -> counted = true :: else fi;
#endif
    was = false
  };
  goto search
}

proctype sentinel() {
  bool some_run, quiet;
  byte claimed, waited, idle_looks = IDLE_LOOKS;
  do
  :: injected > 0 || running == 0 || idle_looks > 0 ->
     some_run = (running > 0);
#ifdef MUTANT_5 /* the shared queue is looked at only while somebody runs */
     if :: some_run && injected > 0 -> wake_one(claimed) :: else fi;
#else
     if :: injected > 0 -> wake_one(claimed); some_run = true :: else fi;
#endif
     if
     :: some_run ->            /* quiet = 0; consolidate() */
        some_run = false;
        if
        :: idle_looks > 0 -> idle_looks--; retire[0] = true
        :: idle_looks > 0 -> idle_looks--; retire[1] = true
        :: idle_looks > 0 -> idle_looks--
        :: idle_looks == 0
        fi
     :: else -> quiet = true
     fi;
     d_step {
       if
       :: injected > 0 && word[0] == IS_PARKED && word[1] == IS_PARKED ->
          waited++; assert(waited <= 2)
       :: else -> waited = 0
       fi
     };
     if
     :: !quiet -> sentinel_word = EMPTY     /* parks for a tick, or is woken before */
     :: else ->
        asleep = true;
        if
        :: running == 0 ->
           if
           :: injected == 0 ->
              d_step {
                if
                :: sentinel_word == EMPTY -> sentinel_word = IS_PARKED
                :: else
                fi
              };
end:          sentinel_word != IS_PARKED;
              sentinel_word = EMPTY
           :: else
           fi
        :: else
        fi;
        asleep = false;
        quiet = false
     fi
  od
}

active proctype monitor() {
  timeout -> assert(handled == STRANDS && searching == 0 && running == 0)
}

init {
  atomic {
    own[0] = true; own[1] = true;
    run worker(0); run worker(1); run sentinel()
  }
}
