// proc/tombstones.hpp - how the last actors of a proc ended, 32 bytes each (D7a).
#pragma once

#include "hyperactor/mailbox/actor_id.hpp"
#include "hyperactor/mailbox/status.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace hyperactor::proc {

/// A ring of the last kCapacity ends. Grows as it is filled. Threads: any.
class Tombstones {
 public:
  static constexpr std::size_t kCapacity = 65'536;

  void add(const ActorId& id, ActorStatus::State state);

  /// How `id` ended; nullopt if it did not, or longer ago than the ring remembers.
  [[nodiscard]] std::optional<ActorStatus::State> find(const ActorId& id) const;

 private:
  struct Stone {
    runtime::StrandId strand;
    std::uint64_t pid;
    telemetry::NameIndex name;
    ActorStatus::State state;
  };

  static_assert(sizeof(Stone) <= 32);

  mutable std::mutex mutex_;
  std::vector<Stone> stones_;
  std::size_t next_ = 0;
};

}  // namespace hyperactor::proc
