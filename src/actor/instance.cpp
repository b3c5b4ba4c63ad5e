// actor/instance.cpp - an instance runs: its start, frames of hooks and handlers, signals.
#include "hyperactor/actor/instance.hpp"

#include "hyperactor/actor/handler.hpp"
#include "hyperactor/mailbox/admission.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include <system_error>

#include <fmt/format.h>

namespace hyperactor::actor {

namespace {

ActorId make_id(const ProcServices& proc, const runtime::Strand& strand,
                const Kinship& kinship) {
  ActorId id;
  id.proc = proc.name();
  id.name = kinship.name;
  id.pid = kinship.pid;
  id.strand = strand.strand_id();
  return id;
}

std::string panic_text(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return std::string("panic: ") + error.what();
  } catch (...) {
    return "panic: an exception that is not a std::exception";
  }
}

runtime::Node& make_plain_node(const runtime::NodeOps& ops) {
  auto* node = runtime::make_node<runtime::Node>();
  node->ops = &ops;
  node->id = runtime::next_message_id(runtime::tls);
  return *node;
}

const std::atomic<std::uint32_t>& lifecycle_type(const char* name) {
  struct Types {
    std::atomic<std::uint32_t> init{telemetry::intern("init")};
    std::atomic<std::uint32_t> exit{telemetry::intern("exit")};
  };

  static const Types types;
  return name[0] == 'i' ? types.init : types.exit;
}

void drop_nothing(runtime::Strand*, runtime::Node&, runtime::DropReason) {}

}  // namespace

Instance::Instance(ProcServices& proc, runtime::Scheduler& scheduler, const Kinship& kinship)
    : runtime::Strand(scheduler),
      mailbox::Owner(static_cast<runtime::Strand&>(*this), make_id(proc, *this, kinship)),
      proc_(proc),
      root_(kinship.parent == nullptr ? this : kinship.parent->root_),
      parent_id_(kinship.parent_id) {
  proc_.add_reference();
  if (root_ != this) root_->add_reference();
  telemetry::StatusRecord& shown = record();
  shown.proc.store(id().proc, std::memory_order_relaxed);
  shown.name.store(id().name, std::memory_order_relaxed);
  shown.pid.store(id().pid, std::memory_order_relaxed);
  if (const auto& limit = kinship.options.mailbox_limit) {
    set_bound(std::make_unique<runtime::Bound>(
        *limit, kinship.options.overflow.value_or(Overflow::Reject)));
  }
}

std::optional<MailboxLimit> Instance::mailbox_limit() const noexcept {
  const runtime::Bound* const limited = bound();
  if (limited == nullptr) return std::nullopt;
  return MailboxLimit{limited->limit(), limited->policy(), limited->rejected(),
                      limited->dropped(), limited->beyond()};
}

std::optional<Error> refuse_options(const SpawnOptions& options) {
  constexpr std::size_t kLimitMax = std::size_t{1} << 32U;
  constexpr std::size_t kRingMax = std::size_t{1} << 20U;
  if (!options.mailbox_limit) {
    if (!options.overflow) return std::nullopt;
    return Error(
        Errc::Failed,
        "an overflow policy without a mailbox_limit: say how many messages may wait, or "
        "leave the policy out");
  }
  const std::size_t limit = *options.mailbox_limit;
  const bool ring = options.overflow == Overflow::DropOldest;
  const std::size_t most = ring ? kRingMax : kLimitMax;
  if (limit >= 1 && limit <= most) return std::nullopt;
  return Error(
      Errc::Failed,
      fmt::format("a mailbox_limit of {}: give 1 to {}{}, or none for a mailbox without "
                  "a limit",
                  limit, most,
                  ring ? " with DropOldest, which sets aside a place for each" : ""));
}

Instance::~Instance() {
  if (root_ != this) root_->drop_reference();
  proc_.drop_reference();
}

Result<void> Instance::run_apart() {
  try {
    auto thread = scheduler().run_apart(*this, "ha:" + std::string(id().name_text()));
    if (thread == nullptr) return {};
    extra().own_thread = std::move(thread);
    set_mode(Mode::Apart);
    return {};
  } catch (const std::system_error& error) {
    return std::unexpected(
        Error(Errc::Overloaded,
              fmt::format("starting a thread for {}: {}; raise the limit of threads, "
                          "or have fewer actors with own_thread",
                          id(), error.what())));
  }
}

void Instance::start() {
  static const runtime::NodeOps kStart{[](runtime::Strand& strand, runtime::Node&) {
                                         auto& self = static_cast<Instance&>(strand);
                                         self.phase_ = Phase::Initializing;
                                         self.set_state(runtime::StrandState::Initializing,
                                                        runtime::tls.now);
                                         self.run_hook(Hook::Init);
                                       },
                                       drop_nothing, &lifecycle_type("init")};
  push_work(make_plain_node(kStart));
}

Task<Result<void>> Instance::call_hook(Hook hook) {
  switch (hook) {
    case Hook::Init:
      return call_init();
    case Hook::Cleanup:
      return call_cleanup(extra_ && extra_->failure ? &*extra_->failure : nullptr);
    case Hook::Undeliverable:
      return call_undeliverable(*returned_);
  }
  return Result<void>{};
}

void Instance::run_hook(Hook hook) {
  try {
    Task<Result<void>> task = call_hook(hook);
    if (task.frame() == nullptr) {
      on_hook_done(hook, task.take(), false);
      return;
    }
    hook_ = hook;
    run_frame(
        task.release(),
        [](Instance& self, runtime::TaskPromise& frame) {
          auto& done = static_cast<runtime::TaskPromiseOf<Result<void>>&>(frame);
          if (done.thrown) {
            self.on_hook_done(self.hook_,
                              std::unexpected(Error(Errc::Failed, panic_text(done.thrown))),
                              true);
          } else {
            self.on_hook_done(self.hook_, done.take(), false);
          }
        },
        true);
  } catch (...) {
    on_hook_done(
        hook, std::unexpected(Error(Errc::Failed, panic_text(std::current_exception()))), true);
  }
}

void Instance::on_hook_done(Hook hook, Result<void> result, bool panicked) {
  switch (hook) {
    case Hook::Init:
      phase_ = Phase::Running;
      request_advance();  // for signals that came before
      if (!result) {
        fail((panicked ? "" : "initialization error: ") + result.error().to_string(), panicked);
      }
      return;
    case Hook::Undeliverable:
      if (!result) fail(result.error().to_string(), panicked);
      return;
    case Hook::Cleanup:
      end_patience();
      if (!result && !failed_) {
        failed_ = true;
        end_text_ = "cleanup error: " + result.error().to_string();
      }
      publish();
      return;
  }
}

void Instance::run_frame(runtime::TaskPromise* frame, Finish finish, bool hook) {
  hook_frame_ = hook;
  frame_ = frame;
  finish_ = finish;
  frame_done_ = false;
  frame->start(*this, nullptr, this);
  pump();
  if (frame_done_) {
    finish_frame();
  } else {
    set_held(true);
  }
}

void Instance::on_done(runtime::TaskPromise&) {
  frame_done_ = true;
  request_advance();
}

void Instance::finish_frame() {
  frame_done_ = false;
  runtime::TaskPromise* const frame = std::exchange(frame_, nullptr);
  const auto handle = frame->handle;
  finish_(*this, *frame);
  handle.destroy();
}

void Instance::cancel_frame(std::function<void()> then) {
  if (frame_ == nullptr) {
    then();
    return;
  }
  frame_done_ = false;
  const char* const operation = runtime::foreign_operation(*this);
  if (runtime::interrupt_foreign(*this, nullptr, *this) == 0) {
    std::exchange(frame_, nullptr)->handle.destroy();
    then();
    return;
  }
  extra().after_cancel = std::move(then);
  cancelling_.store(operation, std::memory_order_release);
  set_frozen(true);
  set_state(runtime::StrandState::Stopping, runtime::tls.now);
}

void Instance::finish_cancelling() {
  if (runtime::foreign_operation(*this) != nullptr) return;
  cancelling_.store(nullptr, std::memory_order_release);
  std::exchange(frame_, nullptr)->handle.destroy();
  set_frozen(false);
  std::exchange(extra().after_cancel, nullptr)();
}

void Instance::advance() {
  if (cancelling_.load(std::memory_order_relaxed) != nullptr) finish_cancelling();
  if (frame_done_) {
    const bool bounce = hook_frame_ && hook_ == Hook::Undeliverable;
    finish_frame();
    if (phase_ < Phase::Stopping) {
      if (bounce) current()->ops->drop(this, *current(), runtime::DropReason::Interrupted);
      finish_current();
      set_held(false);
    }
  }
  if (frame_ != nullptr) return;         // stop and drain wait for the handler (INS-3)
  if (phase_ == Phase::Created) return;  // init runs first, whatever has been asked
  if (phase_ < Phase::Stopping) {
    if (failed_ || stop_wanted_) begin_stopping();
  } else if (phase_ == Phase::Stopping && first_child_ == nullptr) {
    begin_cleanup();
  }
}

void Instance::fail(std::string text, bool panic) {
  panicked_ = panicked_ || panic;
  if (failed_) return;
  failed_ = true;
  end_text_ = std::move(text);
  request_advance();
}

void Instance::fail_with_exception() noexcept {
  fail(panic_text(std::current_exception()), true);
}

void Instance::on_signal(SignalNode& signal) {
  switch (signal.kind) {
    case SignalKind::Stop:
      if (phase_ >= Phase::Stopping || stop_wanted_) return;
      close();
      stop_wanted_ = true;
      if (!failed_) end_text_ = std::move(signal.reason);  // else it is the cause
      request_advance();
      return;
    case SignalKind::Drain: {
      if (phase_ >= Phase::Stopping || stop_wanted_ || draining_) return;
      draining_ = true;
      close();
      if (!failed_) end_text_ = std::move(signal.reason);
      set_working_states(runtime::StrandState::Stopping, runtime::StrandState::Stopping);
      set_state(runtime::StrandState::Stopping, runtime::tls.now);
      push_exit();
      return;
    }
    case SignalKind::Abort:
      interrupt("actor explicitly aborted due to: " + signal.reason);
      return;
    case SignalKind::ChildFailed:
      if (phase_ < Phase::Stopping) {
        fail(fmt::format("child {} failed: {}", signal.child, signal.reason), false);
      }
      return;
    case SignalKind::ChildEnded:
      on_child_ended(signal);
      return;
    case SignalKind::Watch:
      add_watcher(signal);
      return;
  }
}

void Instance::push_exit() {
  static const runtime::NodeOps kExit{[](runtime::Strand& strand, runtime::Node&) {
                                        auto& self = static_cast<Instance&>(strand);
                                        // A ring hands its messages to the inbox one by one.
                                        const runtime::Bound* const limited = self.bound();
                                        if (limited != nullptr && limited->queues_apart()) {
                                          self.push_exit();
                                          return;
                                        }
                                        self.stop_wanted_ = true;
                                        self.request_advance();
                                      },
                                      drop_nothing, &lifecycle_type("exit")};
  push_work(make_plain_node(kExit));
}

void Instance::add_watcher(const SignalNode& signal) {
  if (phase_ == Phase::Ended || signal.states.contains(state())) {
    runtime::wake(signal.watcher);
    return;
  }
  auto& watchers = extra().watchers;
  // Watchers that gave up are swept out whenever the list would grow.
  if (watchers.size() == watchers.capacity()) {
    std::erase_if(watchers, [](const Watcher& watcher) {
      return !runtime::WaitTable::process().open(watcher.wait);
    });
  }
  watchers.push_back({signal.watcher, signal.states});
  set_watched(true);
}

void Instance::on_state(runtime::StrandState state) {
  // Terminal states are published by publish(), which wakes everybody.
  auto& watchers = extra().watchers;
  std::erase_if(watchers, [state](const Watcher& watcher) {
    if (!watcher.states.contains(state)) return false;
    runtime::wake(watcher.wait);
    return true;
  });
  set_watched(!watchers.empty());
}

void Instance::interrupt(std::string text) {
  if (cancelling_.load(std::memory_order_relaxed) != nullptr) return;  // it is under way
  if (phase_ == Phase::Cleaning) {
    if (frame_ == nullptr) return;
    cancel_frame([this, text] {
      on_hook_done(Hook::Cleanup, std::unexpected(Error(Errc::Cancelled, text)), false);
    });
    return;
  }
  if (phase_ >= Phase::Stopping) return;
  close();
  const bool suspended = frame_ != nullptr;
  cancel_frame([this, suspended, text] {
    if (suspended) {
      current()->ops->drop(this, *current(), runtime::DropReason::Interrupted);
      finish_current();
      set_held(false);
    }
    fail(text, false);
  });
}

void Instance::watch(runtime::WaitId watcher, StateSet states) {
  SignalNode& signal = make_signal(SignalKind::Watch, {});
  signal.states = states;
  signal.watcher = watcher;
  push_control(signal);
}

bool Instance::on_undeliverable(Undeliverable& returned) {
  undeliverable_.store(undeliverable_.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  returned_ = &returned;
  run_hook(Hook::Undeliverable);
  return frame_ != nullptr;
}

std::uint64_t Instance::inherited_deadline() const noexcept {
  const runtime::Node* const node = current();
  if (node == nullptr || (node->flags & runtime::kNodeDeadline) == 0) return 0;
  return static_cast<const mailbox::DeadlineNode*>(node)->deadline;
}

std::int64_t Instance::ask_timeout_ns() const noexcept {
  return proc_.runtime().ask_timeout().count();
}

ActorStatus Instance::status() const {
  ActorStatus status;
  const telemetry::StatusRecord& shown = record();
  status.state = state();
  if (status.is_terminal()) {
    status.reason = end_text_;  // written before the state was released
  } else if (const char* operation = cancelling_.load(std::memory_order_acquire)) {
    status.state = runtime::StrandState::Stopping;
    status.reason = std::string("cancelling ") + operation;
  } else if (status.state == runtime::StrandState::Processing) {
    status.handler = telemetry::name_text(shown.handler.load(std::memory_order_relaxed));
    const std::uint64_t since = shown.since.load(std::memory_order_relaxed);
    const std::uint64_t now = scheduler().now_ticks();
    status.for_time =
        std::chrono::nanoseconds(now > since ? scheduler().scale().to_ns(now - since) : 0);
  }
  return status;
}

Instance::Extra& Instance::extra() {
  if (!extra_) extra_ = std::make_unique<Extra>();
  return *extra_;
}

Error unhandled_request(runtime::Strand* holder, const std::string& type,
                        runtime::DropReason why) {
  const std::string who = holder == nullptr ? "an actor that is gone" : holder->label();
  if (why == runtime::DropReason::Interrupted) {
    return Error(Errc::Disconnected,
                 fmt::format("asking for {}: {} failed while handling it", type, who));
  }
  if (why == runtime::DropReason::Cancelled) {
    return Error(
        Errc::Cancelled,
        fmt::format("asking for {}: {} did not run it, because nobody waits any more for "
                    "the request on whose behalf it was asked",
                    type, who));
  }
  if (why == runtime::DropReason::Overloaded) {
    return mailbox::not_handled(*mailbox::owner_of(*holder), why, "asking for " + type);
  }
  mailbox::Owner* const owner = holder == nullptr ? nullptr : mailbox::owner_of(*holder);
  const std::string state = owner == nullptr ? "gone" : owner->status().to_string();
  return Error(Errc::Disconnected,
               fmt::format("asking for {}: {} ended before it handled the request: {}", type,
                           who, state));
}

}  // namespace hyperactor::actor
