// bench/path/new_process.cpp - a repetition whose memory nobody has used before.
#include "measurement.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace hyperactor::bench {

namespace {

Result<double> repeat_here(const Measurement& measurement, const RuntimeOptions& options) {
  auto runtime = Runtime::threads(options);
  if (!runtime) return std::unexpected(std::move(runtime).error());
  return measurement.repeat(*runtime);
}

Error failed(const Measurement& measurement, const std::string& why) {
  return Error(Errc::Failed,
               "measuring " + std::string(measurement.key) + " in a new process: " + why);
}

// "768.5" or "!why not".
[[noreturn]] void run_child(int out, const Measurement& measurement,
                            const RuntimeOptions& options) {
  const auto value = repeat_here(measurement, options);
  const std::string text = value ? std::to_string(*value) : "!" + value.error().to_string();
  const bool written =
      write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(out);
  std::exit(written ? 0 : 1);  // NOLINT(concurrency-mt-unsafe): the evidence file is removed
}

std::string read_all(int from) {
  std::string text;
  char part[512];
  for (ssize_t n = 0; (n = read(from, part, sizeof part)) != 0;) {
    if (n > 0) text.append(part, static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) break;
  }
  return text;
}

}  // namespace

Result<double> repeat_in_new_process(const Measurement& measurement,
                                     const RuntimeOptions& options) {
  int ends[2];
  if (pipe(ends) != 0) return std::unexpected(failed(measurement, "no pipe"));
  std::fflush(nullptr);  // else the child would print it again
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], measurement, options);
  }
  close(ends[1]);
  const std::string text = child < 0 ? "!it could not be started" : read_all(ends[0]);
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  if (text.empty()) return std::unexpected(failed(measurement, "it died without a word"));
  if (text.front() == '!') return std::unexpected(failed(measurement, text.substr(1)));
  return std::stod(text);
}

}  // namespace hyperactor::bench
