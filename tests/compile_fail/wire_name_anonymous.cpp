// tests/compile_fail/wire_name_anonymous.cpp - a type that peers cannot name needs a name.
// expect: give it one with HYPERACTOR_TYPE_NAME
// reject: concept; constraint
#include "hyperactor/wire/type_name.hpp"

namespace {
struct Hidden {};
}  // namespace

#ifdef WRONG
// Without a name.
#else
HYPERACTOR_TYPE_NAME(Hidden, "bank::Hidden");
#endif

auto use() {
  return hyperactor::wire::type_name<Hidden>();
}
