#include "attacks/audit.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "attacks/rows.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

/// The first value where `within` is false; NaN, of which every comparison is false, is found too.
template <typename Value>
std::optional<Value> first_outside(const at::Tensor& values, const at::Tensor& within) {
  if (within.all().item<bool>()) return std::nullopt;
  return values.masked_select(within.logical_not())[0].item<Value>();
}

/// How many patches of the grid changed: [N] int64.
at::Tensor changed_patches(const at::Tensor& change, std::int64_t size) {
  const at::Tensor changed = change.ne(0).any(1, true).to(at::kFloat);
  // The last patches may be cut by the edge of the image.
  return at::max_pool2d(changed, size, size, 0, 1, true).gt(0).sum({1, 2, 3});
}

void check_range(const at::Tensor& images, std::string_view attack) {
  if (const auto pixel = first_outside<double>(images, images.ge(0).logical_and(images.le(1))))
    throw InternalError(
        fmt::format("{}: an adversarial example has a pixel of {}, outside [0,1]", attack, *pixel));
}

void check_radius(const Audit& audit, const ThreatModel& threat, std::string_view attack) {
  if (!threat.epsilon) return;
  const at::Tensor& size = threat.norm == Norm::linf ? audit.linf
                           : threat.norm == Norm::l2 ? audit.l2
                                                     : audit.l1;
  if (const auto norm = first_outside<double>(size, size.le(threat.epsilon->value() + kAuditTolerance)))
    throw InternalError(fmt::format("{}: a perturbation has {} norm {}, allowed is eps={}", attack,
                                    to_string(threat.norm), *norm, threat.epsilon->text()));
}

void check_patches(const at::Tensor& change, const ThreatModel& threat, std::string_view attack) {
  if (!threat.patches || change.size(0) == 0) return;
  const at::Tensor count = changed_patches(change, threat.patches->size);
  if (const auto changed = first_outside<std::int64_t>(count, count.le(threat.patches->count)))
    throw InternalError(fmt::format("{}: a perturbation changes {} patches of {}×{} pixels, allowed are {}",
                                    attack, *changed, threat.patches->size, threat.patches->size,
                                    threat.patches->count));
}

}  // namespace

Audit audit(const at::Tensor& clean, const at::Tensor& adversarial, const ThreatModel& threat,
            std::string_view attack) {
  if (clean.sizes() != adversarial.sizes() || clean.dim() != 4)
    throw InternalError(fmt::format("{}: adversarial examples have another shape than the images", attack));
  const at::Tensor exact = adversarial.to(at::kDouble);
  check_range(exact, attack);
  const at::Tensor change = exact - clean.to(at::kDouble);
  const Audit result{row_norms(change, Norm::linf), row_norms(change, Norm::l2), row_norms(change, Norm::l1)};
  // A clean image with NaN shows in every norm.
  if (const auto norm = first_outside<double>(result.linf, result.linf.isfinite()))
    throw InternalError(fmt::format("{}: a perturbation has linf norm {}", attack, *norm));
  check_radius(result, threat, attack);
  check_patches(change, threat, attack);
  return result;
}

}  // namespace vitrobust::attacks
