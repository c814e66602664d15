#pragma once

#include <cstdint>

#include "eval/cli/options.h"
#include "eval/corruption_stage.h"

namespace vitrobust::eval {

/// What the options ask for, for images of that size. @param options checked before. @throws InputError for
/// a folder without pictures of frost
CorruptionSettings corruption_settings(const CorruptionOptions& options, std::int64_t height,
                                       std::int64_t width);

}  // namespace vitrobust::eval
