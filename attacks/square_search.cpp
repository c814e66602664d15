#include "attacks/square_search.h"

#include <torch/torch.h>

#include <limits>
#include <utility>

#include "attacks/losses.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

at::Tensor index_of(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

}  // namespace

SquareSearch::SquareSearch(const models::Classifier& classifier, ActiveSet& active, SquarePoints points)
    : classifier_(classifier), active_(active), points_(std::move(points)) {
  points_ = {active.repack(points_.ball), active.repack(points_.best), active.repack(points_.margin),
             active.repack(points_.logits)};
}

void SquareSearch::advance(std::vector<SquareMove> moves, SampleStreams& streams) {
  const auto queries = static_cast<std::int64_t>(moves.size());
  next_.assign(static_cast<std::size_t>(active_.size()), 0);
  for (;;) {
    const Attempts tried = attempts(moves);
    if (tried.samples.empty()) return;
    take(tried, queries);
    repack(moves, streams);
  }
}

SquareSearch::Attempts SquareSearch::attempts(const std::vector<SquareMove>& moves) const {
  Attempts tried;
  std::vector<at::Tensor> images;
  for (std::size_t query = 0; query < moves.size(); ++query) {
    std::vector<std::int64_t> samples;
    for (std::size_t i = 0; i < next_.size(); ++i)
      if (next_[i] <= static_cast<std::int64_t>(query)) samples.push_back(static_cast<std::int64_t>(i));
    if (samples.empty()) continue;
    const at::Tensor index = index_of(samples);
    images.push_back(square_proposal(points_.ball.select(index), points_.best.index_select(0, index),
                                     moves[query].select(index)));
    tried.queries.insert(tried.queries.end(), samples.size(), static_cast<std::int64_t>(query));
    tried.samples.insert(tried.samples.end(), samples.begin(), samples.end());
  }
  if (!images.empty()) tried.images = images.size() == 1 ? images[0] : at::cat(images);
  return tried;
}

/// Books of each sample its queries up to the first that ends it or is better.
void SquareSearch::take(const Attempts& tried, std::int64_t queries) {
  const at::Tensor samples = index_of(tried.samples);
  const at::Tensor logits = classifier_.logits(tried.images);
  const at::Tensor margin = cw_margin(logits, active_.targets().index_select(0, samples));
  const at::Tensor better = margin.gt(points_.margin.index_select(0, samples));
  const at::Tensor counts =
      logits.argmax(1).ne(active_.labels().index_select(0, samples)).logical_or(better).contiguous();

  std::vector<std::int64_t> rows(next_.size(), -1);  // of each sample, the attempt that counts
  for (std::size_t row = 0; row < tried.samples.size(); ++row) {
    std::int64_t& first = rows[static_cast<std::size_t>(tried.samples[row])];
    if (first < 0 && counts.const_data_ptr<bool>()[row]) first = static_cast<std::int64_t>(row);
  }
  std::vector<std::int64_t> chosen_samples, chosen_rows;
  std::vector<std::int64_t> spent(next_.size());
  for (std::size_t i = 0; i < next_.size(); ++i) {
    const std::int64_t before = next_[i];
    next_[i] = rows[i] < 0 ? queries : tried.queries[static_cast<std::size_t>(rows[i])] + 1;
    spent[i] = next_[i] - before;
    if (rows[i] < 0) continue;
    chosen_samples.push_back(static_cast<std::int64_t>(i));
    chosen_rows.push_back(rows[i]);
  }
  const at::Tensor into = index_of(chosen_samples);
  const at::Tensor from = index_of(chosen_rows);
  const auto replaced = [&](const at::Tensor& old, const at::Tensor& found) {
    return chosen_rows.empty() ? old : old.index_copy(0, into, found.index_select(0, from));
  };
  const at::Tensor images = replaced(points_.best, tried.images);
  const at::Tensor accepted = replaced(at::zeros(points_.margin.sizes(), at::kBool), better);
  const at::Tensor loss = replaced(points_.margin, margin);
  const at::Tensor tried_logits = replaced(points_.logits, logits);
  // What the search rejects is not kept either, a tie included.
  active_.record(images, tried_logits, loss.masked_fill(accepted.logical_not(), -kInfinity), index_of(spent));
  points_.best = at::where(per_row(accepted, images), images, points_.best);
  points_.margin = at::where(accepted, loss, points_.margin);
  points_.logits = tried_logits;
}

void SquareSearch::repack(std::vector<SquareMove>& moves, SampleStreams& streams) {
  const std::int64_t before = points_.best.size(0);
  if (active_.size() == before) return;
  const at::Tensor kept = active_.repack(at::arange(before, at::kLong)).contiguous();
  points_ = {points_.ball.select(kept), points_.best.index_select(0, kept),
             points_.margin.index_select(0, kept), points_.logits.index_select(0, kept)};
  for (SquareMove& move : moves) move = move.select(kept);
  std::vector<std::int64_t> next;
  for (std::int64_t i = 0; i < kept.size(0); ++i)
    next.push_back(next_[static_cast<std::size_t>(kept.const_data_ptr<std::int64_t>()[i])]);
  next_ = std::move(next);
  streams.repack(active_);
}

}  // namespace vitrobust::attacks
