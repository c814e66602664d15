#pragma once

#include <array>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {

/// The parameters of one corruption: what severities 1 to 5 mean in each parameter set.
template <typename T>
struct SeverityTable {
  std::array<T, 5> imagenet;
  std::array<T, 5> cifar;
  std::array<T, 5> tiny;
  std::array<T, 5> inception299;
};

/// Index of the context's severity in a row of a SeverityTable. @throws InternalError unless it is 1 to 5
std::size_t severity_index(const CorruptionContext& context);

/// The parameters for the context's set and severity. @throws InternalError unless the severity is 1 to 5
template <typename T>
const T& parameters_for(const SeverityTable<T>& table, const CorruptionContext& context) {
  const std::size_t i = severity_index(context);
  switch (context.set) {
    case ParameterSet::cifar:
      return table.cifar[i];
    case ParameterSet::tiny:
      return table.tiny[i];
    case ParameterSet::inception299:
      return table.inception299[i];
    case ParameterSet::imagenet:
      break;
  }
  return table.imagenet[i];
}

}  // namespace vitrobust::corruptions
