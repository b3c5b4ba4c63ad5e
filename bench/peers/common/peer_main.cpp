// bench/peers/common/peer_main.cpp - reads the command line of a peer and prints its figure.
#include "peer_main.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace hyperactor::bench {

namespace {

constexpr int kDone = 0;
constexpr int kWentWrong = 1;
constexpr int kUsage = 2;
constexpr int kNotItsWork = 3;

int run(const PeerWork& work, std::size_t workers) {
  try {
    if (work.warm_up) (void)work.run(workers);
    std::printf("%.9g\n", work.run(workers));
    if (!work.note.empty()) std::printf("note: %s\n", std::string(work.note).c_str());
    return kDone;
  } catch (const std::exception& why) {
    std::fprintf(stderr, "%s: %s\n", std::string(work.key).c_str(), why.what());
    return kWentWrong;
  }
}

}  // namespace

int peer_main(int argc, char** argv, const std::vector<PeerWork>& works,
              const std::vector<PeerGap>& gaps) {
  const std::string_view key = argc > 1 ? argv[1] : "";
  const long workers = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
  if (argc != 3 || workers < 1) {
    std::fprintf(stderr, "usage: %s KEY WORKERS\n", argv[0]);
    return kUsage;
  }
  for (const PeerWork& work : works) {
    if (work.key == key) return run(work, static_cast<std::size_t>(workers));
  }
  for (const PeerGap& gap : gaps) {
    if (gap.key == key) std::printf("note: %s\n", std::string(gap.why).c_str());
  }
  return kNotItsWork;
}

void check_sum(std::string_view work, std::uint64_t sum, std::uint64_t expected) {
  if (sum == expected) return;
  throw std::runtime_error(std::string(work) + ": the checksum is " + std::to_string(sum) +
                           " instead of " + std::to_string(expected));
}

}  // namespace hyperactor::bench
