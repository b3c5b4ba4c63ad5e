// base/random.hpp - random numbers that a seed replays.
#pragma once

#include "hyperactor/base/check.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace hyperactor::base {

/// A small, fast generator; the same seed gives the same numbers on every machine and compiler.
///
/// The algorithm is xoshiro256** 1.0, its state filled by SplitMix64: D. Blackman and S. Vigna,
/// "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021; G. Steele, D. Lea
/// and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
///
/// Threads   One at a time.
/// Not for   Keys, tokens, or anything an attacker must not guess.
/// Portable  Its own members give the same numbers everywhere; the distributions of <random>
///           are satisfied by it, but differ between standard libraries.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit constexpr Random(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) word = split_mix(seed);
  }

  static constexpr result_type min() noexcept { return 0; }

  static constexpr result_type max() noexcept {
    return std::numeric_limits<result_type>::max();
  }

  constexpr result_type operator()() noexcept {
    const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate_left(state_[3], 45);
    return result;
  }

  /// Each of 0 … bound-1 with the same probability; `bound` is at least 1.
  constexpr std::uint64_t below(std::uint64_t bound) {
    HYPERACTOR_CHECK(bound > 0, "below() needs a bound of at least 1");
    // The lowest 2^64 mod bound values are drawn again, so that the others share out evenly.
    const std::uint64_t uneven = (0 - bound) % bound;
    std::uint64_t value = (*this)();
    while (value < uneven) value = (*this)();
    return value % bound;
  }

  /// Each of low … high with the same probability, both included.
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
    HYPERACTOR_CHECK(low <= high, low, high);
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    const std::uint64_t offset = span == max() ? (*this)() : below(span + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
  }

  /// True in `hits` of `tries` cases.
  constexpr bool chance(std::uint64_t hits, std::uint64_t tries) { return below(tries) < hits; }

  /// At least 0, less than 1, in steps of 2^-53.
  constexpr double unit() noexcept { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

  /// A generator of its own for one part of a program: what that part draws later does not
  /// change what the others see.
  constexpr Random fork() noexcept { return Random((*this)()); }

 private:
  static constexpr std::uint64_t rotate_left(std::uint64_t x, int by) noexcept {
    return (x << by) | (x >> (64 - by));
  }

  static constexpr std::uint64_t split_mix(std::uint64_t& state) noexcept {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace hyperactor::base
