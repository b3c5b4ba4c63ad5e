// bench/path/idle_memory.cpp - how much memory does an actor take that waits for messages?
#include "hyperactor/telemetry/evidence.hpp"

#include "measurement.hpp"
#include "sizes.hpp"
#include "stopwatch.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace hyperactor::bench {

namespace {

struct Touch {
  std::uint64_t value;
};

class Idler : public Actor<Idler> {
 public:
  void handle(Context<Idler>&, Touch touch) { value_ = touch.value; }

  std::uint64_t handle(Context<Idler>&, struct Read);

 private:
  std::uint64_t value_ = 0;
};

struct Read {
  using Reply = std::uint64_t;
};

std::uint64_t Idler::handle(Context<Idler>&, Read) {
  return value_;
}

/// Spawns children, sends each a message; answered with the sum of what they then hold.
struct Populate {
  using Reply = std::uint64_t;
  std::uint64_t actors;
};

class Parent : public Actor<Parent> {
 public:
  Task<Result<std::uint64_t>> handle(Context<Parent>& cx, Populate populate) {
    const std::size_t begin = children_.size();
    children_.reserve(begin + populate.actors);
    for (std::uint64_t i = 0; i < populate.actors; ++i) {
      auto child = cx.spawn<Idler>();
      if (!child) co_return std::unexpected(std::move(child).error());
      child->post<Touch>(cx, std::uint64_t{1});
      children_.push_back(*std::move(child));
    }
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < children_.size(); ++i) {
      auto value = co_await children_[i].ask<Read>(cx);
      if (!value) co_return std::unexpected(std::move(value).error());
      sum += *value;
    }
    co_return sum;
  }

 private:
  std::vector<ActorHandle<Idler>> children_;
};

/// Private memory of this process, and all of its evidence file whether mapped or not.
Result<std::uint64_t> bytes_in_use() {
  std::ifstream status("/proc/self/status");
  std::uint64_t rss = 0;
  std::uint64_t shared = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) rss = std::stoull(line.substr(6)) * 1024;
    if (line.starts_with("RssShmem:")) shared = std::stoull(line.substr(9)) * 1024;
  }
  if (rss == 0) {
    return std::unexpected(
        Error(Errc::Failed, "measuring memory: /proc/self/status has no VmRSS"));
  }
  const std::string path = telemetry::Evidence::process().path();
  struct stat file{};
  if (path.empty() || stat(path.c_str(), &file) != 0) return rss;
  return rss - shared + static_cast<std::uint64_t>(file.st_blocks) * 512;
}

}  // namespace

Result<double> idle_memory(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  auto client = proc.client("bench");
  const auto parent = proc.spawn<Parent>().value();
  const auto populate = [&](std::uint64_t actors) {
    return seconds_until("idle actors", actors,
                         [&] { return parent.ask<Populate>(client, kPatient, actors); });
  };
  if (auto warm = populate(kIdleWarmUp); !warm) return warm;
  const auto before = bytes_in_use();
  if (auto grown = populate(kIdleActors); !grown) return grown;
  const auto after = bytes_in_use();
  if (!before || !after) return std::unexpected(before ? after.error() : before.error());
  parent.stop("measured");
  if (auto ended = wait_ended(parent); !ended) return std::unexpected(std::move(ended).error());
  return (static_cast<double>(*after) - static_cast<double>(*before)) /
         static_cast<double>(kIdleActors);
}

}  // namespace hyperactor::bench
