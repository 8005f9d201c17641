#include "runtime/utf8.h"

namespace lacuna {
namespace {

unsigned char at(std::string_view text, size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Length that a lead byte announces; 0 for a byte that cannot lead.
size_t announced_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

// Whether byte `next` may follow `lead` as the second byte.
bool second_fits(unsigned char lead, unsigned char next) {
  switch (lead) {
    case 0xe0:
      return next >= 0xa0 && next < 0xc0;  // no overlong forms
    case 0xed:
      return next >= 0x80 && next < 0xa0;  // no surrogates
    case 0xf0:
      return next >= 0x90 && next < 0xc0;
    case 0xf4:
      return next >= 0x80 && next < 0x90;  // nothing above U+10FFFF
    default:
      return next >= 0x80 && next < 0xc0;
  }
}

// Bytes from `start` that belong to one character's encoding, well formed as far as they go: at
// most `length`.
size_t well_formed_bytes(std::string_view text, size_t start, size_t length) {
  size_t n = 1;
  while (n < length && start + n < text.size()) {
    const unsigned char next = at(text, start + n);
    const bool fits = n == 1 ? second_fits(at(text, start), next) : next >= 0x80 && next < 0xc0;
    if (!fits) break;
    ++n;
  }
  return n;
}

}  // namespace

size_t unfinished_utf8_tail(std::string_view text) {
  for (size_t n = 1; n <= 3 && n <= text.size(); ++n) {
    const size_t start = text.size() - n;
    const size_t length = announced_length(at(text, start));
    if (length > n) return well_formed_bytes(text, start, length) == n ? n : 0;
    if (length > 0) return 0;
  }
  return 0;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = announced_length(at(text, i));
    const size_t good = length == 0 ? 1 : well_formed_bytes(text, i, length);
    if (length > 0 && good == length) {
      out += text.substr(i, length);
    } else {
      out += "\xef\xbf\xbd";
    }
    i += good;
  }
  return out;
}

}  // namespace lacuna
