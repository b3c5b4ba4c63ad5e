// bench/path/ping_pong.cpp - what does one hop between two actors cost?
#include "ping_pong.hpp"

#include "measurement.hpp"

namespace hyperactor::bench {

Result<double> ping_pong(const Runtime& runtime) {
  constexpr std::uint64_t kHops = 4'000'000;
  auto proc = Proc::local(runtime);
  PingPong table(proc);
  auto seconds = table.seconds(kHops);
  if (!seconds) return seconds;
  return *seconds * 1e9 / static_cast<double>(kHops);
}

}  // namespace hyperactor::bench
