#include "eval/perturbation_stage.h"

#include <fmt/format.h>

#include "core/parameters.h"

namespace vitrobust::eval {
namespace {

const std::vector<ParameterSpec>& perturbation_parameters() {
  static const std::vector<ParameterSpec> specs = [] {
    ParameterSpec sequence{.name = "sequence",
                           .type = ParameterType::choice,
                           .default_value = {},
                           .help = "which of the ten sequences"};
    for (const auto& entry : corruptions::perturbation_table()) sequence.choices.emplace_back(entry.name);
    return std::vector<ParameterSpec>{
        std::move(sequence),
        {.name = "difficulty",
         .type = ParameterType::integer,
         .default_value = "1",
         .help = "1 (as published) to 3: strength of the noises, else how far compared frames lie apart",
         .minimum = 1,
         .maximum = 3}};
  }();
  return specs;
}

}  // namespace

std::optional<PlannedPerturbation> plan_perturbation(const Stage& stage) {
  if (stage.name != kPerturbation) return std::nullopt;
  const Parameters parameters = Parameters::resolve(stage, perturbation_parameters());
  const std::string& sequence = parameters.choice("sequence");
  const int difficulty = static_cast<int>(parameters.integer("difficulty"));
  return PlannedPerturbation{.entry = corruptions::find_perturbation(sequence),
                             .difficulty = difficulty,
                             .stream = fmt::format("{}/{}/{}", kPerturbation, sequence, difficulty),
                             .parameters = parameters.to_json()};
}

std::string note_on_perturbations(const CorruptionSettings& settings) {
  if (settings.parameter_set == corruptions::ParameterSet::cifar) return {};
  return "frames without the video compression of the published ImageNet-P: not comparable with its figures";
}

std::vector<data::Image> perturb(const data::Image& image, const PlannedPerturbation& perturbation,
                                 const CorruptionSettings& settings, int side, std::uint64_t seed,
                                 std::uint64_t sample_id) {
  const auto random = random_source(settings.random, seed, perturbation.stream, sample_id);
  return perturbation.entry->make(image, {.set = settings.parameter_set,
                                          .difficulty = perturbation.difficulty,
                                          .crop = side,
                                          .random = *random});
}

}  // namespace vitrobust::eval
