// actor/stopping.cpp - an instance ends: children, cleanup, publication (chapter 10 §4.5-4.9).
#include "hyperactor/actor/instance.hpp"
#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"

#include <fmt/format.h>

namespace hyperactor::actor {

void Instance::begin_stopping() {
  phase_ = Phase::Stopping;
  close();
  set_held(true);
  set_working_states(runtime::StrandState::Stopping, runtime::StrandState::Stopping);
  set_state(runtime::StrandState::Stopping, runtime::tls.now);
  abandon_waits(*this);
  if (first_child_ == nullptr) {
    begin_cleanup();
    return;
  }
  for (Instance* child = first_child_; child != nullptr; child = child->next_sibling) {
    if (draining_ && !failed_) {
      child->send_signal(SignalKind::Drain, "parent draining");
    } else {
      child->send_signal(SignalKind::Stop, "parent stopping");
    }
  }
  await_children();
}

void Instance::await_children() {
  start_patience("children to stop", kChildStopWait);
}

void Instance::on_child_ended(const SignalNode& signal) {
  runtime::Strand* const strand = runtime::SlotTable::process().acquire(signal.child.strand);
  if (strand == nullptr) return;
  auto& child = static_cast<Instance&>(*strand);
  if (child.linked_) unlink_child(child);
  strand->drop_reference();
  if (phase_ != Phase::Stopping) return;
  if (first_child_ == nullptr) {
    end_patience();
    request_advance();
  } else {
    await_children();  // any answer renews the patience
  }
}

void Instance::orphan_children() {
  fmt::print(stderr,
             "hyperactor: {} has waited {} ms for {} of its children to stop; it ends "
             "without them\n",
             id(), kChildStopWait.count(), child_count());
  while (first_child_ != nullptr) unlink_child(*first_child_);
}

void Instance::link_child(Instance& child) {
  child.add_reference();
  child.linked_ = true;
  lock_children();
  child.prev_sibling = last_child_;
  (last_child_ == nullptr ? first_child_ : last_child_->next_sibling) = &child;
  last_child_ = &child;
  unlock_children();
  child_count_.store(static_cast<std::uint32_t>(child_count()) + 1, std::memory_order_relaxed);
}

void Instance::unlink_child(Instance& child) noexcept {
  lock_children();
  (child.prev_sibling == nullptr ? first_child_ : child.prev_sibling->next_sibling) =
      child.next_sibling;
  (child.next_sibling == nullptr ? last_child_ : child.next_sibling->prev_sibling) =
      child.prev_sibling;
  child.next_sibling = child.prev_sibling = nullptr;
  unlock_children();
  child_count_.store(static_cast<std::uint32_t>(child_count()) - 1, std::memory_order_relaxed);
  child.linked_ = false;
  child.drop_reference();
}

std::vector<ActorId> Instance::children() const {
  std::vector<ActorId> ids;
  ids.reserve(child_count());
  lock_children();
  for (const Instance* child = first_child_; child != nullptr; child = child->next_sibling) {
    ids.push_back(child->id());
  }
  unlock_children();
  return ids;
}

void Instance::lock_children() const noexcept {
  // Held for a few instructions, or for one copy of the ids.
  while (children_locked_.exchange(true, std::memory_order_acquire)) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

void Instance::unlock_children() const noexcept {
  children_locked_.store(false, std::memory_order_release);
}

void Instance::begin_cleanup() {
  phase_ = Phase::Cleaning;
  if (panicked_) {
    publish();
    return;
  }
  start_patience("cleanup", kCleanupTimeout);
  if (failed_) extra().failure.emplace(Errc::Failed, end_text_);
  run_hook(Hook::Cleanup);
}

void Instance::start_patience(const char* what, std::chrono::nanoseconds limit) {
  end_patience();
  Patience& patience = extra().patience;
  patience.owner = this;
  patience.what = what;
  patience.since = scheduler().now_ticks();
  patience.complete = [](runtime::Wait& wait, runtime::Node&) {
    auto& over = static_cast<Patience&>(wait);
    over.timer = nullptr;
    runtime::close_wait(over);
    over.owner->on_patience_over();
  };
  runtime::open_wait(*this, patience);
  patience.timer = runtime::arm_wait_timer(patience, scheduler().now_ns() + limit.count());
}

void Instance::end_patience() noexcept {
  if (!extra_ || !extra_->patience.id) return;
  Patience& patience = extra_->patience;
  runtime::cancel_wait_timer(scheduler(), std::exchange(patience.timer, nullptr));
  runtime::close_wait(patience);
}

void Instance::on_patience_over() {
  if (phase_ == Phase::Stopping) {
    orphan_children();
    request_advance();
  } else if (phase_ == Phase::Cleaning && frame_ != nullptr &&
             cancelling_.load(std::memory_order_relaxed) == nullptr) {
    cancel_frame([this] {
      on_hook_done(
          Hook::Cleanup,
          std::unexpected(Error(Errc::Timeout, fmt::format("not done after {} s, cancelled",
                                                           kCleanupTimeout.count()))),
          false);
    });
  }
}

void Instance::publish() {
  phase_ = Phase::Ended;
  abandon_waits(*this);
  // Before the status: whoever sees the end also finds the object's resources released.
  destroy_actor();
  abandon_waits(*this);  // what the destructor left
  if (failed_) report_failure();
  runtime::Strand* const parent =
      root_ == this ? nullptr : runtime::SlotTable::process().acquire(parent_id_.strand);
  set_watched(false);  // the watchers are woken below, when everything is known
  set_state(failed_ ? runtime::StrandState::Failed : runtime::StrandState::Stopped,
            runtime::tls.now);
  proc_.on_ended(*this);
  if (extra_) {
    for (const Watcher& watcher : extra_->watchers) runtime::wake(watcher.wait);
    extra_->watchers.clear();
  }
  if (root_ == this) {
    proc_.remove_root(*this);
  } else if (parent != nullptr) {
    SignalNode& ended = make_signal(SignalKind::ChildEnded, {});
    ended.child = id();
    parent->push_control(ended);
    parent->drop_reference();
  }
  end(failed_ ? runtime::DropReason::Failed : runtime::DropReason::Stopped);
}

void Instance::discard() noexcept {
  phase_ = Phase::Ended;
  close();
  destroy_actor();
  abandon_waits(*this);
  set_state(runtime::StrandState::Stopped, scheduler().now_ticks());
  set_mode(Mode::Dead);
  if (extra_ && extra_->own_thread) extra_->own_thread->cancel();
  drop_reference();  // the loop's, which will not run
}

void Instance::report_failure() {
  if (root_ != this) {
    // INS-2: the event is with the parent before the status is terminal.
    if (runtime::Strand* parent = runtime::SlotTable::process().acquire(parent_id_.strand)) {
      SignalNode& event = make_signal(SignalKind::ChildFailed, end_text_);
      event.child = id();
      parent->push_control(event);
      parent->drop_reference();
      return;
    }
  }
  report_to_proc(proc_, id(), end_text_);
}

void report_to_proc(ProcServices& proc, const ActorId& actor, const std::string& text) {
  if (!proc.reports_failures()) return;
  CrashReport report;
  report.actor = actor.to_string();
  report.text = fmt::format(
      "hyperactor: actor {} failed, and nobody above it handles failures:\n"
      "  {}",
      actor, text);
  proc.runtime().crash(report);
}

}  // namespace hyperactor::actor
