// tests/compile_fail/wire_name_number.cpp - a template with a number among its parameters needs
// a name.
// expect: give it one with HYPERACTOR_TYPE_NAME
// reject: concept; constraint
#include "hyperactor/wire/type_name.hpp"

namespace bank {
template <int N>
struct Sized {};
}  // namespace bank

#ifdef WRONG
// Without a name.
#else
HYPERACTOR_TYPE_NAME(bank::Sized<3>, "bank::Sized<3>");
#endif

auto use() {
  return hyperactor::wire::type_name<bank::Sized<3>>();
}
