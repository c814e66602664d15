#pragma once

#include <string_view>

namespace vitrobust::reports::html {

/// The style sheet of the page: light, dark, narrow and printed.
extern const std::string_view kStyle;

/// The script of the page: it sorts tables. The page's policy allows exactly this text to run.
extern const std::string_view kScript;

}  // namespace vitrobust::reports::html
