/* tests/model/channel.pml - checks CHN-1 to CHN-3 of include/hyperactor/runtime/channel_core.hpp
 * (src/runtime/channel_core.cpp, receive_wait.cpp).
 *
 * Two senders send two values, one of them twice, and go; the receiver receives until the end,
 * or goes at any point. The queue is a counter whose exchange is one step, its front a step of
 * its own; inbox.pml has its inside. Property: every value is received, destroyed or refused,
 * exactly once, and nobody sleeps for ever.
 *
 * spin is sequentially consistent. CHN-3 pairs a push with a look at receiver_gone_, a store and
 * a load of different words on both sides: on weaker machines it rests on the orders in
 * channel_core.cpp, which tests/unit/runtime/channel_test.cpp stresses under TSan.
 */
#define VALUES 3

byte queue;                    /* nodes in it */
bool front;                    /* the oldest can be seen */
byte waiter;                   /* a WaitId; 0 = none */
bool woken[16];                /* the completions, by WaitId */
byte senders = 2;
bool gone, draining;
byte received, destroyed, refused;
bool ended;

inline notify(taken) {
  d_step { taken = waiter; waiter = 0 };
  if :: taken != 0 -> woken[taken] = true :: else fi
}

/* The node at the front leaves; somebody who may take it calls this. */
inline pop(count) {
  front = false;
  atomic {
    queue--;
    count++;
    if :: queue > 0 -> front = true :: else fi
  }
}

inline drain(busy) {
  do
  :: atomic { busy = draining; draining = true };
     if :: busy -> break :: else fi;
     do
     :: queue == 0 -> break
     :: queue > 0 && front -> pop(destroyed)
     od;
     draining = false;
#ifdef MUTANT_3 /* does not look again after it has let go */
     break
#else
     if :: queue == 0 -> break :: else fi
#endif
  od
}

proctype sender(byte count) {
  byte i, was, taken;
  bool busy;
  for (i : 1 .. count) {
    if
    :: gone -> refused++
    :: else ->
       atomic { was = queue; queue++ };
       if
       :: was == 0 -> front = true; notify(taken)
       :: else
       fi;
#ifndef MUTANT_2 /* without the look after the push, the value stays: CHN-3 */
       if :: gone -> drain(busy) :: else fi
#endif
    fi
  };
  skip;
  d_step { senders--; was = senders };
#ifndef MUTANT_4 /* the last sender goes silently: CHN-2 */
  if :: was == 0 -> notify(taken) :: else fi
#endif
}

proctype receiver() {
  byte id;
  bool busy, something, patient;
  if :: patient = true :: patient = false fi;
  do
  :: front -> pop(received)
  :: !front ->
     if
     :: senders == 0 -> if :: front -> pop(received) :: else -> break fi
     :: else ->
        id++;
#ifdef MUTANT_1 /* looks before it says that it waits: CHN-2 */
        something = front;
        something = something || senders == 0;
        waiter = id;
#else
        waiter = id;
        something = front;
        something = something || senders == 0;
#endif
        if
        :: something -> waiter = 0
        :: else ->
           if
           :: woken[id]
           :: !patient -> break        /* given up, and then dropped */
           fi
        fi
     fi
  :: break                     /* dropped */
  od;
  waiter = 0;
  gone = true;
  drain(busy);
  ended = true
}

active proctype monitor() {
  timeout -> assert(ended && received + destroyed + refused == VALUES && queue == 0)
}

init {
  atomic { run sender(1); run sender(2); run receiver() }
}
