// telemetry/evidence_file.hpp - the file on a memory file system that evidence is mapped from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace hyperactor::telemetry {

/// Writes one line to stderr: "hyperactor: evidence: <what>".
void warn(std::string_view what) noexcept;

/// Field 22 of /proc/self/stat: with the pid it names one process of this boot. 0 if unknown.
[[nodiscard]] std::uint64_t process_start_time();

/// A file of this process's own, locked for as long as the process lives, that only grows.
///
/// The lock (flock, exclusive) is how others know that the process is alive: it ends with the
/// last descriptor, whatever ends the process, and works across pid namespaces.
class EvidenceFile {
 public:
  /// Follows HYPERACTOR_EVIDENCE. Empty means memory only; says why on stderr unless it is off.
  [[nodiscard]] static std::optional<EvidenceFile> open_for_this_process();

  EvidenceFile(EvidenceFile&& other) noexcept;
  EvidenceFile& operator=(EvidenceFile&&) = delete;
  EvidenceFile(const EvidenceFile&) = delete;
  EvidenceFile& operator=(const EvidenceFile&) = delete;
  ~EvidenceFile();

  /// Allocates `bytes` at the end and maps them, at `where` unless that is null. On failure the
  /// file is as before, the mapping at `where` is undefined, and the text says why.
  struct Piece {
    void* address;
    std::uint64_t offset;
  };

  [[nodiscard]] std::expected<Piece, std::string> grow(std::size_t bytes, void* where);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Takes the name away; the mappings stay.
  void remove() noexcept;

  /// Closes the descriptor without removing the file: what a forked child does.
  void disown() noexcept;

 private:
  EvidenceFile(int descriptor, std::string path) noexcept
      : descriptor_(descriptor), path_(std::move(path)) {}

  [[nodiscard]] static std::expected<EvidenceFile, std::string> create(
      const std::string& directory);

  int descriptor_;
  std::string path_;
  std::uint64_t size_ = 0;
};

}  // namespace hyperactor::telemetry
