#include "attacks/threat_model.h"

#include <fmt/format.h>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

struct NormFacts {
  std::string_view name;
  const char* default_epsilon;
};

const NormFacts& facts(Norm norm) {
  static constexpr std::array<NormFacts, 3> table = {{{"linf", "8/255"}, {"l2", "0.5"}, {"l1", "12"}}};
  return table.at(static_cast<std::size_t>(norm));
}

ParameterSpec radius(std::string default_value, std::string help) {
  return {.name = "eps",
          .type = ParameterType::fraction,
          .default_value = std::move(default_value),
          .help = std::move(help),
          .minimum = 0,
          .maximum = 1e6};
}

}  // namespace

std::string_view to_string(Norm norm) {
  return facts(norm).name;
}

Norm parse_norm(std::string_view text) {
  for (const Norm norm : kNorms)
    if (to_string(norm) == text) return norm;
  throw UsageError(fmt::format("unknown norm '{}'", text), "norms are linf, l2 and l1");
}

std::string ThreatModel::text() const {
  std::string text = fmt::format("{}, eps={}", to_string(norm), epsilon ? epsilon->text() : "none");
  if (patches) text += fmt::format(", {} patches of {}×{}", patches->count, patches->size, patches->size);
  return text;
}

ParameterSpec norm_parameter(const std::vector<Norm>& norms) {
  ParameterSpec spec{
      .name = "norm", .type = ParameterType::choice, .default_value = {}, .help = "norm of the perturbation"};
  for (const Norm norm : norms) spec.choices.emplace_back(to_string(norm));
  spec.default_value = spec.choices.at(0);
  return spec;
}

ParameterSpec epsilon_parameter() {
  ParameterSpec spec =
      radius(facts(Norm::linf).default_epsilon,
             fmt::format("radius of the ball, pixels in [0,1] (default {} for l2, {} for l1)",
                         facts(Norm::l2).default_epsilon, facts(Norm::l1).default_epsilon));
  spec.default_by.parameter = "norm";
  for (const Norm norm : kNorms)
    spec.default_by.texts.emplace_back(to_string(norm), facts(norm).default_epsilon);
  return spec;
}

ParameterSpec epsilon_parameter(Norm norm) {
  return radius(facts(norm).default_epsilon,
                norm == Norm::linf ? "largest change of a pixel, pixels in [0,1]"
                                   : fmt::format("{} radius of the ball, pixels in [0,1]", to_string(norm)));
}

ParameterSpec optional_epsilon_parameter() {
  ParameterSpec spec = radius("none", "radius within which a success counts; none: at any distance");
  spec.words = {"none"};
  return spec;
}

Norm norm_of(const Parameters& parameters) {
  return parse_norm(parameters.choice("norm"));
}

ThreatModel ball_threat(const Parameters& parameters) {
  return ball_threat(norm_of(parameters), parameters);
}

ThreatModel ball_threat(Norm norm, const Parameters& parameters) {
  const std::optional<Fraction> epsilon = parameters.optional_fraction("eps");
  if (norm == Norm::linf && epsilon && *epsilon > Fraction(1, 1))
    throw UsageError(fmt::format("eps={} is more than the range of pixels, which is [0,1]", epsilon->text()),
                     fmt::format("did you mean eps={}/255?", epsilon->text()));
  return {.norm = norm, .epsilon = epsilon};
}

}  // namespace vitrobust::attacks
