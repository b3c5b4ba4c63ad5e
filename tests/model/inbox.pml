/* tests/model/inbox.pml - checks INB-1 to INB-5 of include/hyperactor/runtime/inbox.hpp.
 *
 * Two producers push two messages each through three nodes whose memory is used again; two
 * threads run the owner. Each line that touches shared memory is one step; an exchange or
 * compare-exchange is one d_step. Property: every message is handled exactly once, those of one
 * producer in order; the token has at most one holder; when nothing moves, nothing is queued.
 *
 * spin is sequentially consistent. That release and acquire suffice where they are written is
 * left to the comments in the header and to tests/unit/runtime/inbox_test.cpp under TSan.
 */
#define PRODUCERS 2
#define EACH 2
#define NODES 3

byte last, front;              /* 0 = null, else a node */
byte next[NODES + 1];
bool used[NODES + 1];          /* memory: in use by a message */
byte author[NODES + 1];        /* the message's producer */
byte number[NODES + 1];        /* and its number there */
bool done[NODES + 1];          /* kNodeDone */
byte expected[PRODUCERS];
byte handled;
byte tokens;                   /* ghost: holders of the token */
byte runnable;                 /* activations that wait for a thread */

inline free(node) { used[node] = false }

proctype producer(byte me) {
  byte i, n, previous;
  for (i : 0 .. EACH - 1) {
    atomic {
      if
      :: !used[1] -> n = 1
      :: !used[2] -> n = 2
      :: !used[3] -> n = 3
      fi;
      used[n] = true; author[n] = me; number[n] = i; done[n] = false
    };
    next[n] = 0;
#ifdef MUTANT_1 /* a load and a store instead of an exchange */
    previous = last;
    last = n;
    if :: previous == 0 -> tokens++ :: else fi;
#else
    d_step {
      previous = last; last = n;
      if :: previous == 0 -> tokens++; assert(tokens == 1) :: else fi
    };
#endif
    if
    :: previous == 0 -> front = n; runnable++
    :: else -> next[previous] = n       /* until then the consumer sees nothing of n */
    fi
  }
}

proctype runner() {
  byte node, follower;
  bool idle;
end:
  do
  :: atomic { runnable > 0 -> runnable-- };
     node = front;
     do
     :: assert(node != 0 && tokens == 1);
        if
        :: !done[node] ->
           atomic {
             assert(number[node] == expected[author[node]]);
             expected[author[node]]++; handled++; done[node] = true
           }
        :: else
        fi;
        follower = next[node];
        if
        :: follower == 0 ->
#ifdef MUTANT_2 /* memory is given back before the queue is idle: INB-3 */
           free(node);
#endif
#ifndef MUTANT_4
           front = 0;
#endif
#ifdef MUTANT_3 /* idle by a look and a store instead of a compare-exchange: INB-2 */
           idle = (last == node);
           if :: idle -> last = 0; tokens-- :: else fi;
#else
           d_step {
             idle = (last == node);
             if :: idle -> last = 0; tokens-- :: else fi
           };
#endif
           if
           :: idle ->
#ifdef MUTANT_4 /* front_ is cleared after the token went: INB-5 */
              front = 0;
#endif
#ifndef MUTANT_2
              free(node);
#endif
              break
           :: else -> front = node
           fi;
           follower = next[node];
           if
           :: follower == 0 -> runnable++; break    /* a producer stopped between its steps */
           :: else
           fi
        :: else
        fi;
        free(node);
        node = follower
     od
  od
}

active proctype monitor() {
  timeout -> assert(handled == PRODUCERS * EACH && tokens == 0 && last == 0 && runnable == 0)
}

init {
  atomic { run producer(0); run producer(1); run runner(); run runner() }
}
