// children.cpp - what the child processes of these tests do.
//
// A scenario prints the path of its evidence file first and returns 0 if all went well. A
// failed EXPECT names its line on stderr and makes the exit code 1.
#include "hyperactor/telemetry/evidence.hpp"

#include "child_process.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include <fmt/core.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hyperactor::telemetry::test {

namespace {

int failures = 0;

constexpr unsigned kLongestSeconds = 40;  // a scenario that hangs ends by SIGALRM

void expect(bool ok, const char* what, int line) {
  if (ok) return;
  ++failures;
  std::fprintf(stderr, "children.cpp:%d: failed: %s\n", line, what);
}

#define EXPECT(condition) expect((condition), #condition, __LINE__)

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

Evidence& start() {
  Evidence& evidence = Evidence::process();
  say(evidence.path());
  return evidence;
}

// Stores something in the record and checks that it is there.
void use_slot(Evidence& evidence, std::uint32_t slot) {
  EXPECT(evidence.ensure_slot(slot));
  EXPECT(evidence.has_slot(slot));
  evidence.record(slot).message_id.store(slot + 1);
  EXPECT(evidence.record(slot).message_id.load() == slot + 1);
}

void use_everything(Evidence& evidence) {
  for (std::uint32_t unit = 0; unit < 8; ++unit) {
    use_slot(evidence, unit * format::kRecordsPerUnit);
  }
  const NameIndex name = intern("a name");
  EXPECT(name_text(name) == "a name");
  MessageRing& ring = evidence.acquire_ring();
  ring.record(1, 2, 3, name, 5);
  EXPECT(ring.recent(10).size() == 1);
  evidence.release_ring(ring);
}

int stuck() {
  Evidence& evidence = Evidence::process();
  evidence.describe_state(3, "processing");
  for (const std::uint32_t slot : {7U, 5000U}) {
    EXPECT(evidence.ensure_slot(slot));
    StatusRecord& record = evidence.record(slot);
    record.generation.store(2);
    record.proc.store(intern("local"));
    record.name.store(intern(slot == 7 ? "account" : "ledger"));
    record.pid.store(slot * 10);
    record.handled.store(41);
    record.message_id.store(slot + 1000);
    record.cause.store(slot + 2000);
    record.handler.store(intern("bank.Deposit"));
    record.since.store(slot + 3000);
    record.status.store(0xAB00 | 3);
  }
  std::thread([&evidence] {
    (void)::pthread_setname_np(::pthread_self(), "worker-0");
    MessageRing& ring = evidence.acquire_ring();
    for (std::uint64_t i = 0; i < 3; ++i) {
      ring.record(100 + i, 200 + i, 7, intern("bank.Deposit"), 300 + i);
    }
    say(evidence.path());
    for (;;) ::pause();
  }).join();
  return 1;
}

int hammer() {
  Evidence& evidence = start();
  std::atomic<int> lapped = 0;
  const auto write = [&] {
    MessageRing& ring = evidence.acquire_ring();
    for (std::uint64_t i = 1;; ++i) {
      const auto low = static_cast<std::uint32_t>(i);
      ring.record(i, i * 3, low, low, i * 7);
      if (i == 4 * MessageRing::kEntries && lapped.fetch_add(1) == 1) say("lapped");
    }
  };
  std::thread other(write);
  write();
  return 1;
}

int exit_normally() {
  use_everything(start());
  return 0;
}

int keep() {
  Evidence& evidence = start();
  use_everything(evidence);
  evidence.keep_file();
  std::exit(0);
}

int crash() {
  use_everything(start());
  std::abort();
}

int exec_again() {
  use_everything(start());
  (void)::setenv("HYPERACTOR_TEST_CHILD", "exit", 1);
  char name[] = "exit";
  char* const arguments[] = {name, nullptr};
  (void)::execv("/proc/self/exe", arguments);
  return 1;
}

// The child of the fork. Exits normally, so that its handlers at exit run too.
[[noreturn]] void after_fork(Evidence& evidence, MessageRing& ring, NameIndex before) {
  EXPECT(evidence.path().empty());
  EXPECT(evidence.record(1).status.load() == 11);
  EXPECT(name_text(before) == "before");
  EXPECT(ring.recent(9).size() == 1);
  EXPECT(!ring.in_file());
  evidence.record(1).status.store(99);
  ring.record(98, 0, 0, 0, 0);
  EXPECT(intern("before") == before);
  EXPECT(name_text(intern("of the child")) == "of the child");
  use_everything(evidence);
  use_slot(evidence, 1'000'000);
  std::exit(failures == 0 ? 0 : 1);
}

int fork_once() {
  Evidence& evidence = start();
  use_slot(evidence, 1);
  evidence.record(1).status.store(11);
  MessageRing& ring = evidence.acquire_ring();
  ring.record(1, 0, 0, 0, 0);
  const NameIndex before = intern("before");

  const pid_t child = ::fork();
  if (child == 0) after_fork(evidence, ring, before);
  int status = -1;
  EXPECT(::waitpid(child, &status, 0) == child && status == 0);

  EXPECT(evidence.record(1).status.load() == 11);
  EXPECT(ring.recorded() == 1);
  use_everything(evidence);
  say(name_text(intern("of the parent")) == "of the parent" ? "ok" : "names differ");
  ::pause();
  return 1;
}

// Forks while another thread uses evidence for the first time.
int fork_at_first_use() {
  static std::atomic<bool> begun = false;
  static std::atomic<bool> ended = false;
  // Detached, because ThreadSanitizer would miss a thread that the forked child never joins.
  std::thread([] {
    begun.store(true);
    (void)intern("first");
    (void)Evidence::process();
    ended.store(true);
  }).detach();
  while (!begun.load()) std::this_thread::yield();
  const pid_t child = ::fork();
  if (child == 0) {
    (void)::alarm(kLongestSeconds);
    use_everything(Evidence::process());
    // If the fork came first, this process has made a file of its own, which exit() removes.
    std::exit(failures == 0 && name_text(intern("child")) == "child" ? 0 : 1);
  }
  int status = -1;
  EXPECT(::waitpid(child, &status, 0) == child && status == 0);
  while (!ended.load()) std::this_thread::yield();
  return 0;
}

// Forks while other threads intern, grow and record; a lock that a vanished thread held would
// stop the child for ever.
int fork_under_load() {
  Evidence& evidence = start();
  std::atomic<bool> stop = false;
  std::thread names([&] {
    for (int i = 0; !stop.load(); ++i) (void)intern(fmt::format("n{}", i % 10'000));
  });
  std::thread rings([&] {
    while (!stop.load()) {
      MessageRing& ring = evidence.acquire_ring();
      ring.record(1, 2, 3, 4, 5);
      evidence.release_ring(ring);
    }
  });
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      (void)::alarm(kLongestSeconds);
      use_slot(evidence, 3);
      MessageRing& ring = evidence.acquire_ring();
      ring.record(1, 2, 3, intern("child"), 5);
      ::_exit(failures == 0 && name_text(intern("child")) == "child" ? 0 : 1);
    }
    int status = -1;
    EXPECT(::waitpid(child, &status, 0) == child && status == 0);
  }
  stop.store(true);
  names.join();
  rings.join();
  return 0;
}

void limit(__rlimit_resource resource, rlim_t bytes) {
  rlimit both{};
  EXPECT(::getrlimit(resource, &both) == 0);
  both.rlim_cur = bytes;
  EXPECT(::setrlimit(resource, &both) == 0);
}

int file_size_limit() {
  limit(RLIMIT_FSIZE, format::kHeaderBytes + 2 * format::kUnitBytes);
  Evidence& evidence = start();
  use_everything(evidence);
  EXPECT(!evidence.acquire_ring().in_file());
  return 0;
}

int no_header_fits() {
  limit(RLIMIT_FSIZE, 1000);
  use_everything(start());
  return 0;
}

int address_limit() {
  limit(RLIMIT_AS, rlim_t{800} << 20);
  Evidence& evidence = start();
  EXPECT(evidence.slot_limit() > 0 && evidence.slot_limit() < Evidence::kSlotLimit);
  use_slot(evidence, evidence.slot_limit() - 1);
  EXPECT(!evidence.ensure_slot(evidence.slot_limit()));
  use_everything(evidence);
  return 0;
}

// Becomes root of namespaces of its own, so that it may mount.
bool enter_own_namespaces() {
  const uid_t uid = ::getuid();
  const gid_t gid = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

int full_file_system() {
  const std::string directory = std::getenv("HYPERACTOR_EVIDENCE");
  if (!enter_own_namespaces() ||
      ::mount("none", directory.c_str(), "tmpfs", 0, "size=768k,mode=0700") != 0) {
    return kSkipped;
  }
  Evidence& evidence = start();
  use_everything(evidence);
  struct stat file{};
  EXPECT(::stat(evidence.path().c_str(), &file) == 0);
  EXPECT(file.st_size == format::kHeaderBytes + 2 * format::kUnitBytes);
  return 0;
}

int no_shared_memory() {
  if (!enter_own_namespaces() ||
      ::mount("none", "/dev/shm", "tmpfs", MS_RDONLY, nullptr) != 0) {
    return kSkipped;
  }
  use_everything(start());
  return 0;
}

int many_rings() {
  Evidence& evidence = start();
  std::uint32_t in_file = 0;
  for (std::uint32_t i = 0; i < format::kRingLimit + 10; ++i) {
    MessageRing& ring = evidence.acquire_ring();
    if (ring.in_file()) ++in_file;
    ring.record(i, 0, 0, 0, 0);
    EXPECT(ring.recent(1).at(0).id == i);
  }
  EXPECT(in_file == format::kRingLimit);
  EXPECT(evidence.rings().size() == format::kRingLimit + 10);
  return 0;
}

int many_names() {
  Evidence& evidence = start();
  const auto text = [](int i) {
    std::string result = std::to_string(i);
    result.resize(format::kNameBytesLimit, '.');
    return result;
  };
  constexpr int kCount = 16'700;  // 63 fit into a unit, so 16,128 fit into the file
  const NameIndex first = intern(text(0));
  for (int i = 1; i < kCount; ++i) (void)intern(text(i));
  const NameIndex longest = intern(std::string(format::kNameBytesLimit + 1, 'x'));
  EXPECT(name_text(longest) == std::string(format::kNameBytesLimit + 1, 'x'));
  for (int i = 0; i < kCount; ++i) {
    EXPECT(name_text(first + static_cast<NameIndex>(i)) == text(i));
  }
  evidence.keep_file();
  return 0;
}

}  // namespace

int run_scenario(std::string_view name) {
  const std::map<std::string_view, int (*)()> scenarios = {
      {"stuck", stuck},
      {"hammer", hammer},
      {"exit", exit_normally},
      {"keep", keep},
      {"crash", crash},
      {"exec", exec_again},
      {"fork", fork_once},
      {"fork_at_first_use", fork_at_first_use},
      {"fork_under_load", fork_under_load},
      {"file_size_limit", file_size_limit},
      {"no_header_fits", no_header_fits},
      {"address_limit", address_limit},
      {"full_file_system", full_file_system},
      {"no_shared_memory", no_shared_memory},
      {"many_rings", many_rings},
      {"many_names", many_names},
  };
  (void)::alarm(kLongestSeconds);
  const int code = scenarios.at(name)();
  return failures == 0 ? code : 1;
}

}  // namespace hyperactor::telemetry::test
