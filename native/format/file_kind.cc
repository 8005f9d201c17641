#include "format/file_kind.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lacuna {
namespace {

constexpr const char* kConvert =
    "Convert the checkpoint with llama.cpp's convert_hf_to_gguf.py, or download the model as a "
    ".gguf file.";

bool is_safetensors(std::span<const std::byte> bytes) {
  uint64_t header = 0;
  if (bytes.size() < sizeof(header) + 1) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header >= 2 && header <= bytes.size() - sizeof(header) && bytes[8] == std::byte{'{'};
}

bool is_page(std::string_view head) {
  std::string lower(head.substr(0, 256));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.find("<!doctype html") != std::string::npos ||
         lower.find("<html") != std::string::npos;
}

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\r' || byte == '\t';
  });
}

bool is_compressed(std::string_view head) {
  using namespace std::string_view_literals;
  return head.starts_with("\x1f\x8b"sv) || head.starts_with("\x28\xb5\x2f\xfd"sv) ||
         head.starts_with(
             "\xfd"
             "7zXZ\0"sv) ||
         head.starts_with("7z\xbc\xaf\x27\x1c"sv) || head.starts_with("BZh"sv);
}

bool is_old_ggml(std::string_view head) {
  // The magic numbers 'ggml', 'ggmf', 'ggjt' and 'ggla', stored little endian.
  return head.starts_with("lmgg") || head.starts_with("fmgg") || head.starts_with("tjgg") ||
         head.starts_with("algg");
}

}  // namespace

FileKind recognise_file_kind(std::span<const std::byte> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min<size_t>(bytes.size(), 4096));
  if (head.starts_with("version https://git-lfs")) {
    return {"a Git LFS pointer, not the model",
            "Run `git lfs pull` in the repository it came from, or download the file itself."};
  }
  if (is_safetensors(bytes)) return {"a safetensors checkpoint", kConvert};
  if (head.starts_with("PK\x03\x04")) {
    return {"a zip archive, probably a PyTorch checkpoint", kConvert};
  }
  if (head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) {
    return {"a Python pickle, probably a PyTorch checkpoint", kConvert};
  }
  if (is_old_ggml(head)) {
    return {"a GGML file from before GGUF",
            "Such files cannot be converted reliably: download the model again as .gguf."};
  }
  if (is_compressed(head))
    return {"a compressed archive", "Unpack it and pass the .gguf file inside."};
  if (is_page(head)) {
    return {"a web page, not the model",
            "The download link led to a page (a login, a preview or an error). Use the direct link "
            "to the "
            ".gguf file."};
  }
  if (is_text(head)) return {"a text file", "Pass the path of a .gguf model file."};
  if (std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; })) {
    return {"a file that begins with zeros, probably an unfinished download",
            "Let the download finish, or start it again."};
  }
  return {"a binary file of another format", "Pass the path of a .gguf model file."};
}

}  // namespace lacuna
