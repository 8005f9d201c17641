// How a text that has outgrown the context is cut.
#pragma once

#include <algorithm>
#include <cstddef>

namespace lacuna {

// How many of `length` tokens to drop behind the first `keep_first` (at most half of `context`), so
// that the others fit. Always whole steps of half the room behind those: so it does not happen
// again at the next token, and a text that grows from request to request is cut at the same place,
// with its KV still there, for as long as a step lasts.
inline size_t tokens_to_trim(size_t length, size_t keep_first, size_t context) {
  if (length <= context) return 0;
  const size_t step = std::max<size_t>(1, (context - keep_first) / 2);
  return (length - context + step - 1) / step * step;
}

}  // namespace lacuna
