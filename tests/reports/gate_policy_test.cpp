#include "reports/gate_policy.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_policy(parse_json(text, "policy.json"), "policy.json");
  } catch (const InputError& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "accepted";
}

TEST(GatePolicy, TheDefaultIsWhatItsFileSays) {
  const Json json = default_policy().to_json();
  EXPECT_EQ(json, Json::parse(R"({"alpha": 0.05, "inconclusive": "pass", "rules": [
      {"rule": "non_inferiority", "margin": 0.01, "cells": ["*"]},
      {"rule": "no_guard_rail_errors"}, {"rule": "no_newly_failing_cells"}]})"));
  EXPECT_EQ(parse_policy(json, "default").to_json(), json);
}

TEST(GatePolicy, ReadsEveryRule) {
  const Json json = Json::parse(R"({"alpha": 0.01, "inconclusive": "fail", "rules": [
      {"rule": "non_inferiority", "margin": 0, "cells": ["clean", "corruption/*"]},
      {"rule": "floor", "at_least": 0.72, "cells": ["clean"]},
      {"rule": "ceiling", "at_most": 1.25, "aggregates": ["mce"]}]})");
  EXPECT_EQ(parse_policy(json, "policy.json").to_json(), json);
}

struct Damage {
  const char* text;
  const char* expected;
};

TEST(GatePolicy, RefusesWhatItDoesNotKnow) {
  const std::vector<Damage> damages = {
      {R"({})", "'rules' is missing"},
      {R"([])", "expected an object, got an array"},
      {R"({"rules": []})", "'rules' should be a list of rules"},
      {R"({"rules": {}})", "'rules' should be a list of rules"},
      {R"({"rule": [{"rule": "floor"}]})", "unknown key 'rule' / did you mean 'rules'?"},
      {R"({"alpha": 5, "rules": [{"rule": "no_guard_rail_errors"}]})", "'alpha' should be from"},
      {R"({"alpha": "5 %", "rules": [{"rule": "no_guard_rail_errors"}]})", "'alpha' has the wrong type"},
      {R"({"inconclusive": "ignore", "rules": [{"rule": "no_guard_rail_errors"}]})",
       "'inconclusive' is 'ignore', expected pass or fail"},
      {R"({"rules": [{"rule": "non_inferiorty"}]})",
       "policy.json: rule 1: unknown rule 'non_inferiorty' / did you mean 'non_inferiority'?"},
      {R"({"rules": [{"rule": "non_inferiority", "margins": 0.02}]})",
       "rule 1 (non_inferiority): unknown key 'margins' / did you mean 'margin'?"},
      {R"({"rules": [{"rule": "non_inferiority", "margin": 1.5}]})",
       "'margin' should be from 0 to 1, got 1.5 / proportions are numbers in [0, 1]"},
      {R"({"rules": [{"rule": "non_inferiority", "cells": []}]})", "'cells' is empty"},
      {R"({"rules": [{"rule": "non_inferiority", "cells": "clean"}]})",
       "'cells' has the wrong type: a string"},
      {R"({"rules": [{"rule": "floor", "at_least": 0.5}]})", "needs either 'cells' or 'aggregates'"},
      {R"({"rules": [{"rule": "floor", "cells": ["clean"]}]})", "'at_least' is missing"},
      {R"({"rules": [{"rule": "floor", "cells": ["clean"], "at_least": 72}]})",
       "'at_least' should be from 0 to 1"},
      {R"({"rules": [{"rule": "ceiling", "cells": ["clean"], "at_least": 0.7}]})", "unknown key 'at_least'"},
      {R"({"rules": [{"rule": "no_guard_rail_errors", "margin": 0.1}]})", "unknown key 'margin'"},
      {R"({"rules": ["non_inferiority"]})", "rule 1: expected an object, got a string"},
  };
  for (const Damage& damage : damages)
    EXPECT_THAT(error_of(damage.text), HasSubstr(damage.expected)) << damage.text;
}

TEST(GatePolicy, StarsStandForAnything) {
  EXPECT_TRUE(matches_pattern("corruption/fog/3", "corruption/*/3"));
  EXPECT_TRUE(matches_pattern("corruption/fog/3", "*"));
  EXPECT_TRUE(matches_pattern("corruption/fog/3", "*fog*3*"));
  EXPECT_TRUE(matches_pattern("aab", "*ab"));
  EXPECT_TRUE(matches_pattern("", "**"));
  EXPECT_FALSE(matches_pattern("corruption/fog/3", "corruption/*/4"));
  EXPECT_FALSE(matches_pattern("clean", "clea"));
  EXPECT_FALSE(matches_pattern("clean", ""));
  EXPECT_TRUE(matches_pattern("", ""));
  EXPECT_FALSE(matches_pattern(std::string(5000, 'a'), "*a*a*a*a*a*a*a*b"));
}

}  // namespace
}  // namespace vitrobust::reports
