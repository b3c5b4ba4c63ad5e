/* tests/model/activation.pml - checks ACT-1 and ACT-2 of include/hyperactor/runtime/activation.hpp
 * with the control lane and the bell of Strand::push_control(), ring() and run()
 * (include/hyperactor/runtime/strand.hpp, src/runtime/strand.cpp).
 *
 * Two messages suspend their strand; a waker ends each suspension through the control lane, and
 * another thread pushes control that wakes nothing. The inboxes are counters whose exchange is
 * one step; inbox.pml has their inside. front of the lane is written by a step of its own.
 * Property: the token has at most one holder, and when nothing moves every message was finished,
 * all control was seen and the token is free.
 *
 * spin is sequentially consistent: it cannot see that a plain load in claim() may be satisfied
 * before the push leaves the store buffer. MUTANT_1 puts that reordering into the program text;
 * the orders themselves are argued in the header and stressed under TSan by
 * tests/unit/runtime/strand_test.cpp.
 */
#define MESSAGES 2
#define NOISE 2

#define HELD 0
#define PARKED 1

byte word = HELD;
byte lane, lane_wakes;         /* control nodes; how many of them end a suspension */
bool lane_front;               /* control_.front() is not null */
byte inbox;                    /* work nodes, the one at the front included */
byte messages, bells;          /* those that have not been looked at yet */
bool front_done;               /* the one at the front has been handled */
bool held;                     /* a handler is suspended; the token holder's */
byte suspended, finished, noise_seen;
byte tokens, runnable;

/* Strand::ring() after the push; `was` is the caller's. */
inline ring(was) {
#ifdef MUTANT_1 /* the word was read before the push */
  if
  :: seen == PARKED -> d_step { was = word; word = HELD }
  :: else -> was = HELD
  fi;
#else
  d_step { was = word; word = HELD };
#endif
  if
  :: was == PARKED -> d_step { tokens++; assert(tokens == 1); runnable++ }
  :: else ->
#ifndef MUTANT_4 /* without the bell, nobody looks at the lane of an idle strand */
     d_step {
       was = inbox; inbox++; bells++;
       if :: was == 0 -> tokens++; assert(tokens == 1); runnable++ :: else fi
     }
#else
     skip
#endif
  fi
}

inline push_control(wakes, was) {
#ifdef MUTANT_1
  seen = word;
#endif
  d_step { was = lane; lane++; lane_wakes = lane_wakes + wakes };
  if
  :: was == 0 -> lane_front = true; ring(was)
  :: else
  fi
}

proctype sender() {
  byte i, was;
  for (i : 1 .. MESSAGES) {
    d_step {
      was = inbox; inbox++; messages++;
      if :: was == 0 -> tokens++; assert(tokens == 1); runnable++ :: else fi
    }
  }
}

proctype waker() {
  byte i, was, seen;
  for (i : 1 .. MESSAGES) {
    suspended >= i;
    push_control(1, was)
  }
}

proctype noise() {
  byte i, was, seen;
  for (i : 1 .. NOISE) { push_control(0, was) }
}

proctype runner() {
  byte was;
  bool again;
end:
  do
  :: atomic { runnable > 0 -> runnable-- };
     do
     :: assert(tokens == 1);
        do
        :: lane_front ->
           d_step {
             if
             :: lane_wakes > 0 -> lane_wakes--; assert(held); held = false; finished++;
                front_done = true
             :: else -> noise_seen++
             fi
           };
           lane_front = false;
           d_step {
             lane--;
             if :: lane > 0 -> lane_front = true :: else fi
           }
        :: else -> break
        od;
        if
        :: held ->
#ifdef MUTANT_2 /* looks at the lane before it says that it is parked */
           again = lane_front;
           d_step { word = PARKED; tokens-- };
#else
           d_step { word = PARKED; tokens-- };
           again = lane_front;
#endif
           if
           :: again ->
#ifdef MUTANT_3 /* takes the token back without asking whether a waker has it: ACT-1 */
              d_step { word = HELD; tokens++; assert(tokens == 1) }
#else
              d_step { was = word; word = HELD;
                       if :: was == PARKED -> tokens++; assert(tokens == 1) :: else fi };
              if :: was == PARKED :: else -> break fi
#endif
           :: else -> break
           fi
        :: else ->
           if
           :: !front_done ->
              if                   /* in whatever order they were pushed */
              :: messages > 0 -> messages--; suspended++; held = true
              :: bells > 0 -> bells--; front_done = true
              fi
           :: front_done ->
              if
              :: lane_front
              :: else ->           /* Inbox::next(), or else try_idle() */
                 d_step {
                   inbox--; front_done = false; again = (inbox > 0);
                   if :: !again -> tokens-- :: else fi
                 };
                 if :: !again -> break :: else fi
              fi
           fi
        fi
     od
  od
}

active proctype monitor() {
  timeout -> assert(finished == MESSAGES && noise_seen == NOISE && lane == 0 && inbox == 0 &&
                    tokens == 0 && runnable == 0)
}

init {
  atomic { run sender(); run waker(); run noise(); run runner(); run runner() }
}
