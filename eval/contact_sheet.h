#pragma once

#include <span>
#include <string>

#include "eval/corruption_stage.h"

namespace vitrobust::eval {

/// Draws one image under every corruption, for people to look at: a row per corruption, the clean image
/// first, then its severities in increasing order, with their names. Deterministic. @throws InputError when
/// the file cannot be written
void write_contact_sheet(const std::string& path, const data::Image& image, std::uint64_t sample_id,
                         std::span<const PlannedCorruption> corruptions, const CorruptionSettings& settings,
                         std::uint64_t seed);

}  // namespace vitrobust::eval
