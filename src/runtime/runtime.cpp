// runtime/runtime.cpp - makes and ends the two kinds of runtime.
#include "hyperactor/runtime/runtime.hpp"

#include "hyperactor/base/duration_text.hpp"
#include "hyperactor/config/environment.hpp"
#include "hyperactor/telemetry/evidence.hpp"

#include "simulation.hpp"
#include "thread_pool.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace hyperactor {

namespace {

constexpr std::chrono::nanoseconds kAskTimeout = std::chrono::seconds(30);
constexpr std::chrono::nanoseconds kAskTimeoutMax = Runtime::kAskTimeoutMax;
constexpr std::size_t kBlockingThreadsMax = 10'000;
constexpr std::int64_t kWorkersMax = runtime::IdleSet::kWorkersMax;

[[noreturn]] void exit_with(const CrashReport& report) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", report.text);
  std::fflush(stderr);
  // No destructors: other threads still run, and their actors are not ours to end.
  std::_Exit(1);
}

// Fills what the caller left open from the environment.
Result<RuntimeOptions> complete(RuntimeOptions options, bool with_workers) {
  const auto environment = config::Environment::of_process();
  if (with_workers && !options.workers) {
    const auto workers = environment.integer("HYPERACTOR_WORKERS", 1, kWorkersMax);
    if (!workers) return std::unexpected(workers.error());
    options.workers = workers->has_value()
                          ? static_cast<std::size_t>(**workers)
                          : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  }
  if (with_workers &&
      (*options.workers < 1 || *options.workers > static_cast<std::size_t>(kWorkersMax))) {
    return std::unexpected(Error(
        Errc::Failed, fmt::format("a runtime with {} worker threads: give 1 to {}, or none for "
                                  "one per hardware thread",
                                  *options.workers, kWorkersMax)));
  }
  if (options.blocking_threads < 1 || options.blocking_threads > kBlockingThreadsMax) {
    return std::unexpected(
        Error(Errc::Failed, fmt::format("{} threads for blocking work: give 1 to {}",
                                        options.blocking_threads, kBlockingThreadsMax)));
  }
  if (!options.ask_timeout) {
    const auto timeout = environment.duration("HYPERACTOR_ASK_TIMEOUT",
                                              std::chrono::nanoseconds(1), kAskTimeoutMax);
    if (!timeout) return std::unexpected(timeout.error());
    options.ask_timeout = timeout->value_or(kAskTimeout);
  }
  if (options.ask_timeout->count() <= 0 || *options.ask_timeout > kAskTimeoutMax) {
    return std::unexpected(
        Error(Errc::Failed, fmt::format("an ask timeout of {}: give more than 0, at most {}",
                                        base::format_duration(*options.ask_timeout),
                                        base::format_duration(kAskTimeoutMax))));
  }
  if (!options.crash) options.crash = [](const CrashReport& report) { exit_with(report); };
  return options;
}

// What the state codes of strands mean, for whoever reads the evidence file.
void describe_states() {
  using runtime::StrandState;
  static constexpr std::pair<StrandState, const char*> kStates[] = {
      {StrandState::Created, "created"},       {StrandState::Initializing, "initializing"},
      {StrandState::Client, "client"},         {StrandState::Idle, "idle"},
      {StrandState::Processing, "processing"}, {StrandState::Stopping, "stopping"},
      {StrandState::Restarting, "restarting"}, {StrandState::Stopped, "stopped"},
      {StrandState::Failed, "failed"}};
  static const bool described = [] {
    for (const auto& [state, text] : kStates) {
      telemetry::Evidence::process().describe_state(static_cast<std::uint8_t>(state), text);
    }
    return true;
  }();
  static_cast<void>(described);
}

}  // namespace

struct Runtime::Core {
  explicit Core(RuntimeOptions chosen) : options(std::move(chosen)) {}

  RuntimeOptions options;
  std::unique_ptr<runtime::ThreadPool> pool;
  std::unique_ptr<runtime::Simulation> simulation;
  std::mutex services_mutex;
  std::map<const void*, std::shared_ptr<void>> services;

  runtime::Scheduler& scheduler() {
    if (pool) return *pool;
    return *simulation;
  }

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  ~Core() {
    if (!runtime::tls.runtime_thread) {
      services.clear();
      if (pool) pool->stop();
      return;
    }
    // The last handle went on one of our own threads, which cannot wait for itself.
    std::thread([ending = std::move(pool), with = std::move(services)]() mutable {
      with.clear();
      if (ending) ending->stop();
    }).detach();
  }
};

Result<Runtime> Runtime::threads(RuntimeOptions options) {
  auto completed = complete(std::move(options), true);
  if (!completed) return std::unexpected(std::move(completed).error().in("making a runtime"));
  describe_states();
  const std::size_t workers = *completed->workers;
  auto core = std::make_shared<Core>(*std::move(completed));
  core->pool = std::make_unique<runtime::ThreadPool>(workers, core->options.blocking_threads);
  try {
    core->pool->start();
  } catch (const std::system_error& error) {
    return std::unexpected(
        Error(Errc::Overloaded,
              fmt::format("starting {} worker threads and a sentinel: {}; ask "
                          "for fewer workers, or raise the limit of threads",
                          workers, error.what()))
            .in("making a runtime"));
  }
  return Runtime(std::move(core));
}

Result<Runtime> Runtime::simulated(std::uint64_t seed, RuntimeOptions options) {
  if (options.workers) {
    return std::unexpected(
        Error(Errc::Failed, fmt::format("{} workers: a simulation runs on the thread that made "
                                        "it; leave `workers` out, or use Runtime::threads()",
                                        *options.workers))
            .in("making a simulation"));
  }
  auto completed = complete(std::move(options), false);
  if (!completed)
    return std::unexpected(std::move(completed).error().in("making a simulation"));
  describe_states();
  auto core = std::make_shared<Core>(*std::move(completed));
  core->simulation = std::make_unique<runtime::Simulation>(seed);
  return Runtime(std::move(core));
}

Runtime Runtime::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Core> current;
  const std::scoped_lock lock(mutex);
  if (auto core = current.lock()) return Runtime(std::move(core));
  auto made = threads();
  if (!made) {
    fmt::print(stderr, "hyperactor: {}\n", made.error());
    std::exit(2);
  }
  current = made->core_;
  return *std::move(made);
}

bool Runtime::is_simulated() const noexcept {
  return core_->simulation != nullptr;
}

runtime::Scheduler& Runtime::scheduler() const noexcept {
  return core_->scheduler();
}

std::chrono::nanoseconds Runtime::ask_timeout() const noexcept {
  return *core_->options.ask_timeout;
}

std::shared_ptr<void> Runtime::service(const void* key,
                                       std::shared_ptr<void> (*make)(bool simulated)) const {
  const std::scoped_lock lock(core_->services_mutex);
  std::shared_ptr<void>& service = core_->services[key];
  if (service == nullptr) service = make(is_simulated());
  return service;
}

bool Runtime::step() const {
  return scheduler().step();
}

std::uint64_t Runtime::history() const noexcept {
  return core_->simulation ? core_->simulation->history() : 0;
}

std::int64_t Runtime::now_ns() const noexcept {
  return scheduler().now_ns();
}

void Runtime::crash(const CrashReport& report) const noexcept {
  core_->options.crash(report);
}

}  // namespace hyperactor
