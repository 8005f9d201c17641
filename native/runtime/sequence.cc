#include "runtime/sequence.h"

#include <algorithm>
#include <string>
#include <utility>

#include "format/error.h"
#include "runtime/context_trim.h"

namespace lacuna {
namespace {

size_t pages_for(size_t positions) {
  return (positions + kPageTokens - 1) / kPageTokens;
}

double milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

bool contains(const std::vector<int32_t>& list, int32_t id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

// Tokens that no answer has.
std::vector<int32_t> never_written(const Request& request) {
  std::vector<int32_t> ids = request.banned_tokens;
  ids.insert(ids.end(), request.end_tokens.begin(), request.end_tokens.end());
  return ids;
}

// Throws Error kInvalidArgument.
void check(const Request& request, const ModelLimits& limits) {
  check_tokens(request.tokens, limits);
  for (const std::vector<int32_t>& source : request.drafts.sources) {
    if (!source.empty()) check_tokens(source, limits);
  }
  const SamplingOptions& sampling = request.sampling;
  if (request.beam > 1 && (sampling.temperature != 0 || sampling.repetition_penalty != 1)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a search for the likeliest line goes without a temperature and without a penalty",
                "Leave those out, or use a beam of 1.");
  }
  if (request.overflow == Overflow::kStop) {
    check_fits(request.tokens, limits);
  } else if (request.keep_first > limits.context_length / 2) {
    throw Error(ErrorCode::kInvalidArgument,
                "trimming cannot keep the first " + std::to_string(request.keep_first) +
                    " tokens of a context of " + std::to_string(limits.context_length),
                "Keep at most half of the context, or load the model with a longer one.");
  }
}

}  // namespace

Sequence::Sequence(uint64_t handle, Request request, Listener listener, const Shared& shared)
    : handle_(handle),
      request_(std::move(request)),
      listener_(std::move(listener)),
      vocabulary_(shared.vocabulary),
      limits_(shared.limits),
      sampler_(request_.sampling, limits_.vocabulary, request_.banned_tokens),
      tokens_(request_.tokens) {
  check(request_, limits_);
  answer_.emplace(request_.stops, listener_.on_token);
  summary_.prompt_tokens = tokens_.size();
  if (request_.max_tokens > 0) {
    if (shared.trie != nullptr) heal(*shared.trie);
    const std::span healed = std::span(request_.tokens).last(summary_.healed_tokens);
    if (request_.sampling.copy > 0) {
      copies_.emplace(request_.sampling.copy, never_written(request_));
      for (const int32_t token : tokens_) copies_->push(token);
    }
    drafter_.emplace(request_.drafts, tokens_, healed, never_written(request_), shared.drafts);
  }
  trim();
  if (request_.beam > 1 && request_.max_tokens > 0) plan_search(shared);
}

// As wide as the rows of a pass and the pages of an otherwise empty cache allow.
void Sequence::plan_search(const Shared& shared) {
  const size_t prompt = tokens_.size();
  // The last token of an answer needs no KV.
  const size_t most =
      std::min({request_.max_tokens, limits_.context_length - prompt + 1, Beam::kMostLineTokens});
  const size_t all = pages_for(prompt);
  const size_t own = std::max<size_t>(pages_for(prompt + most - 1) - prompt / kPageTokens, 1);
  const size_t room = shared.pages > all ? (shared.pages - all) / own : 0;
  const size_t width = std::min({request_.beam, kMostBeamWidth, shared.decode_rows, room});
  if (width < 2) return;
  beam_.emplace(Beam::Options{width, most, prompt, request_.end_tokens}, vocabulary_,
                *shared.line_ends);
}

// A prompt keeps a token at least, and tokens that no answer has.
void Sequence::heal(const TokenTrie& trie) {
  const size_t limit = std::min(request_.heal, tokens_.size() - 1);
  const size_t count = tokens_to_heal(vocabulary_, trie, tokens_, limit);
  const std::span healed = std::span(tokens_).last(count);
  const std::vector<int32_t> excluded = never_written(request_);
  if (count == 0 ||
      std::any_of(healed.begin(), healed.end(), [&](int32_t id) { return contains(excluded, id); }))
    return;
  std::string bytes;
  for (const int32_t id : healed) bytes += vocabulary_.bytes(id);
  healing_.emplace(vocabulary_, trie, std::move(bytes), excluded);
  tokens_.resize(tokens_.size() - count);
  summary_.healed_tokens = count;
}

std::span<const int32_t> Sequence::reusable() const {
  return std::span(tokens_).first(tokens_.size() - (request_.max_tokens > 0 ? 1 : 0));
}

void Sequence::resume(PrefixTree::Branch other) {
  if (!started_) started_ = Clock::now();
  branch = std::move(other);
  if (summary_.generated_tokens > 0) return;
  if (branch.length() > reached_) summary_.resident_tokens += branch.length() - reached_;
  reached_ = std::max(reached_, branch.length());
}

Feed Sequence::feed(size_t room) {
  if (!started_) started_ = Clock::now();
  if (searching()) {
    const std::span rows = beam_->tokens();
    return {rows.size() <= room ? rows : rows.first(0), PassKind::kDecode, rows.size()};
  }
  const std::span rest = std::span(tokens_).subspan(branch.length());
  if (rest.size() <= std::min(kDecodeRun, room)) {
    return {rest, PassKind::kDecode, request_.max_tokens > 0 ? size_t{1} : 0};
  }
  const size_t n = std::min(room, rest.size() - 1);
  return {rest.first(n), n <= kDecodeRun ? PassKind::kDecode : PassKind::kPrefill, 0};
}

// Tokens that may be drafted behind those of `feed`, at most `room`.
size_t Sequence::draft_room(const Feed& feed, size_t room) const {
  if (!drafter_ || beam_ || feed.logits == 0) return 0;
  const size_t positions = limits_.context_length - branch.length() - feed.tokens.size();
  const size_t wanted = request_.max_tokens - summary_.generated_tokens - 1;
  return std::min({room, positions, wanted});
}

// While something is healed, few tokens are allowed, and the module does not know which.
std::optional<DraftRow> Sequence::wants_guess(const Feed& feed, size_t room) const {
  if (draft_room(feed, room) == 0 || healing_ || !drafter_->wants_guess()) return std::nullopt;
  if (feed.tokens.size() != 1 || branch.length() == 0) return std::nullopt;
  return DraftRow{feed.tokens.front(), branch.length(), branch.pages()};
}

std::span<const int32_t> Sequence::draft(const Feed& feed, size_t rows, size_t room) const {
  const size_t most = draft_room(feed, room);
  return most == 0 ? std::span<const int32_t>{} : drafter_->draft(rows, most);
}

Outcome Sequence::accept(std::span<const int32_t> fed, const StepLogits::Rows& logits,
                         PrefixTree& tree) {
  const size_t rows = logits.size();
  if (rows > 0 && !decoding_) decoding_ = Clock::now();
  if (rows > 0 && beam_) return search(fed, logits, tree);
  const bool guessed = rows > 1 && drafter_->has_guess();
  Outcome outcome{};
  for (size_t row = 0; row < rows; ++row) {
    outcome.reason = push(choose(logits, row));
    if (outcome.reason || row + 1 == rows) break;
    if (fed[fed.size() - rows + row + 1] != tokens_.back()) break;
    ++outcome.drafts.accepted;
  }
  outcome.drafts.drafted = rows - std::min<size_t>(rows, 1);
  summary_.drafted_tokens += outcome.drafts.drafted;
  summary_.accepted_tokens += outcome.drafts.accepted;
  if (guessed) {
    outcome.guesses = outcome.drafts;
    summary_.mtp_drafted_tokens += outcome.guesses.drafted;
    summary_.mtp_accepted_tokens += outcome.guesses.accepted;
  }

  // What was computed counts as far as it became the text.
  const std::span text = std::span(tokens_).subspan(branch.length());
  const auto end = std::mismatch(fed.begin(), fed.end(), text.begin(), text.end()).first;
  tree.publish(branch, {fed.begin(), end});
  reached_ = std::max(reached_, branch.length());

  if (!outcome.reason) outcome.reason = make_fit();
  return outcome;
}

// Ends an answer for which nothing is left to compute, or that leaves the context.
std::optional<FinishReason> Sequence::make_fit() {
  if (pending() == 0) return FinishReason::kLength;
  if (tokens_.size() <= limits_.context_length) return std::nullopt;
  if (request_.overflow == Overflow::kStop) return FinishReason::kContext;
  trim();
  return std::nullopt;
}

// The first rows are those of the prompt's last token; the others' KV is the search's own.
Outcome Sequence::search(std::span<const int32_t> fed, const StepLogits::Rows& logits,
                         PrefixTree& tree) {
  if (!searching()) {
    tree.publish(branch, fed);
    reached_ = std::max(reached_, branch.length());
    beam_->start({.tokens = {}, .text = {}, .healing = healing_, .copies = copies_, .branch = {}});
  }
  if (beam_->advance(logits, sampler_)) return {};
  const std::vector<BeamLine> lines = beam_->take_lines();
  beam_.reset();
  for (const BeamLine& line : lines) keep_found(line);
  Outcome outcome{};
  if (lines.empty()) outcome.reason = FinishReason::kEnd;  // nothing was possible at all
  for (size_t i = 0; !outcome.reason && i < lines.front().tokens.size(); ++i) {
    outcome.reason = push(lines.front().tokens[i].token);
  }
  if (!outcome.reason) outcome.reason = make_fit();
  return outcome;
}

void Sequence::keep_found(const BeamLine& line) {
  FoundLine& found = summary_.lines.emplace_back();
  found.log_probability = line.log_probability;
  const std::function<void(TokenEvent)> keep = [&found](TokenEvent event) {
    found.tokens.push_back(std::move(event));
  };
  AnswerStream stream({"\n"}, keep);
  for (const auto& [token, healed] : line.tokens) {
    if (contains(request_.end_tokens, token.id)) break;
    stream.push(token, vocabulary_.bytes(token.id).substr(healed));
  }
}

bool Sequence::reserve(const Feed& feed, PrefixTree& tree) {
  if (searching()) return beam_->reserve(tree, branch);
  return tree.reserve(branch, branch.length() + feed.tokens.size());
}

size_t Sequence::held_pages() const {
  return branch.pages().size() + (beam_ ? beam_->own_pages() : 0);
}

void Sequence::give_up_pages() {
  branch.release();
  if (beam_) beam_->stop();
}

void Sequence::add_chunks(std::span<const int32_t> fed, std::vector<SequenceChunk>& chunks) const {
  if (searching()) {
    beam_->add_chunks(chunks);
  } else {
    chunks.push_back({fed, branch.length(), branch.pages()});
  }
}

// From the candidates where they settle it, else from the whole row: what healing allows is seldom
// among the largest logits.
SampledToken Sequence::choose(const StepLogits::Rows& logits, size_t row) {
  const std::span<const Candidate> odds = copies_ ? copies_->odds() : std::span<const Candidate>{};
  if (healing_) return sampler_.sample(logits.row(row), tokens_, healing_->allowed(), odds);
  if (!odds.empty()) return sampler_.sample(logits.row(row), tokens_, {}, odds);
  if (const LogitCandidates* candidates = logits.candidates(row)) {
    if (const auto token = sampler_.sample(*candidates, tokens_)) return *token;
  }
  return sampler_.sample(logits.row(row), tokens_);
}

std::optional<FinishReason> Sequence::push(const SampledToken& token) {
  if (contains(request_.end_tokens, token.id)) return FinishReason::kEnd;
  tokens_.push_back(token.id);
  drafter_->push(token.id);
  if (copies_) copies_->push(token.id);
  ++summary_.generated_tokens;
  std::string_view bytes = vocabulary_.bytes(token.id);
  if (healing_) {
    bytes.remove_prefix(healing_->advance(token.id));
    if (healing_->done()) healing_.reset();
  }
  if (answer_->push(token, bytes)) return FinishReason::kStop;
  if (summary_.generated_tokens == request_.max_tokens) return FinishReason::kLength;
  return std::nullopt;
}

// Positions behind the cut change, so their KV cannot be kept.
void Sequence::trim() {
  if (request_.overflow != Overflow::kTrim) return;
  const size_t drop = tokens_to_trim(tokens_.size(), request_.keep_first, limits_.context_length);
  if (drop == 0) return;
  const auto cut = tokens_.begin() + static_cast<std::ptrdiff_t>(request_.keep_first);
  tokens_.erase(cut, cut + static_cast<std::ptrdiff_t>(drop));
  summary_.trimmed_tokens += drop;
  branch.release();
}

void Sequence::finish(FinishReason reason) {
  give_up_pages();
  answer_.reset();
  const Clock::time_point now = Clock::now(), prefilled = decoding_.value_or(now);
  summary_.reason = reason;
  summary_.prefill_ms = milliseconds(prefilled - started_.value_or(prefilled));
  summary_.decode_ms = milliseconds(now - prefilled);
  listener_.on_end(nullptr, summary_);
}

void Sequence::fail(std::exception_ptr error) {
  give_up_pages();
  answer_.reset();
  listener_.on_end(std::move(error), Summary{});
}

}  // namespace lacuna
