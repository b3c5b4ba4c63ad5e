// runtime/worker.cpp - next, run, steal, spin, park.
// Path: local send, step 7 of 9. Before: runtime/run_queue.hpp. Next: runtime/strand.cpp.
#include "worker.hpp"

#include "hyperactor/runtime/backoff.hpp"

#include "thread_pool.hpp"

#include <string>

#include <pthread.h>

namespace hyperactor::runtime {

namespace {

constexpr std::int64_t kSliceNs = 100'000;     // a strand's turn, looked at every 16 messages
constexpr std::int64_t kPaceNs = 10'000;       // STR-5
constexpr std::int64_t kLongSliceNs = 20'000;  // about what waking a core costs
constexpr std::int64_t kHeavyNs = 250;         // a message that costs less is not worth moving
constexpr std::int64_t kSpinNs = 20'000;       // how long to look for work before parking
constexpr std::int64_t kSpinPollNs = 400;      // how often; between looks, producers batch
constexpr std::int64_t kShortNapNs = 60'000;   // a sleep that spinning would have saved
constexpr std::int32_t kSpinCreditMax = 8;

}  // namespace

void Worker::start() {
  thread_ = std::thread([this] { main(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::main() {
  ::pthread_setname_np(::pthread_self(), ("ha-worker-" + std::to_string(index_)).c_str());
  ThreadState& thread = tls;
  thread.worker = this;
  thread.runtime_thread = true;
  thread.scheduler = &pool_;
  thread.slice_ticks = pool_.scale().to_ticks(kSliceNs);
  const std::uint64_t long_slice = pool_.scale().to_ticks(kLongSliceNs);
  thread.now = read_ticks();
  thread.pace_ticks = pool_.scale().to_ticks(kPaceNs);
  while (Strand* strand = next()) {
    if (strand->not_before > thread.now && !pace(*strand)) continue;
    const std::uint64_t start = thread.now;
    const std::uint64_t first_id = thread.next_id;
    // relaxed: WRK-3, read by the sentinel only; late by a millisecond at worst.
    slice_start_.store(start, std::memory_order_relaxed);
    strand->run(thread);
    thread.now = read_ticks();
    if (thread.now - start > long_slice) after_slice(start, first_id);
  }
  slice_start_.store(0, std::memory_order_relaxed);
  thread.worker = nullptr;
  thread.scheduler = nullptr;
}

void Worker::after_slice(std::uint64_t start, std::uint64_t first_id) {
  look_outside_ = true;
  const ThreadState& thread = tls;
  // Messages made plus messages handled; a new block of ids makes it look like many.
  const std::uint64_t messages = thread.next_id - first_id + thread.handled;
  const std::int64_t ns = pool_.scale().to_ns(thread.now - start);
  if (ns < kHeavyNs * static_cast<std::int64_t>(messages)) return;  // WRK-4
  heavy_slices_.store(heavy_slices() + 1, std::memory_order_relaxed);
  if (queue_.size() != 0) pool_.wake_for_backlog();
}

void Worker::hand_over() {
  retire_.store(false, std::memory_order_relaxed);
  if (pool_.running().load(std::memory_order_seq_cst) < 2) return;
  // Somebody else runs and looks at the shared queue; should it park this very moment, the
  // sentinel finds what is left there.
  if (Strand* strand = take_lifo()) pool_.injector().push(*strand);
  while (Strand* strand = queue_.take()) pool_.injector().push(*strand);
  slice_start_.store(0, std::memory_order_relaxed);
  spin_credit_ = 0;
  searching_ = true;
  pool_.searching().fetch_add(1, std::memory_order_seq_cst);
  (void)park(false);
}

bool Worker::pace(Strand& strand) {
  // Others first; alone, wait here: it is a few microseconds.
  while (read_ticks() < strand.not_before) {
    if (has_work() || !pool_.injector().empty()) {
      push_back(strand);
      tls.now = read_ticks();
      return false;
    }
    cpu_pause();
  }
  tls.now = read_ticks();
  return true;
}

Strand* Worker::next() {
  if (retire_.load(std::memory_order_relaxed)) [[unlikely]] {
    hand_over();
    return search();
  }
  if (++tick_ % kInjectorEvery == 0 || look_outside_) [[unlikely]] {
    look_outside_ = false;
    if (Strand* strand = pool_.injector().take()) return strand;
  }
  if (streak_ < kStreakMax) [[likely]] {
    if (Strand* strand = take_lifo()) {
      ++streak_;
      return strand;
    }
  }
  streak_ = 0;
  if (Strand* strand = queue_.take()) return strand;
  if (Strand* strand = take_lifo()) return strand;
  slice_start_.store(0, std::memory_order_relaxed);
  return search();
}

Strand* Worker::take_lifo() noexcept {
  // relaxed: only a hint that saves the exchange.
  if (lifo_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return lifo_.exchange(nullptr, std::memory_order_acquire);  // WRK-1
}

void Worker::push(Strand& strand) {
  if (lifo_.load(std::memory_order_relaxed) == nullptr) {
    lifo_.store(&strand, std::memory_order_release);  // WRK-1
    return;
  }
  Strand* const displaced = lifo_.exchange(&strand, std::memory_order_acq_rel);
  if (displaced != nullptr) push_back(*displaced);
}

void Worker::push_back(Strand& strand) {
  if (!queue_.push(strand)) {
    pool_.inject(strand);
    return;
  }
  if (queue_.size() >= kBacklog) pool_.wake_for_backlog();
}

std::size_t Worker::rescue(std::uint64_t ticks) {
  if (!stuck_since(ticks)) return 0;
  if (!pool_.idle().any(pool_.workers().size())) return 0;  // nobody could run it sooner
  std::size_t moved = 0;
  if (Strand* strand = lifo_.exchange(nullptr, std::memory_order_acq_rel)) {
    pool_.injector().push(*strand);
    ++moved;
  }
  while (Strand* strand = queue_.take()) {
    pool_.injector().push(*strand);
    ++moved;
  }
  return moved;
}

Strand* Worker::steal_into(Worker& thief) {
  std::size_t wanted = (queue_.size() + 1) / 2;
  Strand* first = nullptr;
  while (wanted-- > 0) {
    Strand* const strand = queue_.take();
    if (strand == nullptr) break;
    if (first == nullptr) {
      first = strand;
    } else if (!thief.queue_.push(*strand)) {
      pool_.injector().push(*strand);
      break;
    }
  }
  return first;
}

Strand* Worker::from_injector() {
  Strand* const first = pool_.injector().take();
  if (first == nullptr) return nullptr;
  for (std::size_t i = 1; i < kInjectorBatch; ++i) {
    Strand* const strand = pool_.injector().take();
    if (strand == nullptr) break;
    if (!queue_.push(*strand)) {
      pool_.injector().push(*strand);
      break;
    }
  }
  return first;
}

Strand* Worker::search() {
  Backoff backoff;
  for (;;) {
    if (!searching_) {
      searching_ = true;
      pool_.searching().fetch_add(1, std::memory_order_seq_cst);
    }
    const std::int64_t spin_ns = spin_credit_ > 0 ? kSpinNs : 0;
    const std::uint64_t spin_ticks = pool_.scale().to_ticks(spin_ns);
    const std::uint64_t poll_ticks = pool_.scale().to_ticks(kSpinPollNs);
    const std::uint64_t begin = read_ticks();
    std::uint64_t looked = begin;
    Strand* found = take_lifo();  // due timers fill it
    if (found == nullptr) found = queue_.take();
    while (found == nullptr) {
      found = from_injector();
      const std::size_t workers = pool_.workers().size();
      for (std::size_t i = 1; found == nullptr && i < workers; ++i) {
        found = pool_.workers()[(index_ + i) % workers]->steal_into(*this);
      }
      if (found != nullptr || pool_.stopping()) break;
      const std::uint64_t now = read_ticks();
      if (now - begin >= spin_ticks) break;
      while (read_ticks() - looked < poll_ticks) cpu_pause();
      looked = read_ticks();
    }
    if (found != nullptr) {
      searching_ = false;
      if (spin_ns > 0 && spin_credit_ < kSpinCreditMax) ++spin_credit_;
      const bool last = pool_.searching().fetch_sub(1, std::memory_order_seq_cst) == 1;
      // The last one to stop looking makes sure that somebody looks for what is left.
      if (last && (queue_.size() >= kBacklog || !pool_.injector().empty())) {
        pool_.wake_for_backlog();
      }
      tls.now = read_ticks();
      return found;
    }
    if (spin_ns > 0) --spin_credit_;
    if (!pool_.injector().empty() && !pool_.stopping()) {  // INJ-4: come again
      backoff.wait();
      continue;
    }
    if (!park(true)) {
      if (searching_) {
        searching_ = false;
        pool_.searching().fetch_sub(1, std::memory_order_seq_cst);
      }
      return nullptr;
    }
  }
}

bool Worker::park(bool look_again) {
  if (pool_.stopping()) return false;
  // Due timers first: what they activate lands in our own queue.
  std::int64_t now = pool_.now_ns();
  if (pool_.timers().earliest() <= now) {
    pool_.timers().fire_due(now);
    return true;
  }
  pool_.idle().add(index_);
  searching_ = false;
  pool_.searching().fetch_sub(1, std::memory_order_seq_cst);
  // IDL-2: everything shared is looked at again after the bit is set.
  const std::int64_t earliest = pool_.timers().earliest();
  if ((look_again && !pool_.injector().empty()) || pool_.stopping()) {
    if (!pool_.idle().remove(index_)) {
      // Claimed meanwhile: the claimer counted us as searching and unparks us.
      (void)parker_.park(0);
      searching_ = true;
    }
    return true;
  }
  bool driver = false;
  std::int64_t until = pool_.driver_until().load(std::memory_order_seq_cst);
  if (earliest < until) {
    driver = pool_.driver_until().compare_exchange_strong(until, earliest,
                                                          std::memory_order_seq_cst);
  }
  pool_.running().fetch_sub(1, std::memory_order_seq_cst);
  const bool unparked =
      parker_.park(driver && earliest != INT64_MAX ? earliest - now : Parker::kForever);
  pool_.running().fetch_add(1, std::memory_order_seq_cst);
  pool_.sentinel().on_worker_running();
  if (driver) {
    std::int64_t mine = earliest;
    pool_.driver_until().compare_exchange_strong(mine, INT64_MAX, std::memory_order_seq_cst);
  }
  const bool claimed = !pool_.idle().remove(index_);
  if (claimed) {
    searching_ = true;
    if (!unparked) (void)parker_.park(0);  // its unpark() is on the way; do not keep it
  }
  const std::int64_t slept = pool_.now_ns() - now;
  if (unparked && slept < kShortNapNs && spin_credit_ < kSpinCreditMax) spin_credit_ += 2;
  return true;
}

}  // namespace hyperactor::runtime
