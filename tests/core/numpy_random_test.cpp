#include "core/numpy_random.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace vitrobust {
namespace {

void replay(NumpyLegacySource& random, const Json& call) {
  const auto kind = call.at("call").get<std::string>();
  if (kind == "uniform") {
    EXPECT_EQ(random.uniform(), call.at("value").get<double>()) << call;
  } else if (kind == "normal") {
    // numpy calls the C library's logarithm, whose last bit may differ between processors.
    EXPECT_DOUBLE_EQ(random.normal(), call.at("value").get<double>()) << call;
  } else if (kind == "integer") {
    EXPECT_EQ(random.integer(call.at("bound").get<std::uint32_t>()), call.at("value").get<std::uint32_t>())
        << call;
  } else if (kind == "poisson") {
    std::istringstream values(call.at("values").get<std::string>());
    for (std::uint32_t value = 0; values >> value;)
      EXPECT_EQ(random.poisson(call.at("mean").get<double>()), value) << call;
  } else if (kind == "skip_uniform") {
    std::vector<double> skipped(call.at("count").get<std::size_t>());
    random.fill_uniform(skipped);
  } else {
    FAIL() << "unknown call: " << call;
  }
}

TEST(NumpyLegacySource, DrawsWhatNumpyDraws) {
  const Json golden = read_json(VITROBUST_SOURCE_DIR "/tests/golden/numpy_random.json");
  ASSERT_FALSE(golden.at("streams").empty());
  for (const Json& stream : golden.at("streams")) {
    NumpyLegacySource random(stream.at("seed").get<std::uint32_t>());
    for (const Json& call : stream.at("calls")) replay(random, call);
  }
}

TEST(NumpyLegacySource, FillNormalKeepsTheSpareToo) {
  NumpyLegacySource single(3);
  NumpyLegacySource bulk(3);
  std::vector<double> values(5);
  bulk.fill_normal(values);
  for (const double value : values) EXPECT_EQ(single.normal(), value);
  EXPECT_EQ(single.normal(), bulk.normal());
}

TEST(NumpyLegacySource, RefusesAnEmptyRange) {
  NumpyLegacySource random(0);
  EXPECT_THROW(random.integer(0), InternalError);
}

}  // namespace
}  // namespace vitrobust
