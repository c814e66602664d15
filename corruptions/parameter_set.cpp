#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/error.h"
#include "corruptions/corruption.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct NamedSet {
  ParameterSet set;
  const char* name;
  int size;
};

constexpr NamedSet kSets[] = {{ParameterSet::cifar, "cifar", 32},
                              {ParameterSet::tiny, "tiny", 64},
                              {ParameterSet::imagenet, "imagenet", 224},
                              {ParameterSet::inception299, "299", 299}};

}  // namespace

ParameterSet parameter_set_for(int height, int width) {
  const int size = std::min(height, width);
  const auto nearer = [size](const NamedSet& a, const NamedSet& b) {
    return std::abs(a.size - size) < std::abs(b.size - size);
  };
  return std::min_element(std::begin(kSets), std::end(kSets), nearer)->set;
}

std::string to_string(ParameterSet set) {
  for (const NamedSet& known : kSets)
    if (known.set == set) return known.name;
  throw InternalError("an unknown parameter set");
}

std::optional<ParameterSet> find_parameter_set(std::string_view name) {
  for (const NamedSet& known : kSets)
    if (known.name == name) return known.set;
  return std::nullopt;
}

std::string to_string(Flavour flavour) {
  return flavour == Flavour::hendrycks ? "hendrycks" : "imagecorruptions";
}

std::optional<Flavour> find_flavour(std::string_view name) {
  for (const Flavour flavour : {Flavour::hendrycks, Flavour::imagecorruptions})
    if (to_string(flavour) == name) return flavour;
  return std::nullopt;
}

std::size_t severity_index(const CorruptionContext& context) {
  if (context.severity < 1 || context.severity > 5)
    throw InternalError(fmt::format("a corruption of severity {}", context.severity));
  return static_cast<std::size_t>(context.severity - 1);
}

}  // namespace vitrobust::corruptions
