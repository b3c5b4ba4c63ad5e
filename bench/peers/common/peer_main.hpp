// bench/peers/common/peer_main.hpp - the command line of a peer: one work in, one figure out.
//
//   <peer> KEY WORKERS
//
// does the work of KEY once uncounted and once counted, and prints the figure on a line of its
// own. A line `note: ...` may follow: what a reader has to know of it.
//
//   Exit 0   a figure was printed
//        1   the work went wrong; stderr says how
//        2   wrong usage
//        3   this peer does not do this work; a note may say why
//
// bench/METHOD.md says the same to whoever writes a peer. C++17, as a peer may need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hyperactor::bench {

struct PeerWork {
  std::string_view key;
  /// Does the work once and returns the figure. Throws std::runtime_error if its checksum is
  /// wrong.
  double (*run)(std::size_t workers);
  /// Printed after the figure; empty: nothing to say.
  std::string_view note = {};
  /// False if the first run in a process is the one that counts: memory that was used before
  /// would be used again unseen.
  bool warm_up = true;
};

/// What the peer cannot do, and why.
struct PeerGap {
  std::string_view key;
  std::string_view why;
};

/// The main function of a peer; returns its exit code.
int peer_main(int argc, char** argv, const std::vector<PeerWork>& works,
              const std::vector<PeerGap>& gaps);

/// Throws std::runtime_error with both numbers unless they are equal.
void check_sum(std::string_view work, std::uint64_t sum, std::uint64_t expected);

}  // namespace hyperactor::bench
