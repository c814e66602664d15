#include "attacks/cw.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "attacks/adam.h"
#include "attacks/losses.h"
#include "attacks/nearest_set.h"
#include "attacks/parameters.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {
namespace {

/// Keeps pixels of 0 and 1 at a finite atanh (the value of foolbox).
constexpr double kShrink = 0.999999;
/// From so many search steps on, the last one repeats the smallest constant that worked, which is at most
/// kLargestConstant (both as in the authors' implementation).
constexpr std::int64_t kManySearchSteps = 10;
constexpr double kLargestConstant = 1e10;

struct CwOptions {
  std::optional<double> epsilon;
  std::int64_t steps;
  std::int64_t search_steps;
  double learning_rate;
  double initial_constant;
  double confidence;
};

/// f of every value, one by one. LibTorch's own functions round the last few values of a tensor in another
/// way than the others, so that what a sample gets would depend on its place in the batch.
template <typename Function>
at::Tensor each(const at::Tensor& values, Function f) {
  at::Tensor result = values.contiguous().clone();
  double* const data = result.data_ptr<double>();
  std::transform(data, data + result.numel(), data, f);
  return result;
}

at::Tensor to_pixels(const at::Tensor& w) {
  return each(w, [](double value) { return std::tanh(value); }) / 2 + 0.5;
}

/// What is known of the constants c; packed, [n] float64 but for the last, which is bool.
struct Search {
  at::Tensor constant, lower, upper, found;

  void repack(const NearestSet& set) {
    for (at::Tensor* part : {&constant, &lower, &upper, &found}) *part = set.repack(*part);
  }

  /// The next constants, after a step that found adversarial examples or did not.
  void advance() {
    upper = at::where(found, constant, upper);
    lower = at::where(found, lower, constant);
    constant = at::where(upper.isinf(), constant * 10, (lower + upper) / 2);
  }
};

class Cw final : public Attack {
 public:
  explicit Cw(const CwOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t /*seed*/) const override {
    NearestSet set(input, classifier, Norm::l2, options_.epsilon, NearestSet::Leave::at_once);
    if (set.empty()) return std::move(set).finish();
    set.screen(classifier.logits(input.images));
    at::Tensor origin =
        each((set.clean().to(at::kDouble) * 2 - 1) * kShrink, [](double value) { return std::atanh(value); });
    const auto constants = [&origin](double value) {
      return at::full({origin.size(0)}, value, at::TensorOptions(at::kDouble));
    };
    Search search{constants(options_.initial_constant),
                  constants(0),
                  constants(std::numeric_limits<double>::infinity()),
                  {}};
    for (std::int64_t i = 0; i < options_.search_steps && !set.empty(); ++i) {
      if (i + 1 == options_.search_steps && options_.search_steps >= kManySearchSteps)
        search.constant = search.upper.clamp_max(kLargestConstant);
      search.found = at::zeros({set.size()}, at::kBool);
      descend(classifier, set, origin, search);
      search.advance();
    }
    return std::move(set).finish();
  }

  std::int64_t cost() const override { return 1 + options_.search_steps * options_.steps; }
  std::int64_t backward_passes() const override { return cost() - 1; }

 private:
  /// Adam from the clean image with the constants as they are.
  void descend(const models::Classifier& classifier, NearestSet& set, at::Tensor& origin,
               Search& search) const {
    const auto hinge = [this](const at::Tensor& logits, const at::Tensor& targets) {
      return (options_.confidence - cw_margin(logits, targets)).clamp_min(0);
    };
    at::Tensor change = at::zeros_like(origin);
    Adam adam(origin, options_.learning_rate);
    for (std::int64_t step = 0; step < options_.steps && !set.empty(); ++step) {
      const at::Tensor pixels = to_pixels(origin + change);
      const at::Tensor x = pixels.to(set.clean().scalar_type());
      const auto pass = classifier.loss_gradient(x, set.labels().unsqueeze(1), hinge);
      const at::Tensor pull = 2 * (pixels - to_pixels(origin));
      const at::Tensor push = per_row(search.constant, pixels) * pass.gradient.to(at::kDouble);
      // d pixels / d w = (1 − tanh²)/2 = 2·pixels·(1 − pixels)
      change = change - adam.step((pull + push) * (2 * pixels * (1 - pixels)));
      const at::Tensor adversarial = confidently_wrong(pass.logits, set.labels());
      search.found = search.found.logical_or(adversarial);
      set.record(x, adversarial);
      origin = set.repack(origin);
      change = set.repack(change);
      adam.repack(set);
      search.repack(set);
    }
  }

  /// Misclassified even with the confidence added to the label's logit.
  [[nodiscard]] at::Tensor confidently_wrong(const at::Tensor& logits, const at::Tensor& labels) const {
    const at::Tensor index = labels.unsqueeze(1);
    const at::Tensor favoured =
        logits.scatter_add(1, index, at::full(index.sizes(), options_.confidence, logits.options()));
    return favoured.argmax(1).ne(labels);
  }

  CwOptions options_;
};

}  // namespace

std::vector<ParameterSpec> cw_parameters() {
  return {
      optional_epsilon_parameter(),
      count_parameter("steps", "1000", "steps of Adam for each constant", 1e6),
      count_parameter("search_steps", "9", "constants that are tried", 1e6),
      amount_parameter("learning_rate", "0.01", "of Adam, in the space of atanh", 1e-9, 1e6),
      amount_parameter("initial_constant", "0.001", "first weight of the loss beside the squared distance",
                       1e-9, 1e6),
      amount_parameter("confidence", "0", "margin by which the label must lose", 0, 1e6),
  };
}

std::unique_ptr<Attack> make_cw(const Parameters& parameters) {
  const ThreatModel threat = ball_threat(Norm::l2, parameters);
  return std::make_unique<Cw>(CwOptions{.epsilon = threat.radius(),
                                        .steps = parameters.integer("steps"),
                                        .search_steps = parameters.integer("search_steps"),
                                        .learning_rate = parameters.fraction("learning_rate").value(),
                                        .initial_constant = parameters.fraction("initial_constant").value(),
                                        .confidence = parameters.fraction("confidence").value()});
}

}  // namespace vitrobust::attacks
