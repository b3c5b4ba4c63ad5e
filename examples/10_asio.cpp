// examples/10_asio.cpp - Asio inside handlers: a server that echoes, a client that gives up.
//
// Sockets and timers of Boost.Asio are awaited like anything else with the token use_task. What
// an actor awaits when it is aborted, or loses a race, is cancelled first.
#include <hyperactor/asio.hpp>
#include <hyperactor/hyperactor.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
namespace ha = hyperactor;
using namespace std::chrono_literals;
using asio::ip::tcp;

struct Serve {};

struct Talk {
  using Reply = std::string;
  std::string text;
};

// One for each connection: sends back what it reads until the other side has gone.
class Session : public ha::Actor<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  ha::Task<void> handle(ha::Context<Session>&, Serve) {
    char bytes[256];
    for (;;) {
      auto got = co_await socket_.async_read_some(asio::buffer(bytes), ha::use_task);
      if (!got) break;
      auto sent = co_await asio::async_write(socket_, asio::buffer(bytes, *got), ha::use_task);
      if (!sent) break;
    }
  }

 private:
  tcp::socket socket_;
};

// Accepts connections on a port of the system's choice until it is aborted.
class Server : public ha::Actor<Server> {
 public:
  explicit Server(tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}

  ha::Task<ha::Result<void>> handle(ha::Context<Server>& cx, Serve) {
    for (;;) {
      auto socket = co_await acceptor_.async_accept(ha::use_task);
      if (!socket)
        co_return std::unexpected(ha::Error(ha::Errc::Failed, socket.error().what()));
      auto session = cx.spawn<Session>(std::move(*socket));
      if (!session) co_return std::unexpected(session.error());
      session->post<Serve>(cx);
    }
  }

 private:
  tcp::acceptor acceptor_;
};

class Talker : public ha::Actor<Talker> {
 public:
  Talker(tcp::socket socket, tcp::endpoint server)
      : socket_(std::move(socket)), server_(std::move(server)) {}

  ha::Task<std::string> handle(ha::Context<Talker>&, Talk talk) {
    auto connected = co_await socket_.async_connect(server_, ha::use_task);
    if (!connected) co_return connected.error().what();
    auto sent = co_await asio::async_write(socket_, asio::buffer(talk.text), ha::use_task);
    if (!sent) co_return sent.error().what();
    std::string echo(talk.text.size(), ' ');
    auto got = co_await asio::async_read(socket_, asio::buffer(echo), ha::use_task);
    if (!got) co_return got.error().what();
    // Nothing more will come: the timeout cancels the read.
    auto more = co_await ha::timeout(10ms, read_more());
    co_return echo + (more ? ", and more" : ", and then silence");
  }

 private:
  ha::Task<bool> read_more() {
    char byte = 0;
    auto got = co_await socket_.async_read_some(asio::buffer(&byte, 1), ha::use_task);
    co_return got.has_value();
  }

  tcp::socket socket_;
  tcp::endpoint server_;
};

int main() {
  // A server that is aborted is no news here.
  auto runtime = ha::Runtime::threads({.crash = [](const ha::CrashReport&) {}}).value();
  auto proc = ha::Proc::local(runtime);
  auto client = proc.client("main");
  auto& io = ha::io_context(runtime);

  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const tcp::endpoint address = acceptor.local_endpoint();
  auto server = proc.spawn<Server>("server", std::move(acceptor)).value();
  server.post<Serve>(client);

  auto talker = proc.spawn<Talker>("talker", tcp::socket(io), address).value();
  auto echo = ha::block_on(talker.ask<Talk>(client, std::string("hello")));
  fmt::print("{}\n", echo ? *echo : echo.error().to_string());

  talker.stop("done");  // closes its socket, so its session ends
  (void)ha::wait_ended(talker);
  server.abort("enough");
  fmt::print("{}\n", ha::wait_ended(server).value());
}
