#pragma once

#include <functional>

namespace vitrobust {

/// Runs the body of a main() and turns every exception into an "error:" line and a "hint:" line on stderr and
/// the documented exit code; running out of memory and exceptions that are not an Error are code 70.
/// @param translate called first for exceptions of libraries that core must not know; rethrows them as Error,
/// or
///                  returns when they are not its own
int guarded_main(const std::function<int()>& body, const std::function<void()>& translate = {});

}  // namespace vitrobust
