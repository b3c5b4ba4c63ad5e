// proc/proc_core.hpp - the state of a proc: roots, names, the dead.
#pragma once

#include "hyperactor/actor/instance.hpp"
#include "hyperactor/actor/proc_services.hpp"

#include "tombstones.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace hyperactor::proc {

/// PRC-1  A root is listed from its spawn until it has ended; the list does not own it.
/// PRC-2  A named root's name stays reserved for the life of the proc.
/// PRC-3  Lives as long as a handle or an instance refers to it; ends its runtime with it.
class ProcCore final : public actor::ProcServices {
 public:
  explicit ProcCore(const Runtime& runtime);

  void add_reference() noexcept override {
    references_.fetch_add(1, std::memory_order_relaxed);
  }

  void drop_reference() noexcept override;

  [[nodiscard]] const Runtime& runtime() const noexcept override { return runtime_; }

  [[nodiscard]] telemetry::NameIndex name() const noexcept override { return name_; }

  [[nodiscard]] bool accepts_actors() const noexcept override {
    return !stopping_.load(std::memory_order_acquire);
  }

  [[nodiscard]] bool reports_failures() const noexcept override {
    return !aborting_.load(std::memory_order_acquire);
  }

  void expect_failures() noexcept { aborting_.store(true, std::memory_order_release); }

  [[nodiscard]] std::uint64_t next_pid() noexcept override {
    return next_pid_.fetch_add(1, std::memory_order_relaxed);
  }

  [[nodiscard]] bool add_root(actor::Instance& root) override;
  void remove_root(actor::Instance& root) noexcept override;
  void on_ended(const actor::Instance& instance) noexcept override;

  /// False if the name was ever taken.
  [[nodiscard]] bool reserve(telemetry::NameIndex name);

  /// A reserved name was not used: no actor was made.
  void forget(telemetry::NameIndex name) noexcept;

  /// Under the lock of the roots: a spawn that is not refused is listed before anybody looks.
  void refuse_actors() {
    const std::scoped_lock lock(mutex_);
    stopping_.store(true, std::memory_order_release);
  }

  /// The roots that have not ended, each with a reference for the caller, in id order.
  [[nodiscard]] std::vector<actor::Instance*> take_roots();

  [[nodiscard]] std::uint64_t references() const noexcept {
    return references_.load(std::memory_order_acquire);
  }

  [[nodiscard]] const Tombstones& tombstones() const noexcept { return tombstones_; }

  /// Waits until every instance in `waiting` has ended, at most `limit_ns`; those that have are
  /// taken out of it. Steps a simulation.
  void wait_ended(std::vector<actor::Instance*>& waiting, std::int64_t limit_ns);

 private:
  ~ProcCore() = default;

  Runtime runtime_;
  telemetry::NameIndex name_;
  std::atomic<std::uint64_t> references_{1};
  std::atomic<std::uint64_t> next_pid_{1};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> aborting_{false};

  mutable std::mutex mutex_;
  actor::Instance* first_root_ = nullptr;
  std::set<telemetry::NameIndex> reserved_;
  Tombstones tombstones_;
};

}  // namespace hyperactor::proc
