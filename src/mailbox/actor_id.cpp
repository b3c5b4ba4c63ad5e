// mailbox/actor_id.cpp - actor ids as text, and which names are allowed.
#include "hyperactor/mailbox/actor_id.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hyperactor {

std::string ActorId::to_string() const {
  return fmt::format("{},{}[{}]", proc_text(), name_text(), pid);
}

bool is_valid_name(std::string_view name) noexcept {
  if (name.empty() || name.starts_with("r#")) return false;
  if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) return false;
  const auto letter = [](char c) {
    // Bytes of multi-byte characters count as letters; the full XID tables come with the
    // parser.
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
  };
  bool start = true;  // of a segment between `::`
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == ':') {
      if (i + 1 >= name.size() || name[i + 1] != ':') return false;
      ++i;
      start = false;
      continue;
    }
    const bool later = letter(c) || c == '-' || (c >= '0' && c <= '9');
    if (start ? !letter(c) : !later) return false;
    start = false;
  }
  return true;
}

}  // namespace hyperactor

auto fmt::formatter<hyperactor::ActorId>::format(const hyperactor::ActorId& id,
                                                 fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(id.to_string(), context);
}
