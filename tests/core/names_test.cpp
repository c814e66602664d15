#include "core/names.h"

#include <gmock/gmock.h>

namespace vitrobust {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kKnown = {"fgsm", "pgd", "apgd", "gaussian_noise", "gaussian_blur", "fog"};

TEST(NearestNames, FindsMisspellings) {
  EXPECT_THAT(nearest_names("fgms", kKnown), ElementsAre("fgsm"));
  EXPECT_THAT(nearest_names("gausian_noise", kKnown), testing::Contains("gaussian_noise"));
  EXPECT_EQ(nearest_names("gausian_noise", kKnown).front(), "gaussian_noise");
}

TEST(NearestNames, NearestFirstThenInTheirOrder) {
  EXPECT_THAT(nearest_names("pgd", kKnown, 2), ElementsAre("pgd", "apgd"));
  EXPECT_THAT(nearest_names("gaussian", kKnown), ElementsAre("gaussian_noise", "gaussian_blur"));
}

TEST(NearestNames, FindsNothingWhenNothingIsNear) {
  EXPECT_THAT(nearest_names("elastic_transform", kKnown), IsEmpty());
  EXPECT_THAT(nearest_names("x", {}), IsEmpty());
  EXPECT_THAT(nearest_names("pgd", kKnown, 0), IsEmpty());
}

TEST(UnknownNameHint, AsksOrLists) {
  EXPECT_EQ(unknown_name_hint("gaussian", kKnown), "did you mean 'gaussian_noise' or 'gaussian_blur'?");
  EXPECT_EQ(unknown_name_hint("elastic_transform", kKnown),
            "known are: fgsm, pgd, apgd, gaussian_noise, gaussian_blur, fog");
}

}  // namespace
}  // namespace vitrobust
