// apps/peer.cpp - finds the peers' programs, calls them, and reads what they print.
#include "peer.hpp"

#include "child_process.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace hyperactor::app {

namespace {

namespace fs = std::filesystem;

constexpr int kNotItsWork = 3;  // an exit code; bench/peers/common/peer_main.hpp

struct Known {
  std::string_view name;
  std::string_view interpreter;  // the program that runs it; empty: the processor
  std::string_view remedy;
};

constexpr Known kKnown[] = {
    {"caf", "", "install Debian's libcaf-dev, then configure and build again"},
    {"erlang", "escript", "install Debian's erlang-base"},
    {"floor", "", "build the target hyperactor_peer_floor"},
};

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

bool is_on_path(std::string_view program) {
  const char* const variable = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): reads
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    if (is_program(fs::path(rest.substr(0, colon)) / program)) return true;
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
  return false;
}

std::vector<fs::path> folders_to_search(const std::string& folder) {
  if (!folder.empty()) return {fs::absolute(folder)};
  std::error_code ignored;
  const auto here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  return {here, here.parent_path() / "libexec" / "hyperactor"};
}

Peer find(const Known& known, const std::vector<fs::path>& folders) {
  Peer peer{known.name, {}, {}};
  const auto file = fmt::format("hyperactor-peer-{}", known.name);
  const auto folder = std::ranges::find_if(
      folders, [&](const fs::path& each) { return is_program(each / file); });
  if (folder == folders.end()) {
    peer.absent = fmt::format("there is no {} in {}: {}", file, folders.front().string(),
                              known.interpreter.empty() ? known.remedy
                                                        : "build the target hyperactor_peer_" +
                                                              std::string(known.name));
  } else if (!known.interpreter.empty() && !is_on_path(known.interpreter)) {
    peer.absent =
        fmt::format("there is no {} on the PATH: {}", known.interpreter, known.remedy);
  } else {
    peer.path = (*folder / file).string();
  }
  return peer;
}

// The first line, and what follows "note: " on a later one.
struct Printed {
  std::string_view first;
  std::string note;
};

Printed read_lines(std::string_view text) {
  constexpr std::string_view kNote = "note: ";
  Printed printed;
  for (bool is_first = true; !text.empty(); is_first = false) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (line.starts_with(kNote)) {
      printed.note = line.substr(kNote.size());
    } else if (is_first) {
      printed.first = line;
    }
  }
  return printed;
}

std::optional<double> number_in(std::string_view line) {
  double value = 0;
  const char* const end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, value);
  if (error != std::errc{} || rest != end || !std::isfinite(value) || value <= 0) return {};
  return value;
}

// Fit for one line of a terminal.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string shown;
  for (const char c : text.substr(0, text.find('\n')).substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte >= 0x7f ? '?' : c;
  }
  return "'" + shown + "'";
}

std::string went_wrong(const ChildOutcome& outcome) {
  const auto said = outcome.err.empty() ? std::string() : ": " + excerpt(outcome.err);
  if (outcome.end == ChildOutcome::End::Killed) {
    return fmt::format("was killed by signal {}{}", outcome.code, said);
  }
  return fmt::format("exited with code {}{}", outcome.code, said);
}

void read_exit(PeerFigure& figure, const ChildOutcome& outcome) {
  auto printed = read_lines(outcome.out);
  if (!printed.note.empty()) figure.note = std::move(printed.note);
  if (outcome.code == kNotItsWork) {
    figure.is_over = true;
  } else if (outcome.code != 0) {
    figure.failure = went_wrong(outcome);
  } else if (const auto value = number_in(printed.first)) {
    figure.values.push_back(*value);
  } else {
    figure.failure =
        fmt::format("printed {} where a figure was expected", excerpt(outcome.out));
  }
}

}  // namespace

double PeerFigure::median() const {
  auto sorted = values;
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::vector<Peer> find_peers(const std::string& folder) {
  const auto folders = folders_to_search(folder);
  std::vector<Peer> peers;
  for (const Known& known : kKnown) peers.push_back(find(known, folders));
  return peers;
}

void repeat_on_peer(PeerFigure& figure, const Peer& peer, const PeerRequest& request) {
  if (figure.is_over || peer.path.empty()) return;
  const auto workers = std::to_string(request.workers);
  const auto outcome =
      run_child({.arguments = {peer.path, std::string(request.key), workers},
                 .environment = {{"ERL_FLAGS", fmt::format("+S {0}:{0}", workers)}}},
                request.limit);
  switch (outcome.end) {
    case ChildOutcome::End::Exited:
      read_exit(figure, outcome);
      break;
    case ChildOutcome::End::Killed:
      figure.failure = went_wrong(outcome);
      break;
    case ChildOutcome::End::TimedOut:
      figure.timed_out = true;
      break;
    case ChildOutcome::End::Interrupted:
      figure = PeerFigure{};
      figure.is_over = true;
      break;
    case ChildOutcome::End::NotStarted:
      figure.failure = fmt::format("cannot start {}: {}", peer.path,
                                   std::generic_category().message(outcome.code));
      break;
  }
  if (figure.timed_out || !figure.failure.empty()) figure.is_over = true;
}

}  // namespace hyperactor::app
