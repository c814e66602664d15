#include "attacks/fgsm.h"

#include <torch/torch.h>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/losses.h"

namespace vitrobust::attacks {
namespace {

class Fgsm final : public Attack {
 public:
  explicit Fgsm(double epsilon) : epsilon_(epsilon) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t /*seed*/) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    const auto pass = classifier.loss_gradient(input.images, active.targets(), cross_entropy);
    active.screen(pass.logits);
    if (active.empty()) return std::move(active).finish();
    const at::Tensor clean = active.pack(input.images);
    const at::Tensor x =
        ascend(Ball(Norm::linf, epsilon_, clean), clean, active.repack(pass.gradient), epsilon_);
    const at::Tensor logits = classifier.logits(x);
    active.record(x, logits, cross_entropy(logits, active.targets()));
    return std::move(active).finish();
  }

  std::int64_t cost() const override { return 2; }

 private:
  double epsilon_;
};

}  // namespace

std::vector<ParameterSpec> fgsm_parameters() {
  return {epsilon_parameter(Norm::linf)};
}

std::unique_ptr<Attack> make_fgsm(const Parameters& parameters) {
  return std::make_unique<Fgsm>(ball_threat(Norm::linf, parameters).epsilon->value());
}

}  // namespace vitrobust::attacks
