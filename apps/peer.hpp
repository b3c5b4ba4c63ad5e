// apps/peer.hpp - the programs that do the same works on other runtimes, and their figures.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hyperactor::app {

/// One of the peers that `bench local --peers` knows.
struct Peer {
  std::string_view name;  ///< in JSON and in the table
  std::string path;       ///< of its program; empty: it is absent
  std::string absent;     ///< why, and what to install
};

/// Looks for each peer in `folder`; if that is empty, beside this program and in
/// ../libexec/hyperactor from there.
[[nodiscard]] std::vector<Peer> find_peers(const std::string& folder);

struct PeerRequest {
  std::string_view key;
  std::size_t workers = 1;
  std::chrono::seconds limit{60};
};

/// What has become of one work on one peer.
struct PeerFigure {
  std::vector<double> values;  ///< in the order of the repetitions
  std::string note;            ///< what it says of itself; also why it does not do this work
  std::string failure;         ///< a sentence, if a run went wrong
  bool timed_out = false;
  bool is_over = false;  ///< no further run is worth the time

  /// What a reader may see: all runs brought a figure.
  [[nodiscard]] bool is_complete() const {
    return !values.empty() && !timed_out && failure.empty();
  }

  [[nodiscard]] double median() const;
};

/// One repetition: runs the peer and adds to `figure`. After Ctrl-C `figure` is emptied, as its
/// repetitions are fewer than asked for.
void repeat_on_peer(PeerFigure& figure, const Peer& peer, const PeerRequest& request);

}  // namespace hyperactor::app
