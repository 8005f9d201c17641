#include "cpu/dequantize.h"

#include "cpu/avx512/vector.h"
#include "cpu/dequantize_rows.h"

namespace lacuna::cpu {

DequantizeRow dequantize_row_avx512(TensorType type) {
  return DequantizeRows<Avx512>::choose(type);
}

}  // namespace lacuna::cpu
