#pragma once

#include <string>

#include "core/parameters.h"

namespace vitrobust::attacks {

// Shapes of parameters that many attacks have.

/// A whole number from 1 to `maximum`.
ParameterSpec count_parameter(std::string name, std::string default_value, std::string help,
                              double maximum = 100000);

/// A number from `minimum` to `maximum`.
ParameterSpec amount_parameter(std::string name, std::string default_value, std::string help, double minimum,
                               double maximum);

/// restarts: attempts, each from its own random start; 1 by default.
ParameterSpec restarts_parameter();

}  // namespace vitrobust::attacks
