// Tokens on their way through the layers of a CudaModel, and what the kernels must know about them.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "cuda/driver/arena.h"
#include "cuda/driver/stream.h"
#include "kv_cache.h"
#include "logit_candidates.h"
#include "model/device_model.h"

namespace lacuna::cuda {

// Most sequences of one pass: each row of a decoding pass may be another's.
inline constexpr size_t kMostPassSequences = kMostDecodeRows;

struct PassLimits {
  size_t rows;         // of a pass
  size_t table_pages;  // of a sequence
};

class CudaPass final : public Pass {
 public:
  // New tokens of one sequence: rows first_row … first_row + tokens - 1 of the pass.
  struct Chunk {
    size_t first_row;
    size_t tokens;
    size_t position;  // of the first
    size_t total() const { return position + tokens; }
  };

  CudaPass(const Context& context, const ModelConfig& config, const PassLimits& limits);

  // Of the device, without those for graphs.
  static size_t device_bytes(const ModelConfig& config, const PassLimits& limits);

  // Fills the host's side. `frequencies` are radians per position, [rope_dim / 2].
  void set(std::span<const SequenceChunk> chunks, PassKind kind, std::span<const size_t> wanted,
           const std::vector<double>& frequencies);

  // Brings tokens, positions, angles and wanted rows to the device; may be part of a graph, which
  // then serves every pass of so many rows and wanted rows.
  void enqueue_inputs(const Stream& stream) const;
  // Brings the page lists there, where they have changed; not part of a graph.
  void upload_pages(const Stream& stream);

  // The device's side.
  const int32_t* tokens() const { return device<int32_t>(layout().tokens); }
  const uint32_t* wanted_rows() const { return device<uint32_t>(layout().wanted); }
  kernels::PassRows rows_from(size_t first_row) const;

  PassKind kind = PassKind::kDecode;
  size_t rows = 0;
  std::vector<Chunk> chunks;
  std::vector<size_t> wanted;  // rows whose logits are asked for
  bool is_enqueued = false;    // a decoding pass, as a whole
  bool has_logits = false;     // of all wanted rows, with their candidates

  // What the last layer adds to the residual stream; null: nothing.
  const float* plain_addend() const { return adds_plain ? plain.as<const float>() : nullptr; }
  const float* routed_addend() const { return adds_routed ? routed.as<const float>() : nullptr; }
  bool adds_plain = false, adds_routed = false;

  DeviceBuffer x;           // [rows, hidden] residual stream
  DeviceBuffer plain;       // [rows, hidden]: of a dense layer or shared experts
  DeviceBuffer routed;      // [rows, hidden]: of routed experts
  DeviceBuffer logits;      // [kMostDecodeRows, vocabulary] of wanted rows
  PinnedBuffer candidates;  // [kMostDecodeRows] of the same
  Event layer_done[2];      // of even and odd layers
  Event launched;           // after all that was enqueued

  // What experts on the host are given, and give; there only where the host has some.
  struct HostShare {
    HostShare(const Context& context, const ModelConfig& config, size_t rows);

    PinnedBuffer normed, chosen, weights, out;
    Event handed;                         // the first three are filled
    std::vector<int32_t> slot_of_expert;  // when the choices were made
    bool is_due = false;                  // the device's part of the layer is enqueued
  };
  std::unique_ptr<HostShare> host;

  // By rows and wanted rows.
  std::map<std::pair<size_t, size_t>, std::unique_ptr<Graph>> graphs;

 private:
  struct Layout {
    size_t tokens, positions, sequences, cosines, sines, wanted, bytes;  // offsets in bytes
  };
  Layout layout() const;
  void set_pages(size_t sequence, std::span<const PageId> list);
  template <class T>
  const T* device(size_t offset) const {
    return reinterpret_cast<const T*>(inputs_.as<const std::byte>(offset));
  }

  const size_t pairs_;  // rope_dim / 2
  const PassLimits limits_;
  PinnedBuffer host_inputs_;
  DeviceBuffer inputs_;
  DeviceBuffer pages_;  // [kMostPassSequences, table_pages]
  PinnedBuffer host_pages_;
  bool pages_changed_ = true;
  Event pages_copied_;
};

}  // namespace lacuna::cuda
