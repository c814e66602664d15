#include "attacks/rows.h"

#include <torch/torch.h>

#include "core/error.h"

namespace vitrobust::attacks {

at::Tensor row_norms(const at::Tensor& x, Norm norm) {
  const at::Tensor rows = x.reshape({x.size(0), x.size(0) == 0 ? 1 : -1}).to(at::kDouble);
  switch (norm) {
    case Norm::linf:
      return rows.abs().amax(1);
    case Norm::l2:
      return rows.square().sum(1).sqrt();
    case Norm::l1:
      return rows.abs().sum(1);
  }
  throw InternalError("a norm of unknown kind");
}

at::Tensor per_row(const at::Tensor& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = values.size(0);
  return values.view(shape);
}

at::Tensor round_towards(const at::Tensor& clean, const at::Tensor& exact) {
  if (clean.scalar_type() == at::kDouble) return exact;
  const at::Tensor rounded = exact.to(clean.scalar_type());
  const at::Tensor origin = clean.to(at::kDouble);
  const at::Tensor farther = (rounded.to(at::kDouble) - origin).abs().gt((exact - origin).abs());
  return at::where(farther, at::nextafter(rounded, clean), rounded);
}

}  // namespace vitrobust::attacks
