#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "attacks/threat_model.h"
#include "toy.h"

namespace vitrobust::attacks::reference {

// The gradient attacks written a second time from their definitions: one sample at a time, plain loops over
// doubles, the gradient of the network derived by hand. Nothing of attacks/ or of LibTorch's arithmetic is
// used.

/// What one attack on one sample should return.
struct Found {
  std::vector<double> adversarial;
  bool broken = false;
  std::int64_t queries = 0;
};

enum class Loss { ce, dlr, targeted_ce, targeted_dlr };

/// What a loss is measured against.
struct Goal {
  std::int64_t label = 0;
  Loss loss = Loss::ce;
  std::int64_t target = -1;
};

/// One look at an image.
struct Pass {
  double loss;
  bool wrong;
  std::vector<double> gradient;
};

class Reference {
 public:
  explicit Reference(const toy::Mlp& mlp);

  [[nodiscard]] std::vector<double> logits(std::span<const double> image) const;
  [[nodiscard]] Pass pass(std::span<const double> image, const Goal& goal) const;

  [[nodiscard]] Found fgsm(std::span<const double> clean, std::int64_t label, double epsilon) const;

  struct PgdOptions {
    Norm norm = Norm::linf;
    double epsilon, step_size;
    std::int64_t steps;
    /// One starting point per restart; none: one run from the clean image.
    std::vector<std::vector<double>> starts;
    /// Accumulates gradients as MI-FGSM does.
    std::optional<double> decay = std::nullopt;
  };
  [[nodiscard]] Found pgd(std::span<const double> clean, std::int64_t label, const PgdOptions& options) const;

 private:
  [[nodiscard]] std::vector<double> hidden(std::span<const double> image) const;

  std::int64_t side_;
  std::vector<double> mean_, std_;
  std::vector<std::vector<double>> w1_, w2_;
  std::vector<double> b1_, b2_;
};

double sign(double x);
double norm_of(const std::vector<double>& values, Norm norm);
/// The point of the ball and of [0,1] that x is taken to: clipped (linf), shortened and clipped (l2), nearest
/// by bisection (l1).
std::vector<double> into_ball(std::span<const double> clean, const std::vector<double>& x, Norm norm,
                              double epsilon);

/// One run of APGD.
struct ApgdRun {
  Norm norm;
  double epsilon;
  std::int64_t steps;
  bool stops_at_success;
};
struct ApgdFound {
  std::optional<std::vector<double>> adversarial;  ///< the first or the last misclassified iterate
  std::vector<double> best;
  double best_loss;
  std::int64_t queries;
};
ApgdFound apgd(const Reference& model, std::span<const double> clean, const Goal& goal,
               const std::vector<double>& start, const ApgdRun& run);

}  // namespace vitrobust::attacks::reference
