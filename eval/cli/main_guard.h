#pragma once

#include <functional>

namespace vitrobust::eval {

/// Runs `body` and turns every exception into one clear line on stderr and the documented exit code.
/// @param translate called first for exceptions of libraries that this file must not know; rethrows them as
/// Error, or
///                  returns when they are not its own
int guarded_main(const std::function<int()>& body, const std::function<void()>& translate = {});

}  // namespace vitrobust::eval
