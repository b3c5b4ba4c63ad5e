// bench/peers/common/seconds.hpp - seconds on the steady clock.
#pragma once

#include <chrono>

namespace hyperactor::bench {

/// Of what `body` does until it returns.
template <class Body>
double seconds_of(Body&& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace hyperactor::bench
