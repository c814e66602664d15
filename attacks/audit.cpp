#include "attacks/audit.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "core/error.h"

namespace vitrobust::attacks {

Audit audit(const at::Tensor& clean, const at::Tensor& adversarial, const ThreatModel& threat,
            std::string_view attack) {
  if (clean.sizes() != adversarial.sizes() || clean.dim() != 4)
    throw InternalError(fmt::format("{}: adversarial examples have another shape than the images", attack));
  if (threat.norm != "linf")
    throw InternalError(fmt::format("{}: nothing audits the norm '{}'", attack, threat.norm));
  const at::Tensor exact = adversarial.to(at::kDouble);
  // Written so that NaN, of which every comparison is false, counts as a violation.
  const at::Tensor inside = exact.ge(0).logical_and(exact.le(1));
  if (!inside.all().item<bool>()) {
    const double pixel = exact.masked_select(inside.logical_not())[0].item<double>();
    throw InternalError(
        fmt::format("{}: an adversarial example has a pixel of {}, outside [0,1]", attack, pixel));
  }
  const at::Tensor change = exact - clean.to(at::kDouble);
  const Audit result{change.abs().amax({1, 2, 3}), change.square().sum({1, 2, 3}).sqrt()};
  const at::Tensor within = result.linf.le(threat.epsilon.value() + kAuditTolerance);
  if (!within.all().item<bool>()) {
    const double linf = result.linf.masked_select(within.logical_not())[0].item<double>();
    throw InternalError(fmt::format("{}: a perturbation has L-infinity norm {}, allowed is eps={}", attack,
                                    linf, threat.epsilon.text()));
  }
  return result;
}

}  // namespace vitrobust::attacks
