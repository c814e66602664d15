#include "corruptions/cbar.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {

double level_for(const CbarLevels& levels, const CorruptionContext& context) {
  const std::size_t severity = severity_index(context);
  if (context.set == ParameterSet::imagenet && levels.imagenet) return (*levels.imagenet)[severity];
  if (context.set == ParameterSet::cifar && levels.cifar) return (*levels.cifar)[severity];
  throw InternalError(
      fmt::format("a corruption without parameters for the set '{}'", to_string(context.set)));
}

double floor_mod(double a, double b) {
  const double remainder = std::fmod(a, b);
  return remainder < 0 ? remainder + b : remainder;
}

}  // namespace vitrobust::corruptions
