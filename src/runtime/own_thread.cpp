// runtime/own_thread.cpp - the loop of a thread with one strand.
#include "hyperactor/runtime/own_thread.hpp"

#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/strand.hpp"

#include "parker.hpp"

#include <pthread.h>

namespace hyperactor::runtime {

OwnThread::OwnThread() : parker_(std::make_unique<Parker>()) {}

OwnThread::~OwnThread() {
  if (thread_.joinable()) thread_.detach();
}

void OwnThread::start(const std::shared_ptr<OwnThread>& self, Scheduler& scheduler,
                      Strand& strand, const std::string& name) {
  strand.add_reference();  // OWN-2
  try {
    self->thread_ = std::thread([self, &scheduler, &strand] { self->main(scheduler, strand); });
  } catch (...) {
    strand.drop_reference();
    throw;
  }
  constexpr std::size_t kNameMax = 15;  // the kernel's
  ::pthread_setname_np(self->thread_.native_handle(), name.substr(0, kNameMax).c_str());
}

void OwnThread::activate() noexcept {
  pending_.store(true, std::memory_order_release);  // pairs with main()
  parker_->unpark();
}

void OwnThread::cancel() noexcept {
  cancelled_.store(true, std::memory_order_release);  // pairs with main()
  parker_->unpark();
}

void OwnThread::main(Scheduler& scheduler, Strand& strand) {
  constexpr std::int64_t kSliceNs = 100'000;
  ThreadState& thread = tls;
  thread.runtime_thread = true;
  thread.scheduler = &scheduler;
  thread.slice_ticks = scheduler.scale().to_ticks(kSliceNs);
  while (!cancelled_.load(std::memory_order_acquire)) {
    if (!pending_.exchange(false, std::memory_order_acquire)) {
      (void)parker_->park(Parker::kForever);
      continue;
    }
    thread.now = scheduler.now_ticks();
    strand.run(thread);
    if (strand.ended()) break;
  }
  thread.scheduler = nullptr;
  strand.drop_reference();
  ended_.store(true, std::memory_order_release);
}

void OwnThread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace hyperactor::runtime
