#include "attacks/nearest_set.h"

#include <torch/torch.h>

#include <limits>
#include <span>

#include "attacks/active_set.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {

NearestSet::NearestSet(const AttackInput& input, const models::Classifier& classifier, Norm norm,
                       std::optional<double> epsilon, Leave leave)
    : norm_(norm),
      epsilon_(epsilon),
      leave_(leave),
      // An ActiveSet checks the contract of the input; its books, still empty, are the first of these.
      output_(ActiveSet(input, classifier).finish()),
      sample_ids_(input.sample_ids.begin(), input.sample_ids.end()),
      rows_(at::arange(input.images.size(0), input.images.options().dtype(at::kLong))),
      clean_(input.images.detach()),
      labels_(input.labels.to(input.images.device())),
      nearest_(at::full({input.images.size(0)}, std::numeric_limits<double>::infinity(),
                        input.images.options().dtype(at::kDouble))) {}

std::vector<std::uint64_t> NearestSet::sample_ids() const {
  const at::Tensor rows = rows_.cpu().contiguous();
  std::vector<std::uint64_t> ids;
  for (std::int64_t i = 0; i < size(); ++i)
    ids.push_back(sample_ids_[static_cast<std::size_t>(rows.const_data_ptr<std::int64_t>()[i])]);
  return ids;
}

at::Tensor NearestSet::repack(const at::Tensor& packed) const {
  return kept_.defined() ? packed.index_select(0, kept_) : packed;
}

void NearestSet::screen(const at::Tensor& logits) {
  spend(1);
  const at::Tensor broken = logits.argmax(1).ne(labels_);
  output_.broken.index_copy_(0, rows_, broken);
  drop(broken);
}

void NearestSet::spend(std::int64_t queries) {
  output_.queries.index_add_(0, rows_, at::full_like(rows_, queries));
}

void NearestSet::record(const at::Tensor& images, const at::Tensor& adversarial) {
  spend(1);
  const at::Tensor distance = row_norms(images.to(at::kDouble) - clean_.to(at::kDouble), norm_);
  const at::Tensor better = adversarial.logical_and(distance.lt(nearest_));
  nearest_ = at::where(better, distance, nearest_);
  const at::Tensor chosen = better.logical_and(within_radius()).nonzero().squeeze(1);
  output_.adversarial.index_copy_(0, rows_.index_select(0, chosen), images.index_select(0, chosen));
  output_.broken.index_fill_(0, rows_.index_select(0, chosen), true);
  kept_ = at::Tensor();
  if (leave_ == Leave::at_once) drop_broken();
}

void NearestSet::absorb(const NearestSet& runs) {
  for (std::int64_t first = 0; first < runs.output_.broken.size(0); first += size()) {
    const auto of_run = [&](const at::Tensor& rows) { return rows.narrow(0, first, size()); };
    const at::Tensor open = within_radius().logical_not();
    const at::Tensor broke = of_run(runs.output_.broken).logical_and(open);
    const at::Tensor chosen = broke.nonzero().squeeze(1);
    output_.adversarial.index_copy_(0, rows_.index_select(0, chosen),
                                    of_run(runs.output_.adversarial).index_select(0, chosen));
    output_.broken.index_fill_(0, rows_.index_select(0, chosen), true);
    output_.queries.index_add_(0, rows_, of_run(runs.output_.queries) * open);
    // Whoever is open has nothing within the radius, and whatever comes within it is nearer.
    nearest_ = nearest_.masked_fill(broke, 0.0);
  }
  drop_broken();
}

void NearestSet::drop_broken() {
  kept_ = at::Tensor();
  if (epsilon_) drop(within_radius());
}

void NearestSet::drop(const at::Tensor& done) {
  kept_ = done.any().item<bool>() ? done.logical_not().nonzero().squeeze(1) : at::Tensor();
  rows_ = repack(rows_);
  clean_ = repack(clean_);
  labels_ = repack(labels_);
  nearest_ = repack(nearest_);
}

AttackOutput NearestSet::finish() && {
  return std::move(output_);
}

at::Tensor NearestSet::within_radius() const {
  return nearest_.le(epsilon_.value_or(std::numeric_limits<double>::max()));
}

}  // namespace vitrobust::attacks
