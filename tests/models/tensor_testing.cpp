#include "tests/models/tensor_testing.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

namespace vitrobust::models {
namespace {

/// The tensors of these tests are tiny: waking threads for them costs far more than it saves.
class OneThread : public testing::Environment {
 public:
  void SetUp() override { at::set_num_threads(1); }
};

[[maybe_unused]] const auto* const kOneThread = testing::AddGlobalTestEnvironment(new OneThread);

testing::AssertionResult same_kind(const at::Tensor& got, const at::Tensor& expected) {
  if (got.scalar_type() != expected.scalar_type()) {
    return testing::AssertionFailure()
           << "dtype " << got.scalar_type() << ", expected " << expected.scalar_type();
  }
  if (got.sizes() != expected.sizes()) {
    return testing::AssertionFailure() << "shape " << got.sizes() << ", expected " << expected.sizes();
  }
  return testing::AssertionSuccess();
}

}  // namespace

double relative_error(const at::Tensor& got, const at::Tensor& expected) {
  const auto exact = expected.to(at::kDouble);
  return ((got.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
}

testing::AssertionResult tensors_near(const at::Tensor& got, const at::Tensor& expected, double tolerance) {
  if (auto kind = same_kind(got, expected); !kind) return kind;
  if (got.numel() == 0) return testing::AssertionSuccess();
  const auto error = ((got - expected).abs() / expected.abs().clamp_min(1)).max().item<double>();
  if (error <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "largest error " << error << ", allowed " << tolerance;
}

testing::AssertionResult tensors_identical(const at::Tensor& got, const at::Tensor& expected) {
  if (auto kind = same_kind(got, expected); !kind) return kind;
  if (got.equal(expected)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << got.ne(expected).sum().item<std::int64_t>() << " of " << got.numel()
                                     << " elements differ";
}

at::Tensor central_differences(const std::function<at::Tensor(const at::Tensor&)>& function,
                               const at::Tensor& x, double step) {
  const at::NoGradGuard no_grad;
  auto moved = x.detach().contiguous().clone();
  auto gradient = at::empty_like(moved);
  for (std::int64_t i = 0; i < moved.numel(); ++i) {
    double& element = moved.data_ptr<double>()[i];
    const double centre = element;
    element = centre + step;
    const double above = function(moved).item<double>();
    element = centre - step;
    const double below = function(moved).item<double>();
    element = centre;
    gradient.data_ptr<double>()[i] = (above - below) / (2 * step);
  }
  return gradient;
}

}  // namespace vitrobust::models
