#include "runtime/vocabulary.h"

#include <array>

#include "format/error.h"

namespace lacuna {
namespace {

constexpr char kConvertAgain[] =
    "Convert or download the model again: its tokenizer is incomplete.";
enum TokenKind : int64_t { kControl = 3, kUserDefined = 4, kUnused = 5 };

// GPT-2's byte alphabet: printable bytes stand for themselves, the other 68 for U+0100, U+0101, …
// in order. Indexed by code point; -1 where a code point is not in the alphabet.
std::array<int16_t, 0x144> make_alphabet() {
  std::array<int16_t, 0x144> byte_of{};
  byte_of.fill(-1);
  int16_t next = 0x100;
  for (int16_t byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    byte_of[static_cast<size_t>(printable ? byte : next++)] = byte;
  }
  return byte_of;
}

// Decodes one byte-level token, or returns false where a character is outside the alphabet (added
// tokens).
bool append_bytes(const std::array<int16_t, 0x144>& byte_of, std::string_view token,
                  std::string& out) {
  const size_t start = out.size();
  for (size_t i = 0; i < token.size();) {
    const auto lead = static_cast<unsigned char>(token[i]);
    uint32_t point = lead;
    size_t length = 1;
    if (lead >= 0xc0 && lead < 0xe0 && i + 1 < token.size()) {
      point = (lead & 0x1fu) << 6 | (static_cast<unsigned char>(token[i + 1]) & 0x3fu);
      length = 2;
    } else if (lead >= 0x80) {
      point = 0xffff;  // longer sequences are outside the alphabet
    }
    if (point >= byte_of.size() || byte_of[point] < 0) {
      out.resize(start);
      return false;
    }
    out.push_back(static_cast<char>(byte_of[point]));
    i += length;
  }
  return true;
}

}  // namespace

Vocabulary Vocabulary::from(const GgufFile& file, size_t size) {
  const std::string_view kind = file.string("tokenizer.ggml.model").value_or("");
  if (kind != "gpt2") {
    throw Error(ErrorCode::kUnsupported,
                file.path() + " has a tokenizer of kind '" + std::string(kind) +
                    "'; only byte-level BPE ('gpt2') is known",
                "Use a GGUF of a DeepSeek V2, V3 or Coder-V2 model.");
  }
  const std::vector<std::string_view>* tokens = file.strings("tokenizer.ggml.tokens");
  if (tokens == nullptr || tokens->size() != size) {
    throw Error(ErrorCode::kCorrupt,
                file.path() + ": tokenizer.ggml.tokens has " +
                    std::to_string(tokens == nullptr ? 0 : tokens->size()) +
                    " entries for an embedding of " + std::to_string(size),
                kConvertAgain);
  }
  const std::vector<int64_t> types = file.integers("tokenizer.ggml.token_type");

  const auto alphabet = make_alphabet();
  Vocabulary vocabulary;
  vocabulary.offsets_.reserve(size + 1);
  for (size_t i = 0; i < size; ++i) {
    const std::string_view token = (*tokens)[i];
    const int64_t type = i < types.size() ? types[i] : 1;
    const bool silent = type == kControl || type == kUnused;
    if (!silent && (type == kUserDefined || !append_bytes(alphabet, token, vocabulary.text_)))
      vocabulary.text_ += token;
    vocabulary.offsets_.push_back(vocabulary.text_.size());
  }
  return vocabulary;
}

Vocabulary Vocabulary::of(std::span<const std::string_view> tokens) {
  Vocabulary vocabulary;
  vocabulary.offsets_.reserve(tokens.size() + 1);
  for (const std::string_view token : tokens) {
    vocabulary.text_ += token;
    vocabulary.offsets_.push_back(vocabulary.text_.size());
  }
  return vocabulary;
}

}  // namespace lacuna
