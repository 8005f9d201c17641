// A GPU in use: its primary context, and memory on it and for copies to it. Everything made with a
// context must end before it. Destructors ignore errors: after the device is lost there is nothing
// to give back.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "cuda/driver/driver.h"

namespace lacuna::cuda {

class Context {
 public:
  // Throws Error kUnsupported where the GPU is older than the kernels.
  Context(std::shared_ptr<const Driver> driver, const DeviceInfo& device);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Every thread that uses anything of this context calls this first. The constructor does.
  void make_current() const;
  // For destructors, which may run on any thread: the same without a throw.
  void make_current_or_not() const noexcept { api().cuCtxSetCurrent(handle_); }

  const Driver& driver() const { return *driver_; }
  const DriverApi& api() const { return driver_->api(); }
  const DeviceInfo& device() const { return device_; }
  void check(CUresult result, std::string_view doing) const { driver_->check(result, doing); }

  struct Memory {
    size_t free, total;  // bytes
  };
  Memory memory() const;

  // Waits for everything on every stream.
  void synchronize() const;

 private:
  const std::shared_ptr<const Driver> driver_;
  const DeviceInfo device_;
  CUcontext handle_ = nullptr;
};

// Uninitialised memory on the device, aligned to 256 bytes. Movable; empty after that.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  // Throws Error kOutOfMemory that says how many bytes were asked for and how many are free.
  DeviceBuffer(const Context& context, size_t bytes);
  ~DeviceBuffer();
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept;

  size_t bytes() const { return bytes_; }
  CUdeviceptr address() const { return address_; }

  // A pointer for kernels, `offset` elements from the beginning; the host must not read through it.
  template <class T>
  T* as(size_t offset = 0) const {
    return reinterpret_cast<T*>(address_) + offset;
  }

 private:
  const Context* context_ = nullptr;
  CUdeviceptr address_ = 0;
  size_t bytes_ = 0;
};

// Memory of the host that the device reads and writes by itself. What a stream does with it happens
// later: touch it only before the copy is enqueued and after the stream has come past it.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  PinnedBuffer(const Context& context, size_t bytes);
  ~PinnedBuffer();
  PinnedBuffer(PinnedBuffer&& other) noexcept;
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept;

  size_t bytes() const { return bytes_; }
  template <class T>
  T* as(size_t offset = 0) const {
    return static_cast<T*>(data_) + offset;
  }

 private:
  const Context* context_ = nullptr;
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace lacuna::cuda
