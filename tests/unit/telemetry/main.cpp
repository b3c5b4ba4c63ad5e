// main.cpp - runs the tests, or one scenario when a test has started this program as its child.
#include "child_process.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

int main(int argc, char** argv) {
  const char* const scenario = std::getenv("HYPERACTOR_TEST_CHILD");
  if (scenario != nullptr) return hyperactor::telemetry::test::run_scenario(scenario);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
