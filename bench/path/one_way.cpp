// bench/path/one_way.cpp - how many messages a second does one actor send to one other?
#include "measurement.hpp"
#include "stream.hpp"

namespace hyperactor::bench {

Result<double> one_way(const Runtime& runtime) {
  constexpr std::uint64_t kItems = 8'000'000;
  auto proc = Proc::local(runtime);
  Stream stream(proc, 1);
  auto seconds = stream.seconds(kItems);
  if (!seconds) return seconds;
  return static_cast<double>(kItems) / *seconds;
}

}  // namespace hyperactor::bench
