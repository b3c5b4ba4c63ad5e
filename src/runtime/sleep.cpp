// runtime/sleep.cpp - a wait completed by a timer.
#include "hyperactor/runtime/sleep.hpp"

#include "hyperactor/runtime/scheduler.hpp"

#include <cstdint>

namespace hyperactor {

Sleep::~Sleep() {
  if (!wait_.id) return;
  runtime::cancel_wait_timer(wait_.strand->scheduler(), timer_);
  runtime::close_wait(wait_);
}

void Sleep::begin(runtime::Resumable& frame) {
  frame_ = &frame;
  runtime::Scheduler& scheduler = frame.strand->scheduler();
  wait_.owner = this;
  wait_.what = "sleep";
  wait_.since = scheduler.now_ticks();
  wait_.complete = on_time;
  runtime::open_wait(*frame.strand, wait_);
  const std::int64_t now = scheduler.now_ns();
  const std::int64_t left = INT64_MAX - now;
  timer_ = runtime::arm_wait_timer(
      wait_, duration_.count() < left ? now + duration_.count() : INT64_MAX - 1);
}

void Sleep::on_time(runtime::Wait& wait, runtime::Node&) {
  Sleep& self = *static_cast<SleepWait&>(wait).owner;
  self.timer_ = nullptr;  // it is this completion; the lane frees it
  runtime::close_wait(wait);
  self.frame_->strand->make_ready(*self.frame_);
}

}  // namespace hyperactor
