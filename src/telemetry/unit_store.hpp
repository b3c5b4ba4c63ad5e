// telemetry/unit_store.hpp - gives out the 256 KiB units that evidence is stored in.
#pragma once

#include "hyperactor/telemetry/evidence_format.hpp"

#include "evidence_file.hpp"
#include "tick_source.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hyperactor::telemetry {

/// Takes units from the file while it can grow, and from anonymous memory otherwise.
///
/// Members marked (locked) want mutex() held, because growth is rare and has one lock.
class UnitStore {
 public:
  struct Unit {
    void* address;
    std::uint64_t offset;  ///< in the file; 0: in memory
  };

  UnitStore();

  UnitStore(const UnitStore&) = delete;
  UnitStore& operator=(const UnitStore&) = delete;
  ~UnitStore() = default;

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  [[nodiscard]] format::FileHeader& header() noexcept { return *header_; }

  [[nodiscard]] format::RingHeader& ring_header(std::uint32_t index) noexcept;

  /// A zeroed unit, at `where` unless that is null. (locked)
  [[nodiscard]] Unit take(format::UnitKind kind, std::uint32_t number, void* where);

  /// A zeroed unit that is in no file, because the file's tables have no line for it. (locked)
  [[nodiscard]] Unit take_memory() noexcept;

  /// Measures the ticks again; the longer the process lives, the better. (locked)
  void calibrate() noexcept;

  /// Where the file is, empty without one. (locked)
  [[nodiscard]] std::string path() const { return file_ ? file_->path() : std::string(); }

  /// Removes the file unless header().kept says otherwise, or this is a forked child.
  void remove_file() noexcept;

  /// Replaces every mapping of the file by a private copy at the same address. In a forked
  /// child, before anything else. (locked)
  void leave_file_to_parent() noexcept;

 private:
  void fill_header() noexcept;
  void warn_once(const std::string& why) noexcept;

  std::mutex mutex_;
  Moment origin_;
  std::optional<EvidenceFile> file_;
  std::int32_t owner_;  // the process that made the file
  bool warned_ = false;
  format::FileHeader* header_ = nullptr;
  std::vector<void*> file_units_;
};

}  // namespace hyperactor::telemetry
