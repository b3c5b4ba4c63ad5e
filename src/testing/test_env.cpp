// testing/test_env.cpp - makes the runtime of a test, and waits on it.
#include "hyperactor/testing/test_env.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/sleep.hpp"
#include "hyperactor/runtime/wait_graph.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace hyperactor {

namespace testing_detail {

/// Crash reports come from any worker.
class CrashLog {
 public:
  void add(const CrashReport& report) {
    const std::scoped_lock lock(mutex_);
    reports_.push_back(report);
  }

  std::vector<CrashReport> copy() const {
    const std::scoped_lock lock(mutex_);
    return reports_;
  }

  std::vector<CrashReport> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(reports_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::vector<CrashReport> reports_;
};

}  // namespace testing_detail

namespace {

// More steps than any test needs: periodic messages would go on for ever.
constexpr std::uint64_t kStepsMax = 10'000'000;

Runtime make_runtime(const TestEnvOptions& options,
                     const std::shared_ptr<testing_detail::CrashLog>& crashes) {
  RuntimeOptions chosen;
  if (!options.seed) chosen.workers = options.workers;
  chosen.ask_timeout = options.ask_timeout;
  chosen.crash = [crashes](const CrashReport& report) { crashes->add(report); };
  auto made = options.seed ? Runtime::simulated(*options.seed, std::move(chosen))
                           : Runtime::threads(std::move(chosen));
  HYPERACTOR_CHECK(made.has_value(), made.error());
  return *std::move(made);
}

Task<void> sleep_for(std::chrono::nanoseconds duration) {
  Sleep nap(duration);
  co_await nap;
}

}  // namespace

TestEnv::TestEnv(const TestEnvOptions& options)
    : options_(options),
      crashes_(std::make_shared<testing_detail::CrashLog>()),
      runtime_(make_runtime(options, crashes_)),
      proc_(Proc::local(runtime_)),
      client_(proc_->client("test")) {}

TestEnv::~TestEnv() {
  end();
}

void TestEnv::refused(const Error& why) {
  HYPERACTOR_CHECK(false, "a test could not spawn its actor", why);
  std::abort();
}

Result<void> TestEnv::eventually(const std::function<bool()>& predicate,
                                 std::string_view what) {
  if (is_simulated()) {
    for (std::uint64_t steps = 0; steps < kStepsMax; ++steps) {
      if (predicate()) return {};
      if (!runtime_.step()) break;
    }
    if (predicate()) return {};
    return std::unexpected(Error(
        Errc::Timeout, fmt::format("{} does not come true, and nothing can run any more; {}",
                                   what, runtime::describe_waits(runtime_.scheduler()))));
  }
  const auto end = std::chrono::steady_clock::now() + options_.patience;
  auto nap = std::chrono::microseconds(20);
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > end) {
      return std::unexpected(Error(
          Errc::Timeout,
          fmt::format(
              "{} did not come true within {} s", what,
              std::chrono::duration_cast<std::chrono::seconds>(options_.patience).count())));
    }
    std::this_thread::sleep_for(nap);
    nap = std::min(nap * 2, std::chrono::microseconds(2'000));
  }
  return {};
}

void TestEnv::sleep(std::chrono::nanoseconds duration) {
  auto slept = block_on(runtime_, sleep_for(duration));
  HYPERACTOR_CHECK(slept.has_value(), slept.error());
}

bool TestEnv::run_dry() {
  if (!is_simulated()) return false;
  for (std::uint64_t steps = 0; steps < kStepsMax; ++steps) {
    if (!runtime_.step()) return true;
  }
  return false;
}

std::vector<CrashReport> TestEnv::crashes() const {
  return crashes_->copy();
}

std::vector<CrashReport> TestEnv::take_crashes() {
  return crashes_->take();
}

void TestEnv::end() {
  client_.reset();
  proc_.reset();
}

}  // namespace hyperactor
