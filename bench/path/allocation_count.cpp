// bench/path/allocation_count.cpp - malloc and its kin of this program, counted, then glibc's.
#include "allocation_count.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

// glibc's own allocator under its second names. The standard library's operator new calls
// malloc or aligned_alloc, and so comes through here too.
extern "C" {
void* __libc_malloc(std::size_t bytes);  // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count,
                    std::size_t bytes);                 // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, std::size_t bytes);  // NOLINT(bugprone-reserved-identifier)
void* __libc_memalign(std::size_t alignment,
                      std::size_t bytes);  // NOLINT(bugprone-reserved-identifier)
void __libc_free(void* memory);            // NOLINT(bugprone-reserved-identifier)
}

namespace {

std::atomic<bool> counting{false};
std::atomic<std::uint64_t> calls{0};

void count() noexcept {
  // relaxed: read after everything that is counted has been waited for.
  if (counting.load(std::memory_order_relaxed)) calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}

void* calloc(std::size_t number, std::size_t bytes) {
  count();
  return __libc_calloc(number, bytes);
}

void* realloc(void* memory, std::size_t bytes) {
  count();
  return __libc_realloc(memory, bytes);
}

void* memalign(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  count();
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}

void free(void* memory) {
  __libc_free(memory);
}

}  // extern "C"

namespace hyperactor::bench {

void start_counting() noexcept {
  calls.store(0, std::memory_order_relaxed);
  counting.store(true, std::memory_order_relaxed);
}

std::uint64_t stop_counting() noexcept {
  counting.store(false, std::memory_order_relaxed);
  return calls.load(std::memory_order_relaxed);
}

bool counter_works() {
  // volatile: an allocation that nobody looks at may be left out by the compiler.
  void* volatile block = nullptr;
  start_counting();
  block = std::malloc(24);  // NOLINT(cppcoreguidelines-no-malloc): it is what is tested
  std::free(block);         // NOLINT(cppcoreguidelines-no-malloc)
  block = ::operator new(24);
  ::operator delete(block);
  block = ::operator new(64, std::align_val_t{64});
  ::operator delete(block, std::align_val_t{64});
  return stop_counting() == 3;
}

}  // namespace hyperactor::bench
