// proc/proc_core.cpp - roots and names under one lock; waiting for ends.
#include "proc_core.hpp"

#include "hyperactor/actor/spawn.hpp"
#include "hyperactor/runtime/scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace hyperactor::proc {

namespace {

std::atomic<std::uint64_t> next_proc{0};

// "local_<n>-<8 hex digits of a hash of the address>" at the address every local proc shares.
telemetry::NameIndex make_name() {
  constexpr std::uint32_t kHash = 0x811c9dc5U;  // FNV-1a, 32 bits
  constexpr std::uint32_t kPrime = 0x01000193U;
  std::uint32_t hash = kHash;
  constexpr std::string_view kAddress = "local:0";
  for (const char c : kAddress) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  const auto n = next_proc.fetch_add(1, std::memory_order_relaxed);
  return telemetry::intern(fmt::format("{},local_{}-{:08x}", kAddress, n, hash));
}

}  // namespace

ProcCore::ProcCore(const Runtime& runtime) : runtime_(runtime), name_(make_name()) {}

void ProcCore::drop_reference() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

bool ProcCore::add_root(actor::Instance& root) {
  const std::scoped_lock lock(mutex_);
  if (stopping_.load(std::memory_order_relaxed)) return false;
  root.next_sibling = first_root_;
  if (first_root_ != nullptr) first_root_->prev_sibling = &root;
  first_root_ = &root;
  return true;
}

void ProcCore::remove_root(actor::Instance& root) noexcept {
  const std::scoped_lock lock(mutex_);
  (root.prev_sibling == nullptr ? first_root_ : root.prev_sibling->next_sibling) =
      root.next_sibling;
  if (root.next_sibling != nullptr) root.next_sibling->prev_sibling = root.prev_sibling;
  root.next_sibling = root.prev_sibling = nullptr;
}

void ProcCore::on_ended(const actor::Instance& instance) noexcept {
  tombstones_.add(instance.id(), instance.state());
}

bool ProcCore::reserve(telemetry::NameIndex name) {
  const std::scoped_lock lock(mutex_);
  return reserved_.insert(name).second;
}

void ProcCore::forget(telemetry::NameIndex name) noexcept {
  const std::scoped_lock lock(mutex_);
  reserved_.erase(name);
}

std::vector<actor::Instance*> ProcCore::take_roots() {
  std::vector<actor::Instance*> roots;
  {
    const std::scoped_lock lock(mutex_);
    for (actor::Instance* root = first_root_; root != nullptr; root = root->next_sibling) {
      root->add_reference();
      roots.push_back(root);
    }
  }
  std::ranges::sort(roots, [](const actor::Instance* a, const actor::Instance* b) {
    return a->id() < b->id();
  });
  return roots;
}

void ProcCore::wait_ended(std::vector<actor::Instance*>& waiting, std::int64_t limit_ns) {
  const auto sweep = [&] {
    std::erase_if(waiting, [](actor::Instance* instance) {
      if (!instance->status().is_terminal()) return false;
      instance->drop_reference();
      return true;
    });
  };
  runtime::Scheduler& scheduler = runtime_.scheduler();
  const std::int64_t end = actor::saturating_add(scheduler.now_ns(), limit_ns);
  auto nap = std::chrono::microseconds(20);
  sweep();
  while (!waiting.empty() && scheduler.now_ns() < end) {
    if (runtime_.is_simulated()) {
      if (!scheduler.step()) return;
    } else {
      std::this_thread::sleep_for(nap);
      nap = std::min(nap * 2, std::chrono::microseconds(2'000));
    }
    sweep();
  }
}

}  // namespace hyperactor::proc
