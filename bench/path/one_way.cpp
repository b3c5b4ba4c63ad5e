// bench/path/one_way.cpp - how many messages a second does one actor send to one other?
#include "measurement.hpp"
#include "sizes.hpp"
#include "stream.hpp"

namespace hyperactor::bench {

Result<double> one_way(const Runtime& runtime) {
  auto proc = Proc::local(runtime);
  Stream stream(proc, 1);
  auto seconds = stream.seconds(kStreamItems);
  if (!seconds) return seconds;
  return static_cast<double>(kStreamItems) / *seconds;
}

}  // namespace hyperactor::bench
