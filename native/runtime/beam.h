// Beam search for the rest of a line. The likeliest beginnings are taken further side by side, a
// row of each pass for each; where one may end, it is collected. A line is as likely as all ways to
// end it together: by any token that begins with a line end, or by one that ends the text. So a
// line is not lost because its end is written in many ways.
//
// The likeliest line is often a short one, because each token more costs some. So the greedy line
// is among the beginnings whatever it costs, and gives way only to one that is kGreedyLead times as
// likely. What can no longer become the answer is given up, and the search is over when nothing
// else is left.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/device_model.h"
#include "runtime/hypothesis.h"
#include "runtime/line_ends.h"
#include "runtime/sampler.h"
#include "runtime/step_logits.h"
#include "runtime/vocabulary.h"

namespace lacuna {

inline constexpr size_t kMostBeamWidth = 6;
inline constexpr double kGreedyLead = 7;

class Beam {
 public:
  // A line that is longer is cut short.
  static constexpr size_t kMostLineTokens = 48;

  struct Options {
    size_t width;                     // 2 … kMostBeamWidth
    size_t most_tokens;               // of a line, ≥ 1
    size_t prompt;                    // tokens of it
    std::vector<int32_t> end_tokens;  // that end the text
  };

  // What is referred to must outlive it.
  Beam(Options options, const Vocabulary& vocabulary, const LineEnds& line_ends);

  // Begins, or begins anew: with nothing written, `root` being what the prompt alone leaves. Then
  // the logits of the prompt's last token are wanted.
  void start(Hypothesis root);

  // Throws away what was begun, and the pages of it.
  void stop();

  bool searching() const { return !live_.empty(); }

  // The rows of the next pass: the last token of each hypothesis. Valid until the search goes on.
  std::span<const int32_t> tokens() const { return tokens_; }

  // Gives each hypothesis pages for its last token; `prompt` has the KV of the whole prompt. False
  // where the pool is exhausted; those that could be had stay.
  bool reserve(PrefixTree& tree, const PrefixTree::Branch& prompt);

  // Pages that nobody else has.
  size_t own_pages() const;

  // The chunks of a pass over `tokens`. Valid until the search goes on.
  void add_chunks(std::vector<SequenceChunk>& chunks) const;

  // Goes on by a token: `logits` are those of the rows of the pass, or of the prompt's last token.
  // False when the search is over.
  bool advance(const StepLogits::Rows& logits, Sampler& sampler);

  // What was collected, the answer first, then the likeliest first, as many as the search is wide.
  // Where nothing came to its end, the beginnings that were cut short. Ends the search.
  std::vector<BeamLine> take_lines();

 private:
  struct Step {
    size_t from;  // in live_
    SampledToken token;
    double log_probability;  // of the whole hypothesis
    bool greedy;
  };

  void look_at(size_t from, std::span<float> logits, Sampler& sampler, std::vector<Step>& steps);
  Candidate collect_ended(const Hypothesis& ended, std::span<float> logits,
                          const Normalizer& normalizer);
  void collect(BeamLine line);
  std::vector<Step> best_of(std::vector<Step> steps) const;
  Hypothesis extended(const Hypothesis& from, const Step& step, size_t* line_end) const;
  void go_on(const std::vector<Step>& steps);
  void give_up();

  const Options options_;
  const Vocabulary& vocabulary_;
  const LineEnds& line_ends_;
  std::vector<Hypothesis> live_;  // likeliest first
  std::vector<int32_t> tokens_;   // the last one of each
  std::vector<BeamLine> lines_, cut_;
};

}  // namespace lacuna
