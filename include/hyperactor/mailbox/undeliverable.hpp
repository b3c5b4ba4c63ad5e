// mailbox/undeliverable.hpp - a message that came back to its sender.
#pragma once

#include "hyperactor/base/error.hpp"
#include "hyperactor/mailbox/message.hpp"

#include <string>
#include <string_view>

namespace hyperactor {

/// Given to Actor::handle_undeliverable of the sender. Every message that is not handled comes
/// back this way, or completes its ask; none is lost silently.
class Undeliverable {
 public:
  /// For the runtime's own layers.
  Undeliverable(ActorId destination, runtime::Node* message,
                const std::atomic<std::uint32_t>* type, std::uint64_t id, Error why) noexcept
      : destination_(destination),
        message_(message),
        type_(type),
        id_(id),
        why_(std::move(why)) {}

  /// To whom it was sent.
  [[nodiscard]] const ActorId& destination() const noexcept { return destination_; }

  /// "Deposit".
  [[nodiscard]] std::string_view message_type() const noexcept {
    return telemetry::name_text(type_->load(std::memory_order_relaxed));
  }

  /// The id it had when it was sent.
  [[nodiscard]] std::uint64_t message_id() const noexcept { return id_; }

  /// How its receiver ended, or which limit it met.
  [[nodiscard]] const Error& why() const noexcept { return why_; }

  /// The message itself if it is an M; null otherwise.
  template <class M>
  [[nodiscard]] M* message() const noexcept {
    if (message_ == nullptr || type_ != &mailbox::kTypeName<M>) return nullptr;
    return &static_cast<mailbox::MessageNode<M>*>(message_)->message;
  }

  /// "message Deposit to account[0] came back: ...".
  [[nodiscard]] std::string to_string() const;

 private:
  ActorId destination_;
  runtime::Node* message_;
  const std::atomic<std::uint32_t>* type_;
  std::uint64_t id_;
  Error why_;
};

namespace mailbox {

/// Hands `message`, which `destination` did not handle, back to its sender and takes it over;
/// `destroy` ends its payload later. If the sender is gone too, the message ends here.
void bounce(runtime::Node& message, const ActorId& destination, Error why,
            void (*destroy)(runtime::Node&));

}  // namespace mailbox

}  // namespace hyperactor
