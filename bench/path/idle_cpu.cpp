// bench/path/idle_cpu.cpp - how much of a core does a runtime use that has nothing to do?
#include "measurement.hpp"
#include "ping_pong.hpp"
#include "stream.hpp"

#include <chrono>
#include <thread>

#include <sys/resource.h>

namespace hyperactor::bench {

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Result<double> idle_cpu(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  PingPong table(proc);
  Stream stream(proc, 4);
  if (auto busy = table.seconds(100'000); !busy) return busy;
  if (auto busy = stream.seconds(400'000); !busy) return busy;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto begin = std::chrono::steady_clock::now();
  const double used_before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double used = cpu_seconds() - used_before;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return 100 * used / taken.count();
}

}  // namespace hyperactor::bench
