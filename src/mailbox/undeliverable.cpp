// mailbox/undeliverable.cpp - the way back of a message: as work to its sender.
#include "hyperactor/mailbox/undeliverable.hpp"

#include "hyperactor/runtime/slot_table.hpp"

#include <new>
#include <optional>

#include <fmt/format.h>

namespace hyperactor {

std::string Undeliverable::to_string() const {
  return fmt::format("message {} to {} came back: {}", message_type(), destination_, why_);
}

namespace mailbox {

namespace {

std::atomic<std::uint32_t> returned_type{0};

// The returned message travels inside a node of its own.
struct BounceNode : runtime::Node {
  BounceNode(ActorId to, runtime::Node& unhandled, Error reason, void (*end)(runtime::Node&))
      : destination(to), message(&unhandled), why(std::move(reason)), destroy(end) {}

  BounceNode(const BounceNode&) = delete;
  BounceNode& operator=(const BounceNode&) = delete;

  ~BounceNode() {
    destroy(*message);
    runtime::release_node(runtime::tls, *message);
  }

  ActorId destination;
  runtime::Node* message;
  Error why;
  void (*destroy)(runtime::Node&);
  std::optional<Undeliverable> returned;
};

void run_bounce(runtime::Strand& strand, runtime::Node& node) {
  auto& bounced = static_cast<BounceNode&>(node);
  if (Owner* owner = owner_of(strand)) {
    // In the node: a hook that suspends goes on looking at it.
    bounced.returned.emplace(bounced.destination, bounced.message, bounced.message->ops->type,
                             bounced.message->id, bounced.why);
    if (owner->on_undeliverable(*bounced.returned)) return;
  }
  bounced.~BounceNode();
}

constexpr runtime::NodeOps kBounceOps{
    run_bounce,
    // Nobody is left to take it back.
    [](runtime::Strand*, runtime::Node& node, runtime::DropReason) {
      static_cast<BounceNode&>(node).~BounceNode();
    },
    &returned_type};

}  // namespace

void bounce(runtime::Node& message, const ActorId& destination, Error why,
            void (*destroy)(runtime::Node&)) {
  runtime::Strand* const sender = runtime::SlotTable::process().acquire(message.sender);
  if (sender == nullptr) {
    destroy(message);
    runtime::release_node(runtime::tls, message);
    return;
  }
  if (returned_type.load(std::memory_order_relaxed) == 0) {
    returned_type.store(telemetry::intern("Undeliverable"), std::memory_order_relaxed);
  }
  auto* node = runtime::make_node<BounceNode>(destination, message, std::move(why), destroy);
  node->ops = &kBounceOps;
  node->id = runtime::next_message_id(runtime::tls);
  node->cause = message.id;
  sender->push_work(*node);
  sender->drop_reference();
}

}  // namespace mailbox

}  // namespace hyperactor
