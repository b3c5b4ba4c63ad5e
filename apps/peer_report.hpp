// apps/peer_report.hpp - the figures of the peers beside ours, for people and for programs.
#pragma once

#include "bench_report.hpp"
#include "peer.hpp"

#include <string>
#include <vector>

namespace hyperactor::app {

/// One line a figure that a peer has too: medians, and in brackets how many times better ours
/// is. Then one line for everything that is missing or that a peer says of itself.
[[nodiscard]] std::string peer_table_of(const std::vector<Figure>& figures,
                                        const std::vector<Peer>& peers, std::size_t limit_s);

/// Members of a flat JSON object, each with a comma and a line break before it:
/// "peers.<name>.<key>": the median, or ….timed_out, ….failed, ….note; "peers.<name>.absent".
[[nodiscard]] std::string peer_json_of(const std::vector<Figure>& figures,
                                       const std::vector<Peer>& peers);

}  // namespace hyperactor::app
