// runtime/wait.cpp - wait slots, deadlines of a strand, timers that complete a wait.
#include "hyperactor/runtime/wait.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"

#include "free_slots.hpp"

#include <new>
#include <vector>

namespace hyperactor::runtime {

namespace {

void run_completion(Strand&, Node& node) {
  auto& completion = static_cast<Completion&>(node);
  if (Wait* wait = WaitTable::process().find(completion.wait)) wait->complete(*wait, node);
}

void drop_completion(Strand*, Node&, DropReason) {}

void run_deadlines(Strand& strand, Node& node);

constexpr NodeOps kDeadlineOps{run_deadlines, drop_completion, nullptr};

WaitTimer* make_timer(WaitId wait, const NodeOps& ops) {
  auto* timer = make_node<WaitTimer>();
  timer->ops = &ops;
  timer->wait = wait;
  timer->fire = [](Timer& fired) {
    auto& due = static_cast<WaitTimer&>(fired);
    if (due.strand) {
      post_completion_to(due.strand, due);
    } else {
      post_completion(due);
    }
  };
  return timer;
}

void arm_deadline(Strand& strand, std::uint64_t deadline) {
  Scheduler& scheduler = strand.scheduler();
  WaitTimer*& timer = strand.deadline_timer;
  if (timer != nullptr) cancel_wait_timer(scheduler, timer);
  timer = make_timer(WaitId{}, kDeadlineOps);
  timer->strand = strand.strand_id();
  strand.deadline = deadline;
  const std::uint64_t now = scheduler.now_ticks();
  const std::int64_t left = deadline <= now ? 0 : scheduler.scale().to_ns(deadline - now) + 1;
  scheduler.arm(*timer, scheduler.now_ns() + left);
}

void run_deadlines(Strand& strand, Node& node) {
  if (strand.deadline_timer != &node) return;  // replaced by an earlier one meanwhile
  strand.deadline_timer = nullptr;
  strand.deadline = 0;
  const std::uint64_t now = strand.scheduler().now_ticks();
  // Ids first: expire() closes its own wait, and may close others.
  std::vector<WaitId> expired;
  for (const Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
    if (wait->deadline != 0 && wait->deadline <= now) expired.push_back(wait->id);
  }
  for (const WaitId id : expired) {
    Wait* const wait = WaitTable::process().find(id);
    if (wait == nullptr) continue;
    wait->expire(*wait);
    HYPERACTOR_CHECK(!WaitTable::process().open(id));
  }
  std::uint64_t next = 0;
  for (const Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
    if (wait->deadline != 0 && (next == 0 || wait->deadline < next)) next = wait->deadline;
  }
  if (next != 0 && (strand.deadline == 0 || next < strand.deadline)) arm_deadline(strand, next);
}

}  // namespace

const NodeOps kPlainCompletion{run_completion, drop_completion, nullptr};

WaitTable& WaitTable::process() noexcept {
  static WaitTable* const table = new WaitTable;  // read by threads until the very end
  return *table;
}

WaitId WaitTable::take(Wait& wait) {
  const std::uint32_t slot =
      FreeSlots<WaitTable>::take([this](std::uint32_t first, std::uint32_t end) {
        HYPERACTOR_CHECK(end <= kSlotsMax, end);
        for (std::uint32_t made = first; made < end; ++made) {
          auto& chunk = chunks_[made >> kChunkBits];
          // relaxed: the lock of the free slots orders those who make chunks.
          if (chunk.load(std::memory_order_relaxed) == nullptr) {
            chunk.store(new Entry[kChunk], std::memory_order_release);  // pairs with entry()
          }
        }
      });
  Entry& at = entry(slot);
  at.wait = &wait;
  at.parent.store(0, std::memory_order_relaxed);  // published with the word
  const StrandId owner = wait.strand->strand_id();
  at.strand.store(std::uint64_t{owner.slot} << 32U | owner.generation,
                  std::memory_order_release);
  auto generation =
      static_cast<std::uint32_t>(at.word.load(std::memory_order_relaxed) >> 1U) + 1U;
  if (generation == 0) generation = 1;
  // release: pairs with open() of a receiver that got the id some other way; usually the queue
  // orders it.
  at.word.store(std::uint64_t{generation} << 1U | 1U, std::memory_order_release);
  return WaitId{slot, generation};
}

void WaitTable::give_back(WaitId id) noexcept {
  Entry& at = entry(id.slot);
  at.word.store(std::uint64_t{id.generation} << 1U, std::memory_order_release);
  FreeSlots<WaitTable>::give_back(id.slot);
}

void open_wait(Strand& strand, Wait& wait) {
  wait.strand = &strand;
  wait.id = WaitTable::process().take(wait);
  wait.next = nullptr;
  wait.prev = strand.waits_tail;
  (strand.waits_tail == nullptr ? strand.waits_head : strand.waits_tail->next) = &wait;
  strand.waits_tail = &wait;
  if (wait.deadline != 0 && (strand.deadline == 0 || wait.deadline < strand.deadline)) {
    arm_deadline(strand, wait.deadline);
  }
}

void close_wait(Wait& wait) noexcept {
  if (!wait.id) return;
  WaitTable::process().give_back(wait.id);
  wait.id = WaitId{};
  Strand& strand = *wait.strand;
  (wait.prev == nullptr ? strand.waits_head : wait.prev->next) = wait.next;
  (wait.next == nullptr ? strand.waits_tail : wait.next->prev) = wait.prev;
}

void abandon_waits(Strand& strand) {
  for (Wait* wait = strand.waits_head; wait != nullptr;) {
    if (wait->abandon == nullptr) {
      wait = wait->next;
      continue;
    }
    wait->abandon(*wait);
    wait = strand.waits_head;
  }
  if (strand.deadline_timer != nullptr && strand.waits_head == nullptr) {
    cancel_wait_timer(strand.scheduler(), strand.deadline_timer);
    strand.deadline_timer = nullptr;
    strand.deadline = 0;
  }
}

WaitTimer* arm_wait_timer(Wait& wait, std::int64_t deadline_ns) {
  WaitTimer* const timer = make_timer(wait.id, kPlainCompletion);
  wait.strand->scheduler().arm(*timer, deadline_ns);
  return timer;
}

void cancel_wait_timer(Scheduler& scheduler, WaitTimer* timer) noexcept {
  // A timer that fired is a queued completion by now; the lane it is in frees it.
  if (scheduler.cancel(*timer)) release_node(tls, *timer);
}

void post_completion_to(StrandId id, Completion& completion) noexcept {
  Strand* const strand = SlotTable::process().acquire(id);
  if (strand == nullptr) {
    completion.ops->drop(nullptr, completion, DropReason::Stopped);
    release_node(tls, completion);
    return;
  }
  strand->push_control(completion);
  strand->drop_reference();
}

void post_completion(Completion& completion) noexcept {
  post_completion_to(WaitTable::process().strand_of(completion.wait), completion);
}

void wake(WaitId wait) noexcept {
  auto* completion = make_node<Completion>();
  completion->ops = &kPlainCompletion;
  completion->wait = wait;
  post_completion(*completion);
}

}  // namespace hyperactor::runtime
