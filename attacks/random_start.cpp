#include "attacks/random_start.h"

#include <torch/torch.h>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::attacks {

at::Tensor random_start(const at::Tensor& clean, const LinfBox& box, double epsilon,
                        std::span<const std::uint64_t> sample_ids, StreamKey key) {
  const std::int64_t samples = clean.size(0);
  if (static_cast<std::int64_t>(sample_ids.size()) != samples)
    throw InternalError("a random start needs one sample id per image");
  const at::Tensor uniform = at::empty(clean.sizes(), at::TensorOptions(at::kDouble));
  const std::int64_t pixels = samples == 0 ? 0 : uniform.numel() / samples;
  double* const data = uniform.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < samples; ++i) {
    key.sample_id = sample_ids[static_cast<std::size_t>(i)];
    PhiloxSource(key).fill_uniform({data + i * pixels, static_cast<std::size_t>(pixels)});
  }
  const at::Tensor noise = uniform.to(clean.device()) * (2 * epsilon) - epsilon;
  return project(box, (clean.to(at::kDouble) + noise).to(clean.scalar_type()));
}

}  // namespace vitrobust::attacks
