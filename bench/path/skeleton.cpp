// bench/path/skeleton.cpp - what does the message path cost below the actor layer, duties on?
//
// Question: how many nanoseconds of a message are queue, scheduler and record keeping, before
// any typed handler, context or handle is involved? The difference to `hyperactor bench local`
// is the price of the typed layers.
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/strand.hpp"
#include "hyperactor/telemetry/names.hpp"

#include "thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

namespace {

using namespace hyperactor;  // NOLINT(google-build-using-namespace): a program of one file
using namespace hyperactor::runtime;  // NOLINT(google-build-using-namespace)

std::atomic<std::uint32_t> message_type{0};

struct Message : Node {
  std::uint64_t value = 0;
};

static_assert(sizeof(Message) == 64);

class Probe : public Strand {
 public:
  explicit Probe(Scheduler& scheduler) : Strand(scheduler) {}

  void (*on_message)(Probe& self, std::uint64_t value) = nullptr;
  Probe* target = nullptr;
  std::uint64_t count = 0;
  std::uint64_t limit = 0;

  [[nodiscard]] std::string label() const override { return "probe"; }

  void advance() override {}
};

void deliver(Strand& strand, Node& node) {
  auto& probe = static_cast<Probe&>(strand);
  probe.on_message(probe, static_cast<Message&>(node).value);
}

constexpr NodeOps kOps{deliver, [](Strand*, Node&, DropReason) {}, &message_type};

void send(Probe& to, std::uint64_t value, StrandId sender, std::uint64_t cause) {
  if (to.closed()) return;
  ThreadState& thread = tls;
  auto* message = ::new (thread.pool.allocate(0)) Message;
  message->ops = &kOps;
  message->id = next_message_id(thread);
  message->cause = cause;
  message->sender = sender;
  message->size_class = 0;
  message->value = value;
  to.push_work(*message);
}

std::atomic<std::uint64_t> finished{0};

void wait_finished(std::uint64_t n) {
  while (finished.load(std::memory_order_acquire) < n) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

double seconds_of(auto&& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double pingpong(ThreadPool& pool) {
  constexpr std::uint64_t kHops = 2'000'000;
  auto* a = new Probe(pool);
  auto* b = new Probe(pool);
  a->target = b;
  b->target = a;
  a->on_message = b->on_message = [](Probe& self, std::uint64_t value) {
    if (value == 0) {
      finished.store(1, std::memory_order_release);
      return;
    }
    send(*self.target, value - 1, self.strand_id(), self.current_id());
  };
  finished = 0;
  return seconds_of([&] {
           send(*a, kHops, {}, 0);
           wait_finished(1);
         }) *
         1e9 / static_cast<double>(kHops);
}

// `senders` strands send bursts of 100 to one receiver, each asking itself for the next burst.
double fan_in(ThreadPool& pool, std::size_t senders) {
  constexpr std::uint64_t kTotal = 8'000'000;
  auto* sink = new Probe(pool);
  sink->limit = kTotal / senders * senders;
  sink->on_message = [](Probe& self, std::uint64_t) {
    if (++self.count == self.limit) finished.store(1, std::memory_order_release);
  };
  finished = 0;
  return 1.0 / seconds_of([&] {
           for (std::size_t i = 0; i < senders; ++i) {
             auto* sender = new Probe(pool);
             sender->target = sink;
             sender->limit = kTotal / senders;
             sender->on_message = [](Probe& self, std::uint64_t) {
               for (int n = 0; n < 100 && self.count < self.limit; ++n, ++self.count) {
                 send(*self.target, 1, self.strand_id(), self.current_id());
               }
               if (self.count < self.limit) send(self, 0, self.strand_id(), self.current_id());
             };
             send(*sender, 0, {}, 0);
           }
           wait_finished(1);
         }) *
         static_cast<double>(sink->limit);
}

double external(ThreadPool& pool) {
  constexpr std::uint64_t kTotal = 8'000'000;
  auto* sink = new Probe(pool);
  sink->limit = kTotal;
  sink->on_message = [](Probe& self, std::uint64_t) {
    if (++self.count == self.limit) finished.store(1, std::memory_order_release);
  };
  finished = 0;
  return static_cast<double>(kTotal) / seconds_of([&] {
           for (std::uint64_t i = 0; i < kTotal; ++i) send(*sink, i, {}, 0);
           wait_finished(1);
         });
}

double ring(ThreadPool& pool) {
  constexpr std::size_t kActors = 10'000;
  constexpr std::size_t kTokens = 1'000;
  constexpr std::uint64_t kHops = 8'000;
  std::vector<Probe*> actors;
  for (std::size_t i = 0; i < kActors; ++i) actors.push_back(new Probe(pool));
  for (std::size_t i = 0; i < kActors; ++i) {
    actors[i]->target = actors[(i + 1) % kActors];
    actors[i]->on_message = [](Probe& self, std::uint64_t value) {
      if (value == 0) {
        finished.fetch_add(1, std::memory_order_acq_rel);
        return;
      }
      send(*self.target, value - 1, self.strand_id(), self.current_id());
    };
  }
  finished = 0;
  return static_cast<double>(kTokens * kHops) / seconds_of([&] {
           for (std::size_t i = 0; i < kTokens; ++i) send(*actors[i * 10], kHops, {}, 0);
           wait_finished(kTokens);
         });
}

void report(const char* name, auto&& measure, double scale, const char* unit) {
  std::vector<double> runs;
  for (int i = 0; i < 5; ++i) runs.push_back(measure() * scale);
  std::ranges::sort(runs);
  fmt::print("{:<12} {:>8.1f} {}  (min {:.1f}, max {:.1f})\n", name, runs[2], unit, runs[0],
             runs[4]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t workers = argc > 1 ? std::stoul(argv[1]) : 2;
  message_type = telemetry::intern("Message");
  ThreadPool pool(workers);
  pool.start();
  report("ping-pong", [&] { return pingpong(pool); }, 1, "ns/hop");
  report("one-way", [&] { return fan_in(pool, 1); }, 1e-6, "M msg/s");
  report("fan-in 4", [&] { return fan_in(pool, 4); }, 1e-6, "M msg/s");
  report("external", [&] { return external(pool); }, 1e-6, "M msg/s");
  report("ring", [&] { return ring(pool); }, 1e-6, "M hops/s");
  pool.stop();
}
