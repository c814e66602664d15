#include "attacks/boundary.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>

#include "attacks/rows.h"
#include "attacks/targets.h"
#include "core/error.h"

namespace vitrobust::attacks {

at::Tensor logit_gap(const at::Tensor& logits, const at::Tensor& targets) {
  return (logits.gather(1, targets.narrow(1, 1, 1)) - logits.gather(1, targets.narrow(1, 0, 1))).squeeze(1);
}

at::Tensor likeliest_rivals(const at::Tensor& logits, const at::Tensor& labels, std::int64_t count) {
  const std::int64_t classes = logits.size(1);
  if (classes < 2)
    throw UsageError(fmt::format("the model has {} class: there is nothing to attack", classes));
  return rivals(logits, labels).narrow(1, 0, std::min(count, classes - 1)).contiguous();
}

at::Tensor dual_norms(Norm norm, const at::Tensor& gradient) {
  switch (norm) {
    case Norm::linf:
      return row_norms(gradient, Norm::l1);
    case Norm::l2:
      return row_norms(gradient, Norm::l2);
    case Norm::l1:
      return row_norms(gradient, Norm::linf);
  }
  throw InternalError("a norm of unknown kind");
}

Boundary nearest_boundary(const models::Classifier& classifier, const at::Tensor& x, const at::Tensor& labels,
                          const at::Tensor& rivals, Norm norm, double guard) {
  Boundary nearest;
  at::Tensor smallest;
  for (std::int64_t i = 0; i < rivals.size(1); ++i) {
    const auto pass = classifier.loss_gradient(x, at::stack({labels, rivals.select(1, i)}, 1), logit_gap);
    const at::Tensor distance = pass.loss.to(at::kDouble).abs() / (dual_norms(norm, pass.gradient) + guard);
    if (i == 0) {
      nearest = {pass.loss, pass.gradient};
      smallest = distance;
      continue;
    }
    const at::Tensor nearer = distance.lt(smallest);
    nearest.gap = at::where(nearer, pass.loss, nearest.gap);
    nearest.gradient = at::where(per_row(nearer, pass.gradient), pass.gradient, nearest.gradient);
    smallest = at::where(nearer, distance, smallest);
  }
  return nearest;
}

}  // namespace vitrobust::attacks
