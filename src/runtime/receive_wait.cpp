// runtime/receive_wait.cpp - suspending until a channel has something.
#include "hyperactor/runtime/channel.hpp"
#include "hyperactor/runtime/scheduler.hpp"

namespace hyperactor::runtime {

bool ReceiveWait::begin(Resumable& frame) {
  frame_ = &frame;
  wait_.owner = this;
  wait_.what = "recv";
  wait_.since = frame.strand->scheduler().now_ticks();
  wait_.complete = [](Wait& wait, Node&) {
    ReceiveWait& self = *static_cast<Registered&>(wait).owner;
    close_wait(wait);
    self.frame_->strand->make_ready(*self.frame_);
  };
  open_wait(*frame.strand, wait_);
  core_.set_waiter(wait_.id);
  // CHN-2: look after saying so. A value, or the end, may have come in between; the wake-up
  // that is on its way then finds this wait closed.
  if (core_.has_item() || core_.abandoned()) {
    end();
    return false;
  }
  return true;
}

void ReceiveWait::end() noexcept {
  if (!wait_.id) return;
  core_.clear_waiter();
  close_wait(wait_);
}

}  // namespace hyperactor::runtime
