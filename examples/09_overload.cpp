// examples/09_overload.cpp - the program of docs/guide/overload.md: what a full mailbox does.
// [guide:worker]
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ha = hyperactor;

struct Job {
  int number;
};

class Worker : public ha::Actor<Worker> {
 public:
  explicit Worker(std::string& log) : log_(log) {}

  ha::Task<void> handle(ha::Context<Worker>&, Job m) {
    co_await ha::sleep(std::chrono::milliseconds(1));
    log_ += fmt::format(" done {}", m.number);
  }

 private:
  std::string& log_;
};

// [/guide]

// [guide:sender]
struct Send {
  int jobs;
  bool patiently;
};

class Sender : public ha::Actor<Sender> {
 public:
  Sender(ha::ActorHandle<Worker> to, std::string& log) : worker_(std::move(to)), log_(log) {}

  ha::Task<void> handle(ha::Context<Sender>& cx, Send m) {
    for (int i = 1; i <= m.jobs; ++i) {
      if (!m.patiently) {
        worker_.post<Job>(cx, i);
        continue;
      }
      auto sent = co_await worker_.send_wait<Job>(cx, i);
      if (!sent) log_ += fmt::format(" not sent {}", sent.error().message.number);
    }
  }

 private:
  ha::Task<ha::Result<void>> handle_undeliverable(ha::Context<Sender>&,
                                                  ha::Undeliverable& returned) override {
    if (const Job* job = returned.message<Job>()) log_ += fmt::format(" back {}", job->number);
    return ha::Result<void>{};
  }

  ha::ActorHandle<Worker> worker_;
  std::string& log_;
};

// [/guide]

// [guide:cycle]
struct Begin {
  ha::ActorHandle<class Talker> other;
};

class Talker : public ha::Actor<Talker> {
 public:
  void handle(ha::Context<Talker>&, Job) {}

  ha::Task<void> handle(ha::Context<Talker>& cx, Begin m) {
    for (int i = 1; i <= 2; ++i) {
      auto sent = co_await m.other.send_wait<Job>(cx, i);
      if (!sent) fmt::print("{}\n", sent.error().why);
    }
  }
};

// [/guide]

// [guide:main]
void try_it(const char* what, ha::Overflow overflow, bool patiently) {
  auto runtime = ha::Runtime::simulated(1).value();
  std::string log;
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("main");
  const ha::SpawnOptions options{.mailbox_limit = 3, .overflow = overflow};
  auto worker = proc.spawn<Worker>(options, ha::unnamed, log).value();
  auto sender = proc.spawn<Sender>(ha::unnamed, worker, log).value();
  sender.post<Send>(client, 5, patiently);
  while (runtime.step()) continue;  // until nothing can run any more
  const auto seen = worker.mailbox_limit().value();
  fmt::print("{}:{}\n  most {}, rejected {}, dropped {}, beyond {}\n", what, log,
             worker.depth_max(), seen.rejected, seen.dropped, seen.beyond);
}

int main() {
  try_it("Reject", ha::Overflow::Reject, false);
  try_it("DropOldest", ha::Overflow::DropOldest, false);
  try_it("Wait, post", ha::Overflow::Wait, false);
  try_it("Wait, send_wait", ha::Overflow::Wait, true);

  auto runtime = ha::Runtime::simulated(1).value();
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("main");
  const ha::SpawnOptions narrow{.mailbox_limit = 1, .overflow = ha::Overflow::Wait};
  auto adam = proc.spawn<Talker>(narrow, "adam").value();
  auto eve = proc.spawn<Talker>(narrow, "eve").value();
  adam.post<Begin>(client, eve);
  eve.post<Begin>(client, adam);
  while (runtime.step()) continue;
}

// [/guide]
