// tests/soak/memory.hpp - whether the memory of this process stays the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hyperactor::soak {

/// Resident bytes of this process, shared pages among them.
[[nodiscard]] std::size_t resident_bytes();

/// Samples of a run, each with the part of it that has passed.
class Memory {
 public:
  void add(double passed, std::size_t bytes) { samples_.push_back({passed, bytes}); }

  /// A sentence if the last quarter lies above the second one by more than `part` of it and
  /// `bytes`; medians.
  [[nodiscard]] std::optional<std::string> growth(double part, std::size_t bytes) const;

 private:
  struct Sample {
    double passed;
    std::size_t bytes;
  };

  [[nodiscard]] std::size_t median(double from, double to) const;

  std::vector<Sample> samples_;
};

}  // namespace hyperactor::soak
