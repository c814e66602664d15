#include "attacks/linf_threat.h"

namespace vitrobust::attacks {

ParameterSpec linf_epsilon_parameter() {
  return {.name = "eps",
          .type = ParameterType::fraction,
          .default_value = "8/255",
          .help = "largest change of a pixel, pixels in [0,1]",
          .minimum = 0,
          .maximum = 1};
}

ThreatModel linf_threat(const Parameters& parameters) {
  return {.norm = "linf", .epsilon = parameters.fraction("eps")};
}

}  // namespace vitrobust::attacks
