// tests/unit/actor/asio_test.cpp - Asio operations awaited in handlers.
#include "hyperactor/asio.hpp"

#include "hyperactor/hyperactor.hpp"

#include "support/scenario.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace hyperactor::support {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

struct WaitFor {
  using Reply = std::string;
  std::chrono::milliseconds time;
};

// Reads `bytes` bytes; tells when it is about to.
struct Read {
  using Reply = std::string;
  std::size_t bytes;
  PortHandle<int> reading;
};

struct ReadFor {
  using Reply = bool;
  std::chrono::milliseconds limit;
};

struct Post {
  using Reply = int;
};

class Reader : public Actor<Reader> {
 public:
  explicit Reader(Socket socket) : socket_(std::move(socket)) {}

  Task<std::string> handle(Context<Reader>&, WaitFor wait) {
    asio::steady_timer timer(socket_.get_executor(), wait.time);
    auto&& operation = timer.async_wait(use_task);
    auto waited = co_await operation;
    co_return waited ? "waited" : waited.error().message();
  }

  Task<std::string> handle(Context<Reader>&, Read read) {
    std::string bytes(read.bytes, '-');
    (void)read.reading.send(1);
    auto&& operation = asio::async_read(socket_, asio::buffer(bytes), use_task);
    auto received = co_await operation;
    if (!received) co_return received.error().message();
    co_return bytes.substr(0, *received);
  }

  // Whether nothing came in time.
  Task<bool> handle(Context<Reader>&, ReadFor read) {
    auto reading = [](Socket& socket) -> Task<std::size_t> {
      char bytes[16];
      auto&& operation = socket.async_read_some(asio::buffer(bytes), use_task);
      auto received = co_await operation;
      co_return received.value_or(0);
    };
    auto limited = timeout(read.limit, reading(socket_));
    auto received = co_await std::move(limited);
    co_return !received.has_value();
  }

  // An operation without an error code.
  Task<int> handle(Context<Reader>&, Post) {
    auto&& operation = asio::post(socket_.get_executor(), use_task);
    co_await operation;
    co_return 1;
  }

 private:
  Socket socket_;
};

struct Pair {
  explicit Pair(TestEnv& env)
      : here(io_context(env.runtime())), there(io_context(env.runtime())) {
    asio::local::connect_pair(here, there);
    reader.emplace(env.spawn<Reader>(std::move(there)));
  }

  Socket here;
  Socket there;
  std::optional<ActorHandle<Reader>> reader;
};

constexpr const char* kReal = "Asio uses real sockets and timers";

HYPERACTOR_SCENARIO_THREADS_ONLY(Asio, OperationsAreAwaited, kReal) {
  Pair pair(env);
  EXPECT_EQ(env.await(pair.reader->ask<WaitFor>(env.client(), 1ms)).value(), "waited");
  EXPECT_EQ(env.await(pair.reader->ask<Post>(env.client())).value(), 1);
  auto [port, reading] = env.client().open_port<int>();
  for (int i = 0; i < 50; ++i) {
    auto ask = pair.reader->ask<Read>(env.client(), 4U, port);
    EXPECT_EQ(env.await(reading).value(), 1);
    asio::write(pair.here, asio::buffer("wo", 2));
    asio::write(pair.here, asio::buffer("rd", 2));
    EXPECT_EQ(env.await(std::move(ask)).value(), "word");
  }
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Asio, ErrorsAreErrorCodes, kReal) {
  Pair pair(env);
  auto [port, reading] = env.client().open_port<int>();
  auto ask = pair.reader->ask<Read>(env.client(), 4U, port);
  EXPECT_EQ(env.await(reading).value(), 1);
  pair.here.close();
  EXPECT_EQ(env.await(std::move(ask)).value(), "End of file");
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Asio, AbortCancelsAndWaits, kReal) {
  for (int i = 0; i < 20; ++i) {
    Pair pair(env);
    auto [port, reading] = env.client().open_port<int>();
    auto ask = pair.reader->ask<Read>(env.client(), 4U, port);
    EXPECT_EQ(env.await(reading).value(), 1);
    if (i % 2 == 0) std::this_thread::sleep_for(1ms);
    pair.reader->abort("emergency");
    EXPECT_NE(env.ended(*pair.reader).reason.find("emergency"), std::string::npos);
    EXPECT_FALSE(env.await(std::move(ask)).has_value());
    env.take_crashes();
  }
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Asio, ATimeoutCancelsTheOperation, kReal) {
  Pair pair(env);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(env.await(pair.reader->ask<ReadFor>(env.client(), 1ms)).value());
  }
  asio::write(pair.here, asio::buffer("word", 4));
  EXPECT_FALSE(env.await(pair.reader->ask<ReadFor>(env.client(), 1s)).value())
      << "what was cancelled took nothing";
}

HYPERACTOR_SCENARIO_THREADS_ONLY(Asio, TheContextMayStopUnderAnOperation, kReal) {
  asio::io_context own;
  Socket here(own);
  Socket there(own);
  asio::local::connect_pair(here, there);
  auto reader = env.spawn<Reader>(std::move(there));
  auto [port, reading] = env.client().open_port<int>();
  auto ask = reader.ask<Read>(env.client(), 4U, port);
  EXPECT_EQ(env.await(reading).value(), 1);
  std::jthread running([&] { own.run_for(5ms); });
  running.join();
  EXPECT_FALSE(ask.is_done());
  here.close();
  own.restart();
  std::jthread again([&] { own.run_for(5ms); });
  EXPECT_EQ(env.await(std::move(ask)).value(), "End of file");
  reader.stop("enough");
  env.ended(reader);
}

TEST(Asio, UnderSimulationIsAnErrorWithASentence) {
  auto env = TestEnv::simulated(1);
  asio::io_context& context = io_context(env.runtime());
  auto reader = env.spawn<Reader>(Socket(context));
  const std::string why = env.await(reader.ask<WaitFor>(env.client(), 1ms)).value();
  EXPECT_NE(why.find("an Asio operation cannot be part of a simulation"), std::string::npos)
      << why;
  EXPECT_FALSE(env.await(reader.ask<Post>(env.client())).has_value());
  const ActorStatus ended = env.ended(reader);
  EXPECT_NE(ended.reason.find("panic: an Asio operation cannot be part of a simulation"),
            std::string::npos)
      << ended.reason;
  env.take_crashes();
}

}  // namespace
}  // namespace hyperactor::support
