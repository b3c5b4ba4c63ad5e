// base/error.cpp - keeps the steps of an error in a shared, immutable chain.
#include "hyperactor/base/error.hpp"

#include "hyperactor/base/check.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace hyperactor {

struct Error::Step {
  std::atomic<std::uint32_t> references{1};
  Errc code;
  std::string text;
  Place place;
  Step* cause;  // owned reference; null for the root
};

Error::Error(Errc code, std::string what, Place at)
    : step_(new Step{.code = code, .text = std::move(what), .place = at, .cause = nullptr}) {}

Error::Error(const Error& other) noexcept : step_(other.step_) {
  HYPERACTOR_CHECK(step_ != nullptr, "this Error was moved from");  // ERR-3
  // Relaxed: the copier already holds a reference, so the count cannot reach zero meanwhile.
  step_->references.fetch_add(1, std::memory_order_relaxed);
}

Error& Error::operator=(const Error& other) noexcept {
  Error copy(other);
  std::swap(step_, copy.step_);
  return *this;
}

Error& Error::operator=(Error&& other) noexcept {
  Error taken(std::move(other));
  std::swap(step_, taken.step_);
  return *this;
}

Error::~Error() {
  release(step_);
}

Errc Error::code() const noexcept {
  return step().code;
}

const std::string& Error::what() const noexcept {
  return root().text;
}

const Error::Place& Error::where() const noexcept {
  return root().place;
}

Error Error::in(std::string doing, Place at) const& {
  return Error(*this).in(std::move(doing), at);
}

Error Error::in(std::string doing, Place at) && {
  const Errc code = step().code;  // ERR-2
  auto* outer = new Step{.code = code, .text = std::move(doing), .place = at, .cause = step_};
  step_ = nullptr;
  return Error(outer);
}

std::string Error::to_string() const {
  std::string text = step().text;
  for (const Step* at = step().cause; at != nullptr; at = at->cause) {
    text += ": ";
    text += at->text;
  }
  return text;
}

std::string Error::to_trace() const {
  std::string text = fmt::format("{}:", code());
  for (const Step* at = &step(); at != nullptr; at = at->cause) {
    text += fmt::format("\n  {} ({}:{})", at->text, at->place.file_name(), at->place.line());
  }
  return text;
}

const Error::Step& Error::step() const noexcept {
  HYPERACTOR_CHECK(step_ != nullptr, "this Error was moved from");  // ERR-3
  return *step_;
}

const Error::Step& Error::root() const noexcept {
  const Step* at = &step();
  while (at->cause != nullptr) at = at->cause;
  return *at;
}

void Error::release(Step* step) noexcept {
  while (step != nullptr) {
    // Release publishes this thread's reads of the step; the last one out acquires them all.
    if (step->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    Step* cause = step->cause;
    delete step;
    step = cause;
  }
}

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::Failed:
      return "Failed";
    case Errc::Overloaded:
      return "Overloaded";
    case Errc::Disconnected:
      return "Disconnected";
    case Errc::Unimplemented:
      return "Unimplemented";
    case Errc::Cancelled:
      return "Cancelled";
    case Errc::Timeout:
      return "Timeout";
  }
  return "Errc out of range";
}

}  // namespace hyperactor

auto fmt::formatter<hyperactor::Error>::format(const hyperactor::Error& error,
                                               fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(error.to_string(), context);
}

auto fmt::formatter<hyperactor::Errc>::format(hyperactor::Errc code,
                                              fmt::format_context& context) const
    -> fmt::format_context::iterator {
  const std::string_view name = hyperactor::to_string(code);
  return fmt::formatter<fmt::string_view>::format({name.data(), name.size()}, context);
}
