#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust {

/// What two documents are called in a sentence about their difference: "seed: 0 <first>, 1 <second>".
struct JsonSides {
  std::string first = "in the run";
  std::string second = "now";
};

/// Where two documents differ, in words, one entry a place: "seed: 0 in the run, 1 now", "b: 2 entries in the
/// run, 1 now", "a: 1 in the run, absent now"; empty when they are equal. The order of keys is no difference.
std::vector<std::string> json_differences(const Json& first, const Json& second, const JsonSides& sides = {});

}  // namespace vitrobust
