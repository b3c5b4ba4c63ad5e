// tests/compile_fail/check_value_without_formatter.cpp - a CHECK prints what fmt can.
// expect: HYPERACTOR_CHECK cannot print this value
// expect-early: Opaque
#include "hyperactor/base/check.hpp"

struct Opaque {
  int number;
};

void examine(const Opaque& opaque) {
  HYPERACTOR_CHECK(opaque.number > 0, opaque.number);
#ifdef WRONG
  HYPERACTOR_CHECK(opaque.number > 0, opaque);
#endif
}
