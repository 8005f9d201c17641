#include "cuda/driver/stream.h"

namespace lacuna::cuda {

Event::Event(const Context& context) : context_(context) {
  context.check(context.api().cuEventCreate(&handle_, CU_EVENT_BLOCKING_SYNC), "making an event");
}

Event::~Event() {
  context_.make_current_or_not();
  context_.api().cuEventDestroy(handle_);
}

bool Event::passed() const {
  const CUresult result = context_.api().cuEventQuery(handle_);
  if (result == CUDA_ERROR_NOT_READY) return false;
  context_.check(result, "asking for an event");
  return true;
}

void Event::synchronize() const {
  context_.check(context_.api().cuEventSynchronize(handle_), "waiting for an event");
}

float Event::milliseconds_since(const Event& earlier) const {
  float milliseconds = 0;
  context_.check(context_.api().cuEventElapsedTime(&milliseconds, earlier.handle_, handle_),
                 "reading the time of an event");
  return milliseconds;
}

Stream::Stream(const Context& context) : context_(context) {
  context.check(context.api().cuStreamCreate(&handle_, CU_STREAM_NON_BLOCKING), "making a stream");
}

Stream::~Stream() {
  context_.make_current_or_not();
  context_.api().cuStreamDestroy(handle_);
}

void Stream::copy_to_device(CUdeviceptr to, const void* from, size_t bytes) const {
  context_.check(context_.api().cuMemcpyHtoDAsync(to, from, bytes, handle_),
                 "copying to the device");
}

void Stream::copy_to_host(void* to, CUdeviceptr from, size_t bytes) const {
  context_.check(context_.api().cuMemcpyDtoHAsync(to, from, bytes, handle_), "copying to the host");
}

void Stream::copy(CUdeviceptr to, CUdeviceptr from, size_t bytes) const {
  context_.check(context_.api().cuMemcpyDtoDAsync(to, from, bytes, handle_),
                 "copying on the device");
}

void Stream::fill(CUdeviceptr to, unsigned char value, size_t bytes) const {
  context_.check(context_.api().cuMemsetD8Async(to, value, bytes, handle_), "filling memory");
}

void Stream::record(const Event& event) const {
  context_.check(context_.api().cuEventRecord(event.handle(), handle_), "recording an event");
}

void Stream::wait_for(const Event& event) const {
  context_.check(context_.api().cuStreamWaitEvent(handle_, event.handle(), 0), "joining streams");
}

void Stream::synchronize() const {
  context_.check(context_.api().cuStreamSynchronize(handle_), "waiting for the device");
}

Graph::Graph(const Stream& stream, const std::function<void()>& enqueue)
    : context_(stream.context()) {
  const DriverApi& api = context_.api();
  context_.check(api.cuStreamBeginCapture(stream.handle(), CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                 "recording a graph");
  CUgraph graph = nullptr;
  try {
    enqueue();
  } catch (...) {
    if (api.cuStreamEndCapture(stream.handle(), &graph) == CUDA_SUCCESS && graph != nullptr) {
      api.cuGraphDestroy(graph);
    }
    throw;
  }
  context_.check(api.cuStreamEndCapture(stream.handle(), &graph), "recording a graph");
  const CUresult result = api.cuGraphInstantiate(&handle_, graph, 0);
  api.cuGraphDestroy(graph);
  context_.check(result, "preparing a graph");
}

Graph::~Graph() {
  context_.make_current_or_not();
  context_.api().cuGraphExecDestroy(handle_);
}

void Graph::launch(const Stream& stream) const {
  context_.check(context_.api().cuGraphLaunch(handle_, stream.handle()), "launching a graph");
}

}  // namespace lacuna::cuda
