#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/kernels.h"

namespace vitrobust::models {

class LanePool;
class NormalisedSpaceClassifier;

/// What the rest of the suite may know of a model.
struct ClassifierInfo {
  std::int64_t classes = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// Samples of one forward pass at most, on one thread. Short passes are padded to as many, so that a
  /// sample's numbers do not depend on the batch, the order, the shard or the number of threads.
  std::int64_t lanes = 1;
  /// Whether they are: not where a sample has the same bits in a pass of any length. The second is for passes
  /// in reduced precision.
  bool padded = true;
  bool reduced_padded = true;
  /// What computes what decides an outcome.
  Kernels kernels = Kernels::plain;
  /// What search_logits() and loss_gradient() multiply with in bfloat16: what they find is a hint then, which
  /// logits() has to confirm. Nothing where they are as exact as logits().
  std::optional<Kernels> search_kernels = std::nullopt;
  /// Of a Vision Transformer whose attention maps can be had: side of a patch in pixels (0: no such model),
  /// number of blocks, and whether token 0 is the class token and patches start at 1.
  std::int64_t patch_size = 0;
  std::int64_t blocks = 0;
  bool class_token = false;
  /// Whether pixels may lie outside [0,1]: normalised ones do (models/normalised_space.h).
  bool any_range = false;

  [[nodiscard]] bool reduced() const { return search_kernels.has_value(); }
};

/// Per-sample losses [n] of logits [n, classes] and the caller's targets [n, k] (int64), differentiable in
/// the logits. Row i may depend on row i of its arguments only. Called from several threads at once, each
/// time with all rows of a pass: those of padding repeat a target and their losses are dropped.
using LossFunction = std::function<at::Tensor(const at::Tensor& logits, const at::Tensor& targets)>;

/// k losses of every sample, [n, k], of logits [n, classes], attention maps (one [n, heads, T, T] per block)
/// and targets [n, m]; differentiable in logits and maps. As LossFunction otherwise.
using AttentionLosses = std::function<at::Tensor(
    const at::Tensor& logits, const std::vector<at::Tensor>& maps, const at::Tensor& targets)>;

/// Of each loss its own gradient, for attacks that weigh them against each other.
struct AttentionGradients {
  at::Tensor logits;                  ///< [N, classes], detached
  at::Tensor losses;                  ///< [N, k], detached
  std::vector<at::Tensor> gradients;  ///< k of [N, 3, H, W]
};

struct AttentionMaps {
  at::Tensor logits;             ///< [N, classes]
  std::vector<at::Tensor> maps;  ///< one [N, heads, T, T] per block: row t is what token t attends to
};

struct LossGradient {
  at::Tensor logits;    ///< [N, classes], detached
  at::Tensor loss;      ///< [N], detached
  at::Tensor gradient;  ///< [N, 3, H, W]: of the summed loss with respect to the images
};

/// Maps images in [0,1] to logits. Normalisation lives inside; nothing else may feed the network.
class Classifier {
 public:
  /// @param mean, std  normalisation of RGB in [0,1]
  /// @param dtype      at::kFloat or at::kDouble: what the network computes in; images are converted to it
  Classifier(ClassifierInfo info, std::array<double, 3> mean, std::array<double, 3> std,
             at::ScalarType dtype);
  virtual ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  [[nodiscard]] const ClassifierInfo& info() const { return info_; }
  [[nodiscard]] at::ScalarType dtype() const { return dtype_; }

  /// Logits [N, classes] in dtype() of images [N, 3, H, W] in [0,1]; no autograd graph. N may be 0.
  /// @throws InternalError for a wrong shape or a pixel outside [0,1] (NaN included);
  ///         Error with ExitCode::cells_failed when a logit is NaN or infinite
  [[nodiscard]] at::Tensor logits(const at::Tensor& images) const;

  /// As logits(), in reduced precision where info() says so: for the inner steps of a search.
  [[nodiscard]] at::Tensor search_logits(const at::Tensor& images) const;
  /// The same, but of images that they misclassify those of logits(), as loss_gradient() does it: no success
  /// is seen in reduced precision alone.
  /// @param labels  [N] int64
  [[nodiscard]] at::Tensor search_logits(const at::Tensor& images, const at::Tensor& labels) const;

  /// Loss and its gradient with respect to the images only; parameters never collect gradients. The logits
  /// are bit for bit those of logits(); where info().reduced(), only those of samples that they misclassify:
  /// a success is never seen in reduced precision alone, so no sample leaves an attack on a false one.
  /// @param targets [N, k] int64, handed to the loss pass by pass; column 0 is the label. Errors as logits(),
  ///        and ExitCode::cells_failed when a gradient is NaN or infinite; what the loss throws comes through
  [[nodiscard]] LossGradient loss_gradient(const at::Tensor& images, const at::Tensor& targets,
                                           const LossFunction& loss) const;

  /// Logits as logits() gives them, with the attention maps: the softmax weights of every block. No autograd
  /// graph. Nothing else pays for the maps: they are formed for this call alone.
  /// @throws UsageError where info().patch_size is 0: the model exposes none
  [[nodiscard]] AttentionMaps attention_maps(const at::Tensor& images) const;

  /// Losses of logits and attention maps, and the gradient of each of the k with respect to the images: one
  /// forward and k backward passes. The logits of misclassified samples are those of logits(). Precision,
  /// targets and errors as loss_gradient() and attention_maps().
  [[nodiscard]] AttentionGradients attention_gradients(const at::Tensor& images, const at::Tensor& targets,
                                                       const AttentionLosses& losses) const;

  /// Threads that passes are spread over; each pass runs on one. The result does not depend on it. While
  /// passes run, LibTorch's process-wide number of threads is 1: set it again before other work.
  void set_threads(int threads);

  /// Threads that work at once on what this thread hands over: 1 inside a part of in_parallel(). As
  /// rows_at_once(), for choices on which no result may depend.
  [[nodiscard]] std::int64_t threads() const;
  /// Samples that all threads together work on at once: fewer leave lanes or threads idle. For the choice of
  /// how much work to hand over at once, on which no result may depend.
  [[nodiscard]] std::int64_t rows_at_once() const;

  /// Calls part(0) … part(count − 1), each once, wholly on one of the threads of the passes, which are its
  /// own then: for work between passes that would keep the other threads waiting. After an exception no
  /// further part starts, and the one with the smallest index is rethrown, once those under way are done.
  void in_parallel(std::int64_t count, const std::function<void(std::int64_t part)>& part) const;

  /// Called before every pass, on the thread that runs it; what it throws ends the call and reaches the
  /// caller, so that a long attack can be interrupted. Set it while no pass runs.
  void set_pass_hook(std::function<void()> hook);

 protected:
  /// The network: normalised images [n, 3, H, W] to logits [n, classes], n = lanes where passes are padded,
  /// otherwise from 1 to lanes. Must be callable from several threads.
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& normalised) const = 0;
  /// The same, with the attention maps of all blocks. @throws UsageError by default: there are none
  [[nodiscard]] virtual at::Tensor forward_with_maps(const at::Tensor& normalised,
                                                     std::vector<at::Tensor>& maps) const;

 private:
  friend class NormalisedSpaceClassifier;

  /// The rows [begin, begin + count) of a batch that one pass works on, as the first of `size`.
  struct Rows {
    std::int64_t pass, begin, count, size;
  };
  /// As few as possible; where passes may be short, one for each thread at least.
  [[nodiscard]] std::vector<Rows> passes_over(const at::Tensor& images, bool padded) const;
  /// Calls body(rows, x) for every pass over the images, on the pool's threads; x are its rows.
  /// @param reduced whether products may be in reduced precision
  template <typename Body>
  void for_each_pass(const std::vector<Rows>& passes, const at::Tensor& images, bool reduced,
                     const Body& body) const;
  [[nodiscard]] at::Tensor compute_logits(const at::Tensor& images, bool reduced) const;
  void confirm(const at::Tensor& images, const at::Tensor& labels, at::Tensor& logits) const;
  [[nodiscard]] bool is_padded(bool reduced) const { return reduced ? info_.reduced_padded : info_.padded; }

  ClassifierInfo info_;
  at::ScalarType dtype_;
  at::Tensor mean_;
  at::Tensor std_;
  std::function<void()> pass_hook_;
  std::unique_ptr<LanePool> pool_;
};

}  // namespace vitrobust::models
