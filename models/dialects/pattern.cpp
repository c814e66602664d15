#include <algorithm>

#include "models/dialects/dialect.h"

namespace vitrobust::models {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t leading_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

bool match_from(std::string_view pattern, std::string_view name, PatternMatch& found) {
  for (; !pattern.empty(); pattern.remove_prefix(1)) {
    const char c = pattern.front();
    if (c == '*') {
      // The shortest text for which the rest fits; patterns have one '*' or, in signs, two.
      for (std::size_t length = 0; length <= name.size(); ++length) {
        if (!match_from(pattern.substr(1), name.substr(length), found)) continue;
        found.text = name.substr(0, length);
        return true;
      }
      return false;
    }
    if (c == '#' || c == '%') {
      const std::size_t digits = leading_digits(name);
      if (digits == 0) return false;
      if (c == '#') found.index = name.substr(0, digits);
      name.remove_prefix(digits);
      continue;
    }
    if (name.empty() || name.front() != c) return false;
    name.remove_prefix(1);
  }
  return name.empty();
}

}  // namespace

std::optional<PatternMatch> match(std::string_view pattern, std::string_view name) {
  PatternMatch found;
  if (!match_from(pattern, name, found)) return std::nullopt;
  return found;
}

}  // namespace vitrobust::models
