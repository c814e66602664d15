#include "attacks/audit.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const ThreatModel kThreat{"linf", {8, 255}};

std::string violation(const at::Tensor& clean, const at::Tensor& adversarial,
                      const ThreatModel& threat = kThreat) {
  try {
    (void)audit(clean, adversarial, threat, "pgd:eps=8/255");
  } catch (const InternalError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Audit, MeasuresBothNormsInDouble) {
  const at::Tensor clean = at::full({2, 3, 2, 2}, 0.5, at::kFloat);
  const at::Tensor adversarial = clean.clone();
  adversarial[1][0][0][0] += 0.03125F;
  adversarial[1][2][1][1] -= 0.015625F;
  const Audit result = audit(clean, adversarial, kThreat, "pgd");
  EXPECT_EQ(result.linf.scalar_type(), at::kDouble);
  EXPECT_TRUE(at::equal(result.linf, at::tensor({0.0, 0.03125}, at::kDouble)));
  EXPECT_NEAR(result.l2[1].item<double>(), std::hypot(0.03125, 0.015625), 1e-15);
}

TEST(Audit, ToleratesTheRoundingOfFloat32AndNoMore) {
  const at::Tensor clean = at::full({1, 3, 1, 1}, 0.25, at::kDouble);
  EXPECT_EQ(violation(clean, clean + (8.0 / 255 + 1.1e-7)), "accepted");
  EXPECT_THAT(violation(clean, clean + (8.0 / 255 + 1.3e-7)),
              AllOf(HasSubstr("pgd:eps=8/255"), HasSubstr("0.031372"), HasSubstr("8/255")));
}

TEST(Audit, FindsPixelsOutsideTheRangeAndNan) {
  const at::Tensor clean = at::full({2, 3, 1, 1}, 1.0, at::kDouble);
  EXPECT_THAT(violation(clean, clean + 1e-12), HasSubstr("outside [0,1]"));
  EXPECT_THAT(violation(clean - 1, clean - 1 - 0.01), HasSubstr("-0.01"));
  const at::Tensor adversarial = clean.clone();
  adversarial[1][1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(violation(clean, adversarial), HasSubstr("nan"));
}

TEST(Audit, FindsNanInTheCleanImage) {
  const at::Tensor adversarial = at::full({1, 3, 1, 1}, 0.5, at::kDouble);
  EXPECT_NE(violation(adversarial * std::numeric_limits<double>::quiet_NaN(), adversarial), "accepted");
}

TEST(Audit, RefusesOtherShapesAndNorms) {
  const at::Tensor clean = at::zeros({2, 3, 1, 1});
  EXPECT_THAT(violation(clean, clean.narrow(0, 0, 1)), HasSubstr("shape"));
  EXPECT_THAT(violation(clean, clean, {"l7", {1, 1}}), HasSubstr("l7"));
}

TEST(Audit, TakesAnEmptyBatch) {
  const at::Tensor none = at::zeros({0, 3, 2, 2});
  EXPECT_EQ(audit(none, none, kThreat, "pgd").linf.size(0), 0);
}

}  // namespace
}  // namespace vitrobust::attacks
