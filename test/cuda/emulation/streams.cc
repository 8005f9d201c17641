#include "streams.h"

#include <algorithm>

namespace lacuna::emulation {
namespace {

// Runs the first thing that `stream` needs done: its own next work, or the next of a stream that it
// waits for. False where there is nothing.
bool run_step(Stream& stream) {
  if (stream.items.empty()) return false;
  Stream::Item& item = stream.items.front();
  if (item.other != nullptr && item.other->done < item.position) return run_step(*item.other);
  const Work work = std::move(item.work);
  stream.items.pop_front();
  stream.done += 1;
  if (work) work();
  return true;
}

}  // namespace

void enqueue(Stream& stream, Work work) {
  if (stream.capture != nullptr) {
    std::vector<Graph::Node>& nodes = stream.capture->graph.nodes;
    nodes.push_back({std::move(work), stream.last_nodes});
    stream.last_nodes = {nodes.size() - 1};
    return;
  }
  stream.items.push_back({std::move(work), nullptr, 0});
  stream.enqueued += 1;
}

void record(Event& event, Stream& stream) {
  event.capture = stream.capture;
  event.nodes = stream.last_nodes;
  event.stream = stream.capture == nullptr ? &stream : nullptr;
  event.position = stream.enqueued;
}

void wait_for(Stream& stream, const Event& event) {
  if (event.capture != nullptr) {
    if (stream.capture == nullptr) {
      stream.capture = event.capture;
      stream.capture->joined += 1;
      stream.last_nodes.clear();
    }
    stream.last_nodes.insert(stream.last_nodes.end(), event.nodes.begin(), event.nodes.end());
    return;
  }
  if (event.stream == nullptr || event.stream == &stream) return;
  stream.items.push_back({nullptr, event.stream, event.position});
  stream.enqueued += 1;
}

bool has_passed(const Event& event) {
  return event.stream == nullptr || event.stream->done >= event.position;
}

void run_step_towards(const Event& event) {
  if (!has_passed(event)) run_step(*event.stream);
}

void run_until(Stream& stream, uint64_t position) {
  while (stream.done < position && run_step(stream)) {
  }
}

void run_graph(const Graph& graph, Order order, std::mt19937& random) {
  std::vector<bool> done(graph.nodes.size());
  for (size_t count = 0; count < graph.nodes.size(); ++count) {
    std::vector<size_t> ready;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const std::vector<size_t>& after = graph.nodes[i].after;
      if (!done[i] && std::all_of(after.begin(), after.end(), [&](size_t n) { return done[n]; })) {
        ready.push_back(i);
      }
    }
    size_t chosen = ready.front();
    if (order == Order::kReverse) chosen = ready.back();
    if (order == Order::kRandom) chosen = ready[random() % ready.size()];
    done[chosen] = true;
    graph.nodes[chosen].work();
  }
}

}  // namespace lacuna::emulation
