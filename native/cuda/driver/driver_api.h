// The part of the CUDA driver API that is used here, declared anew: a build needs no CUDA toolkit,
// and the driver is found at run time. Names and values are the driver's own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lacuna::cuda {

enum CUresult : int {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NOT_INITIALIZED = 3,
  CUDA_ERROR_STUB_LIBRARY = 34,
  CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER = 36,
  CUDA_ERROR_DEVICE_UNAVAILABLE = 46,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_IMAGE = 200,
  CUDA_ERROR_INVALID_CONTEXT = 201,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_ECC_UNCORRECTABLE = 214,
  CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_NOT_READY = 600,
  CUDA_ERROR_ILLEGAL_ADDRESS = 700,
  CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES = 701,
  CUDA_ERROR_LAUNCH_TIMEOUT = 702,
  CUDA_ERROR_HARDWARE_STACK_ERROR = 714,
  CUDA_ERROR_LAUNCH_FAILED = 719,
  CUDA_ERROR_SYSTEM_NOT_READY = 802,
  CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
  CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
  CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
  CUDA_ERROR_UNKNOWN = 999,
};

enum CUdevice_attribute : int {
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE = 38,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR = 81,
  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
};

enum CUfunction_attribute : int {
  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
};

enum CUstreamCaptureMode : int {
  CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1,
};

inline constexpr unsigned CU_STREAM_NON_BLOCKING = 1, CU_EVENT_BLOCKING_SYNC = 1,
                          CU_EVENT_DISABLE_TIMING = 2;

using CUdevice = int;
using CUdeviceptr = uint64_t;
using CUcontext = struct CUctx_st*;
using CUmodule = struct CUmod_st*;
using CUfunction = struct CUfunc_st*;
using CUstream = struct CUstream_st*;
using CUevent = struct CUevent_st*;
using CUgraph = struct CUgraph_st*;
using CUgraphExec = struct CUgraphExec_st*;

// X(member, exported symbol, parameters). The header of the toolkit renames what has a newer
// version; here the version that is meant is written out.
#define LACUNA_CUDA_DRIVER_FUNCTIONS(X)                                                          \
  X(cuInit, "cuInit", (unsigned))                                                                \
  X(cuDriverGetVersion, "cuDriverGetVersion", (int*))                                            \
  X(cuGetErrorName, "cuGetErrorName", (CUresult, const char**))                                  \
  X(cuGetErrorString, "cuGetErrorString", (CUresult, const char**))                              \
  X(cuDeviceGetCount, "cuDeviceGetCount", (int*))                                                \
  X(cuDeviceGet, "cuDeviceGet", (CUdevice*, int))                                                \
  X(cuDeviceGetName, "cuDeviceGetName", (char*, int, CUdevice))                                  \
  X(cuDeviceGetAttribute, "cuDeviceGetAttribute", (int*, CUdevice_attribute, CUdevice))          \
  X(cuDeviceTotalMem, "cuDeviceTotalMem_v2", (size_t*, CUdevice))                                \
  X(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (CUcontext*, CUdevice))                \
  X(cuDevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CUdevice))                       \
  X(cuCtxSetCurrent, "cuCtxSetCurrent", (CUcontext))                                             \
  X(cuCtxSynchronize, "cuCtxSynchronize", ())                                                    \
  X(cuMemGetInfo, "cuMemGetInfo_v2", (size_t*, size_t*))                                         \
  X(cuMemAlloc, "cuMemAlloc_v2", (CUdeviceptr*, size_t))                                         \
  X(cuMemFree, "cuMemFree_v2", (CUdeviceptr))                                                    \
  X(cuMemHostAlloc, "cuMemHostAlloc", (void**, size_t, unsigned))                                \
  X(cuMemFreeHost, "cuMemFreeHost", (void*))                                                     \
  X(cuMemcpyHtoDAsync, "cuMemcpyHtoDAsync_v2", (CUdeviceptr, const void*, size_t, CUstream))     \
  X(cuMemcpyDtoHAsync, "cuMemcpyDtoHAsync_v2", (void*, CUdeviceptr, size_t, CUstream))           \
  X(cuMemcpyDtoDAsync, "cuMemcpyDtoDAsync_v2", (CUdeviceptr, CUdeviceptr, size_t, CUstream))     \
  X(cuMemsetD8Async, "cuMemsetD8Async", (CUdeviceptr, unsigned char, size_t, CUstream))          \
  X(cuModuleLoadData, "cuModuleLoadData", (CUmodule*, const void*))                              \
  X(cuModuleUnload, "cuModuleUnload", (CUmodule))                                                \
  X(cuModuleGetFunction, "cuModuleGetFunction", (CUfunction*, CUmodule, const char*))            \
  X(cuFuncSetAttribute, "cuFuncSetAttribute", (CUfunction, CUfunction_attribute, int))           \
  X(cuLaunchKernel, "cuLaunchKernel",                                                            \
    (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, \
     void**, void**))                                                                            \
  X(cuStreamCreate, "cuStreamCreate", (CUstream*, unsigned))                                     \
  X(cuStreamDestroy, "cuStreamDestroy_v2", (CUstream))                                           \
  X(cuStreamSynchronize, "cuStreamSynchronize", (CUstream))                                      \
  X(cuStreamWaitEvent, "cuStreamWaitEvent", (CUstream, CUevent, unsigned))                       \
  X(cuEventCreate, "cuEventCreate", (CUevent*, unsigned))                                        \
  X(cuEventDestroy, "cuEventDestroy_v2", (CUevent))                                              \
  X(cuEventRecord, "cuEventRecord", (CUevent, CUstream))                                         \
  X(cuEventQuery, "cuEventQuery", (CUevent))                                                     \
  X(cuEventSynchronize, "cuEventSynchronize", (CUevent))                                         \
  X(cuEventElapsedTime, "cuEventElapsedTime", (float*, CUevent, CUevent))                        \
  X(cuStreamBeginCapture, "cuStreamBeginCapture_v2", (CUstream, CUstreamCaptureMode))            \
  X(cuStreamEndCapture, "cuStreamEndCapture", (CUstream, CUgraph*))                              \
  X(cuGraphInstantiate, "cuGraphInstantiateWithFlags",                                           \
    (CUgraphExec*, CUgraph, unsigned long long))                                                 \
  X(cuGraphLaunch, "cuGraphLaunch", (CUgraphExec, CUstream))                                     \
  X(cuGraphDestroy, "cuGraphDestroy", (CUgraph))                                                 \
  X(cuGraphExecDestroy, "cuGraphExecDestroy", (CUgraphExec))

struct DriverApi {
#define LACUNA_MEMBER(member, symbol, parameters) CUresult(*member) parameters;
  LACUNA_CUDA_DRIVER_FUNCTIONS(LACUNA_MEMBER)
#undef LACUNA_MEMBER
};

}  // namespace lacuna::cuda
