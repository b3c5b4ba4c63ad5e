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

/// Keeps its messages waiting until it is told.
struct Hold {
  OncePortReceiver<bool> until;
};

class Dam : public Actor<Dam> {
 public:
  Task<void> handle(Context<Dam>&, Hold hold) { (void)co_await std::move(hold.until).recv(); }

  void handle(Context<Dam>&, Item) {}
};

/// Lets twice as many messages wait at once as the stream ever has, so that the pools own as
/// many nodes afterwards: from then on a new peak needs no new memory.
Result<void> fill_pools(Proc& proc) {
  auto client = proc.client("bench");
  const auto dam = proc.spawn<Dam>().value();
  auto [open, until] = client.open_once_port<bool>();
  dam.post<Hold>(client, std::move(until));
  for (std::uint64_t i = 0; i < 2 * kWindow; ++i) dam.post<Item>(client, i);
  if (auto sent = std::move(open).send(true); !sent) return sent;
  dam.drain_and_stop("full");
  if (auto ended = wait_ended(dam); !ended) return std::unexpected(std::move(ended).error());
  return {};
}

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
  if (auto filled = fill_pools(proc); !filled) return std::unexpected(filled.error());
  PingPong table(proc);
  Stream stream(proc, 1);
  AskPair pair(proc);
  if (auto warm = pass(table, stream, pair); !warm) return std::unexpected(warm.error());
  start_counting();
  const auto done = pass(table, stream, pair);
  const std::uint64_t calls = stop_counting();
  if (!done) return std::unexpected(done.error());
  return static_cast<double>(calls) / static_cast<double>(kHops + kItems + 2 * kQuestions);
}

}  // namespace hyperactor::bench
