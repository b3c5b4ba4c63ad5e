// runtime/manual_strand.cpp - running a strand on a thread of the user.
#include "hyperactor/runtime/manual_strand.hpp"

#include "hyperactor/base/check.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/wait_graph.hpp"

#include "parker.hpp"

#include <cstdlib>

namespace hyperactor::runtime {

namespace {

// The state of a thread that runs a manual strand, put back afterwards.
class Borrow {
 public:
  explicit Borrow(Scheduler& scheduler) : scheduler_(tls.scheduler), strand_(tls.strand) {
    if (tls.scheduler == nullptr) tls.scheduler = &scheduler;
    tls.now = scheduler.now_ticks();
  }

  Borrow(const Borrow&) = delete;
  Borrow& operator=(const Borrow&) = delete;

  ~Borrow() {
    tls.scheduler = scheduler_;
    tls.strand = strand_;
  }

 private:
  Scheduler* scheduler_;
  Strand* strand_;  // of the handler around us, if a client ends inside one
};

}  // namespace

ManualStrand::Use::Use(ManualStrand& strand) : strand_(&strand) {
  // relaxed: only this thread stores its own address.
  if (strand.user_.load(std::memory_order_relaxed) == &tls) {
    strand_ = nullptr;
    return;
  }
  if (strand.user_.exchange(&tls, std::memory_order_acquire) != nullptr) strand.used_twice();
}

ManualStrand::Use::~Use() {
  if (strand_ != nullptr) strand_->user_.store(nullptr, std::memory_order_release);
}

void ManualStrand::used_twice() const {
  HYPERACTOR_CHECK(false,
                   "one client, or one block_on, is used by two threads at once: make a client "
                   "for each thread",
                   label_);
  std::abort();
}

void refuse_foreign_sender(const Strand& strand) {
  HYPERACTOR_CHECK(
      false,
      "the context of an actor is used outside its handlers: send there, or make a "
      "client for this thread (Proc::client)",
      strand.label());
  std::abort();
}

ManualStrand::ManualStrand(Scheduler& scheduler)
    : Strand(scheduler), parker_(std::make_unique<Parker>()) {
  set_mode(Mode::Manual);
}

ManualStrand::~ManualStrand() = default;

void ManualStrand::on_manual_activation() {
  pending_.store(true, std::memory_order_release);  // pairs with take_token()
  parker_->unpark();
}

bool ManualStrand::take_token() noexcept {
  // relaxed: a look that saves the exchange.
  return pending_.load(std::memory_order_relaxed) &&
         pending_.exchange(false, std::memory_order_acquire);
}

void ManualStrand::run_pending() {
  const Use use(*this);
  while (take_token()) {
    const Borrow borrowed(scheduler());
    run(tls);
  }
}

Result<void> ManualStrand::run_until(bool (*done)(void* context), void* context) {
  if (tls.worker != nullptr || tls.strand != nullptr) {
    return std::unexpected(Error(Errc::Failed,
                                 "block_on inside a handler or task would stop its worker: "
                                 "co_await it there, or give the work to another thread"));
  }
  const Use use(*this);
  Result<void> outcome;
  for (;;) {
    run_pending();
    if (done(context)) break;
    if (scheduler().simulated()) {
      if (!pending_.load(std::memory_order_relaxed) && !scheduler().step()) {
        outcome = std::unexpected(
            Error(Errc::Failed, label_ + ": nothing can run any more, and no timer is armed; " +
                                    describe_waits(scheduler())));
        break;
      }
      continue;
    }
    (void)parker_->park(Parker::kForever);
  }
  return outcome;
}

void ManualStrand::kick() {
  ring();
}

void ManualStrand::retire() {
  retired_ = true;
  close();
  request_advance();
  ring();
  // Somebody else's push may hold the token for a moment; it hands it over by pending_.
  while (!ended()) {
    run_pending();
    if (!ended() && !scheduler().simulated()) (void)parker_->park(1'000'000);
  }
}

void ManualStrand::advance() {
  if (retired_) end(DropReason::Stopped);
}

}  // namespace hyperactor::runtime
