// tests/soak/ledger.hpp - counts every message of the run, and what became of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace hyperactor::soak {

/// What is sent.
enum class Kind : std::uint8_t {
  Post,     ///< by post() or try_send()
  Waiting,  ///< by send_wait()
  Request,  ///< the message of an ask
  Answer,   ///< the answer that the asker of one waits for
  Timer,    ///< by post_after()
  Port,     ///< through a port
};
inline constexpr std::size_t kKinds = 6;

/// What may become of it.
enum class Fate : std::uint8_t {
  Sent,      ///< not a fate: how many there are
  Handled,   ///< reached a handler; an Answer: came
  Bounced,   ///< reached handle_undeliverable
  Returned,  ///< the sending call gave it back; an Answer: an error came
  Dropped,   ///< destroyed unseen, where nobody is left who could take it, or wants it
  Lost,      ///< destroyed unseen, although its sender lived
  Twice,     ///< had two of the fates above
};
inline constexpr std::size_t kFates = 7;

/// Other things that are counted.
enum class Count : std::uint8_t {
  ActorsMade,
  ActorsGone,
  OverloadsSeen,     ///< Overloaded, at a sender that sends to bounded mailboxes
  OverloadsCounted,  ///< messages rejected and dropped, as these mailboxes say
  RootsFailed,       ///< roots that were seen to end by a failure
  Crashes,           ///< failures of roots that the crash policy heard of
  Orphans,           ///< failures of other actors that it heard of
  Panics,
  Aborts,
  Blockings,
};
inline constexpr std::size_t kCounts = 10;

/// All counters at one moment; exact only when nothing runs.
struct Totals {
  std::array<std::array<std::uint64_t, kFates>, kKinds> messages{};
  std::array<std::uint64_t, kCounts> counts{};

  [[nodiscard]] std::uint64_t of(Kind kind, Fate fate) const {
    return messages[static_cast<std::size_t>(kind)][static_cast<std::size_t>(fate)];
  }

  [[nodiscard]] std::uint64_t of(Count count) const {
    return counts[static_cast<std::size_t>(count)];
  }

  /// Sent, and without a fate so far.
  [[nodiscard]] std::int64_t open(Kind kind) const;
  /// Messages of all kinds; answers are none.
  [[nodiscard]] std::uint64_t sent() const;
};

/// Any thread; one writer for each counter, so that counting shares nothing.
void count(Kind kind, Fate fate);
void count(Count what, std::uint64_t by = 1);
[[nodiscard]] Totals totals();

/// Whether the sender lives until all its messages have had their fate.
enum class Sender : std::uint8_t { Lasting, Mortal };

/// Travels in a message, and counts its one fate. A ticket that is destroyed without one is
/// Dropped; or Lost, if it is of a kind that comes back and its sender lives.
class Ticket {
 public:
  Ticket(Kind kind, Sender sender) : kind_(kind), sender_(sender), state_(State::Open) {
    count(kind, Fate::Sent);
  }

  Ticket(Ticket&& other) noexcept
      : kind_(other.kind_),
        sender_(other.sender_),
        state_(std::exchange(other.state_, State::Moved)) {}

  Ticket& operator=(Ticket&&) = delete;
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket();

  void settle(Fate fate) {
    count(kind_, state_ == State::Open ? fate : Fate::Twice);
    state_ = State::Settled;
  }

 private:
  enum class State : std::uint8_t { Open, Settled, Moved };

  Kind kind_;
  Sender sender_;
  State state_;
};

/// A member of each actor: counts those that are made, and those that are gone.
class Counted {
 public:
  Counted() { count(Count::ActorsMade); }

  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  ~Counted() { count(Count::ActorsGone); }
};

}  // namespace hyperactor::soak
