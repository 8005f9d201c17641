// A stack of one's own to run a function on, left and entered again at will: one for each CUDA
// thread of a block. Tells AddressSanitizer and ThreadSanitizer, where the process has them, about
// every switch.
#pragma once

#include <cstddef>

namespace lacuna::emulation {

class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next `enter` calls `run`, on an empty stack; `run` must not return but `leave` for good.
  // Whatever the fibre was doing is forgotten.
  void reset(void (*run)());

  // Runs the fibre until it leaves. Fibres do not nest.
  void enter();

  // Called on the fibre: goes on behind `enter`. With `for_good` the stack is done with.
  void leave(bool for_good);

  // Called on the fibre: another one goes on, which then leaves, or hands over, in its place.
  void hand_over(Fiber& next);

 private:
  std::byte* mapping_;  // a guard page, then the stack
  void* stack_pointer_ = nullptr;
  void* thread_sanitizer_ = nullptr;
  bool in_use_ = false;  // entered and not left for good
  void* fake_stack_ = nullptr;
};

}  // namespace lacuna::emulation
