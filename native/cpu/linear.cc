#include "cpu/linear.h"

#include <algorithm>
#include <cstdint>

namespace lacuna::cpu {
namespace {

// Tokens whose bytes stay in the second-level cache while a block of rows goes by.
constexpr size_t kInt8Batch = 64;

// What packing one value costs, in multiply-adds.
constexpr size_t kPackCost = 4;

bool is_plain_float(const Matrix& w) {
  return w.type == TensorType::kF32 && reinterpret_cast<uintptr_t>(w.data) % alignof(float) == 0;
}

void multiply_float(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                    const float* x, size_t x_stride, size_t tokens, float* out, size_t out_stride,
                    float* scratch) {
  for (; first < last; first += kFloatRows) {
    const size_t n = std::min(kFloatRows, last - first);
    const float* rows = scratch;
    if (is_plain_float(w)) {
      rows = reinterpret_cast<const float*>(w.row(first));
    } else {
      // Rows are contiguous and made of whole blocks, so they unpack in one call.
      kernels.dequantize_row(w.type)(w.row(first), scratch, n * w.columns);
    }
    kernels.multiply(x, x_stride, tokens, rows, w.columns, n, w.columns, out, out_stride);
    out += n;
  }
}

void multiply_int8(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                   const InputView& x, float* out, size_t out_stride) {
  const Int8DotRow dot = kernels.int8_dot_row(w.type);
  for (size_t batch = 0; batch < x.tokens; batch += kInt8Batch) {
    const size_t end = std::min(batch + kInt8Batch, x.tokens);
    for (size_t r = first; r < last; ++r) {
      for (size_t t = batch; t < end; t += kInt8Tokens) {
        dot(w.row(r), x.int8, x.int8_first + t, std::min(kInt8Tokens, end - t),
            out + t * out_stride + (r - first), out_stride);
      }
    }
  }
}

TileRows tile_rows(const Kernels& kernels, const Matrix& w, size_t first) {
  return {kernels.bf16->unpack(w.type), w.row(first), w.row_bytes};
}

void multiply_bf16(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                   const InputView& x, float* out, size_t out_stride, float* scratch) {
  for (size_t token = 0; token < x.tokens; token += kTileBatch) {
    kernels.bf16->multiply({.rows = last - first,
                            .columns = w.columns,
                            .packed = x.packed + token * w.columns,
                            .tokens = std::min(kTileBatch, x.tokens - token),
                            .scratch = scratch},
                           tile_rows(kernels, w, first), out + token * out_stride, out_stride);
  }
}

}  // namespace

Form form_for(const Kernels& kernels, TensorType type, size_t tokens, size_t columns,
              PassKind kind) {
  if (columns % kTileColumns != 0) return Form::kFloat;
  const bool tiles = kernels.bf16 != nullptr && kernels.bf16->unpack(type) != nullptr;
  const bool bytes = kernels.int8_dot_row != nullptr && kernels.int8_dot_row(type) != nullptr;
  const bool few = kind == PassKind::kDecode || tokens <= kInt8MostTokens;
  if (bytes && (few || !tiles)) return Form::kInt8;
  return tiles ? Form::kBf16 : Form::kFloat;
}

void multiply_row_block(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                        const InputView& x, float* out, size_t out_stride, float* scratch) {
  switch (x.form) {
    case Form::kFloat:
      return multiply_float(kernels, w, first, last, x.x, x.x_stride, x.tokens, out, out_stride,
                            scratch);
    case Form::kInt8:
      return multiply_int8(kernels, w, first, last, x, out, out_stride);
    case Form::kBf16:
      return multiply_bf16(kernels, w, first, last, x, out, out_stride, scratch);
  }
}

void multiply_gated_block(const Kernels& kernels, const Matrix& gate, const Matrix& up,
                          size_t first, size_t last, const InputView& x, uint16_t* inner,
                          float* scratch) {
  for (size_t token = 0; token < x.tokens; token += kTileBatch) {
    kernels.bf16->multiply_gated({.rows = last - first,
                                  .columns = gate.columns,
                                  .packed = x.packed + token * gate.columns,
                                  .tokens = std::min(kTileBatch, x.tokens - token),
                                  .scratch = scratch},
                                 tile_rows(kernels, gate, first), tile_rows(kernels, up, first),
                                 inner + token * gate.rows, gate.rows, first);
  }
}

void multiply_matrix(const Kernels& kernels, const Matrix& w, const float* x, size_t x_stride,
                     size_t tokens, float* out, size_t out_stride, float* scratch) {
  multiply_float(kernels, w, 0, w.rows, x, x_stride, tokens, out, out_stride, scratch);
}

Int8Buffer::Int8Buffer(size_t rows, size_t columns)
    : rows_(rows),
      bytes_((rows * int8_byte_stride(columns) + 3) / 4),
      floats_(rows * int8_group_stride(columns) * 4) {}

Int8Rows Int8Buffer::rows(size_t columns) {
  const size_t groups = int8_group_stride(columns);
  float* floats = floats_.data();
  return {reinterpret_cast<int8_t*>(bytes_.data()),
          floats,
          floats + rows_ * groups,
          floats + 2 * rows_ * groups,
          int8_byte_stride(columns),
          groups,
          columns};
}

Linear::Linear(ThreadPool& pool, const Kernels& kernels, size_t max_tokens, size_t widest)
    : pool_(pool),
      kernels_(kernels),
      int8_(kernels.int8_dot_row == nullptr
                ? Int8Buffer()
                : Int8Buffer(
                      kernels.bf16 == nullptr ? max_tokens : std::min(max_tokens, kMostDecodeRows),
                      widest)),
      packed_(kernels.bf16 == nullptr ? 0 : packed_bf16_size(max_tokens, widest) / 2 + 1),
      scratch_stride_((linear_scratch_floats(widest) + 15) / 16 * 16),
      scratch_(pool.threads() * scratch_stride_) {}

void Linear::set_input(const float* x, size_t tokens, size_t columns, PassKind kind) {
  kind_ = kind;
  view_ = {Form::kFloat, tokens, columns, x, columns, {}, 0, nullptr};
  has_int8_ = has_packed_ = false;
}

InputView Linear::prepared(Form form) {
  view_.form = form;
  if (form == Form::kInt8 && !has_int8_) {
    view_.int8 = int8_.rows(view_.columns);
    pool_.run(view_.tokens, view_.tokens * view_.columns * kPackCost,
              [&](size_t first, size_t last, size_t) {
                kernels_.quantize_rows(view_.x + first * view_.x_stride, view_.x_stride,
                                       last - first, rows_from(view_.int8, first));
              });
    has_int8_ = true;
  }
  if (form == Form::kBf16 && !has_packed_) {
    auto* packed = reinterpret_cast<uint16_t*>(packed_.data());
    const size_t tiles = (view_.tokens + kTileTokens - 1) / kTileTokens;
    pool_.run(tiles, view_.tokens * view_.columns * kPackCost,
              [&](size_t first, size_t last, size_t) {
                kernels_.bf16->pack(view_.x, view_.x_stride, nullptr, view_.tokens, view_.columns,
                                    first, last, packed);
              });
    view_.packed = packed;
    has_packed_ = true;
  }
  return view_;
}

// One unit is one block of rows for one batch of tokens, a batch's units side by side: its packed
// activations stay in the cache meanwhile.
template <class Work>
void Linear::for_blocks(const InputView& x, size_t rows, size_t operations, const Work& work) {
  const size_t blocks = row_blocks(rows), batch = x.form == Form::kBf16 ? kTileBatch : x.tokens,
               batches = (x.tokens + batch - 1) / batch;
  const auto units = [&](size_t first_unit, size_t last_unit, size_t thread) {
    const TileGuard guard(kernels_, x.form == Form::kBf16);
    for (size_t unit = first_unit; unit < last_unit && !pool_.interrupted(); ++unit) {
      const size_t first = unit % blocks * kRowBlock, last = std::min(first + kRowBlock, rows),
                   token = unit / blocks * batch;
      InputView part = x;
      part.tokens = std::min(batch, x.tokens - token);
      if (x.form == Form::kBf16) part.packed += token * x.columns;
      work(first, last, token, part, scratch_.data() + thread * scratch_stride_);
    }
  };
  pool_.run(batches * blocks, operations, units);
}

void Linear::run(const Matrix& w, float* out) {
  const InputView x = prepared(form_for(kernels_, w.type, view_.tokens, w.columns, kind_));
  for_blocks(x, w.rows, w.rows * w.columns * x.tokens,
             [&](size_t first, size_t last, size_t token, const InputView& part, float* scratch) {
               multiply_row_block(kernels_, w, first, last, part, out + token * w.rows + first,
                                  w.rows, scratch);
             });
}

bool Linear::can_gate(const Matrix& gate, const Matrix& up, const Matrix& down) const {
  const auto on_tiles = [&](const Matrix& w) {
    return form_for(kernels_, w.type, view_.tokens, w.columns, kind_) == Form::kBf16;
  };
  return on_tiles(gate) && on_tiles(up) && on_tiles(down);
}

void Linear::run_gated(const Matrix& gate, const Matrix& up, uint16_t* inner) {
  const InputView x = prepared(Form::kBf16);
  for_blocks(x, gate.rows, 2 * gate.rows * gate.columns * x.tokens,
             [&](size_t first, size_t last, size_t token, const InputView& part, float* scratch) {
               multiply_gated_block(kernels_, gate, up, first, last, part,
                                    inner + token * gate.rows, scratch);
             });
  view_ = {Form::kBf16, x.tokens, gate.rows, nullptr, 0, {}, 0, inner};
  has_packed_ = true;
}

}  // namespace lacuna::cpu
