// runtime/timer_wheel.cpp - arms, cancels, fires and finds deadlines.
#include "timer_wheel.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/timer_entry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace hyperactor::runtime {
namespace {

// Times as unsigned numbers in the same order, so that digits and shifts are well defined.
std::uint64_t tick_of(std::int64_t time_ns) noexcept {
  return static_cast<std::uint64_t>(time_ns) ^ (std::uint64_t{1} << 63U);
}

// TW-2: two entries never compare equal.
bool before(const TimerEntry& a, const TimerEntry& b) noexcept {
  if (a.deadline_ns != b.deadline_ns) return a.deadline_ns < b.deadline_ns;
  return a.order < b.order;
}

TimerEntry* merge(TimerEntry* a, TimerEntry* b) noexcept {
  TimerEntry* head = nullptr;
  TimerEntry** end = &head;
  while (a != nullptr && b != nullptr) {
    TimerEntry*& first = before(*b, *a) ? b : a;
    *end = first;
    end = &first->next;
    first = first->next;
  }
  *end = a != nullptr ? a : b;
  return head;
}

// Cuts the ascending run at the front off `list`, and leaves the rest in it.
TimerEntry* take_run(TimerEntry*& list) noexcept {
  TimerEntry* const run = list;
  TimerEntry* last = list;
  while (last->next != nullptr && before(*last, *last->next)) last = last->next;
  list = std::exchange(last->next, nullptr);
  return run;
}

// Merge sort over natural runs: one pass for entries that were armed in the order of their
// deadlines, which most are. Cell n of `runs` holds 2^n runs, as in a binary counter.
TimerEntry* sorted(TimerEntry* list) noexcept {
  if (list == nullptr) return nullptr;
  TimerEntry* run = take_run(list);
  if (list == nullptr) return run;
  std::array<TimerEntry*, 64> runs{};
  runs[0] = run;
  while (list != nullptr) {
    run = take_run(list);
    std::size_t cell = 0;
    for (; runs[cell] != nullptr; ++cell) run = merge(std::exchange(runs[cell], nullptr), run);
    runs[cell] = run;
  }
  run = nullptr;
  for (TimerEntry* const part : runs) run = merge(part, run);
  return run;
}

// The later of two roots becomes the first child of the other, which is returned.
TimerEntry& link(TimerEntry& a, TimerEntry& b, std::uint8_t rank_max) noexcept {
  const bool same_rank = a.rank == b.rank;
  const std::uint8_t rank = std::max(a.rank, b.rank);
  TimerEntry& winner = before(b, a) ? b : a;
  TimerEntry& loser = &winner == &a ? b : a;
  loser.prev = &winner;
  loser.next = winner.child;
  if (loser.next != nullptr) loser.next->prev = &loser;
  winner.child = &loser;
  winner.rank = same_rank && rank < rank_max ? static_cast<std::uint8_t>(rank + 1) : rank;
  return winner;
}

}  // namespace

static_assert(std::is_trivially_destructible_v<TimerWheel>, "TW-7: nothing to give back");

class TimerWheel::FiredList {
 public:
  FiredList() = default;
  ~FiredList() = default;
  FiredList(const FiredList&) = delete;
  FiredList& operator=(const FiredList&) = delete;

  void append(TimerEntry& entry) noexcept {
    *end_ = &entry;
    end_ = &entry.next;
    ++size_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] TimerEntry* release() noexcept {
    *end_ = nullptr;
    return head_;
  }

 private:
  TimerEntry* head_ = nullptr;
  TimerEntry** end_ = &head_;
  std::size_t size_ = 0;
};

TimerWheel::TimerWheel(std::int64_t start_ns) noexcept : present_(tick_of(start_ns)) {}

void TimerWheel::arm(TimerEntry& entry, std::int64_t deadline_ns) noexcept {
  HYPERACTOR_CHECK(!entry.armed(), entry.deadline_ns, deadline_ns);
  entry.deadline_ns = deadline_ns;
  entry.order = next_order_++;
  entry.rank = 0;
  entry.place = place_of(deadline_ns);

  const unsigned level = entry.place / kSlots;
  occupied_[level] |= std::uint64_t{1} << (entry.place % kSlots);  // TW-3
  occupied_levels_ |= 1U << level;
  add_tree(buckets_[entry.place], entry);

  const bool first = size_ == 0 || (earliest_ != nullptr && before(entry, *earliest_));
  if (first) earliest_ = &entry;  // TW-5: a newcomer says nothing about an unknown first
  ++size_;
}

bool TimerWheel::cancel(TimerEntry& entry) noexcept {
  if (!entry.armed()) return false;
  ++visits_;
  Bucket& bucket = buckets_[entry.place];
  unlink(bucket, entry);
  for (TimerEntry* child = std::exchange(entry.child, nullptr); child != nullptr;) {
    TimerEntry& orphan = *std::exchange(child, child->next);
    add_tree(bucket, orphan);
  }
  if (bucket.head == nullptr) mark_empty(entry.place);
  entry.place = TimerEntry::kNowhere;
  if (earliest_ == &entry) earliest_ = nullptr;  // TW-5
  --size_;
  return true;
}

TimerEntry* TimerWheel::expire(std::int64_t now_ns) noexcept {
  const std::uint64_t reach = std::max(tick_of(now_ns), present_);
  const std::uint64_t from = std::exchange(present_, reach);
  if (earliest_ != nullptr && earliest_->deadline_ns > now_ns) return nullptr;

  FiredList fired;
  for (unsigned levels = occupied_levels_; levels != 0; levels &= levels - 1) {
    const auto level = static_cast<unsigned>(std::countr_zero(levels));
    std::uint64_t slots = occupied_[level];
    // TW-3: all slots of a level share the higher digits of `from`. If `reach` still does, only
    // slots up to its own digit have begun; if not, the whole level lies behind it.
    if (((from ^ reach) >> shift_of(level) >> kDigitBits) == 0) {
      slots &= ~std::uint64_t{0} >> (kSlots - 1 - digit_of(reach, level));
    }
    for (; slots != 0; slots &= slots - 1) {
      drain(level * kSlots + static_cast<unsigned>(std::countr_zero(slots)), now_ns, fired);
    }
  }
  if (fired.size() == 0) return nullptr;
  size_ -= fired.size();
  earliest_ = nullptr;  // TW-5: it was among them
  return sorted(fired.release());
}

std::optional<std::int64_t> TimerWheel::next_deadline() noexcept {
  if (size_ == 0) return std::nullopt;
  if (earliest_ == nullptr) earliest_ = find_earliest();
  return earliest_->deadline_ns;
}

std::uint16_t TimerWheel::place_of(std::int64_t deadline_ns) const noexcept {
  const std::uint64_t tick = std::max(tick_of(deadline_ns), present_);
  const std::uint64_t differing = (tick ^ present_) >> kFractionBits;
  const unsigned level =
      differing == 0 ? 0 : (static_cast<unsigned>(std::bit_width(differing)) - 1) / kDigitBits;
  return static_cast<std::uint16_t>(level * kSlots + digit_of(tick, level));
}

// Appends a root, then restores the ranks (TW-4). They count as in a binary counter that may
// hold a digit 2: of three equal ranks the two older ones are linked. So whoever arms and
// cancels the same entry again and again never carries twice, and every link uses up a root
// that some call has added: the links of all calls are fewer than the roots added (TW-6).
void TimerWheel::add_tree(Bucket& bucket, TimerEntry& root) noexcept {
  ++visits_;
  TimerEntry* added = &root;
  TimerEntry* left = bucket.tail;
  while (left != nullptr && left->rank < added->rank) {  // an orphan: its rank may be any
    ++visits_;
    TimerEntry* const next_left = left->prev;
    added = &link(*left, *added, kRankMax);
    left = next_left;
  }
  added->prev = left;
  added->next = nullptr;
  (left != nullptr ? left->next : bucket.head) = added;
  bucket.tail = added;

  while (added->prev != nullptr && added->prev->rank == added->rank) {
    TimerEntry* const middle = added->prev;
    TimerEntry* const oldest = middle->prev;
    if (oldest == nullptr || oldest->rank != added->rank) break;
    ++visits_;
    left = oldest->prev;
    TimerEntry& carry = link(*oldest, *middle, kRankMax);
    carry.prev = left;
    carry.next = added;
    added->prev = &carry;
    (left != nullptr ? left->next : bucket.head) = &carry;
    added = &carry;
  }
}

// Takes an entry out of its siblings; its children keep hanging on it.
void TimerWheel::unlink(Bucket& bucket, TimerEntry& entry) noexcept {
  if (entry.next != nullptr) {
    entry.next->prev = entry.prev;
  } else if (bucket.tail == &entry) {
    bucket.tail = entry.prev;
  }
  if (entry.prev == nullptr) {
    bucket.head = entry.next;
  } else if (entry.prev->child == &entry) {
    entry.prev->child = entry.next;
  } else {
    entry.prev->next = entry.next;
  }
}

void TimerWheel::mark_empty(unsigned place) noexcept {
  const unsigned level = place / kSlots;
  occupied_[level] &= ~(std::uint64_t{1} << (place % kSlots));
  if (occupied_[level] == 0) occupied_levels_ &= ~(1U << level);
}

// Fires what is due in a bucket. A tree whose root is not due has nothing due in it (TW-4) and
// stays as it is. Children are fired last one first: that is the order they were armed in when
// deadlines rise, and leaves sorted() a single run.
void TimerWheel::drain(unsigned place, std::int64_t now_ns, FiredList& fired) noexcept {
  Bucket& bucket = buckets_[place];
  TimerEntry* todo = nullptr;
  for (TimerEntry* root = bucket.tail; root != nullptr;) {
    ++visits_;
    TimerEntry& seen = *std::exchange(root, root->prev);
    if (seen.deadline_ns > now_ns) continue;  // TW-1
    unlink(bucket, seen);
    seen.next = std::exchange(todo, &seen);
  }
  while (todo != nullptr) {
    TimerEntry& entry = *std::exchange(todo, todo->next);
    for (TimerEntry* child = std::exchange(entry.child, nullptr); child != nullptr;) {
      TimerEntry& orphan = *std::exchange(child, child->next);
      if (orphan.deadline_ns > now_ns) {  // TW-1
        add_tree(bucket, orphan);
      } else {
        ++visits_;
        orphan.next = std::exchange(todo, &orphan);
      }
    }
    entry.prev = nullptr;
    entry.place = TimerEntry::kNowhere;
    fired.append(entry);
  }
  if (bucket.head == nullptr) mark_empty(place);
}

TimerEntry* TimerWheel::first_in(unsigned place) noexcept {
  TimerEntry* first = buckets_[place].head;
  for (TimerEntry* root = first; root != nullptr; root = root->next) {
    ++visits_;
    if (before(*root, *first)) first = root;
  }
  return first;
}

TimerEntry* TimerWheel::find_earliest() noexcept {
  TimerEntry* first = nullptr;
  for (unsigned levels = occupied_levels_; levels != 0; levels &= levels - 1) {
    const auto level = static_cast<unsigned>(std::countr_zero(levels));
    const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    if (first != nullptr && slot != digit_of(present_, level)) continue;  // TW-3: later
    TimerEntry* const candidate = first_in(level * kSlots + slot);
    if (first == nullptr || before(*candidate, *first)) first = candidate;
  }
  return first;
}

bool TimerWheel::audit() const noexcept {
  std::size_t entries = 0;
  for (unsigned place = 0; place < buckets_.size(); ++place) {
    const unsigned level = place / kSlots;
    const bool marked = (occupied_[level] >> (place % kSlots) & 1U) != 0;
    if (marked != (buckets_[place].head != nullptr)) return false;  // TW-3
    if (((occupied_levels_ >> level & 1U) != 0) != (occupied_[level] != 0)) return false;
    if (marked && place % kSlots < digit_of(present_, level)) return false;  // TW-3
    if (!audit_roots(buckets_[place])) return false;
    if (!audit_bucket(place, entries)) return false;
  }
  return entries == size_ && (earliest_ == nullptr || earliest_->armed());
}

// TW-4: ranks never rise, and no three are equal.
bool TimerWheel::audit_roots(const Bucket& bucket) noexcept {
  const TimerEntry* last = nullptr;
  for (const TimerEntry* root = bucket.head; root != nullptr; root = root->next) {
    if (root->prev != last) return false;
    if (last != nullptr && root->rank > last->rank) return false;
    if (last != nullptr && last->prev != nullptr && root->rank == last->prev->rank)
      return false;
    last = root;
  }
  return bucket.tail == last;
}

// Depth first, without a stack: the first of a row of siblings leads back to the parent.
bool TimerWheel::audit_bucket(unsigned place, std::size_t& entries) const noexcept {
  const TimerEntry* parent = nullptr;
  const TimerEntry* entry = buckets_[place].head;
  while (entry != nullptr) {
    ++entries;
    if (!audit_entry(*entry, place)) return false;
    if (parent != nullptr && !before(*parent, *entry)) return false;  // TW-4
    if (entry->child != nullptr) {
      parent = std::exchange(entry, entry->child);
      if (entry->prev != parent) return false;
      continue;
    }
    while (entry->next == nullptr && parent != nullptr) {
      entry = parent;
      const TimerEntry* first = entry;
      while (first->prev != nullptr && first->prev->child != first) first = first->prev;
      parent = first->prev;
    }
    entry = entry->next;
  }
  return true;
}

bool TimerWheel::audit_entry(const TimerEntry& entry, unsigned place) const noexcept {
  if (entry.place != place) return false;
  if (entry.next != nullptr && entry.next->prev != &entry) return false;
  if (earliest_ != nullptr && before(entry, *earliest_)) return false;  // TW-5
  // TW-3: the deadline lies in the bucket's slot, or had passed when it was armed.
  const unsigned level = place / kSlots;
  const std::uint64_t tick = tick_of(entry.deadline_ns);
  if (tick < present_) return level == 0 && place % kSlots == digit_of(present_, 0);
  return digit_of(tick, level) == place % kSlots &&
         (tick ^ present_) >> shift_of(level) >> kDigitBits == 0;
}

}  // namespace hyperactor::runtime
