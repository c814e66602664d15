#pragma once

#include <string_view>

namespace vitrobust::reports {

/// How a report's warning begins when it is a guard rail's finding: something about the model, the data or an
/// attack makes figures of the run mean less than they seem to. The gate's rule no_guard_rail_errors goes by
/// it.
inline constexpr std::string_view kGuardRail = "guard rail: ";

}  // namespace vitrobust::reports
