// tests/compile_fail/wire_name_steady_clock.cpp - a time of a local clock does not travel.
// expect: only times of std::chrono::system_clock travel
// reject: concept; constraint
#include "hyperactor/wire/type_name.hpp"

#ifdef WRONG
using Clock = std::chrono::steady_clock;
#else
using Clock = std::chrono::system_clock;
#endif

auto use() {
  return hyperactor::wire::type_name<Clock::time_point>();
}
