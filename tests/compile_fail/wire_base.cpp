// tests/compile_fail/wire_base.cpp - a base class does not travel, and the compiler says so.
// expect: an aggregate with a base class does not travel
// reject: concept; constraint
#include "hyperactor/wire/codec.hpp"

namespace bank {

struct Head {
  int id;
};

#ifdef WRONG
struct Message : Head {
  int number;
};
#else
struct Message {
  Head head;
  int number;
};
#endif

}  // namespace bank

auto use(const bank::Message& message) {
  return hyperactor::wire::encode(message);
}

auto use(const hyperactor::wire::Encoded& bytes) {
  return hyperactor::wire::decode<bank::Message>(bytes);
}
