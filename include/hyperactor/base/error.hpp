// base/error.hpp - what an operation answers when it cannot do what was asked.
#pragma once

#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

/// What users name. The namespaces within it belong to the layers of the runtime.
namespace hyperactor {

/// What a caller can usefully do. Add a value only when some caller branches on it.
enum class Errc : std::uint8_t {
  Failed,         ///< A bug or an impossible request: report, do not retry.
  Overloaded,     ///< A limit was hit: retry later with back-off, never at once.
  Disconnected,   ///< Peer or actor gone, outcome unknown: find it again, then retry.
  Unimplemented,  ///< The peer is older than us: fall back.
  Cancelled,      ///< The caller's own scope ended: unwind quietly.
  Timeout,        ///< The deadline passed, outcome unknown: retry only what may run twice.
};

/// The name of the enumerator, such as "Overloaded".
[[nodiscard]] std::string_view to_string(Errc code) noexcept;

/// A failure: a code to branch on, and a text that says what was attempted, step by step.
///
/// Shares    ERR-1  Copies share one immutable record; a copy costs one atomic increment.
/// Path      ERR-2  in() adds an outer step and keeps the code, so the code is the root's.
/// Moved     ERR-3  A moved-from Error may be assigned or destroyed; any other use fails a
/// CHECK. Threads          Copies may be used and destroyed on different threads. Cost One
/// pointer wide, so Result<T> is cheap when all is well; making one and
///                  each in() allocate.
class [[nodiscard]] Error {
 public:
  /// A line of a source file.
  using Place = std::source_location;

  /// `what` says what was attempted, on what, and what to try.
  Error(Errc code, std::string what, Place at = Place::current());

  Error(const Error& other) noexcept;

  Error(Error&& other) noexcept : step_(std::exchange(other.step_, nullptr)) {}

  Error& operator=(const Error& other) noexcept;
  Error& operator=(Error&& other) noexcept;
  ~Error();

  /// What a caller can do; that of the root.
  [[nodiscard]] Errc code() const noexcept;

  /// The text of the root, without the steps that in() added.
  [[nodiscard]] const std::string& what() const noexcept;

  /// Where the root was made.
  [[nodiscard]] const Place& where() const noexcept;

  /// Adds the caller's view and hands the error on.
  Error in(std::string doing, Place at = Place::current()) const&;
  /// The same, without a copy.
  Error in(std::string doing, Place at = Place::current()) &&;

  /// Outermost first: "spawning worker-3: dialling h7:9000: connection refused".
  [[nodiscard]] std::string to_string() const;

  /// The same steps, one a line, each with the file and line that added it.
  [[nodiscard]] std::string to_trace() const;

 private:
  struct Step;

  explicit Error(Step* step) noexcept : step_(step) {}

  [[nodiscard]] const Step& step() const noexcept;
  [[nodiscard]] const Step& root() const noexcept;
  static void release(Step* step) noexcept;

  Step* step_;  // the outermost step; null only when moved from
};

static_assert(sizeof(Error) == sizeof(void*));

/// A value, or why there is none.
template <class T>
using Result = std::expected<T, Error>;

/// A refused send gives the message back.
template <class M>
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): an Error has no default to forget
struct Undelivered {
  M message;  ///< as it was sent
  Error why;  ///< why it was not taken
};

}  // namespace hyperactor

/// Formats like Error::to_string(), with the specifications of a string.
template <>
struct fmt::formatter<hyperactor::Error> : fmt::formatter<fmt::string_view> {
  auto format(const hyperactor::Error& error, fmt::format_context& context) const
      -> fmt::format_context::iterator;
};

template <>
struct fmt::formatter<hyperactor::Errc> : fmt::formatter<fmt::string_view> {
  auto format(hyperactor::Errc code, fmt::format_context& context) const
      -> fmt::format_context::iterator;
};
