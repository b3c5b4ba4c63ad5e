// telemetry/stale_files.cpp - removes the evidence of processes that died long ago.
#include "stale_files.hpp"

#include "hyperactor/telemetry/evidence_format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

namespace fs = std::filesystem;

struct DeadFile {
  std::string path;
  std::uint64_t noticed_s;  // unix time
  timespec changed;         // breaks ties
  std::uint64_t bytes;
};

// An open descriptor with the lock of its file, as long as it lives.
class LockedFile {
 public:
  explicit LockedFile(const std::string& path) noexcept
      : descriptor_(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)) {}

  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  ~LockedFile() {
    if (descriptor_ >= 0) (void)::close(descriptor_);
  }

  /// Whether it is a file of this user that no process holds.
  [[nodiscard]] bool try_lock() noexcept {
    return descriptor_ >= 0 && ::fstat(descriptor_, &status_) == 0 &&
           S_ISREG(status_.st_mode) && status_.st_uid == ::geteuid() &&
           ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
  }

  [[nodiscard]] const struct stat& status() const noexcept { return status_; }

  /// When it was first noticed dead; stamps it with `now_s` if that was never. A file without a
  /// complete header cannot be stamped, so its own time counts.
  [[nodiscard]] std::uint64_t notice(std::uint64_t now_s) noexcept {
    constexpr auto kStamp = static_cast<off_t>(offsetof(format::FileHeader, noticed_dead));
    std::array<char, 8> magic{};
    if (::pread(descriptor_, magic.data(), magic.size(), 0) != ssize_t{8} ||
        magic != format::kMagic) {
      return static_cast<std::uint64_t>(status_.st_mtim.tv_sec);
    }
    std::uint64_t stamp = 0;
    if (::pread(descriptor_, &stamp, sizeof stamp, kStamp) != ssize_t{sizeof stamp}) stamp = 0;
    if (stamp != 0) return stamp;
    (void)!::pwrite(descriptor_, &now_s, sizeof now_s, kStamp);
    return now_s;
  }

 private:
  int descriptor_;
  struct stat status_{};
};

bool is_ours(std::string_view name) {
  return name.starts_with(fmt::format("hyperactor-{}-", ::geteuid())) &&
         name.ends_with(".evidence");
}

std::vector<DeadFile> find_dead_files(const fs::path& own, std::uint64_t now_s) {
  std::vector<DeadFile> dead;
  std::error_code error;
  for (fs::directory_iterator at(own.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    if (at->path() == own || !is_ours(at->path().filename().native())) continue;
    LockedFile file(at->path().native());
    if (!file.try_lock()) continue;  // EV-5: alive, or being looked at by another cleaner
    const struct stat& status = file.status();
    dead.push_back({at->path().native(), file.notice(now_s), status.st_mtim,
                    static_cast<std::uint64_t>(status.st_size)});
  }
  return dead;
}

// A small /dev/shm, as in a container, must not fill up with the past.
std::uint64_t bytes_limit(const StaleLimits& limits, const fs::path& directory) {
  std::error_code error;
  const fs::space_info space = fs::space(directory, error);
  if (error) return limits.bytes;
  return std::min<std::uint64_t>(limits.bytes, space.capacity / limits.part_of_file_system);
}

bool is_newer(const DeadFile& a, const DeadFile& b) noexcept {
  if (a.noticed_s != b.noticed_s) return a.noticed_s > b.noticed_s;
  if (a.changed.tv_sec != b.changed.tv_sec) return a.changed.tv_sec > b.changed.tv_sec;
  return a.changed.tv_nsec > b.changed.tv_nsec;
}

// The lock is taken again, because the name may by now belong to a living process.
void remove_if_still_dead(const std::string& path) noexcept {
  LockedFile file(path);
  if (file.try_lock()) (void)::unlink(path.c_str());
}

}  // namespace

void remove_stale_files(const std::string& own_path, const StaleLimits& limits) noexcept {
  const fs::path own = own_path;
  const auto now_s = static_cast<std::uint64_t>(::time(nullptr));
  const std::uint64_t bytes_kept = bytes_limit(limits, own.parent_path());
  std::vector<DeadFile> dead = find_dead_files(own, now_s);
  std::sort(dead.begin(), dead.end(), is_newer);
  std::uint64_t bytes = 0;
  for (std::size_t rank = 0; rank < dead.size(); ++rank) {
    bytes += dead[rank].bytes;
    const bool old = dead[rank].noticed_s + limits.age_s < now_s;
    const bool too_much = rank >= limits.files || (rank > 0 && bytes > bytes_kept);
    if (old || too_much) remove_if_still_dead(dead[rank].path);
  }
}

}  // namespace hyperactor::telemetry
