// Absorbed attention: split, joined, and compared with the formula.
#include "mla_decode.h"

#include <algorithm>

#include "cases/case.h"
#include "cases/int16.h"
#include "cases/paged_cache.h"

namespace lacuna::cases {
namespace {

struct Decode {
  CacheShape shape;
  uint32_t heads, nope;
  std::vector<uint32_t> positions;
  uint32_t sequences;  // row r stands in sequence r % sequences
};

// What one launch is given, on the host.
struct DecodeInput {
  std::vector<float> q_latent, q;
  std::vector<uint32_t> positions, sequences;
};

// Runs both kernels over some rows of the input: out [rows, heads, rank].
std::vector<float> attend(const Bench& bench, const Decode& d, const PagedCache& cache,
                          const DecodeInput& input, uint32_t context, bool& fixed_agrees) {
  Random random(1);
  const auto rows = static_cast<uint32_t>(input.positions.size());
  const PlacedRows placed(bench, random, cache, d.shape.rope, input.positions, input.sequences);
  const cuda::DeviceBuffer q_latent = bench.upload(input.q_latent), q = bench.upload(input.q);
  const uint32_t rank = d.shape.rank, splits = kernels::mla_most_splits(context);
  const cuda::DeviceBuffer latents = bench.empty(
                               kernels::mla_parts_latents_bytes(rows, d.heads, rank, splits)),
                           states =
                               bench.empty(kernels::mla_parts_states_bytes(rows, d.heads, splits)),
                           out = bench.empty(size_t{rows} * d.heads * rank * sizeof(float));
  const kernels::MlaParts parts{latents.as<float>(), states.as<kernels::SoftmaxState>(), splits};
  const uint32_t shared =
      kernels::mla_decode_shared_bytes(d.shape.value_bytes(), rank, d.shape.rope);
  cuda::Kernel<kernels::MlaDecodeParams>(bench.library,
                                         std::string("mla_decode") + d.shape.suffix(), shared)
      .launch(bench.stream, {splits, kernels::mla_decode_head_tiles(d.heads), rows},
              kernels::kMlaDecodeThreads, shared,
              {q_latent.as<const float>(), q.as<const float>(), placed.rows(), cache.view(), parts,
               d.heads, d.nope, d.shape.rope, rank});
  const bool fixed = rank % kernels::kInt16Group == 0;
  const Int16Buffers fixed_out(bench, fixed ? size_t{rows} * d.heads : 0, rank);
  cuda::Kernel<kernels::MlaCombineParams>(bench.library, "mla_combine")
      .launch(bench.stream, {d.heads, rows}, kernels::kMlaCombineThreads, 0,
              {parts, placed.rows().positions, out.as<float>(), fixed_out.rows(), rank});
  std::vector<float> result = bench.download<float>(out);
  if (fixed) {
    const std::vector<double> same(result.begin(), result.end());
    fixed_agrees = relative_error(fixed_out.values(bench), same) < 1e-4;
  }
  return result;
}

// Rows `first` … of the input alone.
DecodeInput one_row(const DecodeInput& input, size_t row) {
  const auto part = [&](const auto& values) {
    const size_t each = values.size() / input.positions.size();
    return std::vector(values.begin() + static_cast<ptrdiff_t>(row * each),
                       values.begin() + static_cast<ptrdiff_t>((row + 1) * each));
  };
  return {part(input.q_latent), part(input.q), part(input.positions), part(input.sequences)};
}

std::vector<double> reference(const Decode& d, const PagedCache& cache, const DecodeInput& input) {
  const uint32_t rank = d.shape.rank, query = d.nope + d.shape.rope;
  std::vector<double> out(input.q_latent.size());
  for (size_t r = 0; r < input.positions.size() * d.heads; ++r) {
    const size_t row = r / d.heads;
    std::vector<double> weights;
    double largest = -INFINITY, sum = 0;
    if (input.positions[row] == kernels::kNoPosition) continue;
    for (uint32_t t = 0; t <= input.positions[row]; ++t) {
      double score = 0;
      for (uint32_t i = 0; i < d.shape.width(); ++i) {
        const float x =
            i < rank ? input.q_latent[r * rank + i] : input.q[r * query + d.nope + i - rank];
        score += double{x} * cache.value(input.sequences[row], t, i);
      }
      weights.push_back(score);
      largest = std::max(largest, score);
    }
    for (double& w : weights) sum += w = std::exp(w - largest);
    for (uint32_t t = 0; t < weights.size(); ++t) {
      for (uint32_t i = 0; i < rank; ++i) {
        out[r * rank + i] += weights[t] / sum * cache.value(input.sequences[row], t, i);
      }
    }
  }
  return out;
}

double check(const Bench& bench, const Decode& d) {
  Random random(d.heads + d.shape.rank + d.positions.front());
  const size_t rows = d.positions.size();
  DecodeInput input;
  // Scores of a few units, so that some positions count and others do not.
  const float scale = 3 / std::sqrt(static_cast<float>(d.shape.width()));
  input.q_latent = random.numbers(rows * d.heads * d.shape.rank, scale);
  input.q = random.numbers(rows * d.heads * (d.nope + d.shape.rope), scale);
  input.positions = d.positions;
  std::vector<uint32_t> lengths(d.sequences);
  for (size_t r = 0; r < rows; ++r) {
    input.sequences.push_back(static_cast<uint32_t>(r) % d.sequences);
    uint32_t& length = lengths[input.sequences[r]];
    length = std::max(length, d.positions[r] + 1);  // 0 for a row without a position
  }
  const PagedCache cache(bench, random, d.shape, lengths);
  const uint32_t longest = *std::max_element(lengths.begin(), lengths.end());
  bool fixed_agrees = true;
  const std::vector<float> out = attend(bench, d, cache, input, longest, fixed_agrees);
  if (!fixed_agrees) return INFINITY;
  // The same bits alone, and with room for a longer context.
  if (rows > 1) {
    const size_t row = rows / 2, each = size_t{d.heads} * d.shape.rank;
    const std::vector<float> alone =
        attend(bench, d, cache, one_row(input, row), longest + 1000, fixed_agrees);
    if (std::memcmp(alone.data(), out.data() + row * each, each * sizeof(float)) != 0)
      return INFINITY;
  }
  return relative_error(out, reference(d, cache, input));
}

}  // namespace

void add_mla_decode_cases(std::vector<Case>& cases) {
  for (const bool halves : {true, false}) {
    const CacheShape tiny{halves, 64, 16}, lite{halves, 512, 64};
    const Decode decodes[] = {
        {tiny, 8, 32, {0}, 1},
        {tiny, 8, 32, {1, 63, 64, 65, kernels::kNoPosition, 200}, 2},
        {tiny, 8, 32, {1000, 3}, 2},
        // The first lengths with longer splits.
        {tiny, 1, 32, {2048, 5}, 2},
        {{halves, 16, 16}, 1, 16, {halves ? 8192u : 2050u}, 1},
        {{halves, 80, 48}, 17, 16, {15, 16, 17, 31, 33, 127, 128}, 3},
        {{halves, 16, 64}, 20, 128, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 64, 90, 11, 12, 13, 14}, 4},
        {lite, 16, 128, {100}, 1},
        {lite, 3, 128, {64, 40}, 2},
    };
    for (const Decode& d : decodes) {
      // Of a row alone: its part of the cache, and the queries without their nope part.
      const uint64_t least =
          d.positions.size() > 1
              ? 0
              : d.shape.width() * (uint64_t{d.positions[0] + 1} * d.shape.value_bytes() +
                                   d.heads * sizeof(float));
      cases.push_back(
          {std::string("mla_decode") + d.shape.suffix() + " of " +
               std::to_string(d.positions.size()) + " rows to " +
               std::to_string(d.positions.front()) + ", " + std::to_string(d.heads) + " heads of " +
               std::to_string(d.shape.rank) + " and " + std::to_string(d.shape.rope),
           halves ? 2e-3 : 2e-5, [d](const Bench& bench) { return check(bench, d); }, least});
    }
  }
}

}  // namespace lacuna::cases
