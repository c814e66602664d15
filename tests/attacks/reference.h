#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "toy.h"

namespace vitrobust::attacks::reference {

// FGSM and PGD written a second time from their definitions: one sample at a time, plain loops over doubles,
// the gradient of the network derived by hand. Nothing of attacks/ or of LibTorch's arithmetic is used.

/// What one attack on one sample should return.
struct Found {
  std::vector<double> adversarial;
  bool broken = false;
  std::int64_t queries = 0;
};

class Reference {
 public:
  explicit Reference(const toy::Mlp& mlp);

  [[nodiscard]] Found fgsm(std::span<const double> clean, std::int64_t label, double epsilon) const;

  struct PgdOptions {
    double epsilon, step_size;
    std::int64_t steps;
    /// One starting point per restart; none: one run from the clean image.
    std::vector<std::vector<double>> starts;
  };
  [[nodiscard]] Found pgd(std::span<const double> clean, std::int64_t label, const PgdOptions& options) const;

 private:
  struct Pass {
    double loss;
    bool wrong;
    std::vector<double> gradient;
  };
  [[nodiscard]] Pass pass(std::span<const double> image, std::int64_t label) const;

  std::int64_t side_;
  std::vector<double> mean_, std_;
  std::vector<std::vector<double>> w1_, w2_;
  std::vector<double> b1_, b2_;
};

}  // namespace vitrobust::attacks::reference
