/* tests/model/sentinel.pml - checks SEN-3 of src/runtime/sentinel.hpp with the handshake of
 * timers: main(), on_worker_running() and on_timer() of the sentinel, park() of
 * src/runtime/worker.cpp, arm() of src/runtime/thread_pool.cpp.
 *
 * A worker, which sleeps, is woken; it runs a strand and parks again, or its handler never
 * returns. A client arms a timer. The sentinel looks, finds nothing and goes to
 * sleep without a limit, or until the timer. A parked worker may drive the timer; then the
 * sentinel is the second chance. Property: when nothing moves, the timer has fired, and the
 * sentinel does not sleep beside a worker that runs. A look that would find nothing is taken
 * IDLE_LOOKS times only, so that an end can be seen.
 *
 * spin is sequentially consistent, as the operations on running_, asleep_, until_,
 * driver_until_ and the earliest deadline are declared to be. Time is a choice: a limited sleep
 * may end at any step, and then its timer is due. What it does for strands is in rescue.pml and
 * hand_over.pml.
 */
#define IDLE_LOOKS 2

#define EMPTY 0
#define IS_PARKED 1
#define NOTIFIED 2

#define SOON 0                 /* the next tick; the one deadline is 1 */
#define NEVER 2                /* INT64_MAX */

byte running;
bool asleep;
byte sentinel_word;
byte worker_word;
byte until = SOON;             /* Sentinel::until_ */
byte driver_until = NEVER;
byte earliest = NEVER;         /* TimerService */
byte fired;
bool stuck;                    /* ghost: the handler never returns */
bool sleeping;                 /* ghost: the sentinel's limitless sleep */

inline fire_due() {
  d_step { if :: earliest == 1 -> earliest = NEVER; fired++ :: else fi }
}


proctype waker() {
  worker_word = NOTIFIED
}

proctype client() {
  bool early;
#ifdef MUTANT_4 /* looks until when they sleep before it says until when they may */
  early = (1 < driver_until);
  early = early && (1 < until);
  earliest = 1;
  if :: early -> sentinel_word = NOTIFIED :: else fi
#else
  earliest = 1;
  early = (1 < driver_until);
  if
  :: early -> if :: 1 < until -> sentinel_word = NOTIFIED :: else fi
  :: else
  fi
#endif
}

proctype worker() {
  bool driver, saw;
  byte mine;
end:
  do
  :: driver = false;
     mine = earliest;
     if
     :: mine < driver_until ->
        d_step { if :: driver_until == NEVER -> driver_until = 1; driver = true :: else fi }
     :: else
     fi;
     if :: running > 0 -> running-- :: else fi;    /* it sleeps from the start */
     d_step { if :: worker_word == EMPTY -> worker_word = IS_PARKED :: else fi };
end_asleep:
     if
     :: worker_word != IS_PARKED
     :: driver && earliest == 1
     fi;
     worker_word = EMPTY;
#ifdef MUTANT_2 /* looks whether the sentinel sleeps before it counts itself */
     saw = asleep;
     running++;
     if :: saw -> sentinel_word = NOTIFIED; saw = false :: else fi;
#else
     running++;
     if :: asleep -> sentinel_word = NOTIFIED :: else fi;
#endif
     if
     :: driver -> d_step { if :: driver_until == 1 -> driver_until = NEVER :: else fi }
     :: else
     fi;
     if
     :: true ->                /* goes on to park: due timers first */
        mine = earliest;
        if :: mine == 1 -> if :: fire_due() :: true fi :: else fi
     :: stuck = true;
end_stuck:
        false
     fi
  od
}

proctype sentinel() {
  bool some_run, driven, quiet;
  byte first, due, idle_looks = IDLE_LOOKS;
end_look:
  do
  :: running == 0 || earliest == 1 || idle_looks > 0 ->
     if :: running > 0 && earliest == NEVER -> idle_looks-- :: else fi;
     some_run = (running > 0);
     first = earliest;
     driven = (driver_until <= first);
     due = first;
     if
     :: due == 1 ->            /* due now, or later */
        if
        :: fire_due(); goto again
        :: idle_looks > 0 -> idle_looks--
        fi
     :: else
     fi;
     quiet = !some_run;
     if
     :: !quiet -> until = SOON; sentinel_word = EMPTY    /* parks for a tick */
     :: else ->
        until = due;
#ifdef MUTANT_1 /* looks who runs before it says that it sleeps */
        some_run = (running > 0);
        asleep = true;
#else
        asleep = true;
        some_run = (running > 0);
#endif
        if
        :: !some_run ->
#ifndef MUTANT_3 /* does not look whether a timer was armed meanwhile */
           if :: earliest < first -> goto awake :: else fi;
#endif
           d_step { if :: sentinel_word == EMPTY -> sentinel_word = IS_PARKED :: else fi };
           sleeping = true;
end:       if
           :: sentinel_word != IS_PARKED
           :: due == 1         /* a limited sleep */
           fi;
           d_step { sleeping = false; sentinel_word = EMPTY }
        :: else
        fi;
awake:
        asleep = false
     fi;
again:
     true;
     d_step { some_run = false; driven = false; quiet = false; first = 0; due = 0 }
  od
}

active proctype monitor() {
  timeout -> assert(fired == 1 && earliest == NEVER && !(sleeping && running > 0))
}

init {
  atomic { run waker(); run client(); run worker(); run sentinel() }
}
