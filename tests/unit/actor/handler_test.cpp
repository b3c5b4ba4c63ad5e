// tests/unit/actor/handler_test.cpp - every form a handler may have.
#include "hyperactor/actor/handler.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <array>
#include <expected>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;

// One request type a form; each is answered with its number.
template <int N>
struct Number {
  using Reply = int;
  int value = N;
};

struct Nothing {
  using Reply = void;
};

struct NothingLater {
  using Reply = void;
};

struct Moved {
  using Reply = int;
  std::unique_ptr<int> value;
};

struct MovedByReference {
  using Reply = int;
  std::unique_ptr<int> value;
};

struct Big {
  using Reply = long;
  std::array<char, 2048> bytes;
};

struct Aligned {
  using Reply = bool;
  alignas(64) long value;
};

// The application's own error does not fail the actor.
struct Withdraw {
  using Reply = std::expected<int, std::string>;
  int amount;
};

struct Checked {
  using Reply = Result<int>;
  int amount;
};

struct Longer {
  using Reply = int;
  std::string text;
};

struct Wide {
  using Reply = std::int64_t;
};

Task<void> pause() {
  Sleep nap(10us);
  co_await nap;
}

class Forms : public Actor<Forms> {
 public:
  using Cx = Context<Forms>;

  int handle(Cx&, Number<1> m) { return m.value; }

  int handle(Cx&, const Number<2>& m) { return m.value; }

  int handle(Cx&, Number<3>&& m) { return m.value; }

  int handle(Cx&, Number<4> m) const { return m.value; }

  int handle(Cx&, const Number<5>& m) const { return m.value; }

  Result<int> handle(Cx&, Number<6> m) { return m.value; }

  void handle(Cx&, Number<7> m, ReplyPort<int> reply) { reply.send(m.value); }

  void handle(Cx&, const Number<8>& m, ReplyPort<int> reply) const { reply.send(m.value); }

  Result<void> handle(Cx&, Number<9>&& m, ReplyPort<int> reply) {
    reply.send(m.value);
    return {};
  }

  Task<int> handle(Cx&, Number<10> m) {
    co_await pause();
    co_return m.value;
  }

  Task<Result<int>> handle(Cx&, const Number<11>& m) {  // NOLINT: lives until the Task ends
    co_await pause();
    co_return m.value;
  }

  Task<void> handle(Cx&, Number<12> m, ReplyPort<int> reply) {
    co_await pause();
    reply.send(m.value);
  }

  Task<Result<void>> handle(Cx&, Number<13>&& m, ReplyPort<int> reply) {  // NOLINT
    co_await pause();
    reply.send(m.value);
    co_return Result<void>{};
  }

  Task<int> handle(Cx&, Number<14> m) const {
    co_await pause();
    co_return m.value;
  }

  // Ready at once: no frame.
  Task<int> handle(Cx&, Number<15> m) { return m.value; }

  void handle(Cx&, Nothing) { ++nothings; }

  Task<void> handle(Cx&, NothingLater) {
    co_await pause();
    ++nothings;
  }

  int handle(Cx&, Moved m) { return *m.value; }

  int handle(Cx&, MovedByReference&& m) {
    const auto taken = std::move(m.value);
    return *taken;
  }

  long handle(Cx&, const Big& m) { return std::accumulate(m.bytes.begin(), m.bytes.end(), 0L); }

  bool handle(Cx&, const Aligned& m) {
    return reinterpret_cast<std::uintptr_t>(&m.value) % 64 == 0;
  }

  std::expected<int, std::string> handle(Cx&, Withdraw m) {
    if (m.amount > 10) return std::unexpected("not enough");
    return m.amount;
  }

  Result<int> handle(Cx&, Checked m) {
    if (m.amount > 10) return std::unexpected(Error(Errc::Failed, "not enough"));
    return m.amount;
  }

  Task<int> handle(Cx&, const Longer& m) {  // NOLINT: lives until the Task ends
    for (int i = 0; i < 3; ++i) co_await pause();
    co_return static_cast<int>(m.text.size());
  }

  int handle(Cx&, Wide) { return -5; }  // converts to the Reply

  int nothings = 0;
};

template <int N>
void expect_number(TestEnv& env, const ActorHandle<Forms>& actor) {
  EXPECT_EQ(env.await(actor.ask<Number<N>>(env.client(), N)).value(), N);
}

HYPERACTOR_SCENARIO(Handler, MayHaveAnyForm) {
  auto actor = env.spawn<Forms>("forms");
  [&]<int... N>(std::integer_sequence<int, N...>) {
    (expect_number<N + 1>(env, actor), ...);
  }(std::make_integer_sequence<int, 15>{});
}

HYPERACTOR_SCENARIO(Handler, AnswersARequestWithoutAValue) {
  auto actor = env.spawn<Forms>("forms");
  EXPECT_TRUE(ok(env.await(actor.ask<Nothing>(env.client()))));
  EXPECT_TRUE(ok(env.await(actor.ask<NothingLater>(env.client()))));
}

HYPERACTOR_SCENARIO(Handler, AnswerConvertsToTheReply) {
  auto actor = env.spawn<Forms>("forms");
  EXPECT_EQ(env.await(actor.ask<Wide>(env.client())).value(), -5);
}

HYPERACTOR_SCENARIO(Handler, TakesMessagesThatCanOnlyBeMoved) {
  auto actor = env.spawn<Forms>("forms");
  EXPECT_EQ(env.await(actor.ask<Moved>(env.client(), std::make_unique<int>(4))).value(), 4);
  EXPECT_EQ(
      env.await(actor.ask<MovedByReference>(env.client(), std::make_unique<int>(5))).value(),
      5);
}

HYPERACTOR_SCENARIO(Handler, TakesMessagesOfTwoKilobytes) {
  auto actor = env.spawn<Forms>("forms");
  std::array<char, 2048> ones{};
  ones.fill(1);
  EXPECT_EQ(env.await(actor.ask<Big>(env.client(), ones)).value(), 2048);
}

HYPERACTOR_SCENARIO(Handler, SeesItsMessageAlignedAsItAsks) {
  auto actor = env.spawn<Forms>("forms");
  EXPECT_TRUE(env.await(actor.ask<Aligned>(env.client(), 1L)).value());
}

HYPERACTOR_SCENARIO(Handler, ReadsAConstReferenceAfterAnAwait) {
  auto actor = env.spawn<Forms>("forms");
  const std::string text(100, 'x');
  EXPECT_EQ(env.await(actor.ask<Longer>(env.client(), text)).value(), 100);
}

HYPERACTOR_SCENARIO(Handler, AnswersAnErrorOfTheApplicationWithoutFailing) {
  auto actor = env.spawn<Forms>("forms");
  const auto refused = env.await(actor.ask<Withdraw>(env.client(), 11));
  ASSERT_TRUE(ok(refused));
  EXPECT_EQ(refused->error(), "not enough");
  const auto checked =
      env.await(actor.ask<Checked>(env.client(), 11));  // a Result as the Reply
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().to_string(), "not enough");
  EXPECT_EQ(env.await(actor.ask<Withdraw>(env.client(), 3)).value().value(), 3);
}

HYPERACTOR_SCENARIO(Handler, ARequestMayAlsoBePosted) {
  auto actor = env.spawn<Forms>("forms");
  actor.post<Nothing>(env.client());
  actor.post<Number<7>>(env.client(), 7);
  EXPECT_TRUE(ok(env.eventually([&] { return actor.handled() >= 3; })));  // with init
  EXPECT_FALSE(actor.status().is_terminal());
}

// --- one at a time -----------------------------------------------------------------------

struct Step {
  bool slow;
  PortHandle<int> trace;
};

struct Serial : Actor<Serial> {
  Task<void> handle(Context<Serial>&, Step step) {
    (void)step.trace.send(++inside);
    if (step.slow) co_await pause();
    (void)step.trace.send(--inside);
  }

  int inside = 0;
};

HYPERACTOR_SCENARIO(Handler, NeverOverlapsAnotherOfItsActor) {
  auto [port, receiver] = env.client().open_port<int>();
  auto actor = env.spawn<Serial>("serial");
  for (int i = 0; i < 10; ++i) actor.post<Step>(env.client(), i % 2 == 0, port);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(env.await(receiver).value(), 1);
    EXPECT_EQ(env.await(receiver).value(), 0);
  }
}

// --- compile time ------------------------------------------------------------------------

struct Converts : Actor<Converts> {
  void handle(Context<Converts>&, std::uint64_t) {}
};

struct Twice : Actor<Twice> {
  void handle(Context<Twice>&, int) {}

  void handle(Context<Twice>&, const int&) {}
};

TEST(Handles, AsksForTheExactType) {
  EXPECT_TRUE((actor::handles<Converts, std::uint64_t>()));
  EXPECT_FALSE((actor::handles<Converts, double>()));
  EXPECT_FALSE((actor::handles<Converts, int>()));
  EXPECT_FALSE((actor::handles<Twice, int>()));  // which one?
}

}  // namespace
}  // namespace hyperactor::support
