#include "attacks/parameters.h"

#include <utility>

namespace vitrobust::attacks {

ParameterSpec count_parameter(std::string name, std::string default_value, std::string help, double maximum) {
  return {.name = std::move(name),
          .type = ParameterType::integer,
          .default_value = std::move(default_value),
          .help = std::move(help),
          .minimum = 1,
          .maximum = maximum};
}

ParameterSpec amount_parameter(std::string name, std::string default_value, std::string help, double minimum,
                               double maximum) {
  return {.name = std::move(name),
          .type = ParameterType::fraction,
          .default_value = std::move(default_value),
          .help = std::move(help),
          .minimum = minimum,
          .maximum = maximum};
}

ParameterSpec restarts_parameter() {
  return count_parameter("restarts", "1", "attempts, each from its own random start");
}

}  // namespace vitrobust::attacks
