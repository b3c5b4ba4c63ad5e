// bench/path/ping_pong.cpp - what does one hop between two actors cost?
#include "ping_pong.hpp"

#include "measurement.hpp"
#include "sizes.hpp"

namespace hyperactor::bench {

Result<double> ping_pong(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  PingPong table(proc);
  auto seconds = table.seconds(kPingPongHops);
  if (!seconds) return seconds;
  return *seconds * 1e9 / static_cast<double>(kPingPongHops);
}

}  // namespace hyperactor::bench
