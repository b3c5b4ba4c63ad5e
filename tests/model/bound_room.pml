/* tests/model/bound_room.pml - checks BND-1 and BND-3 of include/hyperactor/runtime/bound.hpp.
 *
 * Three senders send one message each to a mailbox of one place. Who finds no place registers with
 * the owner and waits for its grant; the second one may give up at any moment. The owner handles, takes note of
 * registrations, and grants. Property: never more messages wait than there are places; when nothing
 * can go on, every sender has sent or given up, and every place is free.
 */
#define SENDERS 3
#define LIMIT 1
#define ROOM 9                 /* a control node: a grant came back */

byte sent, taken;              /* places are taken and given back */
byte queue;                    /* messages in the inbox */
bool open[SENDERS];            /* the wait of a sender */
byte done;                     /* ghost */
chan control = [8] of { byte };
chan grants[SENDERS] = [1] of { bool };

inline try_enter(got) {
  d_step {
    got = (sent - taken < LIMIT);
    if :: got -> sent++ :: else fi
  }
}

/* The owner's. */
inline grant_all(got, who) {
  do
  :: len(waiting) > 0 ->
     waiting?<who>;
     if
     :: !open[who] -> waiting?who
     :: else ->
        try_enter(got);
        if
        :: got -> waiting?who; grants[who]!true
        :: else -> break
        fi
     fi
  :: else -> break
  od;
  got = false; who = 0
}

proctype sender(byte me) {
  bool got;
  try_enter(got);
  if
  :: got -> d_step { queue++; assert(queue <= LIMIT); done++ }
  :: else ->
     open[me] = true;
     control!me;
     if
     :: grants[me]?got -> open[me] = false; d_step { queue++; assert(queue <= LIMIT); done++ }
     :: me == 1 -> open[me] = false;   /* gives up */
        done++;
        /* A grant that is on its way finds its wait closed. */
end:    grants[me]?got;
#ifndef MUTANT_1 /* the place is lost with its sender */
        sent--;
#ifndef MUTANT_2 /* nobody is told that it came back */
        control!ROOM
#endif
#endif
     fi
  fi
}

proctype owner() {
  byte who, item;
  bool got;
  chan waiting = [SENDERS] of { byte };
end:
  do
  :: control?item ->
     if
     :: item == ROOM -> grant_all(got, who)
     :: else ->
        waiting!item;
#ifndef MUTANT_4 /* a registration waits for the next message to be handled */
        grant_all(got, who)
#endif
     fi;
     item = 0
  :: queue > 0 ->
     d_step { queue--; taken++ };
#ifndef MUTANT_3 /* a message taken out makes no room */
     grant_all(got, who)
#endif
  od
}

active proctype monitor() {
  timeout -> assert(done == SENDERS && queue == 0 && sent == taken)
}

init {
  atomic { run sender(0); run sender(1); run sender(2); run owner() }
}
