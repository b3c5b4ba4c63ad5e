// wire/type_name.cpp - hashes names, and refuses those that a compiler has shortened.
#include "hyperactor/wire/type_name.hpp"

#include "hyperactor/base/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hyperactor::wire {

std::uint64_t hash_name(std::string_view name) noexcept {
  return XXH64(name.data(), name.size(), 0);
}

namespace detail {

const TypeNameRecord& make_type_name(AppendName append) {
  std::string name;
  append(name);
  const std::uint64_t hash = hash_name(name);
  HYPERACTOR_CHECK(hash != 0, "the hash of this name is the reserved 0: rename the type", name);
  return *new TypeNameRecord{.name = std::move(name), .hash = hash};
}

// Compares with the mangled name of the C++ ABI, which leaves nothing out: "A" is "1A", "b::A"
// is "N1b1AE". Of a template only the part before the arguments is compared.
void check_scopes(std::string_view spelled, const char* mangled) {
  std::string expected;
  std::size_t scopes = 0;
  for (std::string_view rest = spelled; !rest.empty(); ++scopes) {
    const std::string_view scope = rest.substr(0, rest.find("::"));
    expected += std::to_string(scope.size());
    expected += scope;
    rest.remove_prefix(rest.size() == scope.size() ? scope.size() : scope.size() + 2);
  }
  if (scopes > 1) expected.insert(0, "N");
  std::string_view actual = mangled;
  const bool known = actual.starts_with(expected);
  actual.remove_prefix(known ? expected.size() : 0);
  const bool complete = actual.empty() || actual.front() == 'I' || actual.front() == 'E';
  HYPERACTOR_CHECK(
      known && complete,
      "this type has no name that every peer would derive, because it belongs to a "
      "function or an inline namespace: use HYPERACTOR_TYPE_NAME",
      spelled, mangled);
}

}  // namespace detail
}  // namespace hyperactor::wire
