// apps/bench_local.cpp - repeats measurements, shows how far it is, hands over the figures.
#include "bench_local.hpp"

#include "hyperactor/config/environment.hpp"
#include "hyperactor/hyperactor.hpp"

#include "bench_report.hpp"
#include "interrupt.hpp"
#include "measurement.hpp"
#include "peer.hpp"
#include "peer_report.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace hyperactor::app {

namespace {

using bench::Measurement;

/// A line on the terminal that is written over; nothing elsewhere.
class Progress {
 public:
  void show(std::string_view title, std::size_t repetition, std::size_t of,
            std::string_view where = {}) const {
    if (!visible_) return;
    const auto count =
        repetition == 0 ? std::string("warm-up") : fmt::format("{} of {}", repetition, of);
    fmt::print(stderr, "\r\x1b[K{}: {}{}{}", title, count, where.empty() ? "" : ", on ", where);
  }

  void clear() const {
    if (visible_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  bool visible_ = isatty(STDERR_FILENO) == 1;
};

bool is_wanted(const BenchLocal& wanted, const Measurement& measurement) {
  return wanted.only.empty() ||
         std::ranges::find(wanted.only, measurement.key) != wanted.only.end();
}

std::vector<Figure> wanted_figures(const BenchLocal& wanted) {
  std::vector<Figure> figures;
  for (const Measurement& measurement : bench::measurements()) {
    if (is_wanted(wanted, measurement)) figures.push_back(Figure{&measurement, {}, {}});
  }
  return figures;
}

/// The peers, if they are wanted, and how they are called.
struct Peers {
  std::vector<Peer> all;
  std::size_t workers = 1;
  std::chrono::seconds limit{60};
};

// As many workers as the runtime takes; what it refuses it says itself.
std::size_t workers_of(const BenchLocal& wanted) {
  if (wanted.workers) return *wanted.workers;
  const auto set = config::Environment::of_process().integer("HYPERACTOR_WORKERS", 1);
  const std::int64_t default_count = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(set ? set->value_or(default_count) : default_count);
}

Peers wanted_peers(const BenchLocal& wanted) {
  if (!wanted.peers) return {};
  return {find_peers(wanted.peers_from), workers_of(wanted),
          std::chrono::seconds(wanted.peer_limit_s)};
}

// A peer warms itself up, so it has no repetition that does not count.
void repeat_on_peers(Figure& figure, const Peers& peers, std::size_t repetition,
                     std::size_t repetitions, const Progress& progress) {
  for (std::size_t i = 0; i < peers.all.size(); ++i) {
    if (interrupted()) return;
    progress.show(figure.measurement->title, repetition, repetitions, peers.all[i].name);
    repeat_on_peer(figure.peers[i], peers.all[i],
                   {figure.measurement->key, peers.workers, peers.limit});
  }
}

// A median of fewer repetitions than were asked for is no figure.
void drop_incomplete_peers(Figure& figure, std::size_t repetitions) {
  for (PeerFigure& peer : figure.peers) {
    if (peer.values.size() < repetitions) peer.values.clear();
  }
}

Result<void> measure(Figure& figure, const BenchLocal& wanted, const Peers& peers,
                     const Progress& progress) {
  const Measurement& what = *figure.measurement;
  RuntimeOptions options;
  options.workers = wanted.workers;
  std::optional<Runtime> runtime;
  if (!what.in_new_process) {
    auto made = Runtime::threads(options);
    if (!made) return std::unexpected(std::move(made).error());
    runtime = *std::move(made);
  }
  std::vector<double> values;
  for (std::size_t i = 0; i <= wanted.repetitions; ++i) {
    progress.show(what.title, i, wanted.repetitions);
    const auto value =
        runtime ? what.repeat(*runtime) : bench::repeat_in_new_process(what, options);
    if (!value)
      return std::unexpected(Error(value.error()).in("measuring " + std::string(what.key)));
    if (i == 0) continue;
    values.push_back(*value);
    repeat_on_peers(figure, peers, i, wanted.repetitions, progress);
  }
  drop_incomplete_peers(figure, wanted.repetitions);
  std::ranges::sort(values);
  figure.values = std::move(values);
  return {};
}

Result<void> measure_all(std::vector<Figure>& figures, const BenchLocal& wanted,
                         const Peers& peers) {
  const Progress progress;
  for (Figure& figure : figures) figure.peers.resize(peers.all.size());
  // New processes are forked while this one has no other thread.
  for (const bool in_new_process : {true, false}) {
    for (Figure& figure : figures) {
      if (figure.measurement->in_new_process != in_new_process || interrupted()) continue;
      auto measured = measure(figure, wanted, peers, progress);
      progress.clear();
      if (!measured) return measured;
    }
  }
  return {};
}

bool a_peer_failed(const std::vector<Figure>& figures) {
  return std::ranges::any_of(figures, [](const Figure& figure) {
    return std::ranges::any_of(figure.peers,
                               [](const PeerFigure& peer) { return !peer.failure.empty(); });
  });
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string heading(const BenchLocal& wanted) {
  const auto workers =
      wanted.workers ? std::to_string(*wanted.workers) : std::string("default");
  return fmt::format(
      "hyperactor {}, compiled by {}\n{}, {} hardware threads; workers: {}; {} "
      "repetitions each\n\n",
      HYPERACTOR_VERSION, __VERSION__, processor(), std::thread::hardware_concurrency(),
      workers, wanted.repetitions);
}

}  // namespace

std::vector<std::string_view> bench_keys() {
  std::vector<std::string_view> keys;
  for (const Measurement& measurement : bench::measurements()) keys.push_back(measurement.key);
  return keys;
}

int bench_local(const BenchLocal& wanted) {
  std::optional<LateFile> file;
  if (!wanted.json.empty()) {
    auto opened = LateFile::open(wanted.json);
    if (!opened) {
      fmt::print(stderr, "hyperactor bench local: --json: {}\n", opened.error());
      return kUsage;
    }
    file.emplace(*std::move(opened));
  }
  watch_for_interrupt();
  auto figures = wanted_figures(wanted);
  const bool colours = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  fmt::print("{}", heading(wanted));
  std::fflush(stdout);
  const auto peers = wanted_peers(wanted);
  const auto measured = measure_all(figures, wanted, peers);
  fmt::print("{}", table_of(figures, colours));
  if (wanted.peers) fmt::print("{}", peer_table_of(figures, peers.all, wanted.peer_limit_s));
  int code = kOk;
  if (!measured) {
    fmt::print(stderr, "hyperactor bench local: {}\n", measured.error());
    code = kFailure;
  } else if (interrupted()) {
    fmt::print(stderr, "hyperactor bench local: interrupted; these figures were complete\n");
    code = kFailure;
  } else if (a_peer_failed(figures)) {
    fmt::print(stderr, "hyperactor bench local: a peer went wrong; see above\n");
    code = kFailure;
  }
  if (file) {
    const auto text = json_of(figures, peer_json_of(figures, peers.all));
    if (auto written = file->write(text); !written) {
      fmt::print(stderr, "hyperactor bench local: --json: {}\n", written.error());
      code = kFailure;
    }
  }
  return code;
}

}  // namespace hyperactor::app
