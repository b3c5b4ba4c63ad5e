// bench/path/allocations.cpp - how often does a message in steady state call the global
// allocator?
#include "allocation_count.hpp"
#include "ask_pair.hpp"
#include "measurement.hpp"
#include "ping_pong.hpp"
#include "stream.hpp"

namespace hyperactor::bench {

namespace {

constexpr std::uint64_t kHops = 1'000'000;
constexpr std::uint64_t kItems = 1'000'000;
constexpr std::uint64_t kQuestions = 500'000;

Result<void> pass(PingPong& table, Stream& stream, AskPair& pair) {
  if (auto done = table.seconds(kHops); !done) return std::unexpected(done.error());
  if (auto done = stream.seconds(kItems); !done) return std::unexpected(done.error());
  if (auto done = pair.seconds<AwaitAnswers>(kQuestions); !done) {
    return std::unexpected(done.error());
  }
  return {};
}

}  // namespace

Result<double> allocations(const Runtime& runtime) {
  if (!counter_works()) {
    return std::unexpected(
        Error(Errc::Failed,
              "counting allocations: this program's malloc is not the one in "
              "use (a preloaded allocator?)"));
  }
  auto proc = Proc::local(runtime);
  PingPong table(proc);
  Stream stream(proc, 1);
  AskPair pair(proc);
  // The first pass fills the pools up to the window of the stream.
  if (auto warm = pass(table, stream, pair); !warm) return std::unexpected(warm.error());
  start_counting();
  const auto done = pass(table, stream, pair);
  const std::uint64_t calls = stop_counting();
  if (!done) return std::unexpected(done.error());
  return static_cast<double>(calls) / static_cast<double>(kHops + kItems + 2 * kQuestions);
}

}  // namespace hyperactor::bench
