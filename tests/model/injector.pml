/* tests/model/injector.pml - checks INJ-1 to INJ-4 of src/runtime/injector.hpp.
 *
 * Three producers push a strand each; two takers take, and each strand is pushed once more by the
 * taker that got it first. A taker that finds the successor of the oldest strand not linked yet
 * comes again. Property: every strand is taken as often as it was pushed, and none is left; the
 * list has a front unless a producer is about to say what it is.
 *
 * spin is sequentially consistent: that the release of a link and of busy_ publishes the strand
 * is argued in the header and stressed under TSan by tests/unit/runtime/run_queue_test.cpp.
 */
#define STRANDS 3

byte last, front;              /* 0 = null, else a strand */
byte next[STRANDS + 1];
bool busy;
byte taken[STRANDS + 1];
byte between;                  /* ghost: producers between their two steps */
bool queued[STRANDS + 1];      /* ghost: somebody pushed it and nobody took it */

inline push(strand, previous) {
  queued[strand] = true;
  next[strand] = 0;
  d_step { previous = last; last = strand; between++ };
  if
  :: previous == 0 -> d_step { front = strand; between-- }
  :: else -> d_step { next[previous] = strand; between-- }
  fi
}

proctype producer(byte strand) {
  byte previous;
  push(strand, previous)
}

proctype taker() {
  byte strand, follower, previous;
  bool was;
end:
  do
  :: last != 0 ->
#ifdef MUTANT_4 /* takers do not exclude each other: INJ-3 */
     was = false;
#else
     d_step { was = busy; busy = true };
#endif
     if
     :: !was ->
        d_step { strand = front; assert(strand != 0 || last == 0 || between > 0) };
        if
        :: strand != 0 ->
           follower = next[strand];
           if
           :: follower != 0 -> front = follower
           :: else ->
              front = 0;
#ifdef MUTANT_2 /* idle by a look and a store instead of a compare-exchange */
              was = (last == strand);
              if :: was -> last = 0 :: else fi;
#else
              d_step { was = (last == strand); if :: was -> last = 0 :: else fi };
#endif
              if
              :: was
              :: else ->
                 follower = next[strand];
                 if
                 :: follower != 0 -> front = follower
                 :: else ->    /* its producer is between its two steps: come again */
#ifdef MUTANT_1 /* forgets what it had */
                    strand = 0
#else
#ifdef MUTANT_3 /* takes it all the same; its producer still links to it */
                    front = 0
#else
                    front = strand;
                    strand = 0
#endif
#endif
                 fi
              fi
           fi
        :: else
        fi;
        busy = false;
        follower = 0;
        if
        :: strand != 0 ->
           atomic { assert(queued[strand]); queued[strand] = false; taken[strand]++ };
           if :: taken[strand] == 1 -> push(strand, previous); previous = 0 :: else fi;
           strand = 0
        :: else
        fi
     :: else
     fi;
     was = false
  od
}

active proctype monitor() {
  timeout -> assert(taken[1] == 2 && taken[2] == 2 && taken[3] == 2 && last == 0 && front == 0)
}

init {
  atomic { run producer(1); run producer(2); run producer(3);
           run taker(); run taker() }
}
