// The bytes each token stands for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/gguf.h"

namespace lacuna {

class Vocabulary {
 public:
  // From tokenizer.ggml.tokens and token_type: byte-level BPE tokens are turned back into bytes,
  // user-defined ones are taken as they are, control and unused ones stand for nothing. Throws
  // Error kCorrupt where the list is missing or its length is not `size`, kUnsupported for another
  // kind of tokenizer.
  static Vocabulary from(const GgufFile& file, size_t size);

  // From the bytes of each token; none for a token that stands for nothing.
  static Vocabulary of(std::span<const std::string_view> tokens);

  size_t size() const { return offsets_.size() - 1; }

  // `id` < size().
  std::string_view bytes(int32_t id) const {
    return std::string_view(text_).substr(offsets_[id], offsets_[id + 1] - offsets_[id]);
  }

 private:
  std::string text_;
  std::vector<size_t> offsets_{0};
};

}  // namespace lacuna
