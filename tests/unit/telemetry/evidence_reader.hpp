// evidence_reader.hpp - reads an evidence file by the tables of docs/design/evidence.md.
//
// On purpose without evidence_format.hpp: the numbers here are those of the page, so a change
// of the format that forgets the page fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace hyperactor::telemetry::test {

class EvidenceReader {
 public:
  struct Record {
    std::uint64_t status, message_id, since;
    std::uint32_t handler, generation, proc, name;
    std::uint64_t pid, handled, cause;
  };

  struct Entry {
    std::uint64_t id, cause;
    std::uint32_t slot, type;
    std::uint64_t when;
  };

  struct Ring {
    std::uint64_t head, first;
    std::uint32_t thread, in_use, holders;
    std::string thread_name;
    std::vector<Entry> entries;  // oldest first, without the 64 that may be torn
  };

  explicit EvidenceReader(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    if (bytes_.size() < 65536) return;
    for (std::uint32_t unit = 0; unit < number<std::uint32_t>(100); ++unit) {
      const auto word = number<std::uint64_t>(20480 + std::size_t{unit} * 8);
      const std::size_t offset = 65536 + std::size_t{unit} * 262144;
      const auto kind = static_cast<std::uint32_t>(word);
      units.push_back(kind);
      if (kind == 1) record_units_[static_cast<std::uint32_t>(word >> 32)] = offset;
      if (kind == 3) read_names(offset);
    }
  }

  /// A number of the header.
  template <class T>
  [[nodiscard]] T number(std::size_t offset) const {
    T value{};
    if (offset + sizeof value <= bytes_.size()) {
      std::memcpy(&value, bytes_.data() + offset, sizeof value);
    }
    return value;
  }

  /// A zero-terminated text of the header.
  [[nodiscard]] std::string text(std::size_t offset, std::size_t room) const {
    std::string result = bytes_.substr(offset, room);
    return result.substr(0, result.find('\0'));
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  [[nodiscard]] bool has_record(std::uint32_t slot) const {
    return record_units_.contains(slot / 4096);
  }

  [[nodiscard]] Record record(std::uint32_t slot) const {
    return number<Record>(record_units_.at(slot / 4096) + std::size_t{slot % 4096} * 64);
  }

  [[nodiscard]] Ring ring(std::uint32_t index) const {
    const std::size_t at = 4096 + std::size_t{index} * 64;
    Ring ring{number<std::uint64_t>(at),
              number<std::uint64_t>(at + 8),
              number<std::uint32_t>(at + 28),
              number<std::uint32_t>(at + 32),
              number<std::uint32_t>(at + 36),
              text(at + 40, 16),
              {}};
    const auto offset = number<std::uint64_t>(at + 16);
    const auto entries = number<std::uint32_t>(at + 24);
    if (offset == 0) return ring;
    const std::uint64_t kept = ring.head < entries ? ring.head : entries - 64;
    for (std::uint64_t i = ring.head - kept; i < ring.head; ++i) {
      ring.entries.push_back(number<Entry>(offset + (i % entries) * 32));
    }
    return ring;
  }

  [[nodiscard]] std::string name(std::uint32_t index) const {
    const auto found = names.find(index);
    return found == names.end() ? std::string() : found->second;
  }

  std::vector<std::uint32_t> units;            // their kinds
  std::map<std::uint32_t, std::string> names;  // by index

 private:
  void read_names(std::size_t offset) {
    const std::size_t end = offset + 262144;
    while (offset + 8 <= end) {
      const auto index = number<std::uint32_t>(offset);
      const auto length = number<std::uint32_t>(offset + 4);
      if (index == 0) return;
      names[index] = bytes_.substr(offset + 8, length);
      offset += (8 + std::size_t{length} + 1 + 7) / 8 * 8;
    }
  }

  std::string bytes_;
  std::map<std::uint32_t, std::size_t> record_units_;  // offset by number
};

static_assert(sizeof(EvidenceReader::Record) == 64);
static_assert(sizeof(EvidenceReader::Entry) == 32);

}  // namespace hyperactor::telemetry::test
