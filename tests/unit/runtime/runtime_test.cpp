// tests/unit/runtime/runtime_test.cpp - options, both kinds of runtime, and the slot table.
#include "hyperactor/runtime/runtime.hpp"

#include "hyperactor/runtime/combine.hpp"
#include "hyperactor/runtime/slot_table.hpp"
#include "hyperactor/runtime/wait.hpp"

#include "probe.hpp"
#include "runtime/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor {
namespace {

using namespace std::chrono_literals;

// One variable of the environment, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }

  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

RuntimeOptions workers(std::size_t count) {
  RuntimeOptions options;
  options.workers = count;
  return options;
}

std::string refusal(const Result<Runtime>& made) {
  return made ? "was made" : made.error().to_string();
}

TEST(Runtime, RefusesWorkerCountsOutOfRangeAndSaysWhich) {
  EXPECT_NE(refusal(Runtime::threads(workers(0))).find("0 worker threads: give 1 to 1024"),
            std::string::npos);
  EXPECT_NE(refusal(Runtime::threads(workers(100'000))).find("100000 worker threads"),
            std::string::npos);
}

TEST(Runtime, RefusesAskTimeoutsThatAreNegativeOrAbsurd) {
  for (const std::chrono::nanoseconds wrong :
       {std::chrono::nanoseconds(0s), std::chrono::nanoseconds(-1s),
        std::chrono::nanoseconds::max()}) {
    RuntimeOptions options = workers(1);
    options.ask_timeout = wrong;
    EXPECT_NE(refusal(Runtime::threads(options)).find("an ask timeout of"), std::string::npos);
    options.workers.reset();
    EXPECT_NE(refusal(Runtime::simulated(1, options)).find("an ask timeout of"),
              std::string::npos);
  }
}

TEST(Runtime, RefusesAnEnvironmentItCannotReadAndNamesTheVariable) {
  const Variable wrong("HYPERACTOR_WORKERS", "abc");
  const std::string text = refusal(Runtime::threads());
  EXPECT_NE(text.find("HYPERACTOR_WORKERS"), std::string::npos) << text;
  EXPECT_NE(text.find("abc"), std::string::npos) << text;
}

TEST(Runtime, NamesTheVariableOfAnAskTimeoutThatIsOutOfRange) {
  for (const char* value : {"0s", "400d"}) {
    const Variable wrong("HYPERACTOR_ASK_TIMEOUT", value);
    const std::string text = refusal(Runtime::threads(workers(1)));
    EXPECT_NE(text.find("HYPERACTOR_ASK_TIMEOUT"), std::string::npos) << text;
    EXPECT_NE(text.find("365d"), std::string::npos) << text;
  }
}

TEST(Runtime, PrefersWhatIsGivenToTheEnvironment) {
  const Variable timeout("HYPERACTOR_ASK_TIMEOUT", "5s");
  EXPECT_EQ(Runtime::threads(workers(1)).value().ask_timeout(), 5s);
  RuntimeOptions options = workers(1);
  options.ask_timeout = 7s;
  EXPECT_EQ(Runtime::threads(options).value().ask_timeout(), 7s);
}

TEST(Runtime, RunsATaskOnTheThreadThatBlocks) {
  const Runtime runtime = Runtime::threads(workers(1)).value();
  const auto body = []() -> Task<std::thread::id> {
    co_await sleep(1ms);
    co_return std::this_thread::get_id();
  };
  EXPECT_EQ(block_on(runtime, body()).value(), std::this_thread::get_id());
}

TEST(Runtime, RefusesToBlockOnAWorkerAndLeavesItsHandlerAsItWas) {
  const Runtime runtime = Runtime::threads(workers(1)).value();
  auto strand = runtime::ProbeStrand::make(runtime.scheduler());
  std::string text;
  bool same_strand = false;
  std::atomic<bool> done{false};
  strand->work([&](runtime::ProbeStrand& self) {
    const auto body = []() -> Task<int> { co_return 1; };
    auto outcome = block_on(runtime, body());
    text = outcome ? "it ran" : outcome.error().to_string();
    same_strand = runtime::tls.strand == &self;
    done = true;
  });
  ASSERT_TRUE(runtime::eventually([&] { return done.load(); }));
  EXPECT_NE(text.find("co_await it there"), std::string::npos) << text;
  EXPECT_TRUE(same_strand);
  const auto gone = strand->destroyed();
  strand->stop();
  {
    const auto last = std::move(strand);
  }
  EXPECT_TRUE(runtime::eventually([&] { return gone->load(); }));
}

// --- simulation
// --------------------------------------------------------------------------------

std::uint64_t history_of(std::uint64_t seed) {
  const Runtime runtime = Runtime::simulated(seed).value();
  std::vector<runtime::ProbeStrand::Ref> strands;
  for (int i = 0; i < 4; ++i) {
    strands.push_back(runtime::ProbeStrand::make(runtime.scheduler()));
  }
  for (int i = 0; i < 40; ++i) {
    strands[static_cast<std::size_t>(i) % 4]->work([](runtime::ProbeStrand&) {});
  }
  for (auto& strand : strands) strand->stop();
  while (runtime.step()) {
  }
  return runtime.history();
}

TEST(Simulation, RepeatsItselfForEqualSeedsOnly) {  // SIM-1
  EXPECT_EQ(history_of(1), history_of(1));
  int different = 0;
  for (std::uint64_t seed = 2; seed < 12; ++seed)
    different += history_of(seed) != history_of(1);
  EXPECT_EQ(different, 10);
}

TEST(Simulation, StepsNothingWhenNothingCanRun) {
  EXPECT_FALSE(Runtime::simulated(1).value().step());
}

TEST(Simulation, RefusesANumberOfWorkers) {
  const auto refused = Runtime::simulated(1, RuntimeOptions{.workers = 4});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().to_string().find("4 workers: a simulation runs on the thread"),
            std::string::npos)
      << refused.error().to_string();
}

TEST(SimulationDeathTest, DiesOfAStepFromAnotherThreadWithASentence) {  // SIM-3
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        const Runtime runtime = Runtime::simulated(1).value();
        std::thread([&] { runtime.step(); }).join();
      },
      "from another OS thread cannot be part of a simulation");
}

TEST(SimulationDeathTest, DiesOfAPostFromAnotherThreadWithASentence) {  // SIM-3
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        const Runtime runtime = Runtime::simulated(1).value();
        const auto strand = runtime::ProbeStrand::make(runtime.scheduler());
        std::thread([&] { strand->work([](runtime::ProbeStrand&) {}); }).join();
      },
      "from another OS thread cannot be part of a simulation");
}

// --- thread pool
// -------------------------------------------------------------------------------

TEST(ThreadPool, FinishesWhatIsQueuedBeforeItStops) {  // POOL-2
  std::atomic<int> handled{0};
  {
    runtime::ThreadPool pool(2);
    pool.start();
    for (int i = 0; i < 200; ++i) {
      const auto strand = runtime::ProbeStrand::make(pool);
      strand->work([&](runtime::ProbeStrand& self) {
        handled.fetch_add(1);
        self.stop();
      });
    }
    pool.stop();
  }
  EXPECT_EQ(handled.load(), 200);
}

TEST(ThreadPool, StopsWhenItHasNeverStarted) {
  runtime::ThreadPool pool(3);
  pool.stop();
  EXPECT_EQ(pool.workers().size(), 3U);
}

// --- slots
// -------------------------------------------------------------------------------------

TEST(SlotTable, ResolvesAnIdWhileItsStrandLives) {  // SLT-1, SLT-2
  const Runtime runtime = Runtime::simulated(1).value();
  runtime::StrandId id;
  {
    const auto strand = runtime::ProbeStrand::make(runtime.scheduler());
    id = strand->strand_id();
    runtime::Strand* const found = runtime::SlotTable::process().acquire(id);
    ASSERT_EQ(found, &*strand);
    found->drop_reference();
    strand->stop();
    while (runtime.step()) {
    }
  }
  EXPECT_EQ(runtime::SlotTable::process().acquire(id), nullptr);
  const auto next = runtime::ProbeStrand::make(runtime.scheduler());
  EXPECT_NE(next->strand_id(), id);
  EXPECT_EQ(runtime::SlotTable::process().acquire(id), nullptr);
  next->stop();
  while (runtime.step()) {
  }
}

TEST(SlotTable, ResolvesAnEmptyIdToNothing) {
  EXPECT_EQ(runtime::SlotTable::process().acquire(runtime::StrandId{}), nullptr);
}

// SLT-1, SLT-2: threads resolve ids of strands that are ending at that moment.
TEST(SlotTableThreads, ResolveAnIdToALivingStrandOrNothing) {
  const int rounds = runtime::stress_rounds(500);
  runtime::ThreadPool pool(1);
  pool.start();
  std::atomic<std::uint64_t> shown{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done.load()) {
        const std::uint64_t word = shown.load();
        const runtime::StrandId id{static_cast<std::uint32_t>(word >> 32U),
                                   static_cast<std::uint32_t>(word)};
        if (auto* const strand = runtime::SlotTable::process().acquire(id)) {
          EXPECT_EQ(strand->strand_id(), id);
          strand->drop_reference();
        }
      }
    });
  }
  for (int i = 0; i < rounds; ++i) {
    const auto strand = runtime::ProbeStrand::make(pool);
    const runtime::StrandId id = strand->strand_id();
    shown.store(std::uint64_t{id.slot} << 32U | id.generation);
    strand->stop();
  }
  done = true;
  for (auto& reader : readers) reader.join();
  pool.stop();
}

}  // namespace
}  // namespace hyperactor
