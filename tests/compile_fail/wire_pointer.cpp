// tests/compile_fail/wire_pointer.cpp - a pointer does not travel, and the compiler says so.
// expect: a pointer does not travel
// reject: concept; constraint
#include "hyperactor/wire/codec.hpp"

namespace bank {

struct Head {
  int id;
};

#ifdef WRONG
struct Message {
  const int* number;
};
#else
struct Message {
  std::optional<int> number;
};
#endif

}  // namespace bank

auto use(const bank::Message& message) {
  return hyperactor::wire::encode(message);
}

auto use(const hyperactor::wire::Encoded& bytes) {
  return hyperactor::wire::decode<bank::Message>(bytes);
}
