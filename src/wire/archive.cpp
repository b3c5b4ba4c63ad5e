// wire/archive.cpp - the part of the codec that does not depend on types.
#include "hyperactor/wire/archive.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace hyperactor::wire {
namespace {

constexpr std::size_t kMaxLength = std::numeric_limits<std::uint32_t>::max();

}  // namespace

namespace detail {

bool is_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() - i < length) return false;
    // The range of the second byte keeps out longer forms, surrogates and what is above
    // U+10FFFF.
    const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(i + 1) < low || byte(i + 1) > high) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace detail

void Encoder::fail(std::string what) {
  if (failed_) return;
  failed_ = true;
  what_ = std::move(what);
}

void Encoder::count(std::size_t elements) {
  if (elements > kMaxLength) return fail(fmt::format("{} elements are too many", elements));
  number(static_cast<std::uint32_t>(elements));
}

void Encoder::text(std::string_view text) {
  if (!detail::is_utf8(text)) {
    return fail("a string is not UTF-8: use hyperactor::Bytes for what is not text");
  }
  count(text.size());
  raw(text.data(), text.size());
}

void Encoder::part(const Bytes& bytes) {
  number(static_cast<std::uint32_t>(parts_.size()));
  parts_.push_back(bytes);
}

std::size_t Encoder::open() {
  if (++depth_ > kMaxDepth) fail(fmt::format("nested more than {} deep", kMaxDepth));
  number(std::uint32_t{0});
  return body_.size();
}

void Encoder::close(std::size_t opened) {
  --depth_;
  const std::size_t size = body_.size() - opened;
  if (size > kMaxLength) {
    return fail(
        fmt::format("{} bytes are too many for one value: use hyperactor::Bytes", size));
  }
  const auto length = detail::little_endian(static_cast<std::uint32_t>(size));
  std::memcpy(body_.data() + opened - sizeof length, &length, sizeof length);
}

Result<Encoded> Encoder::finish(std::string_view type) && {
  if (failed_) {
    return std::unexpected(Error(Errc::Failed, fmt::format("encoding {}: {}", type, what_)));
  }
  return Encoded{.body = Bytes(std::move(body_)), .parts = std::move(parts_)};
}

Decoder::Decoder(const Encoded& from) noexcept : from_(from), end_(from.body.size()) {}

void Decoder::fail(std::string what) {
  if (failed_) return;
  failed_ = true;
  what_ = fmt::format("at byte {}: {}", at_, what);
}

bool Decoder::take(std::size_t size, const char* what) {
  if (failed_) return false;
  if (size <= left()) return true;
  fail(fmt::format("{} of {} bytes, but only {} are left", what, size, left()));
  return false;
}

bool Decoder::raw(void* to, std::size_t size) {
  if (!take(size, "a value")) return false;
  if (size > 0) std::memcpy(to, from_.body.span().data() + at_, size);
  at_ += size;
  return true;
}

bool Decoder::count(std::size_t& elements, std::size_t smallest) {
  std::uint32_t declared = 0;
  if (!number(declared)) return false;
  if (declared > left() / smallest) {
    fail(fmt::format("{} elements of at least {} bytes each, but only {} bytes are left",
                     declared, smallest, left()));
    return false;
  }
  elements = declared;
  return true;
}

bool Decoder::text(std::string& text) {
  std::uint32_t size = 0;
  if (!number(size) || !take(size, "a string")) return false;
  const std::string_view view = from_.body.text().substr(at_, size);
  if (!detail::is_utf8(view)) {
    fail("a string is not UTF-8");
    return false;
  }
  text = view;
  at_ += size;
  return true;
}

bool Decoder::part(Bytes& bytes) {
  std::uint32_t index = 0;
  if (!number(index)) return false;
  if (index >= from_.parts.size()) {
    fail(fmt::format("part {} of {}", index, from_.parts.size()));
    return false;
  }
  bytes = from_.parts[index];
  return true;
}

bool Decoder::open(std::size_t& outer_end) {
  std::uint32_t size = 0;
  if (!number(size) || !take(size, "an aggregate")) return false;
  if (depth_ == kMaxDepth) {
    fail(fmt::format("nested more than {} deep", kMaxDepth));
    return false;
  }
  ++depth_;
  outer_end = std::exchange(end_, at_ + size);
  return true;
}

void Decoder::close(std::size_t outer_end) noexcept {
  --depth_;
  if (!failed_) at_ = end_;
  end_ = outer_end;
}

void Decoder::inside(std::size_t field, std::string_view type) {
  where_.insert(0, fmt::format("field {} of {}: ", field, type));
}

Error Decoder::error(std::string_view type) const {
  return {Errc::Failed, fmt::format("decoding {}: {}{}", type, where_, what_)};
}

}  // namespace hyperactor::wire
