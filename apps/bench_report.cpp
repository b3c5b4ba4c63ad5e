// apps/bench_report.cpp - renders figures, and writes them where the user wants them.
#include "bench_report.hpp"

#include <cerrno>
#include <cmath>
#include <iterator>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hyperactor::app {

namespace {

std::string promise_of(const bench::Measurement& what) {
  if (!what.promise) return {};
  return fmt::format("{} {}", what.lower_is_better ? "<=" : ">=", shown(*what.promise));
}

std::string_view verdict(const Figure& figure, bool colours) {
  if (!figure.measurement->promise) return {};
  if (figure.keeps_promise()) return colours ? "\x1b[32myes\x1b[0m" : "yes";
  return colours ? "\x1b[31mno\x1b[0m" : "no";
}

Error file_error(const char* doing, const std::string& path) {
  return {Errc::Failed,
          fmt::format("{} {}: {}", doing, path, std::generic_category().message(errno))};
}

}  // namespace

double Figure::median() const {
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

bool Figure::keeps_promise() const {
  if (!measurement->promise) return true;
  return measurement->lower_is_better ? median() <= *measurement->promise
                                      : median() >= *measurement->promise;
}

std::string shown(double value) {
  if (value >= 1e6) return fmt::format("{:.2f} M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.0f}", value);
  if (value == 0) return "0";
  if (value < 0.01) return fmt::format("{:.1e}", value);
  return fmt::format("{:.{}f}", value, value < 10 ? 2 : 1);
}

std::string json_number(double value) {
  return std::abs(value) >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

std::string table_of(const std::vector<Figure>& figures, bool colours) {
  std::string text = fmt::format("{:<34} {:>10} {:>10} {:>10}  {:<8} {:>12}  {}\n", "",
                                 "median", "min", "max", "", "promised", "kept");
  for (const Figure& figure : figures) {
    if (figure.values.empty()) continue;
    const bench::Measurement& what = *figure.measurement;
    fmt::format_to(std::back_inserter(text), "{:<34} {:>10} {:>10} {:>10}  {:<8} {:>12}  {}\n",
                   what.title, shown(figure.median()), shown(figure.values.front()),
                   shown(figure.values.back()), what.unit, promise_of(what),
                   verdict(figure, colours));
  }
  return text;
}

std::string json_of(const std::vector<Figure>& figures, const std::string& more) {
  std::string text;
  for (const Figure& figure : figures) {
    if (figure.values.empty() || !figure.measurement->in_json) continue;
    fmt::format_to(std::back_inserter(text), "{}\n  \"{}\": {}", text.empty() ? "" : ",",
                   figure.measurement->key, json_number(figure.median()));
  }
  text += text.empty() && !more.empty() ? more.substr(1) : more;
  return fmt::format("{{{}\n}}\n", text);
}

Result<LateFile> LateFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return std::unexpected(file_error("cannot write", path));
  return LateFile(descriptor, path);
}

LateFile::LateFile(int descriptor, std::string path) noexcept
    : descriptor_(descriptor), path_(std::move(path)) {}

LateFile::LateFile(LateFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

LateFile::~LateFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> LateFile::write(const std::string& text) {
  struct stat about{};
  const bool regular = fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode);
  if (regular && ftruncate(descriptor_, 0) != 0) {
    return std::unexpected(file_error("cannot empty", path_));
  }
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(file_error("cannot write", path_));
    done += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace hyperactor::app
