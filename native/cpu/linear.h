// Weight matrices of any type times activations. An input is prepared once, in the form that suits
// the weights and the number of tokens, and then used by every matrix and every thread:
//   float32  weights are unpacked to float32: exact, for F32 and F16 weights and for CPUs without
//            the units below
//   int8     weights stay as they are, activations become bytes: a few tokens, bound by memory; any
//            number of them where there is no tile unit
//   bf16     weights are unpacked to bfloat16 once for all tokens: many tokens, bound by the tile
//            unit
#pragma once

#include <algorithm>
#include <cstddef>

#include "cpu/buffer.h"
#include "cpu/kernels.h"
#include "cpu/thread_pool.h"
#include "model/device_model.h"
#include "model/matrix.h"

namespace lacuna::cpu {

// Rows that are computed together: the unit by which threads share a matrix.
inline constexpr size_t kRowBlock = 2 * kPanelRows;

// Rows that are unpacked to float32 together: they should stay in the second-level cache.
inline constexpr size_t kFloatRows = 16;

// Most tokens of a kPrefill pass for which bytes beat tiles (measured: four tokens by bytes cost
// about as much as sixteen by tiles).
inline constexpr size_t kInt8MostTokens = 6;

enum class Form { kFloat, kInt8, kBf16 };

// The form in which `kernels` multiply weights of `type` by `tokens` rows of `columns`. In a
// kDecode pass it does not depend on the number of tokens.
Form form_for(const Kernels& kernels, TensorType type, size_t tokens, size_t columns,
              PassKind kind);

inline size_t row_blocks(size_t rows) {
  return (rows + kRowBlock - 1) / kRowBlock;
}

// Floats of scratch a thread needs for matrices of up to `columns` columns.
inline size_t linear_scratch_floats(size_t columns) {
  return std::max(kFloatRows * columns, kTileScratch);
}

// Rows of activations in one form; what a matrix is multiplied by.
struct InputView {
  Form form;
  size_t tokens;
  size_t columns;
  const float* x;  // [tokens, columns] with x_stride; always there
  size_t x_stride;
  Int8Rows int8;  // kInt8: rows int8_first … int8_first + tokens - 1
  size_t int8_first;
  const uint16_t* packed;  // kBf16
};

// out[t * out_stride + r - first] = row r of w · x[t], for first ≤ r < last ≤ first + kRowBlock.
// The view's form is form_for(w.type, …) of its pass. With kBf16 the thread has entered the tile
// unit.
void multiply_row_block(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                        const InputView& x, float* out, size_t out_stride, float* scratch);

// The input of a following product of `inner_columns` = gate.rows columns: its columns first …
// last - 1, silu(gate · x) * (up · x), packed as bfloat16 tiles. x has the form kBf16; gate and up
// have one shape, of rows in multiples of 32. The thread has entered the tile unit.
void multiply_gated_block(const Kernels& kernels, const Matrix& gate, const Matrix& up,
                          size_t first, size_t last, const InputView& x, uint16_t* inner,
                          float* scratch);

// All rows in float32, on the calling thread.
void multiply_matrix(const Kernels& kernels, const Matrix& w, const float* x, size_t x_stride,
                     size_t tokens, float* out, size_t out_stride, float* scratch);

// Holds the tile unit for a form that needs it.
class TileGuard {
 public:
  TileGuard(const Kernels& kernels, bool needed) : kernels_(needed ? kernels.bf16 : nullptr) {
    if (kernels_ != nullptr) kernels_->enter();
  }
  ~TileGuard() {
    if (kernels_ != nullptr) kernels_->leave();
  }
  TileGuard(const TileGuard&) = delete;
  TileGuard& operator=(const TileGuard&) = delete;

 private:
  const Bf16Kernels* kernels_;
};

// Memory for int8 rows.
class Int8Buffer {
 public:
  Int8Buffer() = default;
  Int8Buffer(size_t rows, size_t columns);

  // The first rows, for inputs of `columns` ≤ the constructor's.
  Int8Rows rows(size_t columns);
  size_t bytes() const { return bytes_.bytes() + floats_.bytes(); }

 private:
  size_t rows_ = 0;
  Buffer bytes_;   // [rows, byte stride]
  Buffer floats_;  // scales, sums, halves: [rows, group stride] × 4
};

// The matrix products of a model's layers: inputs, scratch and the pool.
class Linear {
 public:
  // Inputs of up to `max_tokens` rows of up to `widest` columns.
  Linear(ThreadPool& pool, const Kernels& kernels, size_t max_tokens, size_t widest);

  // The input of the next `run`s: x [tokens, columns], dense. Must stay as it is until they are
  // done.
  void set_input(const float* x, size_t tokens, size_t columns, PassKind kind);

  // out [tokens, w.rows] = x · wᵀ.
  void run(const Matrix& w, float* out);

  // Whether `run_gated` and a `run` of `down` behind it can go on the tile unit alone.
  bool can_gate(const Matrix& gate, const Matrix& up, const Matrix& down) const;

  // silu(gate · x) * (up · x), which takes the place of the input: in bfloat16 tiles in `inner`
  // [packed_bf16_size(tokens, gate.rows)], and nowhere else.
  void run_gated(const Matrix& gate, const Matrix& up, uint16_t* inner);

  size_t bytes() const { return int8_.bytes() + packed_.bytes() + scratch_.bytes(); }

 private:
  InputView prepared(Form form);

  // Calls work(first row, last row, first token, view of its tokens, scratch) for every block of
  // rows and batch of tokens.
  template <class Work>
  void for_blocks(const InputView& x, size_t rows, size_t operations, const Work& work);

  ThreadPool& pool_;
  const Kernels& kernels_;
  Int8Buffer int8_;
  Buffer packed_;  // bfloat16 tiles
  size_t scratch_stride_;
  Buffer scratch_;  // [threads, scratch_stride_]
  InputView view_{};
  PassKind kind_ = PassKind::kDecode;
  bool has_int8_ = false;
  bool has_packed_ = false;
};

}  // namespace lacuna::cpu
