// apps/peer_report.cpp - renders the figures of the peers.
#include "peer_report.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace hyperactor::app {

namespace {

bool has_peer(const Figure& figure) {
  return !figure.values.empty() &&
         std::ranges::any_of(figure.peers, [](const PeerFigure& peer) {
           return peer.is_complete() || peer.timed_out || !peer.failure.empty();
         });
}

// How many times better ours is.
double lead(const Figure& figure, const PeerFigure& peer) {
  return figure.measurement->lower_is_better ? peer.median() / figure.median()
                                             : figure.median() / peer.median();
}

std::string cell(const Figure& figure, const PeerFigure& peer) {
  if (!peer.is_complete()) return "-";
  const double times = lead(figure, peer);
  return fmt::format("{} ({:.{}f}x)", shown(peer.median()), times, times < 10 ? 2 : 1);
}

void append_notes(std::string& text, const Figure& figure, const std::vector<Peer>& peers,
                  std::size_t limit_s) {
  for (std::size_t i = 0; i < figure.peers.size(); ++i) {
    const PeerFigure& peer = figure.peers[i];
    const auto say = [&](const std::string& what) {
      fmt::format_to(std::back_inserter(text), "{}: {}: {}\n", peers[i].name,
                     figure.measurement->title, what);
    };
    if (peer.timed_out) say(fmt::format("did not end in {} s", limit_s));
    if (!peer.failure.empty()) say(peer.failure);
    if (!peer.note.empty()) say(peer.note);
  }
}

// Control characters and all that is not ASCII become '?': it is text for people.
std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += byte < 0x20 || byte >= 0x7f ? '?' : c;
  }
  return quoted + "\"";
}

}  // namespace

std::string peer_table_of(const std::vector<Figure>& figures, const std::vector<Peer>& peers,
                          std::size_t limit_s) {
  std::string text =
      "\nThe same work on peers: medians, and how many times better hyperactor is\n";
  fmt::format_to(std::back_inserter(text), "{:<34} {:<8} {:>10}", "", "", "hyperactor");
  for (const Peer& peer : peers) {
    if (peer.absent.empty()) fmt::format_to(std::back_inserter(text), " {:>18}", peer.name);
  }
  text += '\n';
  for (const Figure& figure : figures) {
    if (!has_peer(figure)) continue;
    fmt::format_to(std::back_inserter(text), "{:<34} {:<8} {:>10}", figure.measurement->title,
                   figure.measurement->unit, shown(figure.median()));
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (peers[i].absent.empty())
        fmt::format_to(std::back_inserter(text), " {:>18}", cell(figure, figure.peers[i]));
    }
    text += '\n';
  }
  for (const Figure& figure : figures) append_notes(text, figure, peers, limit_s);
  for (const Peer& peer : peers) {
    if (!peer.absent.empty()) text += fmt::format("{}: not run: {}\n", peer.name, peer.absent);
  }
  return text;
}

std::string peer_json_of(const std::vector<Figure>& figures, const std::vector<Peer>& peers) {
  std::string text;
  const auto add = [&](const std::string& key, const std::string& value) {
    fmt::format_to(std::back_inserter(text), ",\n  \"{}\": {}", key, value);
  };
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const auto prefix = fmt::format("peers.{}.", peers[i].name);
    if (!peers[i].absent.empty()) add(prefix + "absent", json_text(peers[i].absent));
    for (const Figure& figure : figures) {
      if (figure.peers.empty() || figure.values.empty()) continue;
      const PeerFigure& peer = figure.peers[i];
      const auto key = prefix + std::string(figure.measurement->key);
      if (peer.is_complete()) add(key, json_number(peer.median()));
      if (peer.timed_out) add(key + ".timed_out", "true");
      if (!peer.failure.empty()) add(key + ".failed", json_text(peer.failure));
      if (!peer.note.empty()) add(key + ".note", json_text(peer.note));
    }
  }
  return text;
}

}  // namespace hyperactor::app
