// runtime/manual_strand.hpp - a strand that a thread of the user runs: clients, block_on.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/runtime/task.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace hyperactor::runtime {

class Parker;

/// Ends the process: something was sent in the name of an actor that is not running here.
[[noreturn]] void refuse_foreign_sender(const Strand& strand);

/// MAN-1  The token waits in pending_ between activations; the thread in run_until() takes it.
/// MAN-2  One thread at a time; a second one fails a CHECK that names the strand (best effort).
class ManualStrand : public Strand {
 public:
  /// This thread uses the strand until the end of the scope (MAN-2). May be nested.
  class Use {
   public:
    explicit Use(ManualStrand& strand);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();

   private:
    ManualStrand* strand_;  // null if nested
  };

  /// A send in the name of `strand` on this thread, until the end of the scope: by its own run
  /// loop, or by the thread that uses a manual strand. Anything else fails a CHECK. Cheaper
  /// than Use: two threads that overlap are noticed soon, not always at once (MAN-2).
  class Sending {
   public:
    explicit Sending(Strand& strand) {
      if (tls.strand != &strand) begin(strand);
    }

    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

    ~Sending() {
      if (strand_ != nullptr) end();
    }

   private:
    void begin(Strand& strand);
    void end();

    ManualStrand* strand_ = nullptr;
  };

  explicit ManualStrand(Scheduler& scheduler);
  ~ManualStrand() override;

  /// Runs this strand on the calling thread until `done(context)`. Under simulation it steps
  /// the simulation, and fails when nothing can run any more. On a worker it fails at once.
  Result<void> run_until(bool (*done)(void* context), void* context);

  /// Runs what is there now, without waiting.
  void run_pending();

  /// Ends the strand: what is queued or comes later is dropped. Once; from the using thread.
  void retire();

  /// Makes the strand look at its ready coroutines and its control lane.
  void kick();

  [[nodiscard]] std::string label() const override { return label_; }

 protected:
  void advance() override;
  void on_manual_activation() override;

  void set_label(std::string label) { label_ = std::move(label); }

 private:
  bool take_token() noexcept;
  [[noreturn]] void used_twice() const;

  std::atomic<bool> pending_{false};
  std::atomic<const void*> user_{nullptr};  // the thread state of who uses it now
  bool retired_ = false;
  std::string label_ = "block_on";
  std::unique_ptr<Parker> parker_;
};

inline void ManualStrand::Sending::begin(Strand& strand) {
  if (!strand.is_manual()) [[unlikely]] {
    refuse_foreign_sender(strand);
  }
  auto& manual = static_cast<ManualStrand&>(strand);
  manual.scheduler().check_thread();
  // relaxed, and no exchange: an overlap is a bug of the caller, found by either of the two
  // sooner or later, and an exchange costs as much as a fifth of a send.
  const void* const user = manual.user_.load(std::memory_order_relaxed);
  if (user == &tls) return;
  if (user != nullptr) [[unlikely]] {
    manual.used_twice();
  }
  manual.user_.store(&tls, std::memory_order_relaxed);
  strand_ = &manual;
}

inline void ManualStrand::Sending::end() {
  if (strand_->user_.load(std::memory_order_relaxed) != &tls) [[unlikely]] {
    strand_->used_twice();
  }
  strand_->user_.store(nullptr, std::memory_order_release);
}

/// Runs `task` on the calling thread until it is done; what it throws comes out here. Under
/// simulation it steps the simulation. Fails on a worker, and when nothing can run any more.
template <class T>
Result<T> block_on(Scheduler& scheduler, Task<T> task) {
  if constexpr (!std::is_void_v<T>) {
    if (task.frame() == nullptr) return task.take();
  } else {
    if (task.frame() == nullptr) return {};
  }

  struct Root {
    ManualStrand* strand;

    ~Root() {
      strand->retire();
      strand->drop_reference();
    }
  };

  const Root root{new ManualStrand(scheduler)};
  root.strand->add_reference();
  // The task must end before its strand does: its waits are registered there.
  Task<T> running = std::move(task);
  running.frame()->start(*root.strand, nullptr, nullptr);
  root.strand->kick();
  auto ran = root.strand->run_until(
      [](void* frame) { return static_cast<TaskPromise*>(frame)->is_done(); },
      static_cast<TaskPromise*>(running.frame()));
  if (!ran) return std::unexpected(std::move(ran).error());
  if constexpr (std::is_void_v<T>) {
    running.take();
    return {};
  } else {
    return running.take();
  }
}

}  // namespace hyperactor::runtime
