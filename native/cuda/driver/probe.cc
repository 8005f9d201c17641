#include "cuda/driver/probe.h"

#include <algorithm>
#include <cstring>

#include "cuda/driver/open.h"
#include "embedding.h"
#include "format/error.h"

namespace lacuna::cuda {
namespace {

constexpr uint32_t kBlock = 32, kColumns = 1024, kRows = 2;

// A block of Q8_0: a scale as a 16-bit float, and 32 signed bytes.
struct Block {
  uint16_t scale;
  int8_t q[kBlock];
};
static_assert(sizeof(Block) == 34);
constexpr uint16_t kOne = 0x3c00;

struct Table {
  Block rows[kRows][kColumns / kBlock];
};

int8_t value_at(uint32_t row, uint32_t column) {
  return static_cast<int8_t>((column * 7 + row * 100) % 255 - 127);
}

// Looks up the second row of a small table of embeddings: copies both ways, asynchronous copies to
// shared memory, barriers and arithmetic, with numbers that are exact.
bool computes(const Context& context, const KernelLibrary& library) {
  const Stream stream(context);
  const PinnedBuffer table(context, sizeof(Table)), token(context, sizeof(int32_t)),
      result(context, kColumns * sizeof(float));
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t column = 0; column < kColumns; ++column) {
      Block& block = table.as<Table>()->rows[row][column / kBlock];
      block.scale = kOne;
      block.q[column % kBlock] = value_at(row, column);
    }
  }
  constexpr int32_t kAsked = 1;
  *token.as<int32_t>() = kAsked;

  const DeviceBuffer weights(context, table.bytes()), tokens(context, token.bytes()),
      out(context, result.bytes());
  stream.copy_to_device(weights.address(), table.as<Table>(), table.bytes());
  stream.copy_to_device(tokens.address(), token.as<int32_t>(), token.bytes());
  Kernel<kernels::EmbeddingParams>(library, "embedding_q8_0")
      .launch(stream, {.x = 1, .y = 1}, kernels::kEmbeddingThreads, 0,
              {.table = weights.as<const uint8_t>(),
               .row_bytes = sizeof(Table) / kRows,
               .columns = kColumns,
               .tokens = tokens.as<const int32_t>(),
               .out = out.as<float>()});
  stream.copy_to_host(result.as<float>(), out.address(), result.bytes());
  stream.synchronize();
  for (uint32_t column = 0; column < kColumns; ++column) {
    if (*result.as<float>(column) != static_cast<float>(value_at(kAsked, column))) return false;
  }
  return true;
}

}  // namespace

ProbeResult probe(const std::string& library) {
  const std::shared_ptr<const Driver> driver = open_driver(library);
  const Context context(driver, pick_device(*driver));
  const KernelLibrary kernels(context, kernel_images(*driver));
  const Context::Memory memory = context.memory();
  if (!computes(context, kernels)) {
    throw Error(ErrorCode::kIo,
                "the GPU " + context.device().name + " computes a wrong result for a small sum",
                "Update the NVIDIA driver and check the GPU, or use the CPU.");
  }
  return {driver->version(), context.device(), memory};
}

}  // namespace lacuna::cuda
