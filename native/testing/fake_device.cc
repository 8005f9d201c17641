#include "testing/fake_device.h"

#include <cstring>

#include "testing/largest_logits.h"

namespace lacuna::testing {
namespace {

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t z = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6))) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) | 1;
}

struct Row {
  uint64_t token, x;
  size_t position;
  size_t chunk;
};

class FakePass final : public Pass {
 public:
  explicit FakePass(size_t number_) : number(number_) {}

  const size_t number;
  std::vector<Row> rows;
  std::vector<size_t> wanted;
  std::vector<std::vector<PageId>> pages;  // of each chunk
  uint64_t rounding = 0;
  size_t layer = 0, row = 0;  // the next to compute
  bool has_candidates = false;
};

void write_logits(const Row& row, size_t vocabulary, float* out) {
  for (size_t v = 0; v < vocabulary; ++v)
    out[v] = static_cast<float>(mix(row.x, v) >> 40) * 0x1.0p-21f;
}

}  // namespace

FakeDevice::FakeDevice(const FakeOptions& options)
    : options_(options), kv_(options.pages * kPageTokens * stride()) {
  config_.layers = static_cast<uint32_t>(options.layers);
  config_.vocabulary = static_cast<uint32_t>(options.vocabulary);
}

size_t FakeDevice::stride() const {
  return options_.layers + (options_.drafts == FakeDrafts::kNone ? 0 : kKept);
}

size_t FakeDevice::page_bytes() const {
  return kPageTokens * stride() * sizeof(uint64_t);
}

uint64_t* FakeDevice::position(PageId page, size_t slot) {
  return &kv_[(page * kPageTokens + slot) * stride()];
}

void FakeDevice::expect(bool ok, const char* what) {
  if (!ok) faults.emplace_back(what);
}

std::unique_ptr<Pass> FakeDevice::make_pass() {
  return std::make_unique<FakePass>(passes_++);
}

void FakeDevice::begin(Pass& erased, std::span<const SequenceChunk> chunks, PassKind kind,
                       std::span<const size_t> wanted) {
  auto& pass = static_cast<FakePass&>(erased);
  pass.rows.clear();
  pass.pages.clear();
  pass.layer = pass.row = 0;
  pass.has_candidates = false;
  Begun record{pass.number, kind, {}};
  for (const SequenceChunk& chunk : chunks) {
    const size_t end = chunk.position + chunk.tokens.size();
    expect(!chunk.tokens.empty(), "a chunk without tokens");
    expect(end <= options_.context_length, "positions beyond the context");
    expect(chunk.pages.size() * kPageTokens >= end, "positions without a page");
    for (const PageId page : chunk.pages) expect(page < options_.pages, "a page that is not there");
    for (size_t i = 0; i < chunk.tokens.size(); ++i) {
      const auto token = static_cast<uint64_t>(chunk.tokens[i]);
      expect(token < options_.vocabulary, "a token outside the vocabulary");
      pass.rows.push_back(
          {token, mix(token, chunk.position + i), chunk.position + i, pass.pages.size()});
    }
    pass.pages.emplace_back(chunk.pages.begin(), chunk.pages.end());
    record.chunks.emplace_back(chunk.position, chunk.tokens.size());
  }
  expect(pass.rows.size() <= options_.max_chunk, "more tokens than a pass may hold");
  expect(kind == PassKind::kPrefill || pass.rows.size() <= kMostDecodeRows, "too many decode rows");
  for (const size_t row : wanted)
    expect(row < pass.rows.size(), "logits of a row that is not there");
  pass.wanted.assign(wanted.begin(), wanted.end());
  pass.rounding = options_.rounds && kind == PassKind::kPrefill ? pass.rows.size() : 0;
  begun.push_back(std::move(record));
}

bool FakeDevice::unit(const std::atomic<bool>& interrupt) {
  on_unit();
  return !interrupt;
}

bool FakeDevice::run_layer(Pass& erased, size_t layer, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<FakePass&>(erased);
  expect(layer == pass.layer, "layers out of order");
  for (; pass.row < pass.rows.size(); ++pass.row) {
    if (!unit(interrupt)) return false;
    Row& row = pass.rows[pass.row];
    const std::vector<PageId>& pages = pass.pages[row.chunk];
    const auto at = [&](size_t p) -> uint64_t& {
      return position(pages[p / kPageTokens], p % kPageTokens)[layer];
    };
    at(row.position) = mix(row.x, layer) + 2 * pass.rounding;
    uint64_t attended = 0;
    for (size_t p = 0; p <= row.position; ++p) {
      expect(at(p) != 0, "a position without KV");
      attended = mix(attended, at(p));
    }
    row.x = mix(row.x, attended);
    if (layer + 1 < options_.layers || options_.drafts == FakeDrafts::kNone) continue;
    const auto kept = [&](size_t p, Kept what) -> uint64_t& {
      return position(pages[p / kPageTokens], p % kPageTokens)[options_.layers + what];
    };
    kept(row.position, kToken) = row.token;
    kept(row.position, kState) = row.x;
    if (row.position > 0) kept(row.position, kKey) = mix(kept(row.position - 1, kState), row.token);
  }
  pass.row = 0;
  ++pass.layer;
  return true;
}

bool FakeDevice::logits(Pass& erased, float* out, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<FakePass&>(erased);
  expect(pass.layer == options_.layers, "logits before the last layer");
  for (size_t i = 0; i < pass.wanted.size(); ++i) {
    if (!unit(interrupt)) return false;
    write_logits(pass.rows[pass.wanted[i]], options_.vocabulary, out + i * options_.vocabulary);
  }
  return true;
}

bool FakeDevice::candidates(Pass& erased, std::span<LogitCandidates> out,
                            const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<FakePass&>(erased);
  expect(out.size() == pass.wanted.size(), "candidates of other rows than the wanted ones");
  expect(out.size() <= kMostDecodeRows, "candidates of too many rows");
  std::vector<float> all(out.size() * options_.vocabulary);
  if (!logits(erased, all.data(), interrupt)) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const auto row = std::span(all).subspan(i * options_.vocabulary, options_.vocabulary);
    out[i] = largest_logits({row.begin(), row.end()});
  }
  pass.has_candidates = true;
  return true;
}

void FakeDevice::logits_row(Pass& erased, size_t i, float* out) {
  auto& pass = static_cast<FakePass&>(erased);
  expect(pass.has_candidates, "a row of logits before the candidates");
  expect(i < pass.wanted.size(), "a row of logits that is not kept");
  write_logits(pass.rows[pass.wanted[i]], options_.vocabulary, out);
  ++rows_brought;
}

// The token that a greedy answer has behind the row's: as run_layer computes it, but in no page.
int32_t FakeDevice::greedy(const DraftRow& row) {
  uint64_t x = mix(static_cast<uint64_t>(row.token), row.position);
  for (size_t layer = 0; layer < options_.layers; ++layer) {
    uint64_t attended = 0;
    for (size_t p = 0; p < row.position; ++p)
      attended = mix(attended, position(row.pages[p / kPageTokens], p % kPageTokens)[layer]);
    x = mix(x, mix(attended, mix(x, layer)));
  }
  std::vector<float> logits(options_.vocabulary);
  write_logits({0, x, row.position, 0}, options_.vocabulary, logits.data());
  return largest_logits(logits).ids[0];
}

bool FakeDevice::draft(std::span<const DraftRow> rows, std::span<DraftedToken> out,
                       const std::atomic<bool>& interrupt) {
  expect(!rows.empty() && rows.size() <= kMostDecodeRows, "drafts of no rows, or of too many");
  expect(out.size() == rows.size(), "drafts of other rows than the given ones");
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!unit(interrupt)) return false;
    const DraftRow& row = rows[i];
    expect(row.position > 0, "a draft behind the first token");
    expect(row.pages.size() * kPageTokens > row.position, "a draft without a page");
    const auto kept = [&](size_t p, Kept what) -> uint64_t& {
      return position(row.pages[p / kPageTokens], p % kPageTokens)[options_.layers + what];
    };
    for (size_t p = 1; p < row.position; ++p) {
      expect(kept(p, kKey) == mix(kept(p - 1, kState), kept(p, kToken)),
             "a position whose key is not that of the state before it");
    }
    const int32_t right = greedy(row), size = static_cast<int32_t>(options_.vocabulary);
    out[i] = {options_.drafts == FakeDrafts::kRight ? right : (right + 1) % size, 0.9f};
    kept(row.position, kState) = kept(row.position, kKey) = 1;  // to be written anew
    ++guesses;
  }
  return true;
}

void FakeDevice::copy_page(PageId from, PageId to, size_t tokens) {
  std::memcpy(position(to, 0), position(from, 0), tokens * page_bytes() / kPageTokens);
}

void FakeDevice::read_page(PageId page, size_t tokens, std::span<std::byte> out) const {
  const size_t bytes = tokens * page_bytes() / kPageTokens;
  std::memcpy(out.data(), &kv_[page * kPageTokens * stride()], bytes);
}

void FakeDevice::write_page(PageId page, size_t tokens, std::span<const std::byte> in) {
  expect(in.size() == tokens * page_bytes() / kPageTokens, "bytes of another size than a page's");
  std::memcpy(position(page, 0), in.data(), in.size());
}

}  // namespace lacuna::testing
