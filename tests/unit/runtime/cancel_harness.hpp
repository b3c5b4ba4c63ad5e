// tests/unit/runtime/cancel_harness.hpp - cancels a task after every one of its suspensions.
#pragma once

#include "hyperactor/runtime/manual_strand.hpp"
#include "hyperactor/runtime/task.hpp"

#include "runtime/simulation.hpp"

#include <concepts>
#include <coroutine>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace hyperactor {

/// Runs a fresh task to its end and counts the turns; then cancels a fresh one after k turns,
/// for every k, and looks for what it left behind: locals, waits, and a strand that no longer
/// works, which another fresh run must show.
class CancelHarness {
 public:
  /// Held by everything a task may leave behind.
  using Alive = std::shared_ptr<int>;

  /// An await that lets one turn pass.
  class Pass {
   public:
    explicit Pass(CancelHarness& harness) noexcept : harness_(harness) {}

    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    ~Pass() {
      if (harness_.passing_ == frame_) harness_.passing_ = nullptr;
    }

    bool await_ready() const noexcept { return false; }

    template <std::derived_from<runtime::Resumable> Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) noexcept {
      frame_ = &frame.promise();
      harness_.passing_ = frame_;
    }

    void await_resume() const noexcept {}

   private:
    CancelHarness& harness_;
    runtime::Resumable* frame_ = nullptr;
  };

  CancelHarness() : strand_(new runtime::ManualStrand(simulation_)) {
    strand_->add_reference();
  }

  CancelHarness(const CancelHarness&) = delete;
  CancelHarness& operator=(const CancelHarness&) = delete;

  ~CancelHarness() {
    strand_->retire();
    strand_->drop_reference();
  }

  [[nodiscard]] Pass pass() noexcept { return Pass(*this); }

  /// Empty if all is well, else what is wrong.
  template <class T>
  [[nodiscard]] std::string check(std::function<Task<T>(Alive)> make, T expected) {
    const Alive alive = std::make_shared<int>(0);
    points_ = finish(make(alive), expected);
    if (points_ < 0) return "a run from beginning to end does not return what it should";
    for (int k = 0; k < points_; ++k) {
      const std::string after = " after " + std::to_string(k) + " turns";
      {
        const Task<T> task = make(alive);
        task.frame()->start(*strand_, nullptr, nullptr);
        strand_->kick();
        strand_->run_pending();
        for (int turn = 0; turn < k; ++turn) (void)take_turn();
        if (task.frame()->is_done()) return "done already" + after;
      }
      if (alive.use_count() != 1) return "something is left of a task cancelled" + after;
      if (strand_->waits_head != nullptr) return "a wait is left of a task cancelled" + after;
      if (finish(make(alive), expected) != points_) {
        return "another run differs once one was cancelled" + after;
      }
    }
    return "";
  }

  /// Turns of the last complete run.
  [[nodiscard]] int points() const noexcept { return points_; }

 private:
  template <class T>
  int finish(Task<T> task, const T& expected) {
    task.frame()->start(*strand_, nullptr, nullptr);
    strand_->kick();
    strand_->run_pending();
    int turns = 0;
    while (!task.frame()->is_done()) {
      if (!take_turn()) return -1;
      ++turns;
    }
    return task.take() == expected ? turns : -1;
  }

  // Resumes what passes, or lets time jump to the next timer.
  bool take_turn() {
    if (runtime::Resumable* frame = std::exchange(passing_, nullptr)) {
      strand_->make_ready(*frame);
      strand_->kick();
    } else if (!simulation_.step()) {
      return false;
    }
    strand_->run_pending();
    return true;
  }

  runtime::Simulation simulation_{1};
  runtime::ManualStrand* strand_;
  runtime::Resumable* passing_ = nullptr;
  int points_ = 0;
};

}  // namespace hyperactor
