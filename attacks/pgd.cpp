#include "attacks/pgd.h"

#include "attacks/gradient_ascent.h"
#include "attacks/losses.h"
#include "attacks/objective.h"
#include "attacks/parameters.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

ParameterSpec step_size_parameter() {
  return amount_parameter("step_size", "2/255", "length of a step, pixels in [0,1]", 0, 1e6);
}

ParameterSpec steps_parameter(const char* default_value) {
  return count_parameter("steps", default_value, "gradient steps of a restart");
}

/// Steps of the sign of the cross-entropy's gradient in L∞, from the clean image.
GradientAscentOptions sign_steps(const Parameters& parameters, double step_size, std::int64_t steps) {
  const Target target(parameters);
  return {.norm = Norm::linf,
          .epsilon = ball_threat(Norm::linf, parameters).epsilon->value(),
          .step_size = step_size,
          .steps = steps,
          .loss = loss_named("ce", static_cast<bool>(target)),
          .target = target};
}

GradientAscentOptions iterated_sign_steps(const Parameters& parameters) {
  return sign_steps(parameters, parameters.fraction("step_size").value(), parameters.integer("steps"));
}

}  // namespace

std::vector<ParameterSpec> fgsm_parameters() {
  return {epsilon_parameter(Norm::linf), target_parameter()};
}

std::unique_ptr<Attack> make_fgsm(const Parameters& parameters) {
  return make_gradient_ascent(sign_steps(parameters, parameters.fraction("eps").value(), 1));
}

std::vector<ParameterSpec> bim_parameters() {
  return {epsilon_parameter(Norm::linf), step_size_parameter(), steps_parameter("10"), target_parameter()};
}

std::unique_ptr<Attack> make_bim(const Parameters& parameters) {
  return make_gradient_ascent(iterated_sign_steps(parameters));
}

std::vector<ParameterSpec> mi_fgsm_parameters() {
  return {
      epsilon_parameter(Norm::linf), step_size_parameter(), steps_parameter("10"),
      amount_parameter("decay", "1", "what is left of the accumulated gradient in the next step", 0, 1000),
      target_parameter()};
}

std::unique_ptr<Attack> make_mi_fgsm(const Parameters& parameters) {
  GradientAscentOptions options = iterated_sign_steps(parameters);
  options.decay = parameters.fraction("decay").value();
  return make_gradient_ascent(std::move(options));
}

std::vector<ParameterSpec> pgd_parameters() {
  ParameterSpec step_size = step_size_parameter();
  step_size.help += " (default 0.1 for l2, 1 for l1)";
  step_size.default_by = {"norm", {{"l2", "0.1"}, {"l1", "1"}}};
  return {norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
          epsilon_parameter(),
          std::move(step_size),
          steps_parameter("20"),
          restarts_parameter(),
          {.name = "random_start",
           .type = ParameterType::flag,
           .default_value = "true",
           .help = "start from a uniform point of the ball instead of the clean image"},
          loss_parameter(),
          target_parameter(),
          eot_parameter()};
}

std::unique_ptr<Attack> make_pgd(const Parameters& parameters) {
  const ThreatModel threat = ball_threat(parameters);
  const Target target(parameters);
  GradientAscentOptions options{.norm = threat.norm,
                                .epsilon = threat.epsilon->value(),
                                .step_size = parameters.fraction("step_size").value(),
                                .steps = parameters.integer("steps"),
                                .restarts = parameters.integer("restarts"),
                                .random_start = parameters.flag("random_start"),
                                .loss = loss_named(parameters.choice("loss"), static_cast<bool>(target)),
                                .target = target,
                                .eot = parameters.integer("eot")};
  if (options.restarts > 1 && !options.random_start)
    throw UsageError("pgd: restarts without a random start would all be the same",
                     "use restarts=1 or random_start=true");
  return make_gradient_ascent(std::move(options));
}

}  // namespace vitrobust::attacks
