/* tests/model/channel.pml - checks CHN-1 to CHN-4 of include/hyperactor/runtime/channel_core.hpp
 * (src/runtime/channel_core.cpp, receive_wait.cpp).
 *
 * Two senders send two values, one of them twice, and go; the receiver receives until the end,
 * or goes at any point. The exchange and the link of a push are two steps: what follows a node
 * that is not linked cannot be seen. The receiver waits for the link, drain() does not. Property:
 * every value is received, destroyed or refused, exactly once, and nobody sleeps for ever.
 *
 * spin is sequentially consistent. CHN-3 pairs a push with a look at receiver_gone_, a store and
 * a load of different words on both sides: on weaker machines it rests on the orders in
 * channel_core.cpp, which tests/unit/runtime/channel_test.cpp stresses under TSan.
 */
#define VALUES 3

byte pushed, head;             /* nodes from head to pushed are in the queue */
bool linked[VALUES + 1];       /* front_ or the predecessor says where it is */
byte waiter;                   /* a WaitId; 0 = none */
bool woken[16];                /* the completions, by WaitId */
byte senders = 2;
bool gone;
byte drains;
byte received, destroyed, refused;
bool ended;

inline notify(taken) {
  d_step { taken = waiter; waiter = 0 };
  if :: taken != 0 -> woken[taken] = true :: else fi
}

#define FRONT (head < pushed && linked[head])

/* ChannelCore::pop() of a node that is there; `got` = false: a sender is between its steps. */
inline pop(got, count) {
  if
  :: linked[head + 1] -> got = true
  :: else ->
     d_step { got = (pushed == head + 1); if :: got -> head++; count++ :: else fi };
     if
     :: got -> popped = true
     :: else -> got = linked[head + 1]
     fi
  fi;
  if
  :: got && !popped -> d_step { head++; count++ }
  :: else -> popped = false
  fi
}

inline drain(seen, got) {
  d_step { seen = drains; drains++ };
  if
  :: seen == 0 ->
     seen = 1;
     do
     :: if
        :: FRONT -> pop(got, destroyed)
        :: else -> got = false
        fi;
        if
        :: !got ->
#ifdef MUTANT_3 /* lets go without asking whether somebody came: CHN-4 */
           drains = 0;
           break
#else
           d_step {
             if
             :: drains == seen -> drains = 0; got = true
             :: else -> seen = drains
             fi
           };
           if :: got -> break :: else fi
#endif
        :: else
        fi
     od
  :: else
  fi;
  got = false; seen = 0
}

proctype sender(byte count) {
  byte i, slot, was, taken, seen;
  bool got, popped;
  for (i : 1 .. count) {
    if
    :: gone -> refused++
    :: else ->
       d_step { was = (pushed > head); slot = pushed; pushed++ };
#ifdef MUTANT_5 /* looks whether the receiver is gone before it links: CHN-4 */
       got = gone;
       linked[slot] = true;
       if :: !was -> notify(taken) :: else fi;
       if :: got -> drain(seen, got) :: else fi
#else
       linked[slot] = true;
       if :: !was -> notify(taken) :: else fi;
#ifndef MUTANT_2 /* without the look after the push, the value stays: CHN-3 */
       if :: gone -> drain(seen, got) :: else fi
#endif
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
  byte id, seen;
  bool got, popped, something, patient;
  if :: patient = true :: patient = false fi;
  do
  :: FRONT ->
     pop(got, received);
     if :: !got -> linked[head + 1]; pop(got, received) :: else fi;
     got = false
  :: !FRONT ->
     if
     :: senders == 0 -> if :: FRONT :: else -> break fi
     :: else ->
        id++;
#ifdef MUTANT_1 /* looks before it says that it waits: CHN-2 */
        something = FRONT;
        something = something || senders == 0;
        waiter = id;
#else
        waiter = id;
        something = FRONT;
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
  drain(seen, got);
  ended = true
}

active proctype monitor() {
  timeout -> assert(ended && received + destroyed + refused == VALUES && head == pushed)
}

init {
  atomic { run sender(1); run sender(2); run receiver() }
}
