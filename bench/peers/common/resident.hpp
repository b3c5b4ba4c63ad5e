// bench/peers/common/resident.hpp - how much memory this process has.
#pragma once

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

namespace hyperactor::bench {

/// Bytes of the resident set. Throws std::runtime_error if Linux does not say.
inline std::uint64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoull(line.substr(6)) * 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmRSS");
}

}  // namespace hyperactor::bench
