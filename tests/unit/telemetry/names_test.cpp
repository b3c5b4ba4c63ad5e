// names_test.cpp - interned names.
#include "hyperactor/telemetry/names.hpp"

#include "child_process.hpp"
#include "evidence_reader.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hyperactor::telemetry {

TEST(Names, GivesTheEmptyTextIndexZero) {
  EXPECT_EQ(intern(""), 0U);
  EXPECT_EQ(name_text(0), "");
}

TEST(Names, GivesEqualTextsEqualIndices) {  // NAME-1
  const std::string text = "names_test.equal";
  const NameIndex index = intern(text);
  EXPECT_NE(index, 0U);
  EXPECT_EQ(intern(std::string(text)), index);
  EXPECT_NE(intern(text + "x"), index);
}

TEST(Names, KeepsTheTextWhenTheCallersIsGone) {  // NAME-2
  NameIndex index = 0;
  {
    const std::string text = "names_test.gone";
    index = intern(text);
  }
  EXPECT_EQ(name_text(index), "names_test.gone");
}

TEST(Names, AcceptsAnyBytes) {
  const std::string text("a\0b\n\xFF", 5);
  EXPECT_EQ(name_text(intern(text)), text);
}

TEST(Names, AnswersNothingForAnIndexNeverGivenOut) {
  EXPECT_EQ(name_text(0xFFFF'FFFF), "");
  EXPECT_EQ(name_text(3'000'000'000), "");
}

TEST(Names, AgreesOnIndicesAmongThreads) {  // NAME-1
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kTexts = 3000;
  const auto text = [](std::size_t i) { return "names_test.thread." + std::to_string(i); };
  std::array<std::vector<NameIndex>, kThreads> seen;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      seen.at(t).resize(kTexts);
      // Each thread starts elsewhere, so that each text is new to one and old to others.
      for (std::size_t i = 0; i < kTexts; ++i) {
        const std::size_t which = (i + t * kTexts / kThreads) % kTexts;
        seen.at(t)[which] = intern(text(which));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < kTexts; ++i) {
    EXPECT_EQ(name_text(seen[0][i]), text(i));
    for (std::size_t t = 1; t < kThreads; ++t) EXPECT_EQ(seen.at(t)[i], seen[0][i]);
  }
}

TEST(Names, CanBeReadFromAnIndexThatCameByARelaxedStore) {  // NAME-2
  std::atomic<NameIndex> newest = 0;
  std::thread reader([&] {
    NameIndex index = 0;
    while ((index = newest.load(std::memory_order_relaxed)) != 1) {
      if (index != 0) {
        EXPECT_TRUE(name_text(index).starts_with("names_test.relaxed."));
      }
    }
  });
  for (int i = 0; i < 5000; ++i) {
    newest.store(intern("names_test.relaxed." + std::to_string(i)), std::memory_order_relaxed);
  }
  newest.store(1, std::memory_order_relaxed);
  reader.join();
}

TEST(Names, GoOnInMemoryWhenTheirPartOfTheFileIsFull) {  // NAME-3
  const test::TempDirectory place;
  test::ChildProcess child("many_names", {{"HYPERACTOR_EVIDENCE", place.path()}});
  const test::EvidenceReader file = [&] {
    const std::string path = child.line();
    EXPECT_EQ(child.wait(), 0) << child.errors();
    return test::EvidenceReader(path);
  }();
  EXPECT_EQ(child.errors(), "");
  EXPECT_EQ(file.units.size(), 256U);
  EXPECT_EQ(file.names.size(), 256U * 63U);
  EXPECT_EQ(file.number<std::uint32_t>(108), 16'701U - 256U * 63U);  // names in memory
}

}  // namespace hyperactor::telemetry
