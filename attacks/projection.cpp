#include "attacks/projection.h"

#include <torch/torch.h>

namespace vitrobust::attacks {

LinfBox linf_box(const at::Tensor& clean, double epsilon) {
  const at::Tensor exact = clean.to(at::kDouble);
  const auto round_inwards = [&clean](const at::Tensor& bound, bool is_lower) {
    const at::Tensor rounded = bound.to(clean.scalar_type());
    const at::Tensor outside =
        is_lower ? rounded.to(at::kDouble).lt(bound) : rounded.to(at::kDouble).gt(bound);
    // `clean` itself lies in the box, so the next number towards it does too.
    return at::where(outside, at::nextafter(rounded, clean), rounded);
  };
  return {round_inwards((exact - epsilon).clamp_min(0), true),
          round_inwards((exact + epsilon).clamp_max(1), false)};
}

at::Tensor project(const LinfBox& box, const at::Tensor& x) {
  return at::clamp(x, box.lower, box.upper);
}

}  // namespace vitrobust::attacks
