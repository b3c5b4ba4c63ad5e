// bench/path/fan_in.cpp - how many messages a second do four actors send to one?
#include "measurement.hpp"
#include "stream.hpp"

namespace hyperactor::bench {

Result<double> fan_in(const Runtime& runtime) {
  constexpr std::uint64_t kItems = 8'000'000;
  auto proc = Proc::local(runtime);
  Stream stream(proc, 4);
  auto seconds = stream.seconds(kItems);
  if (!seconds) return seconds;
  return static_cast<double>(kItems) / *seconds;
}

}  // namespace hyperactor::bench
