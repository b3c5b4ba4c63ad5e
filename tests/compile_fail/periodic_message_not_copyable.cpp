// tests/compile_fail/periodic_message_not_copyable.cpp - a periodic message is copied.
// expect: post_every sends a copy each time, and this message cannot be copied
// expect-early: Parcel
// reject: concept; constraint
#include "hyperactor/hyperactor.hpp"

#include <chrono>
#include <memory>

namespace ha = hyperactor;

struct Parcel {
  std::unique_ptr<int> contents;
};

class Postman : public ha::Actor<Postman> {
 public:
  ha::Task<ha::Result<void>> init(ha::Context<Postman>& cx) override {
    cx.post_after<Parcel>(std::chrono::seconds(1), Parcel());
#ifdef WRONG
    cx.post_every<Parcel>(std::chrono::seconds(1), Parcel());
#endif
    return ha::Result<void>{};
  }

  void handle(ha::Context<Postman>&, Parcel) {}
};
