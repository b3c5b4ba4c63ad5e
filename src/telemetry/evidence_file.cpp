// telemetry/evidence_file.cpp - the file on a memory file system that evidence is mapped from.
#include "evidence_file.hpp"

#include "hyperactor/config/environment.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

std::string error_text(int error) {
  return std::generic_category().message(error);
}

// What HYPERACTOR_EVIDENCE asks for.
struct Wish {
  bool off = false;
  std::string directory;  // empty: no wish
};

Wish read_knob() {
  const auto value = config::Environment::of_process().text("HYPERACTOR_EVIDENCE");
  if (!value) return {};
  if (*value == "off") return Wish{true, {}};
  // The program may change its working directory before the file is removed.
  char* const absolute = ::realpath(value->c_str(), nullptr);
  if (absolute == nullptr) {
    warn(fmt::format(
        "HYPERACTOR_EVIDENCE={}: {}; it must be \"off\" or a directory that exists; "
        "using the default place instead",
        *value, error_text(errno)));
    return {};
  }
  Wish wish{false, absolute};
  std::free(absolute);
  return wish;
}

std::vector<std::string> default_directories() {
  std::vector<std::string> result = {"/dev/shm"};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody may change the environment meanwhile
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') result.emplace_back(runtime);
  return result;
}

// A cleaner of another process may hold the lock of a new file for an instant.
bool lock(int descriptor) noexcept {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    const timespec pause{0, 1'000'000};
    (void)::nanosleep(&pause, nullptr);
  }
  return false;
}

int open_new(const std::string& path) noexcept {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

// A file with our name and nobody's lock is ours from before an exec: same pid, same start.
bool remove_leftover(const std::string& path) noexcept {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  struct stat status{};
  const bool removed = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                       status.st_uid == ::geteuid() &&
                       ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 &&
                       ::unlink(path.c_str()) == 0;
  (void)::close(descriptor);
  return removed;
}

// Growing beyond RLIMIT_FSIZE would raise SIGXFSZ, so it is refused before it is tried.
int allocate(int descriptor, std::uint64_t offset, std::size_t bytes) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      offset + bytes > limit.rlim_cur) {
    return EFBIG;
  }
  int error = EINTR;
  while (error == EINTR) {
    error =
        ::posix_fallocate(descriptor, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  }
  return error;
}

}  // namespace

std::optional<EvidenceFile> EvidenceFile::open_for_this_process() {
  const Wish wish = read_knob();
  if (wish.off) return std::nullopt;

  if (!wish.directory.empty()) {
    auto file = create(wish.directory);
    if (file) return std::move(*file);
    warn(fmt::format("HYPERACTOR_EVIDENCE: {}; using the default place instead", file.error()));
  }
  std::string reasons;
  for (const std::string& directory : default_directories()) {
    auto file = create(directory);
    if (file) return std::move(*file);
    reasons += (reasons.empty() ? "" : ", ") + file.error();
  }
  warn(
      fmt::format("{}; keeping it in memory only, so nothing is left if this process is killed "
                  "(HYPERACTOR_EVIDENCE=<directory> chooses a place, =off is quiet)",
                  reasons));
  return std::nullopt;
}

std::expected<EvidenceFile, std::string> EvidenceFile::create(const std::string& directory) {
  std::string path = fmt::format("{}/hyperactor-{}-{}-{}.evidence", directory, ::geteuid(),
                                 ::getpid(), process_start_time());
  int descriptor = open_new(path);
  if (descriptor < 0 && errno == EEXIST && remove_leftover(path)) descriptor = open_new(path);
  if (descriptor < 0) {
    return std::unexpected(fmt::format("cannot create {}: {}", path, error_text(errno)));
  }
  EvidenceFile file(descriptor, std::move(path));
  if (::fchmod(descriptor, 0600) != 0 || !lock(descriptor)) {
    const int error = errno;
    file.remove();
    return std::unexpected(fmt::format("cannot lock {}: {}", file.path_, error_text(error)));
  }
  return file;
}

EvidenceFile::EvidenceFile(EvidenceFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_) {}

EvidenceFile::~EvidenceFile() {
  disown();
}

std::expected<EvidenceFile::Piece, std::string> EvidenceFile::grow(std::size_t bytes,
                                                                   void* where) {
  const auto fail = [&](int error) {
    return std::unexpected(fmt::format("cannot grow {} from {} to {} bytes: {}", path_, size_,
                                       size_ + bytes, error_text(error)));
  };
  // EV-2: the pages exist before anything is stored in them.
  const int error = allocate(descriptor_, size_, bytes);
  if (error != 0) {
    (void)!::ftruncate(descriptor_, static_cast<off_t>(size_));  // what an emulation left
    return fail(error);
  }
  const int flags = MAP_SHARED | MAP_POPULATE | (where == nullptr ? 0 : MAP_FIXED);
  void* const address = ::mmap(where, bytes, PROT_READ | PROT_WRITE, flags, descriptor_,
                               static_cast<off_t>(size_));
  if (address == MAP_FAILED) {
    const int map_error = errno;
    (void)!::ftruncate(descriptor_, static_cast<off_t>(size_));
    return fail(map_error);
  }
  return Piece{address, std::exchange(size_, size_ + bytes)};
}

void EvidenceFile::remove() noexcept {
  (void)::unlink(path_.c_str());
}

void EvidenceFile::disown() noexcept {
  if (descriptor_ >= 0) (void)::close(std::exchange(descriptor_, -1));
}

std::uint64_t process_start_time() {
  std::ifstream stat("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  // The second field is the program's name in brackets and may hold anything, so count from the
  // last bracket: field 3 follows it, field 22 is the twentieth after it.
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::size_t place = bracket + 1;
  for (int field = 3; field < 22; ++field) place = text.find(' ', place + 1);
  if (place == std::string::npos) return 0;
  return std::strtoull(text.c_str() + place, nullptr, 10);
}

void warn(std::string_view what) noexcept {
  std::string line = "hyperactor: evidence: ";
  line += what;
  line += '\n';
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace hyperactor::telemetry
