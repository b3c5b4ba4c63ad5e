// bench/path/stopwatch.hpp - times a request that a plain thread makes, and checks its answer.
#pragma once

#include "hyperactor/hyperactor.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace hyperactor::bench {

/// A request may take longer than asks usually do: a slow machine is no failure.
inline constexpr AskOptions kPatient{.timeout = std::chrono::seconds{120}};

/// Seconds until `ask` is answered with `expected`, the checksum of the work it stands for.
template <class Send>
Result<double> seconds_until(std::string_view work, std::uint64_t expected, Send&& send) {
  const auto begin = std::chrono::steady_clock::now();
  const Result<std::uint64_t> answer = block_on(send());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  if (!answer) return std::unexpected(Error(answer.error()).in(std::string(work)));
  if (*answer != expected) {
    return std::unexpected(Error(Errc::Failed, std::string(work) + ": the checksum is " +
                                                   std::to_string(*answer) + " instead of " +
                                                   std::to_string(expected)));
  }
  return taken.count();
}

}  // namespace hyperactor::bench
