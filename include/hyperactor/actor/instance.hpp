// actor/instance.hpp - the runtime side of one actor: its life, its family, its end.
#pragma once

#include "hyperactor/actor/proc_services.hpp"
#include "hyperactor/actor/signal.hpp"
#include "hyperactor/actor/spawn_options.hpp"
#include "hyperactor/mailbox/message.hpp"
#include "hyperactor/mailbox/undeliverable.hpp"
#include "hyperactor/runtime/foreign.hpp"
#include "hyperactor/runtime/own_thread.hpp"
#include "hyperactor/runtime/task.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hyperactor::actor {

/// Where an instance stands in its tree.
struct Kinship {
  Instance* parent = nullptr;  ///< null: a root, or the child of a client
  ActorId parent_id;           ///< shown; the parent's, or the client's
  telemetry::NameIndex name = 0;
  std::uint64_t pid = 0;
  SpawnOptions options;
};

/// The state machine of chapter 10 §4, without the user's type.
///
/// INS-1  created -> initializing -> running -> stopping (children, then cleanup) -> ended.
/// Each
///        step runs on the strand; a hook or handler that suspends holds the machine where it
///        is.
/// INS-2  The parent learns of the end (control lane) before the terminal status is published.
/// INS-3  Abort destroys the suspended frame, once the foreign operations that it awaits have
/// been
///        interrupted and have ended (FOR-1); stop and drain wait for the handler.
/// INS-4  A panic skips cleanup. Its text begins with "panic: ".
/// INS-5  children_ is changed by this strand only; the lock is for those who list.
class Instance : public runtime::Strand,
                 public mailbox::Owner,
                 private runtime::Join,
                 private runtime::Drain {
 public:
  Instance(ProcServices& proc, runtime::Scheduler& scheduler, const Kinship& kinship);
  ~Instance() override;

  // --- any thread --------------------------------------------------------------------------

  [[nodiscard]] ActorStatus status() const override;

  [[nodiscard]] std::string label() const override { return id().to_string(); }

  [[nodiscard]] void* owner() noexcept override { return static_cast<mailbox::Owner*>(this); }

  [[nodiscard]] ProcServices& proc() const noexcept { return proc_; }

  void send_signal(SignalKind kind, std::string reason) {
    scheduler().check_thread();
    push_control(make_signal(kind, std::move(reason)));
  }

  /// Wakes `watcher` in a state of `states`, or when this instance has ended; at once if it is
  /// there.
  void watch(runtime::WaitId watcher, StateSet states);

  /// Ids of the linked children, in pid order.
  [[nodiscard]] std::vector<ActorId> children() const;

  [[nodiscard]] std::size_t child_count() const noexcept {
    return child_count_.load(std::memory_order_relaxed);
  }

  /// The parent's id, or an empty one (pid and name 0) for a root.
  [[nodiscard]] const ActorId& parent_id() const noexcept { return parent_id_; }

  /// Messages that came back to this actor.
  [[nodiscard]] std::uint64_t undeliverable_count() const noexcept {
    return undeliverable_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::optional<MailboxLimit> mailbox_limit() const noexcept;

  /// Requests not run because nobody waited for them any more.
  [[nodiscard]] std::uint64_t unwanted_count() const noexcept {
    return unwanted_.load(std::memory_order_relaxed);
  }

  /// The type of the actor object; compared by address.
  [[nodiscard]] virtual const void* actor_type() const noexcept = 0;

  // --- its own strand ----------------------------------------------------------------------

  [[nodiscard]] std::uint64_t inherited_deadline() const noexcept override;
  [[nodiscard]] std::int64_t ask_timeout_ns() const noexcept override;
  bool on_undeliverable(Undeliverable& returned) override;
  void on_signal(SignalNode& signal);

  /// The number of a new child of this tree.
  std::uint64_t next_child_pid() noexcept { return root_->tree_pid_.fetch_add(1) + 1; }

  void link_child(Instance& child);

  [[nodiscard]] bool accepts_children() const noexcept { return phase_ < Phase::Stopping; }

  /// The handler of the current message failed: the actor fails after it.
  void fail(std::string text, bool panic);
  /// The same for the exception being handled.
  void fail_with_exception() noexcept;

  /// Runs `task` for the current message; `finish` is called with its frame when it is done. If
  /// that is not at once, the instance holds until then.
  using Finish = void (*)(Instance&, runtime::TaskPromise&);
  void run_frame(runtime::TaskPromise* frame, Finish finish, bool hook = false);

  void count_unwanted() noexcept {
    unwanted_.store(unwanted_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// Before start(): gives it a thread of its own. Fails if the system has no more.
  Result<void> run_apart();
  /// The first push: makes the instance run its init.
  void start();
  /// Instead of start(): ends an instance that nobody may have.
  void discard() noexcept;

  /// Links among the children of one parent, or among the roots of one proc; whoever lists the
  /// instance owns them.
  Instance* next_sibling = nullptr;
  Instance* prev_sibling = nullptr;

  static constexpr std::chrono::milliseconds kChildStopWait{500};
  static constexpr std::chrono::seconds kCleanupTimeout{3};

 protected:
  virtual Task<Result<void>> call_init() = 0;
  virtual Task<Result<void>> call_cleanup(const Error* failure) = 0;
  virtual Task<Result<void>> call_undeliverable(Undeliverable& returned) = 0;
  /// Destroys the user's object.
  virtual void destroy_actor() noexcept = 0;

  void advance() override;
  void on_state(runtime::StrandState state) override;

  void on_manual_activation() override { extra_->own_thread->activate(); }

 private:
  enum class Phase : std::uint8_t {
    Created,
    Initializing,
    Running,
    Stopping,  // waiting for children
    Cleaning,  // cleanup hook
    Ended,
  };

  enum class Hook : std::uint8_t { Init, Cleanup, Undeliverable };

  // The patience of a stopping instance: with its children, then with its cleanup.
  struct Patience : runtime::Wait {
    Instance* owner = nullptr;
    runtime::WaitTimer* timer = nullptr;
  };

  void on_done(runtime::TaskPromise& child) override;

  void on_drained() override { request_advance(); }

  [[nodiscard]] const runtime::Resumable* awaiting() const noexcept override { return nullptr; }

  void finish_frame();
  /// Destroys the suspended frame, if there is one, and calls `then`: at once, or when the
  /// foreign operations that the frame awaits have ended.
  void cancel_frame(std::function<void()> then);
  void finish_cancelling();
  void interrupt(std::string text);
  void run_hook(Hook hook);
  Task<Result<void>> call_hook(Hook hook);
  void on_hook_done(Hook hook, Result<void> result, bool panicked);

  void begin_stopping();
  void await_children();
  void on_child_ended(const SignalNode& signal);
  void orphan_children();
  void unlink_child(Instance& child) noexcept;
  void begin_cleanup();
  void publish();
  void report_failure();
  void start_patience(const char* what, std::chrono::nanoseconds limit);
  void end_patience() noexcept;
  void on_patience_over();
  void push_exit();
  void add_watcher(const SignalNode& signal);
  void lock_children() const noexcept;
  void unlock_children() const noexcept;

  ProcServices& proc_;
  Instance* const root_;  // keeps the tree's counter alive
  ActorId parent_id_;

  // Frame of the suspended handler or hook, if any.
  runtime::TaskPromise* frame_ = nullptr;
  Finish finish_ = nullptr;
  Undeliverable* returned_ = nullptr;  // while its hook starts

  // Outcome so far.
  std::string end_text_;
  Phase phase_ = Phase::Created;
  bool failed_ = false;
  bool panicked_ = false;
  bool hook_frame_ = false;  // frame_ is a hook's, not a handler's
  bool stop_wanted_ = false;
  bool draining_ = false;
  bool frame_done_ = false;
  bool linked_ = false;  // to its parent; the parent's strand decides
  Hook hook_ = Hook::Init;
  // What the frame awaits while it is being cancelled; a literal.
  std::atomic<const char*> cancelling_{nullptr};
  mutable std::atomic<bool> children_locked_{false};
  std::atomic<std::uint32_t> child_count_{0};

  Instance* first_child_ = nullptr;
  Instance* last_child_ = nullptr;

  std::atomic<std::uint64_t> tree_pid_{0};
  std::atomic<std::uint64_t> undeliverable_{0};
  std::atomic<std::uint64_t> unwanted_{0};

  struct Watcher {
    runtime::WaitId wait;
    StateSet states;
  };

  // Rare; made when needed.
  struct Extra {
    std::vector<Watcher> watchers;
    Patience patience;
    std::optional<Error> failure;  // what cleanup() is told
    std::function<void()> after_cancel;
    std::shared_ptr<runtime::OwnThread> own_thread;
  };

  Extra& extra();
  std::unique_ptr<Extra> extra_;
};

/// A failure that no parent took: to the runtime's crash policy.
void report_to_proc(ProcServices& proc, const ActorId& actor, const std::string& text);

}  // namespace hyperactor::actor
