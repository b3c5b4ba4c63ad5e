// wire/bytes.hpp - a block of bytes that is shared instead of copied.
#pragma once

#include "hyperactor/wire/type_name.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hyperactor {

/// Immutable bytes with shared ownership. As a field of a message they travel as a part of
/// their own, which is copied neither on the way out nor on the way in.
///
/// Compares  By content.
/// Threads   Copies may be used and destroyed on different threads.
/// Cost      A copy or a slice is one atomic increment. A slice keeps the whole block alive.
class Bytes {
 public:
  /// No bytes.
  Bytes() noexcept = default;

  /// Takes the text over, without a copy of what it holds on the heap.
  explicit Bytes(std::string text);

  /// Takes the bytes over, without a copy.
  explicit Bytes(std::vector<std::byte> bytes);

  /// Bytes that `owner` keeps alive and nobody changes any more.
  Bytes(std::shared_ptr<const void> owner, std::span<const std::byte> bytes) noexcept
      : owner_(std::move(owner)), bytes_(bytes) {}

  /// A copy of `bytes`.
  [[nodiscard]] static Bytes copy_of(std::span<const std::byte> bytes);

  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  /// True if there are none.
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

  /// The bytes; valid while any copy or slice of this object lives.
  [[nodiscard]] std::span<const std::byte> span() const noexcept { return bytes_; }

  /// The same as text, which need not be UTF-8.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  /// `count` bytes from `offset` on, or as many of them as there are. Shares the block.
  [[nodiscard]] Bytes slice(std::size_t offset, std::size_t count) const noexcept;

  /// True if both hold the same bytes.
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept {
    return a.text() == b.text();
  }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace hyperactor

HYPERACTOR_TYPE_NAME(hyperactor::Bytes, "bytes");
