// actor/instance_of.hpp - InstanceOf<A>: an instance with the user's object in it.
#pragma once

#include "hyperactor/actor/actor.hpp"
#include "hyperactor/actor/context.hpp"
#include "hyperactor/actor/instance.hpp"

#include <memory>
#include <new>
#include <utility>

namespace hyperactor::actor {

/// Its address stands for the type A.
template <class A>
inline constexpr char kActorType = 0;

template <class A>
class InstanceOf final : public Instance {
 public:
  template <class... Args>
  InstanceOf(ProcServices& proc, runtime::Scheduler& scheduler, const Kinship& kinship,
             Args&&... args)
      : Instance(proc, scheduler, kinship), context_(*this) {
    ::new (static_cast<void*>(std::addressof(actor_))) A(std::forward<Args>(args)...);
  }

  ~InstanceOf() override {}  // NOLINT: the actor's life ends with destroy_actor()

  static void* operator new(std::size_t bytes) {
    return runtime::tls.pool.allocate_bytes(bytes);
  }

  static void operator delete(void* memory, std::size_t bytes) noexcept {
    runtime::tls.pool.release_bytes(memory, bytes);
  }

  [[nodiscard]] A& actor() noexcept { return actor_; }

  [[nodiscard]] Context<A>& context() noexcept { return context_; }

  [[nodiscard]] const void* actor_type() const noexcept override { return &kActorType<A>; }

 private:
  Task<Result<void>> call_init() override { return hooks().init(context_); }

  Task<Result<void>> call_cleanup(const Error* failure) override {
    return hooks().cleanup(context_, failure);
  }

  Task<Result<void>> call_undeliverable(Undeliverable& returned) override {
    return hooks().handle_undeliverable(context_, returned);
  }

  void destroy_actor() noexcept override { std::destroy_at(std::addressof(actor_)); }

  // The hooks are virtual in Actor<A>; an override may be private in A.
  Actor<A>& hooks() noexcept { return actor_; }

  Context<A> context_;

  union {
    A actor_;
  };
};

/// The instance behind a context whose type is complete by now.
template <class A>
InstanceOf<A>& instance_of(Context<A>& context) noexcept {
  return static_cast<InstanceOf<A>&>(context.instance());
}

}  // namespace hyperactor::actor
