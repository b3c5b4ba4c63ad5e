// wire/archive.hpp - the two archives of the codec: bytes going out, bytes coming in.
//
// A class gets one of them in its `serialize(ar)` and calls `ar(field, …)`. The rest of their
// members belongs to the codec. docs/protocol/encoding.md describes the bytes.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/wire/bytes.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace hyperactor::wire {

/// A value as bytes: a body, and the Bytes of the value as parts of their own.
struct Encoded {
  Bytes body;                ///< the value without its parts
  std::vector<Bytes> parts;  ///< in the order in which they were met
  /// True if body and parts hold the same bytes.
  friend bool operator==(const Encoded&, const Encoded&) = default;
};

/// How deeply aggregates and classes may contain each other.
inline constexpr std::size_t kMaxDepth = 64;

namespace detail {

// Swaps the bytes of a number on a big-endian machine.
template <class U>
U little_endian(U value) noexcept {
  if constexpr (std::endian::native == std::endian::big && sizeof(U) > 1) {
    U swapped = 0;
    for (std::size_t i = 0; i < sizeof(U); ++i) {
      swapped = static_cast<U>((swapped << 8) | (value & 0xff));
      value = static_cast<U>(value >> 8);
    }
    return swapped;
  }
  return value;
}

// True if the text is valid UTF-8: shortest forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace detail

/// Writes values into one contiguous block. The first failure is kept, and the rest is ignored.
///
/// Threads   One at a time.
class Encoder {
 public:
  /// Writes the fields one after the other: what `serialize(ar)` calls.
  template <class... Fields>
  void operator()(const Fields&... fields);

  /// Makes the whole encoding fail with this text, unless it has already failed.
  void fail(std::string what);

  /// True after a failure.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  /// For the codec: bytes as they are.
  void raw(const void* data, std::size_t size) {
    body_.append(static_cast<const char*>(data), size);
  }

  /// For the codec: an unsigned number.
  template <class U>
  void number(U value) {
    value = detail::little_endian(value);
    raw(&value, sizeof value);
  }

  /// For the codec: how many elements follow.
  void count(std::size_t elements);
  /// For the codec: a text, with its length.
  void text(std::string_view text);
  /// For the codec: puts the bytes among the parts, and the number of the part here.
  void part(const Bytes& bytes);
  /// For the codec: begins an aggregate or class; its end is close() with the result.
  [[nodiscard]] std::size_t open();
  /// For the codec: ends what open() began.
  void close(std::size_t opened);
  /// For the codec: what was written, or why not.
  [[nodiscard]] Result<Encoded> finish(std::string_view type) &&;

 private:
  std::string body_;
  std::vector<Bytes> parts_;
  std::string what_;
  std::size_t depth_ = 0;
  bool failed_ = false;
};

/// Reads values. Every declared length is compared with what is left before anything is
/// allocated for it. The first failure is kept; everything read after it stays as it was.
///
/// Threads   One at a time.
class Decoder {
 public:
  /// Reads from `from`, which must outlive the decoder.
  explicit Decoder(const Encoded& from) noexcept;

  /// Reads the fields one after the other: what `serialize(ar)` calls. Fields that an older
  /// writer did not have stay as they are.
  template <class... Fields>
  void operator()(Fields&... fields);

  /// Makes the whole decoding fail with this text, unless it has already failed.
  void fail(std::string what);

  /// True after a failure.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  /// How many bytes are left of the aggregate or class that is being read.
  [[nodiscard]] std::size_t left() const noexcept { return end_ - at_; }

  /// For the codec: copies `size` bytes out, or fails.
  bool raw(void* to, std::size_t size);

  /// For the codec: an unsigned number, or fails.
  template <class U>
  bool number(U& value) {
    if (!raw(&value, sizeof value)) return false;
    value = detail::little_endian(value);
    return true;
  }

  /// For the codec: how many elements follow, each of at least `smallest` bytes; or fails.
  bool count(std::size_t& elements, std::size_t smallest);
  /// For the codec: a text, or fails.
  bool text(std::string& text);
  /// For the codec: the part whose number stands here, or fails.
  bool part(Bytes& bytes);
  /// For the codec: begins an aggregate or class, and saves what close() needs.
  bool open(std::size_t& outer_end);
  /// For the codec: skips what is left, and goes on behind it.
  void close(std::size_t outer_end) noexcept;
  /// For the codec: says around a failure where it happened, innermost first.
  void inside(std::size_t field, std::string_view type);
  /// For the codec: why it failed.
  [[nodiscard]] Error error(std::string_view type) const;

 private:
  bool take(std::size_t size, const char* what);

  const Encoded& from_;
  std::size_t at_ = 0;
  std::size_t end_;
  std::size_t depth_ = 0;
  std::string what_;
  std::string where_;
  bool failed_ = false;
};

}  // namespace hyperactor::wire
