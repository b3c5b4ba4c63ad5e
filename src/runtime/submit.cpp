// runtime/submit.cpp - a strand was activated: to this worker's own slot, or to the shared
// queue.
// Path: local send, step 5 of 9. Before: runtime/inbox.hpp.
// Next: runtime/run_queue.hpp, injector.hpp.
#include "hyperactor/runtime/scheduler.hpp"

#include "worker.hpp"

namespace hyperactor::runtime {

void submit(Strand& strand) {
  ThreadState& thread = tls;
  Scheduler& scheduler = strand.scheduler();
  if (thread.worker != nullptr && thread.scheduler == &scheduler) [[likely]] {
    thread.worker->push(strand);
  } else {
    scheduler.inject(strand);
  }
}

}  // namespace hyperactor::runtime
