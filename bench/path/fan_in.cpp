// bench/path/fan_in.cpp - how many messages a second do four actors send to one?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stream.hpp"

namespace hyperactor::bench {

Result<double> fan_in(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  Stream stream(proc, kFanInSenders);
  auto seconds = stream.seconds(kStreamItems);
  if (!seconds) return seconds;
  return static_cast<double>(kStreamItems) / *seconds;
}

}  // namespace hyperactor::bench
