// proc/tombstones.cpp - the ring of the dead.
#include "tombstones.hpp"

namespace hyperactor::proc {

void Tombstones::add(const ActorId& id, ActorStatus::State state) {
  const Stone stone{id.strand, id.pid, id.name, state};
  const std::scoped_lock lock(mutex_);
  if (stones_.size() < kCapacity) {
    stones_.push_back(stone);
    return;
  }
  stones_[next_] = stone;
  next_ = (next_ + 1) % kCapacity;
}

std::optional<ActorStatus::State> Tombstones::find(const ActorId& id) const {
  const std::scoped_lock lock(mutex_);
  for (const Stone& stone : stones_) {
    if (stone.strand == id.strand && stone.pid == id.pid && stone.name == id.name) {
      return stone.state;
    }
  }
  return std::nullopt;
}

}  // namespace hyperactor::proc
