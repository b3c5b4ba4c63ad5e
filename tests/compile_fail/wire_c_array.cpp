// tests/compile_fail/wire_c_array.cpp - a C array does not travel, and the compiler says so.
// expect: use std::array
// reject: concept; constraint
#include "hyperactor/wire/codec.hpp"

namespace bank {

struct Head {
  int id;
};

#ifdef WRONG
struct Message {
  int numbers[3];
};
#else
struct Message {
  std::array<int, 3> numbers;
};
#endif

}  // namespace bank

auto use(const bank::Message& message) {
  return hyperactor::wire::encode(message);
}

auto use(const hyperactor::wire::Encoded& bytes) {
  return hyperactor::wire::decode<bank::Message>(bytes);
}
