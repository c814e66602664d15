#pragma once

#include "core/poisson.h"
#include "core/random.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// The Poisson distributions of the 256 levels when white stands for `photons`.
PoissonTables photon_tables(int photons);

/// Replaces every value by a count of photons around it, white being `photons`; draws height·width·3 counts,
/// row-major. @param tables photon_tables(photons)
data::Image count_photons(const data::Image& image, int photons, const PoissonTables& tables,
                          RandomSource& random);

}  // namespace vitrobust::corruptions
