// tests/compile_fail/wire_class.cpp - a class travels only with serialize().
// expect: this class does not travel: it is no aggregate
// reject: concept; constraint
#include "hyperactor/wire/codec.hpp"

namespace bank {

struct Head {
  int id;
};

#ifdef WRONG
class Message {
 public:
  Message() = default;

 private:
  int number_ = 0;
};
#else
class Message {
 public:
  template <class Archive>
  void serialize(Archive& ar) {
    ar(number_);
  }

 private:
  int number_ = 0;
};
#endif

}  // namespace bank

auto use(const bank::Message& message) {
  return hyperactor::wire::encode(message);
}

auto use(const hyperactor::wire::Encoded& bytes) {
  return hyperactor::wire::decode<bank::Message>(bytes);
}
