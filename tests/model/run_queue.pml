/* tests/model/run_queue.pml - checks RQ-1 to RQ-4 of src/runtime/run_queue.hpp.
 *
 * The owner pushes four strands through two entries and takes when they are full; two thieves
 * take. Property: every strand is taken exactly once, and none is left.
 *
 * spin is sequentially consistent: that the release of tail_ publishes the entry, and that of
 * head_ its reuse, is argued in the header and stressed under TSan by
 * tests/unit/runtime/run_queue_test.cpp.
 */
#define CAPACITY 2
#define STRANDS 4

byte head, tail;               /* only grow */
byte entries[CAPACITY];
byte taken[STRANDS + 1];
byte total;
bool pushed_all;

/* RunQueue::take(); got = 0 if there is none. */
inline take(got, h, t) {
  got = 0;
  h = head;
  do
  :: t = tail;
     if :: h >= t -> break :: else fi;
     got = entries[h % CAPACITY];
#ifdef MUTANT_1 /* head_ is moved by a store: RQ-2 */
     if
     :: head == h -> head = h + 1; break
     :: else -> h = head; got = 0
     fi
#else
     d_step {
       if
       :: head == h -> head = h + 1; t = 255
       :: else -> h = head; got = 0
       fi
     };
     if :: t == 255 -> break :: else fi
#endif
  od;
  if
  :: got != 0 -> d_step { taken[got]++; total++; assert(taken[got] == 1) }
  :: else
  fi
}

active proctype owner() {
  byte i, seen, got, h, t;
  for (i : 1 .. STRANDS) {
    do
    :: seen = head;
#ifdef MUTANT_2 /* overwrites before head_ has passed: RQ-3 */
       break
#else
#ifdef MUTANT_4 /* one too many */
       if :: tail - seen > CAPACITY -> take(got, h, t) :: else -> break fi
#else
       if :: tail - seen >= CAPACITY -> take(got, h, t) :: else -> break fi
#endif
#endif
    od;
#ifdef MUTANT_3 /* says that the entry is there before it is: RQ-4 */
    tail = tail + 1;
    entries[(tail - 1) % CAPACITY] = i
#else
    entries[tail % CAPACITY] = i;
    tail = tail + 1
#endif
  };
  pushed_all = true
}

active [2] proctype thief() {
  byte got, h, t;
  do
  :: take(got, h, t);
     if :: got == 0 && pushed_all && head == tail -> break :: else fi
  od
}

active proctype monitor() {
  timeout -> assert(total == STRANDS && head == tail)
}
