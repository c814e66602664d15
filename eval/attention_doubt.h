#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::eval {

/// The accuracy that the card of a checkpoint claims: the first `value` of a metric of type accuracy in
/// README.md's `model-index` (the metadata of Hugging Face's model cards), in [0,1]; percent are recognised
/// by being above 1. nullopt when the folder of the weights has no such card.
std::optional<double> card_accuracy(const std::string& weights_path);

/// A warning for each report whose attention was assumed and whose clean accuracy lies far below (under half
/// of, with its interval) what the card or the best of the other models on the same data reach; empty for the
/// others. A checkpoint of another formulation looks like that: QUEST adds no tensors that would tell.
std::vector<std::string> attention_doubts(std::span<const Json> reports,
                                          std::span<const std::optional<double>> card_accuracies);

}  // namespace vitrobust::eval
