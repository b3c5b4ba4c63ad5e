// runtime/own_thread.hpp - a thread that runs one strand and nothing else.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace hyperactor::runtime {

class Parker;
class Scheduler;
class Strand;

/// For actors that block, spin or need a thread of their own for a library's sake.
///
/// OWN-1  The token waits in pending_ between activations; this thread takes it.
/// OWN-2  The thread keeps a reference to the strand and ends after the slice in which it
/// ended. Cost   An activation wakes a sleeping thread: some 20 µs for the sender, 80 µs until
/// it runs.
class OwnThread {
 public:
  OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
  /// The thread has ended, or detaches itself.
  ~OwnThread();

  /// Starts the thread; throws std::system_error if the system has none. `self` is this object.
  static void start(const std::shared_ptr<OwnThread>& self, Scheduler& scheduler,
                    Strand& strand, const std::string& name);

  /// Whoever activated the strand: hands it over.
  void activate() noexcept;

  /// The strand will never be activated: the thread ends.
  void cancel() noexcept;

  [[nodiscard]] bool has_ended() const noexcept {
    return ended_.load(std::memory_order_acquire);
  }

  /// Waits until the thread has ended.
  void join();

 private:
  void main(Scheduler& scheduler, Strand& strand);

  std::atomic<bool> pending_{false};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> ended_{false};
  std::unique_ptr<Parker> parker_;
  std::thread thread_;
};

}  // namespace hyperactor::runtime
