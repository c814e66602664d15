#pragma once

#include <cstdint>
#include <memory>

#include "eval/cli/options.h"
#include "eval/corruption_stage.h"

namespace vitrobust::eval {

/// The pictures in --frost-dir; null without one. @throws InputError for a folder without them
std::shared_ptr<const corruptions::FrostTextures> read_frost(const CorruptionOptions& options);

/// What the options ask for, for images of that size. @param options checked before
/// @param frost from read_frost(), read once for all images
CorruptionSettings corruption_settings(const CorruptionOptions& options, std::int64_t height,
                                       std::int64_t width,
                                       std::shared_ptr<const corruptions::FrostTextures> frost = nullptr);

}  // namespace vitrobust::eval
