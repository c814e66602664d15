#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// One attack of a cascade.
struct Component {
  std::string name;
  std::unique_ptr<Attack> attack;
};

/// Attacks one after another, each from the clean images and on those samples alone that all before it left
/// unbroken. Each component draws from its own streams as if it ran alone, so a cascade breaks every sample
/// that one of its components breaks with the same seed.
///
/// The output names the components and, sample by sample, which one broke it. A sample that survives keeps
/// the attempt of smallest margin z_y − max_{i≠y} z_i, for which every component costs one more pass.
std::unique_ptr<Attack> make_cascade(std::vector<Component> components);

}  // namespace vitrobust::attacks
