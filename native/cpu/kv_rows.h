// What the cache keeps of one position in one layer: the normed latent and the rotated key.
//   float32  [latent | key]: exact
//   bf16     [latent | key | zeros up to whole tiles]
//   int8     [float32 scales | latent as bytes, one scale for 64 | key in bf16 | zeros]: the key
//            stays wide, because its error would turn every score of its position alike
#pragma once

#include <cstddef>

#include "cpu/int8_kv_row.h"
#include "model/config.h"

namespace lacuna::cpu {

enum class KvForm { kFloat32, kBf16, kInt8 };

// Values of a row that tiles read: cache_dim rounded up to 32.
size_t kv_row_width(const ModelConfig& config);

size_t kv_row_bytes(KvForm form, const ModelConfig& config);

// `row` [width] → `out` [shape.bytes()]; rounds to nearest.
void store_int8_row(const Int8KvRow& shape, const float* row, std::byte* out);

// The first `columns` ≤ width values of a row.
void load_int8_row(const Int8KvRow& shape, const std::byte* in, size_t columns, float* row);

}  // namespace lacuna::cpu
