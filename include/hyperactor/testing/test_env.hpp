// testing/test_env.hpp - TestEnv: one body of a test, on threads and under simulation.
#pragma once

#include "hyperactor/actor/handle.hpp"
#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/ask.hpp"
#include "hyperactor/mailbox/port.hpp"
#include "hyperactor/mailbox/status.hpp"
#include "hyperactor/proc/client.hpp"
#include "hyperactor/proc/proc.hpp"
#include "hyperactor/runtime/combine.hpp"
#include "hyperactor/runtime/runtime.hpp"
#include "hyperactor/runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hyperactor {

namespace testing_detail {

class CrashLog;

// Result<Result<T>> is one failure, whichever of the two it is.
template <class T>
struct Flat {
  using type = T;

  static Result<T> flatten(Result<T>&& result) { return std::move(result); }
};

template <class T>
struct Flat<Result<T>> {
  using type = typename Flat<T>::type;

  static Result<type> flatten(Result<Result<T>>&& result) {
    if (!result) return std::unexpected(std::move(result).error());
    return Flat<T>::flatten(*std::move(result));
  }
};

}  // namespace testing_detail

/// What may be chosen for a TestEnv.
struct TestEnvOptions {
  /// Simulated with this seed; none: real threads.
  std::optional<std::uint64_t> seed = std::nullopt;
  std::size_t workers = 2;  ///< on threads
  /// The deadline of asks that name none.
  std::chrono::nanoseconds ask_timeout = std::chrono::seconds(30);
  /// How long a wait may last before it fails: real time, on threads only. A simulation fails
  /// at once when nothing can run any more.
  std::chrono::nanoseconds patience = std::chrono::seconds(10);
};

/// A runtime, a proc and a client for one test. What a test waits for blocks on threads and
/// steps a simulation, so one function tests both:
///
///   void deposits_add_up(ha::TestEnv& env) {
///     auto account = env.spawn<Account>("account", 100);
///     account.post<Deposit>(env.client(), 25);
///     assert(env.await(account.ask<Balance>(env.client())) == 125);
///   }
///
///   auto real = ha::TestEnv::threads();         deposits_add_up(real);
///   auto simulated = ha::TestEnv::simulated(7); deposits_add_up(simulated);
///
/// Threads   Belongs to the thread that made it.
/// Failure   Waits answer with an Error. A failure that no actor took is recorded in crashes()
///           and never ends the process.
/// Lifetime  The end of the env ends its client, then its proc.
class TestEnv {
 public:
  /// Fails a CHECK if the options are out of range.
  explicit TestEnv(const TestEnvOptions& options);

  /// On two real threads.
  static TestEnv threads() { return TestEnv(TestEnvOptions{}); }

  /// In a simulation with this seed.
  static TestEnv simulated(std::uint64_t seed) { return TestEnv(TestEnvOptions{.seed = seed}); }

  TestEnv(const TestEnv&) = delete;
  TestEnv& operator=(const TestEnv&) = delete;
  ~TestEnv();

  /// The runtime of this test, for its history() and now_ns().
  [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }

  /// Whether time is virtual.
  [[nodiscard]] bool is_simulated() const noexcept { return runtime_.is_simulated(); }

  /// The proc of this test.
  [[nodiscard]] ProcHandle proc() const { return proc_->handle(); }

  /// The caller of this test.
  [[nodiscard]] Client& client() noexcept { return *client_; }

  /// Spawns a root, named or not, like Proc::spawn. A refusal fails a CHECK.
  template <class A, class... Args>
  ActorHandle<A> spawn(Args&&... args) {
    auto spawned = proc_->spawn<A>(std::forward<Args>(args)...);
    if (!spawned) refused(spawned.error());
    return *std::move(spawned);
  }

  /// The answer to a request of this env's client.
  template <class R>
  auto await(Ask<R> ask) {
    return testing_detail::Flat<R>::flatten(block_on(std::move(ask)));
  }

  /// What the task returns.
  template <class T>
  auto await(Task<T> task) {
    using Flat = testing_detail::Flat<T>;
    if (is_simulated()) return Flat::flatten(block_on(runtime_, std::move(task)));
    // GCC 12 destroys a temporary task twice: name it.
    Task<Result<T>> limited = timeout(options_.patience, std::move(task));
    return testing_detail::Flat<Result<T>>::flatten(block_on(runtime_, std::move(limited)));
  }

  /// The next message of a port.
  template <class M>
  Result<M> await(PortReceiver<M>& receiver) {
    return await(receiver.recv());
  }

  /// The message of a once port.
  template <class M>
  Result<M> await(OncePortReceiver<M> receiver) {
    return await(std::move(receiver).recv());
  }

  /// How the actor ended, once it has. If that cannot be awaited the state is unknown, and the
  /// reason says why.
  template <class A>
  ActorStatus ended(const ActorHandle<A>& handle) {
    auto status = await(end_of(handle));
    if (status) return *std::move(status);
    ActorStatus unknown;
    unknown.reason = status.error().to_string();
    return unknown;
  }

  /// Waits until the predicate holds. Fails when patience is over; under simulation when
  /// nothing can run any more, with the wait-for graph.
  Result<void> eventually(const std::function<bool()>& predicate,
                          std::string_view what = "what the test waits for");

  /// Lets at least this time pass: real, or virtual.
  void sleep(std::chrono::nanoseconds duration);

  /// Simulation: runs one slice, or lets time jump to the next timer; false if neither is left.
  bool step() { return runtime_.step(); }

  /// Lets everything run until nothing can without new messages. Under simulation only; timers
  /// are not waited for on threads, where this does nothing and answers false.
  bool run_dry();

  /// The failures that nobody took, in the order in which they came.
  [[nodiscard]] std::vector<CrashReport> crashes() const;
  /// The same, and forgets them: a test that expects one takes it.
  std::vector<CrashReport> take_crashes();

  /// Ends the client and the proc, and waits for that. The runtime stays, for its history().
  void end();

 private:
  template <class A>
  static Task<ActorStatus> end_of(ActorHandle<A> handle) {
    actor::StatusWait ended = handle.ended();
    auto status = co_await ended;
    co_return status;
  }

  [[noreturn]] static void refused(const Error& why);

  TestEnvOptions options_;
  std::shared_ptr<testing_detail::CrashLog> crashes_;
  Runtime runtime_;
  std::optional<Proc> proc_;
  std::optional<Client> client_;
};

}  // namespace hyperactor
