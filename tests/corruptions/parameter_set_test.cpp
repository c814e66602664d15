#include <gtest/gtest.h>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {
namespace {

TEST(ParameterSet, NearestToTheShorterSide) {
  EXPECT_EQ(parameter_set_for(32, 32), ParameterSet::cifar);
  EXPECT_EQ(parameter_set_for(1, 5000), ParameterSet::cifar);
  EXPECT_EQ(parameter_set_for(64, 64), ParameterSet::tiny);
  EXPECT_EQ(parameter_set_for(49, 300), ParameterSet::tiny);
  EXPECT_EQ(parameter_set_for(224, 224), ParameterSet::imagenet);
  EXPECT_EQ(parameter_set_for(500, 240), ParameterSet::imagenet);
  EXPECT_EQ(parameter_set_for(299, 299), ParameterSet::inception299);
  EXPECT_EQ(parameter_set_for(4000, 3000), ParameterSet::inception299);
}

TEST(ParameterSet, ATieGoesToTheSmallerSize) {
  EXPECT_EQ(parameter_set_for(48, 48), ParameterSet::cifar);
  EXPECT_EQ(parameter_set_for(144, 144), ParameterSet::tiny);
}

TEST(ParameterSet, NamesAreThoseOfTheCommandLine) {
  EXPECT_EQ(to_string(ParameterSet::imagenet), "imagenet");
  EXPECT_EQ(to_string(ParameterSet::cifar), "cifar");
  EXPECT_EQ(to_string(ParameterSet::tiny), "tiny");
  EXPECT_EQ(to_string(ParameterSet::inception299), "299");
}

}  // namespace
}  // namespace vitrobust::corruptions
