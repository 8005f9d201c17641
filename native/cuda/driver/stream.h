// Work for the device, in order. Everything here returns at once unless it says that it waits.
#pragma once

#include <cstddef>
#include <functional>

#include "cuda/driver/context.h"

namespace lacuna::cuda {

// A place in a stream's work.
class Event {
 public:
  explicit Event(const Context& context);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Whether the device has come past it. True for one that was never recorded.
  bool passed() const;
  // Waits, without using the CPU.
  void synchronize() const;
  // Milliseconds of the device between two events that it has passed.
  float milliseconds_since(const Event& earlier) const;

  CUevent handle() const { return handle_; }

 private:
  const Context& context_;
  CUevent handle_ = nullptr;
};

class Stream {
 public:
  explicit Stream(const Context& context);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // `from` and `to` on the host are in a PinnedBuffer, and stay as they are until the copy is done.
  void copy_to_device(CUdeviceptr to, const void* from, size_t bytes) const;
  void copy_to_host(void* to, CUdeviceptr from, size_t bytes) const;
  void copy(CUdeviceptr to, CUdeviceptr from, size_t bytes) const;
  void fill(CUdeviceptr to, unsigned char value, size_t bytes) const;

  void record(const Event& event) const;
  // What comes next on this stream comes after `event`.
  void wait_for(const Event& event) const;

  // Waits for all of this stream's work.
  void synchronize() const;

  const Context& context() const { return context_; }
  CUstream handle() const { return handle_; }

 private:
  const Context& context_;
  CUstream handle_ = nullptr;
};

// Work that was recorded once and is launched as a whole.
class Graph {
 public:
  // Runs `enqueue`, which must put work into `stream` and, if it joins them by events, into others,
  // and must not wait or allocate. Nothing of it runs yet.
  Graph(const Stream& stream, const std::function<void()>& enqueue);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Copies read what the host's memory holds when they run, not when they were recorded.
  void launch(const Stream& stream) const;

 private:
  const Context& context_;
  CUgraphExec handle_ = nullptr;
};

}  // namespace lacuna::cuda
