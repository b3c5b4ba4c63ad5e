// actor/signal.cpp - signals as nodes of the control lane, and what a dropped one still does.
#include "hyperactor/actor/signal.hpp"

#include "hyperactor/actor/instance.hpp"

#include <new>

namespace hyperactor::actor {

namespace {

void run_signal(runtime::Strand& strand, runtime::Node& node) {
  auto& signal = static_cast<SignalNode&>(node);
  static_cast<Instance&>(strand).on_signal(signal);
  signal.~SignalNode();
}

void drop_signal(runtime::Strand* strand, runtime::Node& node, runtime::DropReason) {
  auto& signal = static_cast<SignalNode&>(node);
  if (signal.kind == SignalKind::Watch) runtime::wake(signal.watcher);
  // The failure of an orphan whose parent ended first.
  if (signal.kind == SignalKind::ChildFailed && strand != nullptr) {
    report_to_proc(static_cast<Instance&>(*strand).proc(), signal.child, signal.reason);
  }
  signal.~SignalNode();
}

constexpr runtime::NodeOps kSignalOps{run_signal, drop_signal, nullptr};

}  // namespace

SignalNode& make_signal(SignalKind kind, std::string reason) {
  auto* signal = runtime::make_node<SignalNode>();
  signal->ops = &kSignalOps;
  signal->kind = kind;
  signal->reason = std::move(reason);
  return *signal;
}

}  // namespace hyperactor::actor
