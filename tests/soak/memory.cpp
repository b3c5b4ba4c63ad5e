// tests/soak/memory.cpp - samples of the resident set, and two of their medians.
#include "memory.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

namespace hyperactor::soak {

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t Memory::median(double from, double to) const {
  std::vector<std::size_t> bytes;
  for (const Sample& sample : samples_) {
    if (sample.passed >= from && sample.passed < to) bytes.push_back(sample.bytes);
  }
  if (bytes.empty()) return 0;
  std::ranges::sort(bytes);
  return bytes[bytes.size() / 2];
}

std::optional<std::string> Memory::growth(double part, std::size_t bytes) const {
  const std::size_t early = median(0.25, 0.5);
  const std::size_t late = median(0.75, 1.0);
  const auto allowed = static_cast<std::size_t>(static_cast<double>(early) * part) + bytes;
  if (late <= early + allowed) return std::nullopt;
  return fmt::format("memory is not flat: {} MB in the second quarter, {} MB in the last one",
                     early >> 20U, late >> 20U);
}

}  // namespace hyperactor::soak
