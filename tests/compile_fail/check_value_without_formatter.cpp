// tests/compile_fail/check_value_without_formatter.cpp - a CHECK prints only what fmt can print.
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
