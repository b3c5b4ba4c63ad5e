/* tests/model/rescue.pml - checks SEN-1 of src/runtime/sentinel.hpp, and WRK-1 and WRK-3 of
 * src/runtime/worker.hpp: rescue(), next(), search() and park() of worker.cpp, help_waiting() of
 * sentinel.cpp, wake_one() of thread_pool.cpp.
 *
 * One worker runs a strand whose handler activates another, for the LIFO slot, and returns or
 * never does; one more is in the queue. The other worker steals, parks and is woken. The sentinel
 * moves what waits behind the slice at the first look that finds it or, since the slice must be
 * half a millisecond old, at the second. Property: every strand is run once, and what waits when
 * a look begins, with a worker asleep, is on its way at the end of the next (00 D2: two
 * milliseconds). A look that would find nothing is taken IDLE_LOOKS times only, so that an end
 * can be seen.
 *
 * spin is sequentially consistent, as the operations on the idle bits and the injector are
 * declared to be. slice_start_ is relaxed: seen late, it costs a look. The queues are counters;
 * run_queue.pml and injector.pml have their inside. That the sentinel is awake is sentinel.pml.
 */
#define STRANDS 3
#define IDLE_LOOKS 1

#define EMPTY 0
#define IS_PARKED 1
#define NOTIFIED 2

byte injected, handled;
bool lifo;                     /* of the worker that may be stuck */
byte queue = 1;
bool slice;                    /* its slice_start_ is not 0 */
bool seen;                     /* ghost: a look found this slice before */
bool stuck;                    /* ghost: the handler never returns */
bool idle;                     /* of the other worker */
byte word;                     /* its Parker */
bool early;                    /* ghost: something waited when the look began */
byte waited;                   /* ghost: whole looks that left it waiting */

#define WAITS (slice && (lifo || queue > 0))

inline take_lifo(taken) {
#ifdef MUTANT_1 /* a look and a store instead of an exchange: WRK-1 */
  taken = lifo;
  if :: taken -> lifo = false :: else fi
#else
  d_step { taken = lifo; lifo = false }
#endif
}

inline take_queue(taken) {
  d_step { if :: queue > 0 -> queue--; taken = true :: else -> taken = false fi }
}

inline wake_one() {
  d_step { claimed = idle; idle = false };
  if :: claimed -> word = NOTIFIED; claimed = false :: else fi
}

proctype owner() {
  bool found, pushed;
  goto slice_begins;

next:
  true;
  take_lifo(found);
  if :: !found -> take_queue(found) :: else fi;
  if :: found -> goto slice_begins :: else fi;
  slice = false;
  goto end_parked;

slice_begins:
  true;
  d_step { found = false; slice = true; seen = false; early = false; waited = 0 };
  d_step { handled++; assert(handled <= STRANDS) };
  if
  :: !pushed ->
     pushed = true;
     lifo = true;              /* push() into an empty slot: a plain store */
     if
     :: true
     :: stuck = true;
end_stuck:
        false                  /* never returns */
     fi
  :: else
  fi;
  goto next;

end_parked:
  skip
}

proctype other() {
  bool found, was;

search:
  true;
  d_step { if :: injected > 0 -> injected--; found = true :: else fi };
  if :: !found -> take_queue(found) :: else fi;      /* steals */
  if
  :: found -> d_step { found = false; handled++; assert(handled <= STRANDS) }; goto search
  :: else
  fi;
  idle = true;
  found = (injected > 0);
  if
  :: found ->
     found = false;
     d_step { was = idle; idle = false };
     if :: !was -> word = EMPTY :: else -> was = false fi;
     goto search
  :: else
  fi;
  d_step { if :: word == EMPTY -> word = IS_PARKED :: else fi };
end:
  word != IS_PARKED;           /* asleep */
  word = EMPTY;
  idle = false;
  goto search
}

inline rescue() {
  if
  :: slice ->
     if                        /* began half a millisecond ago? */
     :: old = true
     :: !seen -> old = false
     fi;
#ifdef MUTANT_2 /* a slice counts as stuck only after two ticks */
     if :: waited <= 1 -> old = false :: else fi;
#endif
     seen = true;
     if
     :: old && idle ->
#ifndef MUTANT_3 /* takes the queue only */
        take_lifo(got);
        if :: got -> d_step { injected++; got = false; moved = true } :: else fi;
#endif
        do
        :: take_queue(got);
           if :: got -> d_step { injected++; got = false; moved = true } :: else -> break fi
        od;
#ifndef MUTANT_4 /* leaves the waking to the next look */
        if :: moved -> wake_one() :: else fi;
#endif
        moved = false
     :: else
     fi;
     old = false
  :: else
  fi
}

proctype sentinel() {
  bool old, got, moved, claimed;
  byte idle_looks = IDLE_LOOKS;
end:
  do
  :: injected > 0 || WAITS || idle_looks > 0 ->
     if
     :: !(injected > 0 || WAITS) -> idle_looks--
     :: else
     fi;
     d_step { early = idle && word == IS_PARKED && (injected > 0 || WAITS) };
     if :: injected > 0 -> wake_one() :: else fi;
     rescue();
     d_step {
       if
       :: early && idle && word == IS_PARKED && (injected > 0 || WAITS) ->
          waited++; assert(waited <= 1)
       :: else -> waited = 0
       fi
     }
  od
}

active proctype monitor() {
  timeout -> assert(handled == STRANDS && injected == 0)
}

init {
  atomic { run owner(); run other(); run sentinel() }
}
