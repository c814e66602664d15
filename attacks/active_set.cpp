#include "attacks/active_set.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <limits>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

void check(const AttackInput& input, const models::Classifier& classifier) {
  const std::int64_t samples = input.images.size(0);
  if (input.images.dim() != 4 || input.images.scalar_type() != classifier.dtype())
    throw InternalError("an attack needs images [N, 3, H, W] in the dtype of the classifier");
  if (input.labels.dim() != 1 || input.labels.size(0) != samples || input.labels.scalar_type() != at::kLong)
    throw InternalError("an attack needs one int64 label per image");
  if (static_cast<std::int64_t>(input.sample_ids.size()) != samples)
    throw InternalError("an attack needs one sample id per image");
  const std::int64_t classes = classifier.info().classes;
  if (input.labels.lt(0).logical_or(input.labels.ge(classes)).any().item<bool>())
    throw InternalError(fmt::format("an attack got a label outside 0 … {}", classes - 1));
}

}  // namespace

ActiveSet::ActiveSet(const AttackInput& input, const models::Classifier& classifier, Mode mode)
    : mode_(mode), sample_ids_(input.sample_ids.begin(), input.sample_ids.end()) {
  check(input, classifier);
  const std::int64_t samples = input.images.size(0);
  const auto indices = input.images.options().dtype(at::kLong);
  output_.adversarial = input.images.detach().clone();
  output_.broken = at::zeros({samples}, indices.dtype(at::kBool));
  output_.queries = at::zeros({samples}, indices);
  rows_ = at::arange(samples, indices);
  labels_ = input.labels.to(input.images.device());
  broken_ = at::zeros_like(output_.broken);
  best_loss_ = at::full({samples}, -std::numeric_limits<double>::infinity(), input.images.options());
}

std::vector<std::uint64_t> ActiveSet::sample_ids() const {
  const at::Tensor rows = rows_.cpu().contiguous();
  std::vector<std::uint64_t> ids;
  for (const std::int64_t row : std::span(rows.const_data_ptr<std::int64_t>(), sample_ids_.size())
                                    .first(static_cast<std::size_t>(size())))
    ids.push_back(sample_ids_[static_cast<std::size_t>(row)]);
  return ids;
}

at::Tensor ActiveSet::repack(const at::Tensor& packed) const {
  return kept_.defined() ? packed.index_select(0, kept_) : packed;
}

Ball ActiveSet::repack(const Ball& ball) const {
  return kept_.defined() ? ball.select(kept_) : ball;
}

at::Tensor ActiveSet::targets() const {
  return aims_.defined() ? at::stack({labels_, aims_}, 1) : labels_.unsqueeze(1);
}

void ActiveSet::screen(const at::Tensor& logits, std::int64_t queries) {
  broken_ = misclassified(logits);
  output_.broken.index_copy_(0, rows_, broken_);
  spend(queries);
  drop();
}

void ActiveSet::record(const at::Tensor& images, const at::Tensor& logits, const at::Tensor& loss,
                       std::int64_t queries) {
  record(images, logits, loss, at::full_like(rows_, queries));
}

void ActiveSet::record(const at::Tensor& images, const at::Tensor& logits, const at::Tensor& loss,
                       const at::Tensor& queries) {
  const at::Tensor broken = misclassified(logits);
  const at::Tensor stronger = loss.ge(best_loss_).logical_and(broken_.logical_not());
  const at::Tensor better = broken.logical_or(stronger);
  const at::Tensor chosen = better.nonzero().squeeze(1);
  output_.adversarial.index_copy_(0, rows_.index_select(0, chosen), images.index_select(0, chosen));
  best_loss_ = at::where(better, loss, best_loss_);
  broken_ = broken_.logical_or(broken);
  output_.broken.index_copy_(0, rows_, broken_);
  spend(queries);
  if (mode_ == Mode::early_stop) drop();
}

void ActiveSet::absorb(const ActiveSet& runs) {
  const std::int64_t samples = size();
  at::Tensor losses =
      at::full({runs.output_.broken.size(0)}, -std::numeric_limits<double>::infinity(), best_loss_.options());
  losses.index_copy_(0, runs.rows_, runs.best_loss_);
  for (std::int64_t first = 0; first < losses.size(0); first += samples) {
    const auto of_run = [&](const at::Tensor& rows) { return rows.narrow(0, first, samples); };
    const at::Tensor open = broken_.logical_not();
    const at::Tensor broke = of_run(runs.output_.broken).logical_and(open);
    const at::Tensor stronger = of_run(losses).ge(best_loss_).logical_and(open);
    const at::Tensor chosen = broke.logical_or(stronger).nonzero().squeeze(1);
    output_.adversarial.index_copy_(0, rows_.index_select(0, chosen),
                                    of_run(runs.output_.adversarial).index_select(0, chosen));
    best_loss_ = at::where(stronger, of_run(losses), best_loss_);
    output_.queries.index_add_(0, rows_, of_run(runs.output_.queries) * open);
    broken_ = broken_.logical_or(broke);
  }
  output_.broken.index_copy_(0, rows_, broken_);
  drop();
}

at::Tensor ActiveSet::misclassified(const at::Tensor& logits) const {
  if (logits.size(0) != size()) throw InternalError("an attack booked logits that are not packed");
  return logits.argmax(1).ne(labels_);
}

void ActiveSet::spend(std::int64_t queries) {
  spend(at::full_like(rows_, queries));
}

void ActiveSet::spend(const at::Tensor& queries) {
  output_.queries.index_add_(0, rows_, queries);
  kept_ = at::Tensor();
}

void ActiveSet::drop() {
  kept_ = broken_.any().item<bool>() ? broken_.logical_not().nonzero().squeeze(1) : at::Tensor();
  rows_ = repack(rows_);
  labels_ = repack(labels_);
  if (aims_.defined()) aims_ = repack(aims_);
  best_loss_ = repack(best_loss_);
  broken_ = repack(broken_);
}

}  // namespace vitrobust::attacks
