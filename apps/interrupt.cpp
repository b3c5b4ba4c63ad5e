// apps/interrupt.cpp - the handler of SIGINT.
#include "interrupt.hpp"

#include <csignal>

namespace hyperactor::app {

namespace {

volatile std::sig_atomic_t flag = 0;

}  // namespace

void watch_for_interrupt() {
  struct sigaction action{};
  action.sa_handler = [](int) { flag = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
}

bool interrupted() noexcept {
  return flag != 0;
}

}  // namespace hyperactor::app
