// wire/bytes.cpp - where shared blocks of bytes come from.
#include "hyperactor/wire/bytes.hpp"

#include <algorithm>

namespace hyperactor {

Bytes::Bytes(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  bytes_ = std::as_bytes(std::span(owner->data(), owner->size()));
  owner_ = std::move(owner);
}

Bytes::Bytes(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  bytes_ = *owner;
  owner_ = std::move(owner);
}

Bytes Bytes::copy_of(std::span<const std::byte> bytes) {
  return Bytes(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

Bytes Bytes::slice(std::size_t offset, std::size_t count) const noexcept {
  const std::size_t from = std::min(offset, size());
  return {owner_, bytes_.subspan(from, std::min(count, size() - from))};
}

}  // namespace hyperactor
