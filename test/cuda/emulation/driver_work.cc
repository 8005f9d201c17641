// The driver's functions about streams and events, and what they copy.
#include <cstring>

#include "device.h"
#include "fault.h"

using namespace lacuna::cuda;
using namespace lacuna::emulation;

#define LACUNA_EXPORT extern "C" __attribute__((visibility("default")))

LACUNA_EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes,
                                            CUstream stream) {
  return in_context([&](Device& d) {
    d.check_pinned(from, bytes, "copy to the device");
    d.memory.range(to, bytes, Access::kRead, "copy to the device");
    enqueue(d.stream(stream), [&d, to, from, bytes] {
      d.check_pinned(from, bytes, "copy to the device");
      std::memcpy(d.memory.range(to, bytes, Access::kWrite, "copy to the device"), from, bytes);
    });
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes,
                                            CUstream stream) {
  return in_context([&](Device& d) {
    d.check_pinned(to, bytes, "copy to the host");
    d.memory.range(from, bytes, Access::kRead, "copy to the host");
    // Whoever reads before the copy is done must not find what is right by chance.
    if (d.stream(stream).capture == nullptr) std::memset(to, 0xff, bytes);
    enqueue(d.stream(stream), [&d, to, from, bytes] {
      d.check_pinned(to, bytes, "copy to the host");
      std::memcpy(to, d.memory.range(from, bytes, Access::kRead, "copy to the host"), bytes);
    });
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes,
                                            CUstream stream) {
  return in_context([&](Device& d) {
    enqueue(d.stream(stream), [&d, to, from, bytes] {
      const std::byte* source = d.memory.range(from, bytes, Access::kRead, "copy");
      std::memmove(d.memory.range(to, bytes, Access::kWrite, "copy"), source, bytes);
      d.memory.copy_marks(to, from, bytes);
    });
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes,
                                       CUstream stream) {
  return in_context([&](Device& d) {
    enqueue(d.stream(stream), [&d, to, value, bytes] {
      std::memset(d.memory.range(to, bytes, Access::kWrite, "fill"), value, bytes);
    });
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuStreamCreate(CUstream* stream, unsigned) {
  return in_context([&](Device& d) {
    *stream = reinterpret_cast<CUstream>(*d.streams.insert(new Stream).first);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuStreamDestroy_v2(CUstream handle) {
  return in_context([&](Device& d) {
    Stream& stream = d.stream(handle);
    d.run_all();  // others may wait for its events
    d.streams.erase(&stream);
    delete &stream;
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuStreamSynchronize(CUstream handle) {
  return in_context([&](Device& d) {
    if (d.recording()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    Stream& stream = d.stream(handle);
    run_until(stream, stream.enqueued);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
  return in_context([&](Device& d) {
    wait_for(d.stream(handle), *reinterpret_cast<Event*>(event));
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuEventCreate(CUevent* event, unsigned) {
  *event = reinterpret_cast<CUevent>(new Event);
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuEventDestroy_v2(CUevent event) {
  delete reinterpret_cast<Event*>(event);
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuEventRecord(CUevent event, CUstream stream) {
  return in_context([&](Device& d) {
    record(*reinterpret_cast<Event*>(event), d.stream(stream));
    return CUDA_SUCCESS;
  });
}

// Asking makes one piece of the work happen: who asks often enough sees the end.
LACUNA_EXPORT CUresult cuEventQuery(CUevent handle) {
  return in_context([&](Device& d) {
    if (d.recording()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    const auto& event = *reinterpret_cast<Event*>(handle);
    if (has_passed(event)) return CUDA_SUCCESS;
    run_step_towards(event);
    return CUDA_ERROR_NOT_READY;
  });
}

LACUNA_EXPORT CUresult cuEventSynchronize(CUevent handle) {
  return in_context([&](Device& d) {
    if (d.recording()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    const auto& event = *reinterpret_cast<Event*>(handle);
    while (!has_passed(event)) run_step_towards(event);
    return CUDA_SUCCESS;
  });
}

// The emulated device knows no time.
LACUNA_EXPORT CUresult cuEventElapsedTime(float* milliseconds, CUevent from, CUevent to) {
  return in_context([&](Device&) {
    *milliseconds = 0;
    const bool passed =
        has_passed(*reinterpret_cast<Event*>(from)) && has_passed(*reinterpret_cast<Event*>(to));
    return passed ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}
