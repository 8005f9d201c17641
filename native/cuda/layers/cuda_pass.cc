#include "cuda/layers/cuda_pass.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lacuna::cuda {

CudaPass::CudaPass(const Context& context, const ModelConfig& config, const PassLimits& limits)
    : x(context, limits.rows * config.hidden * sizeof(float)),
      plain(context, x.bytes()),
      routed(context, config.routing.experts > 0 ? x.bytes() : sizeof(float)),
      logits(context, kMostDecodeRows * config.vocabulary * sizeof(float)),
      candidates(context, kMostDecodeRows * sizeof(kernels::LogitCandidates)),
      layer_done{Event(context), Event(context)},
      launched(context),
      pairs_(config.rope_dim / 2),
      limits_(limits),
      pages_(context, kMostPassSequences * limits.table_pages * sizeof(PageId)),
      host_pages_(context, pages_.bytes()),
      pages_copied_(context) {
  rows = limits.rows;
  wanted.resize(limits.rows);
  inputs_ = DeviceBuffer(context, layout().bytes);
  host_inputs_ = PinnedBuffer(context, layout().bytes);
  rows = 0;
  wanted.clear();
  std::memset(host_pages_.as<PageId>(), 0, host_pages_.bytes());
}

CudaPass::HostShare::HostShare(const Context& context, const ModelConfig& config, size_t rows)
    : normed(context, rows * config.hidden * sizeof(float)),
      chosen(context, rows * config.routing.experts_used * sizeof(uint32_t)),
      weights(context, rows * config.routing.experts_used * sizeof(float)),
      out(context, normed.bytes()),
      handed(context) {}

size_t CudaPass::device_bytes(const ModelConfig& config, const PassLimits& limits) {
  const size_t x_bytes = limits.rows * config.hidden * sizeof(float);
  const size_t angles = limits.rows * config.rope_dim * sizeof(float);
  const size_t logits = kMostDecodeRows * config.vocabulary * sizeof(float);
  return (config.routing.experts > 0 ? 3 : 2) * x_bytes + logits + angles + limits.rows * 16 +
         kMostPassSequences * limits.table_pages * sizeof(PageId);
}

// Offsets are multiples of 16, whatever the number of rows.
CudaPass::Layout CudaPass::layout() const {
  size_t end = 0;
  const auto place = [&end](size_t values) {
    const size_t at = end;
    end += (values * 4 + 15) / 16 * 16;
    return at;
  };
  Layout l{};
  l.tokens = place(rows);
  l.positions = place(rows);
  l.sequences = place(rows);
  l.cosines = place(rows * pairs_);
  l.sines = place(rows * pairs_);
  l.wanted = place(wanted.size());
  l.bytes = end;
  return l;
}

void CudaPass::set(std::span<const SequenceChunk> given, PassKind new_kind,
                   std::span<const size_t> new_wanted, const std::vector<double>& frequencies) {
  // What was enqueued for the last tokens, and then left, still reads them.
  launched.synchronize();
  pages_copied_.synchronize();
  for (const Event& event : layer_done) event.synchronize();
  kind = new_kind;
  is_enqueued = has_logits = adds_plain = adds_routed = false;
  if (host) host->is_due = false;
  rows = 0;
  chunks.clear();
  for (const SequenceChunk& chunk : given) {
    chunks.push_back({rows, chunk.tokens.size(), chunk.position});
    rows += chunk.tokens.size();
  }
  wanted.assign(new_wanted.begin(), new_wanted.end());
  const Layout l = layout();
  const auto input = [this](size_t offset) { return host_inputs_.as<std::byte>(offset); };
  for (size_t c = 0; c < given.size(); ++c) {
    for (size_t i = 0; i < chunks[c].tokens; ++i) {
      const size_t row = chunks[c].first_row + i, position = chunks[c].position + i;
      reinterpret_cast<int32_t*>(input(l.tokens))[row] = given[c].tokens[i];
      reinterpret_cast<uint32_t*>(input(l.positions))[row] = static_cast<uint32_t>(position);
      reinterpret_cast<uint32_t*>(input(l.sequences))[row] = static_cast<uint32_t>(c);
      for (size_t p = 0; p < pairs_; ++p) {
        const double angle = static_cast<double>(position) * frequencies[p];
        reinterpret_cast<float*>(input(l.cosines))[row * pairs_ + p] =
            static_cast<float>(std::cos(angle));
        reinterpret_cast<float*>(input(l.sines))[row * pairs_ + p] =
            static_cast<float>(std::sin(angle));
      }
    }
    set_pages(c, given[c].pages);
  }
  for (size_t i = 0; i < wanted.size(); ++i)
    reinterpret_cast<uint32_t*>(input(l.wanted))[i] = static_cast<uint32_t>(wanted[i]);
}

void CudaPass::set_pages(size_t sequence, std::span<const PageId> list) {
  PageId* const row = host_pages_.as<PageId>(sequence * limits_.table_pages);
  if (std::equal(list.begin(), list.end(), row)) return;
  std::copy(list.begin(), list.end(), row);
  pages_changed_ = true;
}

void CudaPass::enqueue_inputs(const Stream& stream) const {
  stream.copy_to_device(inputs_.address(), host_inputs_.as<std::byte>(), layout().bytes);
}

void CudaPass::upload_pages(const Stream& stream) {
  if (!pages_changed_) return;
  stream.copy_to_device(pages_.address(), host_pages_.as<std::byte>(), pages_.bytes());
  stream.record(pages_copied_);
  pages_changed_ = false;
}

kernels::PassRows CudaPass::rows_from(size_t first_row) const {
  const Layout l = layout();
  kernels::PassRows r{};
  r.positions = device<uint32_t>(l.positions) + first_row;
  r.sequences = device<uint32_t>(l.sequences) + first_row;
  r.page_table = pages_.as<const uint32_t>();
  r.table_stride = static_cast<uint32_t>(limits_.table_pages);
  r.cosines = device<float>(l.cosines) + first_row * pairs_;
  r.sines = device<float>(l.sines) + first_row * pairs_;
  return r;
}

}  // namespace lacuna::cuda
