// tests/compile_fail/result_ignored.cpp - an Error that nobody looks at is pointed out.
// expect: ignoring return
#include "hyperactor/base/error.hpp"

hyperactor::Error refuse();

void call() {
  (void)refuse();
#ifdef WRONG
#pragma GCC diagnostic error "-Wunused-result"
  refuse();
#endif
}
