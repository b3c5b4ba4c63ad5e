// telemetry/evidence.hpp - what a process leaves behind about its actors when it dies.
#pragma once

#include "hyperactor/telemetry/evidence_format.hpp"
#include "hyperactor/telemetry/message_ring.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hyperactor::telemetry {

class UnitStore;
struct ProcessState;

/// What one live actor is doing; part of the file format. A slot that never held an actor is
/// all zero, and state code 0 means that the slot is free.
struct alignas(64) StatusRecord {
  std::atomic<std::uint64_t> status;  ///< state code in the low 8 bits, rest the actor's own
  std::atomic<std::uint64_t> message_id;  ///< of the message being handled
  std::atomic<std::uint64_t> since;       ///< ticks when the present status began
  std::atomic<std::uint32_t> handler;     ///< NameIndex of the type of that message
  std::atomic<std::uint32_t> generation;  ///< of the slot
  std::atomic<std::uint32_t> proc;        ///< NameIndex
  std::atomic<std::uint32_t> name;        ///< NameIndex
  std::atomic<std::uint64_t> pid;         ///< of the actor within its proc, not of the process
  std::atomic<std::uint64_t> handled;     ///< messages handled in total
  std::atomic<std::uint64_t> cause;       ///< cause id of the message being handled
};

static_assert(sizeof(StatusRecord) == format::kRecordBytes);

/// The records and rings of this process, in a mapped file where that is possible.
///
/// Survives EV-1  What was stored in a record or ring is in the file at once: SIGKILL loses
///                nothing. The file is removed by a normal exit, and left behind otherwise.
/// Full     EV-2  A file that cannot grow costs the evidence of what did not fit, and one
///                warning; never a SIGBUS and never the program.
/// Fork     EV-3  A forked child has a private copy in memory and never touches the parent's
///                file. It has no file of its own: fork before the first use, or exec.
///                A fork while other threads are in here leaves the child no lock held (EV-7).
/// Private  EV-4  The file has mode 0600 and is never one that existed before.
/// Tidy     EV-5  Files of dead processes of this user in the same directory are removed seven
///                days after they were first noticed, or when sixteen newer ones exist, or when
///                newer ones take 1 GiB or a quarter of the file system. The file of a living
///                process is never removed, however old.
/// Stable   EV-6  Addresses of records and rings never change, not even by fork.
/// Place          HYPERACTOR_EVIDENCE=<directory>, else /dev/shm, else $XDG_RUNTIME_DIR, else
///                memory only with one warning; =off: memory only without a warning. The name
///                is hyperactor-<uid>-<pid>-<start time>.evidence.
/// Threads        Any thread, any member. No destructor: it lives until the process is gone.
/// Cost           record(): an addition. File: 576 KiB for the first actor and name, 256 KiB
///                for each further thread, 64 bytes for each further actor.
/// See also       docs/design/evidence.md
class Evidence {
 public:
  /// Highest number of slots: 16,777,216. Lower if so much address space cannot be reserved.
  static constexpr std::uint32_t kSlotLimit = format::kRecordLimit;

  /// The evidence of this process; made on first use.
  static Evidence& process();

  Evidence(const Evidence&) = delete;
  Evidence& operator=(const Evidence&) = delete;

  /// The record of `slot`, for which ensure_slot() must have returned true. EV-6.
  [[nodiscard]] StatusRecord& record(std::uint32_t slot) noexcept { return records_[slot]; }

  /// Makes the record of `slot` usable; false only for a slot beyond slot_limit().
  [[nodiscard]] bool ensure_slot(std::uint32_t slot);

  [[nodiscard]] std::uint32_t slot_limit() const noexcept { return slot_limit_; }

  /// Whether ensure_slot() was called for `slot` or a near one, so that it can be read.
  [[nodiscard]] bool has_slot(std::uint32_t slot) const noexcept;

  /// A ring for the calling thread to write. The first 256 are in the file, later ones in
  /// memory. A ring that a thread gave back is used again, with what it remembers.
  [[nodiscard]] MessageRing& acquire_ring();

  /// Gives a ring back; the caller must not record in it any more.
  void release_ring(MessageRing& ring);

  /// Every ring ever made, held or not, for readers.
  [[nodiscard]] std::vector<const MessageRing*> rings() const;

  /// Where the file is; empty when there is none, and in a forked child.
  [[nodiscard]] std::string path() const;

  /// Leaves the file behind at a normal exit too: for a crash policy that ends by exit().
  void keep_file() noexcept;

  /// Lets a post-mortem print `text` for a state code below 64.
  void describe_state(std::uint8_t code, std::string_view text);

  /// How fast the ticks of records and rings run, as measured so far.
  [[nodiscard]] std::uint64_t ticks_per_second() const noexcept;

 private:
  class Impl;

  friend struct ProcessState;  // of this folder; the only one to make it

  explicit Evidence(UnitStore& units);
  ~Evidence() = default;

  Impl* impl_;
  StatusRecord* records_;
  std::uint32_t slot_limit_;
};

}  // namespace hyperactor::telemetry
