// apps/command_line.cpp - the subcommands and options; the only file that includes CLI11.
#include "command_line.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace hyperactor::app {

namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "  0  done\n"
    "  1  it failed, or was interrupted\n"
    "  2  wrong usage: an option or argument cannot be what was given\n";

/// A whole number from `low` to `high`; anything else is refused with one sentence.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high, const char* name) {
  const auto check = [low, high](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc{} && rest == end && value >= low && value <= high) return {};
    return fmt::format("'{}' is not a whole number from {} to {}", text, low, high);
  };
  return {check, name, "whole_number"};
}

CLI::Validator one_of(const std::vector<std::string_view>& keys) {
  const auto check = [keys](const std::string& text) -> std::string {
    if (std::ranges::find(keys, text) != keys.end()) return {};
    return fmt::format("there is no measurement '{}'; there are {}", text,
                       fmt::join(keys, ", "));
  };
  return {check, "KEY", "one_of"};
}

void add_bench(CLI::App& app, BenchLocal& local,
               const std::vector<std::string_view>& bench_keys) {
  CLI::App& bench = *app.add_subcommand("bench", "Measure the runtime");
  bench.footer(kExitCodes);
  bench.require_subcommand(1);
  CLI::App& command = *bench.add_subcommand("local", "Message passing inside one process");
  command
      .add_option("--workers", local.workers,
                  "Worker threads; default: HYPERACTOR_WORKERS, "
                  "else one per hardware thread")
      ->check(whole_number(1, 1024, "1..1024"))
      ->option_text("N");
  command
      .add_option("--json", local.json,
                  "Also write the medians to this file, as one flat "
                  "JSON object")
      ->option_text("FILE");
  command.add_option("--only", local.only, "Measure only this; may be given several times")
      ->check(one_of(bench_keys))
      ->option_text("KEY");
  command
      .add_option("--repetitions", local.repetitions,
                  "Repetitions that count, after one that "
                  "does not; default: 5")
      ->check(whole_number(5, 1000, "5..1000"))
      ->option_text("N");
  command.add_flag("--peers", local.peers,
                   "Also run the same work on CAF, on Erlang and on a bare loop, each "
                   "repetition after ours");
  command
      .add_option("--peers-from", local.peers_from,
                  "Folder of the peers' programs (hyperactor-peer-NAME); default: beside this "
                  "one")
      ->check(CLI::ExistingDirectory)
      ->needs("--peers")
      ->option_text("DIR");
  command
      .add_option("--peer-limit", local.peer_limit_s,
                  "Seconds after which a run of a peer is ended; default: 60")
      ->check(whole_number(1, 3600, "1..3600"))
      ->needs("--peers")
      ->option_text("S");
  command.footer(
      fmt::format("Keys:\n  {}\n\nbench/METHOD.md says what each figure means. Ctrl-C "
                  "ends after the present\nmeasurement and prints what there is.\n\n{}",
                  fmt::join(bench_keys, "\n  "), kExitCodes));
}

void add_demo(CLI::App& app, Demo& demo) {
  CLI::App& command = *app.add_subcommand(
      "demo", "Dining philosophers: on threads, then twice under the simulated runtime");
  command.add_option("--seed", demo.seed, "Seed of the simulated runs; default: 42")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max(), "0..2^64-1"))
      ->option_text("N");
  command.footer(kExitCodes);
}

// The innermost subcommand that was given: it knows the options in question.
const CLI::App& present_command(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : present_command(*given.front());
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

Answered answer(const CLI::App& app, const CLI::ParseError& why) {
  if (why.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(why);  // help or version
    return Answered{kOk};
  }
  const CLI::App& command = present_command(app);
  const std::string name = full_name(command);
  const auto unknown = command.remaining();
  const bool wants_command =
      why.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  const std::string text = wants_command && !unknown.empty()
                               ? fmt::format("there is no subcommand '{}'", unknown.front())
                               : std::string(why.what());
  fmt::print(stderr, "{}: {} (see {} --help)\n", name, text, name);
  return Answered{kUsage};
}

}  // namespace

Command read_command_line(int argc, const char* const* argv,
                          const std::vector<std::string_view>& bench_keys) {
  CLI::App app("An actor runtime for C++23, from one process to a cluster", "hyperactor");
  app.set_version_flag("--version", "hyperactor " HYPERACTOR_VERSION);
  app.footer(kExitCodes);
  app.require_subcommand(1);
  BenchLocal local;
  Demo demo;
  add_bench(app, local, bench_keys);
  add_demo(app, demo);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& why) {
    return answer(app, why);
  }
  if (app.got_subcommand("demo")) return demo;
  return local;
}

}  // namespace hyperactor::app
