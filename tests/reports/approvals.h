#pragma once

#include <string>

namespace vitrobust::tests {

/// Fails unless `rendered` is what tests/approvals/<name> holds; writes what came instead below the build
/// folder, and says how to approve it.
/// @param name with ".approved" in it, e.g. "console_one_model.approved.txt"
void expect_approved(const std::string& name, const std::string& rendered);

}  // namespace vitrobust::tests
