#include "attacks/deepfool.h"

#include <torch/torch.h>

#include "attacks/boundary.h"
#include "attacks/nearest_set.h"
#include "attacks/parameters.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {
namespace {

constexpr double kNormGuard = 1e-8;
/// Added to every step, so that the last one crosses the boundary.
constexpr double kExtraDistance = 1e-4;

struct DeepFoolOptions {
  Norm norm;
  std::optional<double> epsilon;
  std::int64_t steps;
  std::int64_t classes;
  double overshoot;
};

class DeepFool final : public Attack {
 public:
  explicit DeepFool(const DeepFoolOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t /*seed*/) const override {
    NearestSet set(input, classifier, options_.norm, options_.epsilon, NearestSet::Leave::at_once);
    if (set.empty()) return std::move(set).finish();
    const at::Tensor logits = classifier.logits(input.images);
    at::Tensor rivals = likeliest_rivals(logits, set.labels(), options_.classes);
    set.screen(logits);
    rivals = set.repack(rivals);
    at::Tensor total = at::zeros(set.clean().sizes(), at::kDouble);
    at::Tensor x = set.clean();
    for (std::int64_t step = 0; step < options_.steps && !set.empty(); ++step) {
      const Boundary boundary =
          nearest_boundary(classifier, x, set.labels(), rivals, options_.norm, kNormGuard);
      set.spend(rivals.size(1));
      total = total + step_to(boundary);
      x = (set.clean().to(at::kDouble) + (1 + options_.overshoot) * total).clamp(0, 1).to(x.scalar_type());
      const at::Tensor adversarial = classifier.logits(x).argmax(1).ne(set.labels());
      set.record(x, adversarial);
      const auto keep = [&] {
        total = set.repack(total);
        x = set.repack(x);
        rivals = set.repack(rivals);
      };
      // Those that left are gone from `adversarial` too; those beyond eps end here.
      const at::Tensor beyond = set.repack(adversarial);
      keep();
      set.drop(beyond);
      keep();
    }
    return std::move(set).finish();
  }

  std::int64_t cost() const override { return 1 + options_.steps * (options_.classes + 1); }
  std::int64_t backward_passes() const override { return options_.steps * options_.classes; }

 private:
  /// The shortest step to the linearised boundary and a little beyond, packed, in double.
  [[nodiscard]] at::Tensor step_to(const Boundary& boundary) const {
    const at::Tensor gradient = boundary.gradient.to(at::kDouble);
    const at::Tensor length = dual_norms(options_.norm, gradient) + kNormGuard;
    const at::Tensor distance = boundary.gap.to(at::kDouble).abs() / length + kExtraDistance;
    if (options_.norm == Norm::linf) return per_row(distance, gradient) * gradient.sign();
    return per_row(distance / length, gradient) * gradient;
  }

  DeepFoolOptions options_;
};

}  // namespace

std::vector<ParameterSpec> deepfool_parameters() {
  return {
      norm_parameter({Norm::l2, Norm::linf}),
      optional_epsilon_parameter(),
      count_parameter("steps", "50", "steps to the boundary at most"),
      count_parameter("classes", "9", "other classes, the likeliest ones, whose boundaries are looked at"),
      amount_parameter("overshoot", "0.02", "by how much the way to the boundary is lengthened", 0, 100),
  };
}

std::unique_ptr<Attack> make_deepfool(const Parameters& parameters) {
  const ThreatModel threat = ball_threat(parameters);
  return std::make_unique<DeepFool>(DeepFoolOptions{.norm = threat.norm,
                                                    .epsilon = threat.radius(),
                                                    .steps = parameters.integer("steps"),
                                                    .classes = parameters.integer("classes"),
                                                    .overshoot = parameters.fraction("overshoot").value()});
}

}  // namespace vitrobust::attacks
