// tests/unit/runtime/probe.hpp - a strand that runs closures, and waiting with an end.
#pragma once

#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/strand.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>

namespace hyperactor::runtime {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool kThreadSanitizer = false;
#endif

/// How often a stress test repeats: `rounds`, or in deep runs as often more as there are seeds.
inline int stress_rounds(int rounds) {
  const char* const seeds = std::getenv("HYPERACTOR_TEST_SEEDS");
  const int wanted = seeds == nullptr ? 0 : std::atoi(seeds);
  return wanted > 100 ? rounds * (wanted / 100) : rounds;
}

/// Looks every 100 us until `true_now()`; false after `limit`.
template <class Condition>
[[nodiscard]] bool eventually(Condition true_now,
                              std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!true_now()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return true;
}

class ProbeStrand;

/// A node that runs one closure, or tells another why it was dropped.
struct ProbeNode : Node {
  using Run = std::function<void(ProbeStrand&)>;
  using Drop = std::function<void(DropReason)>;

  static Node& make(Run run, Drop drop = nullptr);

  std::unique_ptr<std::pair<Run, Drop>> work;
};

/// A strand without an owner: everything protected is open to the test.
class ProbeStrand final : public Strand {
 public:
  /// Counts the reference of the caller; the strand ends with stop() and the last reference.
  class Ref {
   public:
    explicit Ref(ProbeStrand& strand) noexcept : strand_(&strand) { strand.add_reference(); }

    Ref(const Ref& other) noexcept : Ref(*other.strand_) {}

    Ref(Ref&& other) noexcept : strand_(std::exchange(other.strand_, nullptr)) {}

    Ref& operator=(const Ref&) = delete;
    Ref& operator=(Ref&&) = delete;

    ~Ref() {
      if (strand_ != nullptr) strand_->drop_reference();
    }

    ProbeStrand* operator->() const noexcept { return strand_; }

    ProbeStrand& operator*() const noexcept { return *strand_; }

   private:
    ProbeStrand* strand_;
  };

  static Ref make(Scheduler& scheduler) { return Ref(*new ProbeStrand(scheduler)); }

  ~ProbeStrand() override { destroyed_->store(true); }

  /// Queues work that runs `run`.
  void work(ProbeNode::Run run, ProbeNode::Drop drop = nullptr) {
    push_work(ProbeNode::make(std::move(run), std::move(drop)));
  }

  /// Queues control that runs `run`.
  void control(ProbeNode::Run run, ProbeNode::Drop drop = nullptr) {
    push_control(ProbeNode::make(std::move(run), std::move(drop)));
  }

  /// Ends the strand from any thread.
  void stop(DropReason reason = DropReason::Stopped) {
    close();
    control([reason](ProbeStrand& self) {
      self.on_advance = [reason](ProbeStrand& ending) { ending.end(reason); };
      self.request_advance();
    });
  }

  /// True once the memory of the strand is gone.
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> destroyed() const {
    return destroyed_;
  }

  std::function<void(ProbeStrand&)> on_advance;

  using Strand::end;
  using Strand::finish_current;
  using Strand::held;
  using Strand::request_advance;
  using Strand::request_yield;
  using Strand::set_held;

  [[nodiscard]] std::string label() const override { return "probe"; }

 private:
  explicit ProbeStrand(Scheduler& scheduler) : Strand(scheduler) {}

  void advance() override {
    if (on_advance) on_advance(*this);
  }

  std::shared_ptr<std::atomic<bool>> destroyed_ = std::make_shared<std::atomic<bool>>(false);
};

inline Node& ProbeNode::make(Run run, Drop drop) {
  static constinit std::atomic<std::uint32_t> type{0};
  static constexpr NodeOps kOps{
      [](Strand& strand, Node& node) {
        const auto work = std::move(static_cast<ProbeNode&>(node).work);
        work->first(static_cast<ProbeStrand&>(strand));
      },
      [](Strand*, Node& node, DropReason why) {
        const auto work = std::move(static_cast<ProbeNode&>(node).work);
        if (work && work->second) work->second(why);
      },
      &type};
  constexpr std::uint8_t kClass = NodePool::class_of(sizeof(ProbeNode));
  auto* node = ::new (tls.pool.allocate(kClass)) ProbeNode;
  node->size_class = kClass;
  node->ops = &kOps;
  node->id = next_message_id(tls);
  node->work = std::make_unique<std::pair<Run, Drop>>(std::move(run), std::move(drop));
  return *node;
}

}  // namespace hyperactor::runtime
