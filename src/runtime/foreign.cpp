// runtime/foreign.cpp - interrupting what runs elsewhere, and waiting for it.
#include "hyperactor/runtime/foreign.hpp"

#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/task.hpp"

namespace hyperactor::runtime {

namespace {

bool belongs_to(const Resumable* frame, const Resumable* root) noexcept {
  if (root == nullptr) return true;
  while (frame != nullptr && frame != root) {
    frame = static_cast<const TaskPromise*>(frame)->awaiting();  // every frame is a task's
  }
  return frame == root;
}

}  // namespace

void ForeignWait::begin(Resumable& awaiting) {
  frame = &awaiting;
  since = awaiting.strand->scheduler().now_ticks();
  open_wait(*awaiting.strand, *this);
}

void ForeignWait::finish() noexcept {
  close_wait(*this);
  if (drain == nullptr) {
    strand->make_ready(*frame);
  } else if (--drain->pending == 0) {
    drain->on_drained();
  }
}

std::size_t interrupt_foreign(Strand& strand, const Resumable* root, Drain& drain) noexcept {
  drain.pending = 0;
  for (Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
    if (!wait->foreign) continue;
    auto& operation = static_cast<ForeignWait&>(*wait);
    if (!belongs_to(operation.frame, root)) continue;
    const bool interrupted = operation.drain != nullptr;
    operation.drain = &drain;
    ++drain.pending;
    if (!interrupted) operation.interrupt(operation);
  }
  return drain.pending;
}

bool has_foreign(const Strand& strand, const Resumable& root) noexcept {
  for (const Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
    if (!wait->foreign) continue;
    if (belongs_to(static_cast<const ForeignWait*>(wait)->frame, &root)) return true;
  }
  return false;
}

bool is_abandoned(const Resumable* frame) noexcept {
  for (; frame != nullptr; frame = static_cast<const TaskPromise*>(frame)->awaiting()) {
    if (static_cast<const TaskPromise*>(frame)->is_abandoned()) return true;
  }
  return false;
}

const char* foreign_operation(const Strand& strand) noexcept {
  for (const Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
    if (wait->foreign) return wait->what;
  }
  return nullptr;
}

}  // namespace hyperactor::runtime
