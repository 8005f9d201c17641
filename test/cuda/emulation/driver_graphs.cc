// The driver's functions about graphs.
#include <cstring>

#include "device.h"
#include "fault.h"

using namespace lacuna::cuda;
using namespace lacuna::emulation;

#define LACUNA_EXPORT extern "C" __attribute__((visibility("default")))

LACUNA_EXPORT CUresult cuStreamBeginCapture_v2(CUstream handle, CUstreamCaptureMode) {
  return in_context([&](Device& d) {
    Stream& stream = d.stream(handle);
    if (stream.capture != nullptr) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    stream.capture = new Capture{{}, &stream};
    stream.last_nodes.clear();
    return CUDA_SUCCESS;
  });
}

// All streams that were drawn into the recording must have been joined to its first by then.
LACUNA_EXPORT CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return in_context([&](Device& d) {
    Stream& stream = d.stream(handle);
    const std::unique_ptr<Capture> capture(stream.capture);
    if (capture == nullptr || capture->origin != &stream) return CUDA_ERROR_INVALID_VALUE;
    std::vector<bool> reached(capture->graph.nodes.size());
    std::vector<size_t> open = stream.last_nodes;
    while (!open.empty()) {
      const size_t node = open.back();
      open.pop_back();
      if (reached[node]) continue;
      reached[node] = true;
      const std::vector<size_t>& after = capture->graph.nodes[node].after;
      open.insert(open.end(), after.begin(), after.end());
    }
    for (Stream* s : d.streams) {
      if (s->capture == capture.get()) s->capture = nullptr;
    }
    for (const bool r : reached) {
      if (!r) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;  // a stream was not joined
    }
    *graph = reinterpret_cast<CUgraph>(new Graph(std::move(capture->graph)));
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph,
                                                   unsigned long long) {
  return in_context([&](Device&) {
    *executable = reinterpret_cast<CUgraphExec>(
        new std::shared_ptr<const Graph>(new Graph(*reinterpret_cast<Graph*>(graph))));
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  return in_context([&](Device& d) {
    const auto graph = *reinterpret_cast<std::shared_ptr<const Graph>*>(executable);
    d.graph_launches += 1;
    enqueue(d.stream(stream), [&d, graph] { run_graph(*graph, d.settings.order, d.random); });
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuGraphDestroy(CUgraph graph) {
  delete reinterpret_cast<Graph*>(graph);
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuGraphExecDestroy(CUgraphExec executable) {
  delete reinterpret_cast<std::shared_ptr<const Graph>*>(executable);
  return CUDA_SUCCESS;
}
