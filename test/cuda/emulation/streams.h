// Streams, events and graphs of the emulated device. They are lazy: work runs only when somebody
// waits for it, and then no more of it than must, so that a host that forgets to wait reads what
// was there before. Streams that are not joined by events run in any order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "settings.h"

namespace lacuna::emulation {

using Work = std::function<void()>;

struct Stream;

// Recorded nodes, each with those that must come before it.
struct Graph {
  struct Node {
    Work work;
    std::vector<size_t> after;
  };
  std::vector<Node> nodes;
};

// A recording that is under way, over one stream or several.
struct Capture {
  Graph graph;
  Stream* origin;
  size_t joined = 1;  // streams that take part
};

struct Event {
  Stream* stream = nullptr;  // where it was recorded; null: never
  uint64_t position = 0;     // work of the stream up to it
  // While a recording is under way: the nodes it stands for.
  Capture* capture = nullptr;
  std::vector<size_t> nodes;
};

struct Stream {
  struct Item {
    Work work;                // null where it only waits
    Stream* other = nullptr;  // to be run up to `position` first
    uint64_t position = 0;
  };
  std::deque<Item> items;
  uint64_t enqueued = 0, done = 0;

  Capture* capture = nullptr;
  std::vector<size_t> last_nodes;  // what the next node of the recording comes after
};

// Puts work into the stream, or into its recording.
void enqueue(Stream& stream, Work work);
void record(Event& event, Stream& stream);
void wait_for(Stream& stream, const Event& event);

bool has_passed(const Event& event);

// Runs one piece of the work that the event waits for.
void run_step_towards(const Event& event);
void run_until(Stream& stream, uint64_t position);

// Runs the nodes in one of the orders that their joins allow.
void run_graph(const Graph& graph, Order order, std::mt19937& random);

}  // namespace lacuna::emulation
