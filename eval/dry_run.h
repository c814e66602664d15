#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "eval/plan.h"
#include "models/classifier.h"

namespace vitrobust::eval {

/// Seconds that one image takes.
struct PassTimes {
  double forward = 0;
  double backward = 0;
};

/// Times a few passes over a batch of grey images with the classifier's threads; the best of three.
/// @param batch images, at least 1
PassTimes measure_passes(const models::Classifier& classifier, std::int64_t batch);

/// What a run would cost: the forward and backward passes of every cell and a time, one line each and a
/// total. Upper bounds, as samples leave an attack once they are broken; image work is left out.
std::string dry_run_table(std::span<const PlannedCell> plan, std::uint64_t samples, PassTimes times);

/// "0.4 s", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h".
std::string duration_text(double seconds);

}  // namespace vitrobust::eval
