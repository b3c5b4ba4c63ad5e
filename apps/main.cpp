// apps/main.cpp - the program `hyperactor`: reads the command line and runs the command.
#include "bench_local.hpp"
#include "command_line.hpp"
#include "demo.hpp"

#include <variant>

namespace {

using namespace hyperactor::app;  // NOLINT(google-build-using-namespace): its main function

struct Run {
  int operator()(const Answered& answered) const { return answered.exit_code; }

  int operator()(const BenchLocal& wanted) const { return bench_local(wanted); }

  int operator()(const Demo& wanted) const { return demo(wanted); }
};

}  // namespace

int main(int argc, char** argv) {
  return std::visit(Run{}, read_command_line(argc, argv, bench_keys()));
}
