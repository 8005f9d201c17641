// Says what a file that is not GGUF is, where its first bytes tell.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lacuna {

struct FileKind {
  std::string what;    // completes "this is …"
  std::string remedy;  // what to do to get a GGUF file instead
};

// `bytes` is the whole file; only its beginning is read.
FileKind recognise_file_kind(std::span<const std::byte> bytes);

}  // namespace lacuna
