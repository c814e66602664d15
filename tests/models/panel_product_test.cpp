// This suite's own matrix products against LibTorch's in float64.
#include "models/panel_product.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

class PanelProducts : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!has_panel_products(GetParam())) GTEST_SKIP() << "this processor has no such instructions";
    torch::manual_seed(7);
  }
  /// What the products see of x.
  static at::Tensor rounded(const at::Tensor& x) {
    return GetParam() ? x.to(at::kBFloat16).to(at::kDouble) : x.to(at::kDouble);
  }
};

struct Size {
  std::int64_t rows, inputs, outputs;
};

/// Sizes below, at and above whole vectors, tiles, panels, pairs and runs of terms. Operands rounded to
/// bfloat16 have exact products, so that only sums round, in float32.
TEST_P(PanelProducts, EqualThoseInFloat64) {
  for (const auto& [rows, inputs, outputs] : {Size{1, 1, 1},
                                              {5, 2, 16},
                                              {6, 3, 17},
                                              {7, 64, 63},
                                              {13, 33, 64},
                                              {12, 96, 65},
                                              {65, 48, 130},
                                              {3, 512, 80},
                                              {4, 513, 10},
                                              {9, 1300, 33}}) {
    const at::Tensor x = at::randn({rows, inputs});
    const at::Tensor weight = at::randn({outputs, inputs});
    const at::Tensor bias = at::randn({outputs});
    const at::Tensor panels = panel_layout(weight, GetParam());
    const at::Tensor expected = at::matmul(rounded(x), rounded(weight).t());
    const double tolerance =
        2e-7 * std::sqrt(static_cast<double>(inputs)) * expected.abs().max().item<double>();
    const auto what = testing::Message() << rows << " x " << inputs << " -> " << outputs;
    const at::Tensor plain = panel_linear(x, panels, {}, outputs);
    EXPECT_TRUE(tensors_near(plain.to(at::kDouble), expected, tolerance)) << what;
    const at::Tensor shifted = panel_linear(x, panels, bias, outputs);
    EXPECT_TRUE(tensors_near(shifted.to(at::kDouble), expected + bias.to(at::kDouble), tolerance)) << what;
    EXPECT_TRUE(tensors_identical(dense_of_panels(panels, outputs, inputs).to(at::kDouble), rounded(weight)));
  }
}

/// A row's bits depend neither on its place nor on how many rows there are.
TEST_P(PanelProducts, TreatAllRowsAlike) {
  const at::Tensor x = at::randn({23, 70});
  const at::Tensor panels = panel_layout(at::randn({90, 70}), GetParam());
  const at::Tensor bias = at::randn({90});
  const at::Tensor all = panel_linear(x, panels, bias, 90);
  for (const std::int64_t count : {1, 2, 5, 6, 7, 22})
    for (const std::int64_t first : {0, 1, 23 - static_cast<int>(count)})
      EXPECT_TRUE(tensors_identical(panel_linear(x.narrow(0, first, count).contiguous(), panels, bias, 90),
                                    all.narrow(0, first, count)))
          << first << " " << count;
}

TEST_P(PanelProducts, TakeAnyStridesOfAWeightAndRefuseForeignPanels) {
  const at::Tensor weight = at::randn({40, 24});
  const at::Tensor x = at::randn({3, 2, 40});
  const at::Tensor panels = panel_layout(weight.t(), GetParam());
  const at::Tensor got = panel_linear(x, panels, {}, 24);
  EXPECT_EQ(got.sizes(), (std::vector<std::int64_t>{3, 2, 24}));
  EXPECT_TRUE(
      tensors_identical(got, panel_linear(x, panel_layout(weight.t().contiguous(), GetParam()), {}, 24)));
  EXPECT_THROW((void)panel_linear(at::randn({3, 36}), panels, {}, 24), InternalError);
  EXPECT_THROW((void)panel_layout(weight.to(at::kDouble), GetParam()), InternalError);
}

INSTANTIATE_TEST_SUITE_P(All, PanelProducts, testing::Bool(),
                         [](const auto& instance) { return instance.param ? "bf16" : "fp32"; });

}  // namespace
}  // namespace vitrobust::models
