// post_mortem_test.cpp - what the file of a killed process tells.
#include "hyperactor/telemetry/evidence.hpp"

#include "child_process.hpp"
#include "evidence_reader.hpp"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace hyperactor::telemetry {

namespace {

using test::ChildProcess;
using test::EvidenceReader;
using test::TempDirectory;

class PostMortem : public ::testing::Test {
 protected:
  // Runs `scenario` until it has printed its path and `lines` more, then kills it.
  EvidenceReader kill_after(const char* scenario, int lines) {
    ChildProcess child(scenario, {{"HYPERACTOR_EVIDENCE", place.path()}});
    const std::string path = child.line();
    for (int i = 0; i < lines; ++i) EXPECT_NE(child.line(), "");
    pid = child.pid();
    child.kill(SIGKILL);
    EXPECT_EQ(child.wait(), 1000 + SIGKILL) << child.errors();
    return EvidenceReader(path);
  }

  TempDirectory place;
  pid_t pid = 0;
};

}  // namespace

TEST_F(PostMortem, TellsWhichProcessItWas) {
  const auto now_ns = static_cast<std::uint64_t>(std::time(nullptr)) * 1'000'000'000U;
  const EvidenceReader file = kill_after("stuck", 0);
  EXPECT_EQ(file.text(0, 8), "HAEVIDEN");
  EXPECT_EQ(file.number<std::uint32_t>(8), 1U);            // version
  EXPECT_EQ(file.number<std::uint32_t>(12), 0x01020304U);  // byte order
  EXPECT_EQ(file.number<std::uint32_t>(16), 65536U);
  EXPECT_EQ(file.number<std::uint32_t>(20), 262144U);
  EXPECT_EQ(file.number<std::uint32_t>(24), 64U);
  EXPECT_EQ(file.number<std::uint32_t>(28), 32U);
  EXPECT_EQ(file.number<std::uint32_t>(32), 4096U);
  EXPECT_EQ(file.number<std::uint32_t>(36), 20480U);
  EXPECT_EQ(file.number<std::uint32_t>(40), 256U);
  EXPECT_EQ(file.number<std::uint32_t>(44), 5632U);
  EXPECT_EQ(file.number<std::uint32_t>(48), static_cast<std::uint32_t>(pid));
  EXPECT_EQ(file.number<std::uint32_t>(52), ::geteuid());
  EXPECT_GT(file.number<std::uint64_t>(56), 0U);  // start of the process
  EXPECT_GT(file.number<std::uint64_t>(64), 0U);  // ticks at the origin
  EXPECT_GT(file.number<std::uint64_t>(72), 0U);  // monotonic time at the origin
  EXPECT_NEAR(static_cast<double>(file.number<std::uint64_t>(80)), static_cast<double>(now_ns),
              60e9);
  EXPECT_GT(file.number<std::uint64_t>(88), 1'000'000U);  // ticks per second
  EXPECT_GE(file.number<std::uint32_t>(96), 1U);          // tick source
  EXPECT_EQ(file.text(128, 40).size(), 36U);              // boot id
  EXPECT_EQ(std::filesystem::path(file.text(232, 280)),
            std::filesystem::read_symlink("/proc/self/exe"));
  EXPECT_EQ(file.size(), 65536U + file.units.size() * 262144U);
}

TEST_F(PostMortem, TellsWhatEachActorWasDoing) {  // EV-1, NAME-3
  const EvidenceReader file = kill_after("stuck", 0);
  for (const std::uint32_t slot : {7U, 5000U}) {
    const EvidenceReader::Record record = file.record(slot);
    EXPECT_EQ(record.status, 0xAB03U);
    EXPECT_EQ(file.name(file.number<std::uint32_t>(512 + 3 * 4)), "processing");
    EXPECT_EQ(record.generation, 2U);
    EXPECT_EQ(file.name(record.proc), "local");
    EXPECT_EQ(file.name(record.name), slot == 7 ? "account" : "ledger");
    EXPECT_EQ(file.name(record.handler), "bank.Deposit");
    EXPECT_EQ(record.pid, slot * 10);
    EXPECT_EQ(record.handled, 41U);
    EXPECT_EQ(record.message_id, slot + 1000);
    EXPECT_EQ(record.cause, slot + 2000);
    EXPECT_EQ(record.since, slot + 3000);
  }
  EXPECT_EQ(file.record(8).status, 0U);
  EXPECT_FALSE(file.has_record(100'000));
}

TEST_F(PostMortem, TellsTheLastMessagesOfEachThread) {  // EV-1
  const EvidenceReader file = kill_after("stuck", 0);
  const EvidenceReader::Ring ring = file.ring(0);
  EXPECT_EQ(ring.head, 3U);
  EXPECT_EQ(ring.first, 0U);
  EXPECT_EQ(ring.in_use, 1U);
  EXPECT_EQ(ring.holders, 1U);
  EXPECT_NE(ring.thread, static_cast<std::uint32_t>(pid));
  EXPECT_EQ(ring.thread_name, "worker-0");
  ASSERT_EQ(ring.entries.size(), 3U);
  EXPECT_EQ(ring.entries[2].id, 102U);
  EXPECT_EQ(ring.entries[2].cause, 202U);
  EXPECT_EQ(ring.entries[2].slot, 7U);
  EXPECT_EQ(file.name(ring.entries[2].type), "bank.Deposit");
  EXPECT_EQ(ring.entries[2].when, 302U);
  EXPECT_EQ(file.ring(1).head, 0U);
}

TEST_F(PostMortem, ShowsWholeEntriesOfThreadsThatWereRecordingWhenKilled) {  // RING-2, RING-3
  const EvidenceReader file = kill_after("hammer", 1);
  for (const std::uint32_t index : {0U, 1U}) {
    const EvidenceReader::Ring ring = file.ring(index);
    ASSERT_EQ(ring.entries.size(), 8192U - 64U);
    std::uint64_t expected = ring.head - ring.entries.size() + 1;
    for (const EvidenceReader::Entry& entry : ring.entries) {
      EXPECT_EQ(entry.id, expected);
      EXPECT_EQ(entry.cause, expected * 3);
      EXPECT_EQ(entry.when, expected * 7);
      ++expected;
    }
  }
}

}  // namespace hyperactor::telemetry
