#pragma once

#include <boost/program_options.hpp>
#include <optional>

namespace vitrobust::eval {

inline constexpr unsigned kHelpWidth = 110;

/// An option whose absence can be told.
template <typename T>
auto into(std::optional<T>& target) {
  return boost::program_options::value<T>()->notifier([&target](const T& value) { target = value; });
}

}  // namespace vitrobust::eval
