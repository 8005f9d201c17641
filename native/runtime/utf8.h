// UTF-8 (RFC 3629) without tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lacuna {

// Bytes at the end of `text` (0 … 3) that begin a character without finishing it.
size_t unfinished_utf8_tail(std::string_view text);

// `text` with every byte that is not part of a well-formed character replaced by U+FFFD. Overlong
// forms, surrogates and code points above U+10FFFF are not well formed.
std::string valid_utf8(std::string_view text);

}  // namespace lacuna
