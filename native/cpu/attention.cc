#include "cpu/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace lacuna::cpu {
namespace {

// Cached positions whose scores are computed together: their rows lie side by side.
constexpr size_t kBlock = kPageTokens;

bool interrupted(const AttentionInput& in) {
  return in.pool != nullptr && in.pool->interrupted();
}

// Hands out pieces of a thread's scratch.
class Carver {
 public:
  explicit Carver(float* base) : base_(base) {}
  float* take(size_t floats) {
    float* p = base_ == nullptr ? nullptr : base_ + used_;
    used_ += (floats + 15) / 16 * 16;
    return p;
  }
  size_t used() const { return used_; }

 private:
  float* base_;
  size_t used_ = 0;
};

struct Scratch {
  Scratch(const ModelConfig& c, size_t tokens, float* base) {
    Carver carve(base);
    queries = carve.take(tokens * c.cache_dim());
    sums = carve.take(tokens * std::max(c.kv_lora_rank, c.value_dim));
    maxima = carve.take(tokens);
    totals = carve.take(tokens);
    scores = carve.take(tokens * kBlock);
    rows = carve.take(kFloatRows * std::max(c.kv_lora_rank, c.nope_dim));
    w_uk = carve.take(size_t{c.nope_dim} * c.kv_lora_rank);
    w_uv = carve.take(size_t{c.value_dim} * c.kv_lora_rank);
    keys = carve.take(kBlock * c.query_dim());
    values = carve.take(kBlock * c.value_dim);
    cache = carve.take(kBlock * c.cache_dim());
    size = carve.used();
  }

  float* queries;  // absorbed: [tokens, cache_dim]
  float* sums;     // [tokens, kv_lora_rank] absorbed, [tokens, value_dim] decompressed
  float* maxima;   // [tokens] running maximum of the scores
  float* totals;   // [tokens] running sum of exp(score - maximum)
  float* scores;   // [tokens, kBlock]
  float* rows;     // [kFloatRows, max(kv_lora_rank, nope_dim)] unpacked weights
  float* w_uk;     // decompressed: [nope_dim, kv_lora_rank]
  float* w_uv;     // decompressed: [value_dim, kv_lora_rank]
  float* keys;     // decompressed: [kBlock, query_dim]
  float* values;   // decompressed: [kBlock, value_dim]
  float* cache;    // [kBlock, cache_dim] rows of an int8 cache
  size_t size;
};

// Keys and values of one block of positions, as rows.
struct Block {
  const float* keys;
  size_t key_stride;
  size_t key_dim;
  const float* values;
  size_t value_stride;
  size_t value_dim;
};

// `count` rows from `position` on, all of one page: where they are, or unpacked into `room`.
const float* rows_at(const ModelConfig& c, const AttentionInput& in, size_t position, size_t count,
                     float* room) {
  const std::byte* rows = in.cache.row(in.pages, position);
  if (in.form == KvForm::kFloat32) return reinterpret_cast<const float*>(rows);
  const Int8KvRow shape{c.kv_lora_rank, kv_row_width(c)};
  for (size_t i = 0; i < count; ++i)
    load_int8_row(shape, rows + i * shape.bytes(), c.cache_dim(), room + i * c.cache_dim());
  return room;
}

size_t end_of_block(size_t first, size_t total) {
  return std::min(first / kBlock * kBlock + kBlock, total);
}

void reset(const Scratch& s, size_t tokens, size_t value_dim) {
  std::fill_n(s.maxima, tokens, -std::numeric_limits<float>::infinity());
  std::fill_n(s.totals, tokens, 0.0f);
  std::fill_n(s.sums, tokens * value_dim, 0.0f);
}

// Adds positions [first, last) to every token that may see them.
void add_block(const Kernels& k, const AttentionInput& in, const Scratch& s, const float* queries,
               size_t query_stride, const Block& block, size_t first, size_t last) {
  // Token t sees positions up to first_position + t; earlier tokens of the pass may see nothing of
  // this block.
  const size_t begin = first > in.first_position ? first - in.first_position : 0;
  if (begin >= in.tokens) return;
  k.multiply(queries + begin * query_stride, query_stride, in.tokens - begin, block.keys,
             block.key_stride, last - first, block.key_dim, s.scores + begin * kBlock, kBlock);
  for (size_t t = begin; t < in.tokens; ++t) {
    const size_t visible = std::min(last, in.first_position + t + 1) - first;
    float* scores = s.scores + t * kBlock;
    float* sum = s.sums + t * block.value_dim;
    const float maximum = std::max(s.maxima[t], k.maximum(scores, visible));
    if (maximum > s.maxima[t] && s.totals[t] > 0) {
      const float factor = std::exp(s.maxima[t] - maximum);
      s.totals[t] *= factor;
      k.scale(sum, block.value_dim, factor);
    }
    s.maxima[t] = maximum;
    s.totals[t] += k.exponentiate(scores, visible, maximum);
    k.weighted_sum(scores, visible, block.values, block.value_stride, block.value_dim, sum);
  }
}

void attend_absorbed(const Kernels& k, const ModelConfig& c, const AttentionInput& in, size_t head,
                     const Scratch& s) {
  const size_t q_stride = size_t{c.heads} * c.query_dim(), rank = c.kv_lora_rank,
               dim = c.cache_dim();
  const float* q = in.queries + head * c.query_dim();
  multiply_matrix(k, in.k_b[head], q, q_stride, in.tokens, s.queries, dim, s.rows);
  for (size_t t = 0; t < in.tokens; ++t) {
    std::memcpy(s.queries + t * dim + rank, q + t * q_stride + c.nope_dim,
                c.rope_dim * sizeof(float));
  }
  reset(s, in.tokens, rank);
  const size_t total = in.first_position + in.tokens;
  for (size_t first = in.first_key, last; first < total && !interrupted(in); first = last) {
    last = end_of_block(first, total);
    const float* rows = rows_at(c, in, first, last - first, s.cache);
    add_block(k, in, s, s.queries, dim, {rows, dim, dim, rows, dim, rank}, first, last);
  }
  for (size_t t = 0; t < in.tokens; ++t) k.scale(s.sums + t * rank, rank, 1.0f / s.totals[t]);
  multiply_matrix(k, in.v_b[head], s.sums, rank, in.tokens, in.out + head * c.value_dim,
                  size_t{c.heads} * c.value_dim, s.rows);
}

// W_UK [nope_dim, kv_lora_rank] from its transpose in the file.
void unpack_w_uk(const Kernels& k, const Matrix& k_b, const Scratch& s) {
  for (size_t r = 0; r < k_b.rows; ++r) {
    k.dequantize_row(k_b.type)(k_b.row(r), s.rows, k_b.columns);
    for (size_t n = 0; n < k_b.columns; ++n) s.w_uk[n * k_b.rows + r] = s.rows[n];
  }
}

void attend_decompressed(const Kernels& k, const ModelConfig& c, const AttentionInput& in,
                         size_t head, const Scratch& s) {
  const size_t q_stride = size_t{c.heads} * c.query_dim(), rank = c.kv_lora_rank,
               dim = c.cache_dim();
  unpack_w_uk(k, in.k_b[head], s);
  const Matrix v_b = in.v_b[head];
  k.dequantize_row(v_b.type)(v_b.data, s.w_uv, v_b.rows * v_b.columns);

  reset(s, in.tokens, c.value_dim);
  const size_t total = in.first_position + in.tokens;
  for (size_t first = in.first_key, last; first < total && !interrupted(in); first = last) {
    last = end_of_block(first, total);
    const float* rows = rows_at(c, in, first, last - first, s.cache);
    k.multiply(rows, dim, last - first, s.w_uk, rank, c.nope_dim, rank, s.keys, c.query_dim());
    k.multiply(rows, dim, last - first, s.w_uv, rank, c.value_dim, rank, s.values, c.value_dim);
    for (size_t i = 0; i < last - first; ++i) {
      std::memcpy(s.keys + i * c.query_dim() + c.nope_dim, rows + i * dim + rank,
                  c.rope_dim * sizeof(float));
    }
    add_block(k, in, s, in.queries + head * c.query_dim(), q_stride,
              {s.keys, c.query_dim(), c.query_dim(), s.values, c.value_dim, c.value_dim}, first,
              last);
  }
  for (size_t t = 0; t < in.tokens; ++t) {
    float* out = in.out + t * c.heads * c.value_dim + head * c.value_dim;
    std::memcpy(out, s.sums + t * c.value_dim, c.value_dim * sizeof(float));
    k.scale(out, c.value_dim, 1.0f / s.totals[t]);
  }
}

}  // namespace

AttentionForm cheaper_form(const ModelConfig& config, size_t new_tokens, size_t total_tokens) {
  const double q = static_cast<double>(new_tokens), kv = static_cast<double>(total_tokens);
  const double rank = config.kv_lora_rank, rope = config.rope_dim;
  const double head = config.nope_dim + config.value_dim;
  const double absorbed = q * kv * (2 * rank + rope) + q * rank * head;
  const double decompressed = q * kv * (head + rope) + kv * rank * head;
  return absorbed <= decompressed ? AttentionForm::kAbsorbed : AttentionForm::kDecompressed;
}

size_t attention_scratch(const ModelConfig& config, size_t tokens) {
  return Scratch(config, tokens, nullptr).size;
}

void attend_head(const Kernels& kernels, const ModelConfig& config, AttentionForm form,
                 const AttentionInput& input, size_t head, float* scratch) {
  const Scratch s(config, input.tokens, scratch);
  if (form == AttentionForm::kAbsorbed) {
    attend_absorbed(kernels, config, input, head, s);
  } else {
    attend_decompressed(kernels, config, input, head, s);
  }
}

}  // namespace lacuna::cpu
