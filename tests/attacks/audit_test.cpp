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

const ThreatModel kThreat{.norm = Norm::linf, .epsilon = Fraction(8, 255)};

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

TEST(Audit, HoldsEveryNormToItsRadius) {
  const at::Tensor clean = at::full({1, 3, 2, 2}, 0.5, at::kDouble);
  const at::Tensor adversarial = clean + 0.125;  // linf 1/8, l2 √12/8, l1 12/8
  const auto with = [&](Norm norm, const char* epsilon) {
    return violation(clean, adversarial, {.norm = norm, .epsilon = Fraction::parse(epsilon)});
  };
  EXPECT_EQ(with(Norm::linf, "0.125"), "accepted");
  EXPECT_EQ(with(Norm::l2, "0.43301271"), "accepted");
  EXPECT_EQ(with(Norm::l1, "1.5"), "accepted");
  EXPECT_THAT(with(Norm::linf, "0.1249"), HasSubstr("linf norm 0.125"));
  EXPECT_THAT(with(Norm::l2, "0.4330"), HasSubstr("l2 norm 0.43301"));
  EXPECT_THAT(with(Norm::l1, "1.4999"), HasSubstr("l1 norm 1.5"));
}

TEST(Audit, AnUnboundedAttackMustStayInTheRangeOnly) {
  const at::Tensor clean = at::zeros({1, 3, 2, 2}, at::kDouble);
  EXPECT_EQ(violation(clean, clean + 1, {.norm = Norm::l2, .epsilon = std::nullopt}), "accepted");
  EXPECT_THAT(violation(clean, clean + 1.1, {.norm = Norm::l2, .epsilon = std::nullopt}),
              HasSubstr("outside [0,1]"));
}

TEST(Audit, CountsThePatchesThatChanged) {
  const at::Tensor clean = at::full({2, 3, 5, 6}, 0.5, at::kDouble);
  const at::Tensor adversarial = clean.clone();
  adversarial[1][0][0][0] = 0.75;  // patch (0, 0)
  adversarial[1][2][1][1] = 0.25;  // the same
  adversarial[1][1][4][5] = 0.25;  // patch (2, 2), cut by the lower edge
  const auto with = [&](std::int64_t count) {
    return violation(clean, adversarial,
                     {.norm = Norm::linf, .epsilon = Fraction(1, 1), .patches = PatchLimit{count, 2}});
  };
  EXPECT_EQ(with(2), "accepted");
  EXPECT_THAT(with(1), AllOf(HasSubstr("2 patches of 2×2"), HasSubstr("allowed are 1")));
}

TEST(Audit, RefusesOtherShapes) {
  const at::Tensor clean = at::zeros({2, 3, 1, 1});
  EXPECT_THAT(violation(clean, clean.narrow(0, 0, 1)), HasSubstr("shape"));
}

TEST(Audit, TakesAnEmptyBatch) {
  const at::Tensor none = at::zeros({0, 3, 2, 2});
  EXPECT_EQ(audit(none, none, kThreat, "pgd").linf.size(0), 0);
}

}  // namespace
}  // namespace vitrobust::attacks
