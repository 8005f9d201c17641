#include "cpu/dequantize.h"

#include "cpu/avx2/vector.h"
#include "cpu/dequantize_rows.h"

namespace lacuna::cpu {

DequantizeRow dequantize_row_avx2(TensorType type) {
  return DequantizeRows<Avx2>::choose(type);
}

}  // namespace lacuna::cpu
