#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

// There where the process runs under a sanitizer, null elsewhere.
extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom,
                                                          size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                                           size_t* size);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned flags);
__attribute__((weak)) void __tsan_destroy_fiber(void* fiber);
__attribute__((weak)) void __tsan_switch_to_fiber(void* fiber, unsigned flags);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile* address, size_t size);
}

namespace lacuna::emulation {
namespace {

// Kernels keep little on the stack; a sanitizer's frames are larger.
constexpr size_t kStackBytes = 128 * 1024;
// A switch says nothing about the order of memory accesses: barriers do.
constexpr unsigned kNoSync = 1;

// Where the fibres of this process are entered from. One at a time runs.
struct Outside {
  void* stack_pointer = nullptr;
  void* fake_stack = nullptr;
  const void* bottom = nullptr;
  size_t size = 0;
  void* thread_sanitizer = nullptr;
} outside;
void (*to_run)() = nullptr;
// How the fibre that goes on was come to.
bool came_from_outside = true;

size_t page() {
  static const auto bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

#if defined(__x86_64__)

// Saves what a function must keep for its caller on the stack in use, and goes on with another one.
asm(R"(
.text
.type lacuna_switch_stack, @function
lacuna_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size lacuna_switch_stack, .-lacuna_switch_stack
)");
extern "C" void lacuna_switch_stack(void** save, void* to);

namespace {

void switch_stack(void** save, void* to) {
  lacuna_switch_stack(save, to);
}

// A stack from which lacuna_switch_stack returns into `start`.
void* prepared_stack(std::byte* bottom, void (*start)()) {
  auto* top = reinterpret_cast<uintptr_t*>(bottom + kStackBytes) - 2;
  *top =
      reinterpret_cast<uintptr_t>(start);  // its own return address would stand at a multiple of 16
  std::memset(top - 6, 0, 6 * sizeof(*top));
  return top - 6;
}

}  // namespace

#else

namespace {

// The slower way, for other processors: the context stands at the end of the saved stack pointer.
ucontext_t* context_of(void* p) {
  return static_cast<ucontext_t*>(p);
}

void switch_stack(void** save, void* to) {
  ucontext_t here;
  *save = &here;
  swapcontext(&here, context_of(to));
}

void* prepared_stack(std::byte* bottom, void (*start)()) {
  auto* context = new (bottom) ucontext_t;
  getcontext(context);
  constexpr size_t kContext = (sizeof(ucontext_t) + 63) / 64 * 64;
  context->uc_stack = {};
  context->uc_stack.ss_sp = bottom + kContext;
  context->uc_stack.ss_size = kStackBytes - kContext;
  context->uc_link = nullptr;
  makecontext(context, start, 0);
  return context;
}

}  // namespace

#endif

namespace {

void finish_switch(void* fake_stack, const void** bottom, size_t* size) {
  if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(fake_stack, bottom, size);
}

// On a fibre that goes on.
void arrive(void* fake_stack) {
  if (came_from_outside) {
    finish_switch(fake_stack, &outside.bottom, &outside.size);
  } else {
    finish_switch(fake_stack, nullptr, nullptr);
  }
}

void start() {
  arrive(nullptr);
  to_run();
}

}  // namespace

Fiber::Fiber() {
  void* memory = mmap(nullptr, page() + kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, page(), PROT_NONE);
  mapping_ = static_cast<std::byte*>(memory);
}

Fiber::~Fiber() {
  if (thread_sanitizer_ != nullptr) __tsan_destroy_fiber(thread_sanitizer_);
  if (__asan_unpoison_memory_region) {
    __asan_unpoison_memory_region(mapping_ + page(), kStackBytes);
  }
  munmap(mapping_, page() + kStackBytes);
}

void Fiber::reset(void (*run)()) {
  to_run = run;
  stack_pointer_ = prepared_stack(mapping_ + page(), start);
  if (__asan_unpoison_memory_region) {
    __asan_unpoison_memory_region(mapping_ + page(), kStackBytes);
  }
  // A fibre that was given up in the middle has left calls behind that never end.
  if (thread_sanitizer_ != nullptr && in_use_) {
    __tsan_destroy_fiber(thread_sanitizer_);
    thread_sanitizer_ = nullptr;
  }
  if (__tsan_create_fiber && thread_sanitizer_ == nullptr) {
    thread_sanitizer_ = __tsan_create_fiber(kNoSync);
  }
  in_use_ = false;
}

void Fiber::enter() {
  in_use_ = came_from_outside = true;
  if (__sanitizer_start_switch_fiber) {
    __sanitizer_start_switch_fiber(&outside.fake_stack, mapping_ + page(), kStackBytes);
  }
  if (__tsan_switch_to_fiber) {
    outside.thread_sanitizer = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(thread_sanitizer_, kNoSync);
  }
  switch_stack(&outside.stack_pointer, stack_pointer_);
  finish_switch(outside.fake_stack, nullptr, nullptr);
}

void Fiber::leave(bool for_good) {
  in_use_ = !for_good;
  if (__sanitizer_start_switch_fiber) {
    __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, outside.bottom, outside.size);
  }
  if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(outside.thread_sanitizer, kNoSync);
  switch_stack(&stack_pointer_, outside.stack_pointer);
  arrive(fake_stack_);
}

void Fiber::hand_over(Fiber& next) {
  next.in_use_ = true;
  came_from_outside = false;
  if (__sanitizer_start_switch_fiber) {
    __sanitizer_start_switch_fiber(&fake_stack_, next.mapping_ + page(), kStackBytes);
  }
  if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(next.thread_sanitizer_, kNoSync);
  switch_stack(&stack_pointer_, next.stack_pointer_);
  arrive(fake_stack_);
}

}  // namespace lacuna::emulation
