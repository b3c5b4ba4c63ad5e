/* tests/model/bound_turn.pml - checks BND-2 of include/hyperactor/runtime/bound.hpp.
 *
 * Two senders put two messages each into a ring of two places, dropping the oldest when it is full,
 * and then arm the turn; the run loop takes one message a turn. A ticket and the publication of its
 * place are two steps. Property: when nothing can go on, every message was handled or dropped, and
 * the ring is empty: a turn was there as long as a message was.
 *
 * spin is sequentially consistent: that the turn of a place publishes the node, and that armed_
 * orders the push before the next look, is argued in bound.cpp and stressed under TSan by
 * tests/unit/mailbox/bounded_test.cpp.
 */
#define PLACES 2
#define SENDERS 2
#define EACH 2

byte turn[PLACES];             /* even: writable, odd: readable; counts up */
byte head, tail;               /* tickets */
bool armed;
byte turns;                    /* turns in the inbox */
byte handled, dropped;

/* got: a ticket was taken; the place is published by the caller */
inline claim_push(ticket, got) {
  d_step {
    ticket = head;
    got = (turn[ticket % PLACES] == (ticket / PLACES) * 2);
    if :: got -> head++ :: else fi
  }
}

inline claim_pop(ticket, got) {
  d_step {
    ticket = tail;
    got = (turn[ticket % PLACES] == (ticket / PLACES) * 2 + 1);
    if :: got -> tail++ :: else fi
  }
}

inline publish(ticket) {
  d_step { turn[ticket % PLACES] = turn[ticket % PLACES] + 1; ticket = 0 }
}

inline arm(was) {
  d_step { was = armed; armed = true };
  if :: !was -> turns++ :: else fi;
  was = false
}

proctype sender() {
  byte left = EACH, ticket;
  bool got, was;
  do
  :: left > 0 ->
#ifdef MUTANT_2 /* arms before it pushes */
     arm(was);
#endif
     do
     :: claim_push(ticket, got);
        if
        :: got -> break
        :: else ->
           claim_pop(ticket, got);
           if
           :: got -> publish(ticket); dropped++
           :: else -> (head == tail || turn[tail % PLACES] % 2 == 1 || turn[head % PLACES] % 2 == 0)
           fi
        fi
     od;
     publish(ticket);
     got = false;
#ifndef MUTANT_2
     arm(was);
#endif
     left--
  :: else -> break
  od
}

proctype run_loop() {
  byte ticket;
  bool got, was;
end:
  do
  :: turns > 0 ->
     turns--;
#ifdef MUTANT_1 /* looks first, and clears armed_ only when it saw nothing */
     claim_pop(ticket, got);
     if
     :: got -> publish(ticket); handled++
     :: else -> armed = false
     fi;
     if
     :: got && head != tail -> turns++
     :: got && head == tail -> armed = false
     :: else
     fi;
#else
     armed = false;
     claim_pop(ticket, got);
     if
     :: got -> publish(ticket); handled++;
#ifndef MUTANT_3 /* leaves no turn for the rest */
        if :: head != tail -> arm(was) :: else fi
#endif
     :: else
     fi;
#endif
     got = false
  od
}

active proctype monitor() {
  timeout -> assert(handled + dropped == SENDERS * EACH && head == tail)
}

init {
  atomic { run sender(); run sender(); run run_loop() }
}
