#include "attacks/square_search.h"

#include <torch/torch.h>

#include <limits>
#include <utility>

#include "attacks/losses.h"

namespace vitrobust::attacks {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

at::Tensor index_of(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

}  // namespace

SquareSearch::SquareSearch(const models::Classifier& classifier, ActiveSet& active, SquarePoints points)
    : classifier_(classifier), active_(active), points_(std::move(points)) {
  // Copies: they are written to.
  points_ = {active.repack(points_.ball), active.repack(points_.best).clone(),
             active.repack(points_.margin).clone(), active.repack(points_.logits).clone()};
}

void SquareSearch::advance(const std::vector<SquareMove>& moves, SampleStreams& streams) {
  moves_ = SquareMove::joined(moves);
  queries_ = static_cast<std::int64_t>(moves.size());
  next_.assign(static_cast<std::size_t>(active_.size()), 0);
  for (;;) {
    const Attempts tried = attempts();
    if (tried.samples.empty()) return;
    take(tried);
    repack(streams);
  }
}

SquareSearch::Attempts SquareSearch::attempts() const {
  Attempts tried;
  std::vector<std::int64_t> rows;
  const auto samples = static_cast<std::int64_t>(next_.size());
  for (std::int64_t query = 0; query < queries_; ++query)
    for (std::int64_t i = 0; i < samples; ++i) {
      if (next_[static_cast<std::size_t>(i)] > query) continue;
      tried.queries.push_back(query);
      tried.samples.push_back(i);
      rows.push_back(query * samples + i);
    }
  if (rows.empty()) return tried;
  if (queries_ == 1) {
    tried.images = square_proposal(points_.ball, points_.best, moves_);
    return tried;
  }
  const at::Tensor of = index_of(tried.samples);
  tried.images = square_proposal(points_.ball.select(of), points_.best.index_select(0, of),
                                 moves_.select(index_of(rows)));
  return tried;
}

/// Books of each sample its queries up to the first that ends it or is better.
void SquareSearch::take(const Attempts& tried) {
  const at::Tensor samples = index_of(tried.samples);
  const at::Tensor labels = active_.labels().index_select(0, samples);
  const at::Tensor logits = classifier_.search_logits(tried.images, labels);
  const at::Tensor margin = cw_margin(logits, active_.targets().index_select(0, samples));
  const at::Tensor better = margin.gt(points_.margin.index_select(0, samples));
  const at::Tensor counts = logits.argmax(1).ne(labels).logical_or(better).contiguous();

  std::vector<std::int64_t> rows(next_.size(), -1);  // of each sample, the attempt that counts
  for (std::size_t row = 0; row < tried.samples.size(); ++row) {
    std::int64_t& first = rows[static_cast<std::size_t>(tried.samples[row])];
    if (first < 0 && counts.const_data_ptr<bool>()[row]) first = static_cast<std::int64_t>(row);
  }
  std::vector<std::int64_t> chosen_samples, chosen_rows;
  std::vector<std::int64_t> spent(next_.size());
  for (std::size_t i = 0; i < next_.size(); ++i) {
    const std::int64_t before = next_[i];
    next_[i] = rows[i] < 0 ? queries_ : tried.queries[static_cast<std::size_t>(rows[i])] + 1;
    spent[i] = next_[i] - before;
    if (rows[i] < 0) continue;
    chosen_samples.push_back(static_cast<std::int64_t>(i));
    chosen_rows.push_back(rows[i]);
  }
  // Of samples without an attempt that counts, an infinite loss keeps the best point from being booked again;
  // of a broken sample that is no better (a tie), from being booked as an attempt. It leaves all the same.
  at::Tensor loss = at::full_like(points_.margin, -kInfinity);
  if (!chosen_rows.empty()) {
    const at::Tensor into = index_of(chosen_samples);
    const at::Tensor from = index_of(chosen_rows);
    const auto replace = [&](at::Tensor& points, const at::Tensor& found) {
      points.index_copy_(0, into, found.index_select(0, from));
    };
    replace(points_.best, tried.images);
    replace(points_.margin, margin);
    replace(points_.logits, logits);
    replace(loss, at::where(better, margin, -kInfinity).to(loss.scalar_type()));
  }
  active_.record(points_.best, points_.logits, loss, index_of(spent));
}

void SquareSearch::repack(SampleStreams& streams) {
  const std::int64_t before = points_.best.size(0);
  if (active_.size() == before) return;
  const at::Tensor kept = active_.repack(at::arange(before, at::kLong)).contiguous();
  points_ = {points_.ball.select(kept), points_.best.index_select(0, kept),
             points_.margin.index_select(0, kept), points_.logits.index_select(0, kept)};
  moves_ = moves_.select((at::arange(queries_, at::kLong).unsqueeze(1) * before + kept).flatten());
  std::vector<std::int64_t> next;
  for (std::int64_t i = 0; i < kept.size(0); ++i)
    next.push_back(next_[static_cast<std::size_t>(kept.const_data_ptr<std::int64_t>()[i])]);
  next_ = std::move(next);
  streams.repack(active_);
}

}  // namespace vitrobust::attacks
