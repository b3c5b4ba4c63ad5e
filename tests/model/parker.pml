/* tests/model/parker.pml - checks PRK-1 of src/runtime/parker.hpp, IDL-1 and IDL-2 of
 * src/runtime/idle_set.hpp, with the count of searching workers as in src/runtime/worker.cpp
 * (search(), park()) and src/runtime/thread_pool.cpp (inject(), wake_one()).
 *
 * Two producers inject a strand each, two workers look, announce that they park, look again and
 * sleep. There is no sentinel here: these wake-ups must not need one. Property: when nothing
 * moves, the injector is empty and nobody is counted as searching.
 *
 * spin is sequentially consistent, as the operations of IDL-2 are declared to be; what acq_rel
 * in the parker publishes is argued in parker.cpp and stressed under TSan by
 * tests/unit/runtime/parker_test.cpp and thread_pool_test.cpp.
 */
#define PRODUCERS 2

#define EMPTY 0
#define IS_PARKED 1
#define NOTIFIED 2

byte word[2];
bool idle[2];
byte injected, handled;
short searching;

inline unpark(worker) {
#ifdef MUTANT_2 /* forgets a wake-up that comes before the sleep: PRK-1 */
  d_step { if :: word[worker] == IS_PARKED -> word[worker] = NOTIFIED :: else fi }
#else
  word[worker] = NOTIFIED      /* the sleeper's guard is the futex wake */
#endif
}

inline wake_one(claimed) {
  claimed = 2;
  d_step { if :: idle[0] -> idle[0] = false; claimed = 0 :: else fi };
  if
  :: claimed == 2 -> d_step { if :: idle[1] -> idle[1] = false; claimed = 1 :: else fi }
  :: else
  fi;
  if
  :: claimed < 2 -> searching++; unpark(claimed)
  :: else
  fi
}

proctype producer() {
  byte claimed;
  bool wake;
#ifdef MUTANT_3 /* looks for sleepers before it pushes: IDL-2 */
  wake = (searching == 0);
  wake = wake && (idle[0] || idle[1]);
  injected++;
#else
  injected++;
  wake = (searching == 0);
  wake = wake && (idle[0] || idle[1]);
#endif
  if :: wake -> wake_one(claimed) :: else fi
}

proctype worker(byte me) {
  bool counted, found, last, was, unparked;
  byte claimed;
  do
  :: if :: !counted -> counted = true; searching++ :: else fi;
     d_step { found = (injected > 0); if :: found -> injected-- :: else fi };
     if
     :: found ->
        counted = false;
        d_step { searching--; last = (searching == 0) };
        if
        :: last ->
           if
           :: injected > 0 ->
              if :: searching == 0 && (idle[0] || idle[1]) -> wake_one(claimed) :: else fi
           :: else
           fi
        :: else
        fi;
        handled++
     :: else ->
#ifdef MUTANT_1 /* looks before it says that it parks: IDL-2 */
        found = (injected > 0);
        idle[me] = true;
        counted = false;
        searching--;
#else
        idle[me] = true;
        counted = false;
        searching--;
        found = (injected > 0);
#endif
        if
        :: found ->
           d_step { was = idle[me]; idle[me] = false };
           if
           :: !was -> word[me] = EMPTY; counted = true   /* park(0) */
           :: else
           fi
        :: else ->
           d_step {
             if
             :: word[me] == EMPTY -> word[me] = IS_PARKED
             :: else
             fi
           };
end:       word[me] != IS_PARKED;      /* asleep */
           d_step { unparked = (word[me] == NOTIFIED); word[me] = EMPTY };
           d_step { was = idle[me]; idle[me] = false };
           if
           :: !was -> counted = true
           :: else
           fi
        fi
     fi
  od
}

active proctype monitor() {
  timeout -> assert(handled == PRODUCERS && injected == 0 && searching == 0)
}

init {
  atomic { run producer(); run producer(); run worker(0); run worker(1) }
}
