#include "attacks/losses.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <limits>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

/// Keeps the ratios finite when the leading logits tie (the value of the reference implementation).
constexpr double kDlrGuard = 1e-12;

void check(const char* loss, const at::Tensor& logits, std::int64_t classes, const at::Tensor& targets,
           std::int64_t columns) {
  if (logits.size(1) < classes)
    throw UsageError(
        fmt::format("the {} needs at least {} classes, the model has {}", loss, classes, logits.size(1)),
        "choose an attack on the cross-entropy, such as pgd");
  if (targets.dim() != 2 || targets.size(1) < columns || targets.size(0) != logits.size(0))
    throw InternalError(fmt::format("the {} got the wrong shape of targets", loss));
}

/// Column `column` of the targets as an index [n, 1].
at::Tensor index_of(const at::Tensor& targets, std::int64_t column) {
  return targets.narrow(1, column, 1);
}

at::Tensor logit_at(const at::Tensor& logits, const at::Tensor& index) {
  return logits.gather(1, index).squeeze(1);
}

at::Tensor largest_other(const at::Tensor& logits, const at::Tensor& label) {
  const at::Tensor others = logits.scatter(1, label, -std::numeric_limits<double>::infinity());
  return std::get<0>(others.max(1));
}

/// The k largest logits [n, k], largest first.
at::Tensor largest(const at::Tensor& logits, std::int64_t k) {
  return std::get<0>(logits.topk(k, 1));
}

}  // namespace

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
  check("cross-entropy", logits, 1, targets, 1);
  return at::cross_entropy_loss(logits, targets.select(1, 0), {}, at::Reduction::None);
}

at::Tensor cw_margin(const at::Tensor& logits, const at::Tensor& targets) {
  check("margin loss", logits, 2, targets, 1);
  const at::Tensor label = index_of(targets, 0);
  return largest_other(logits, label) - logit_at(logits, label);
}

at::Tensor dlr(const at::Tensor& logits, const at::Tensor& targets) {
  check("DLR loss", logits, 3, targets, 1);
  const at::Tensor top = largest(logits, 3);
  return cw_margin(logits, targets) / (top.select(1, 0) - top.select(1, 2) + kDlrGuard);
}

at::Tensor targeted_dlr(const at::Tensor& logits, const at::Tensor& targets) {
  check("targeted DLR loss", logits, 4, targets, 2);
  const at::Tensor top = largest(logits, 4);
  const at::Tensor gap = logit_at(logits, index_of(targets, 1)) - logit_at(logits, index_of(targets, 0));
  return gap / (top.select(1, 0) - (top.select(1, 2) + top.select(1, 3)) / 2 + kDlrGuard);
}

at::Tensor targeted_cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
  check("targeted cross-entropy", logits, 2, targets, 2);
  return -at::cross_entropy_loss(logits, targets.select(1, 1), {}, at::Reduction::None);
}

at::Tensor targeted_margin(const at::Tensor& logits, const at::Tensor& targets) {
  check("targeted margin loss", logits, 2, targets, 2);
  return logit_at(logits, index_of(targets, 1)) - logit_at(logits, index_of(targets, 0));
}

ParameterSpec loss_parameter() {
  return {.name = "loss",
          .type = ParameterType::choice,
          .default_value = "ce",
          .help = "what is maximised: cross-entropy, margin, or difference of logits ratio",
          .choices = {"ce", "cw", "dlr"}};
}

models::LossFunction loss_named(std::string_view name, bool targeted) {
  if (name == "ce") return targeted ? targeted_cross_entropy : cross_entropy;
  if (name == "cw") return targeted ? targeted_margin : cw_margin;
  if (name == "dlr") return targeted ? targeted_dlr : dlr;
  throw InternalError(fmt::format("there is no loss '{}'", name));
}

}  // namespace vitrobust::attacks
