#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/terminal.h"
#include "reports/compare.h"
#include "reports/seed_groups.h"

namespace vitrobust::reports {

/// A way to write comparisons, and the spread over seeds among the runs, down.
struct CompareFormat {
  std::string_view name;
  std::string_view help;
  std::string (*render)(std::span<const Comparison> comparisons, std::span<const SeedGroup> seeds,
                        const Terminal& terminal);
};

/// console, markdown, json.
std::span<const CompareFormat> compare_formats();

/// One comparison, with every sample that became right or wrong; docs/statistics.md explains the fields.
Json comparison_json(const Comparison& comparison);

}  // namespace vitrobust::reports
