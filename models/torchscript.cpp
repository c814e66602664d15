#include "models/torchscript.h"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "core/error.h"
#include "models/one_thread.h"

namespace vitrobust::models {
namespace {

/// Small images make products that are too small for a processor; larger ones are faster one by one, and
/// padding costs nothing then.
constexpr std::int64_t kSmallImage = 64 * 64;
constexpr std::int64_t kLanesOfSmallImages = 8;
constexpr std::uint64_t kSeed = 8;  ///< of the trial images

/// The first line of what LibTorch says that says something: its traces begin with lines about themselves.
std::string reason(const std::exception& error) {
  const auto* const of_c10 = dynamic_cast<const c10::Error*>(&error);
  const std::string text = of_c10 ? of_c10->what_without_backtrace() : error.what();
  const auto failure = text.rfind("RuntimeError: ");
  const std::string message = failure == std::string::npos ? text : text.substr(failure + 14);
  return message.substr(0, message.find('\n'));
}

/// The network behind a classifier, and the one place that calls it.
class Network {
 public:
  Network(std::string path, torch::jit::Module module) : path_(std::move(path)), module_(std::move(module)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Logits [N, classes] in the images' dtype. @throws InputError for any other result
  [[nodiscard]] at::Tensor forward(const at::Tensor& images) const {
    // A setting of the thread, and of every thread that runs a pass.
    torch::jit::setGraphExecutorOptimize(false);
    torch::jit::Module module = module_;  // a handle: forward() is not const
    c10::IValue result;
    try {
      result = module.forward({images});
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {  // the interpreter's are not LibTorch's c10::Error
      throw InputError(path_,
                       fmt::format("the network fails for {} images of {}x{}: {}", images.size(0),
                                   images.size(2), images.size(3), reason(error)),
                       images.size(0) == 1 ? "give the size of its images with --img-size"
                                           : "where it was traced with a fixed batch, script it or trace it "
                                             "with a dynamic batch dimension");
    }
    check(result, images);
    return result.toTensor();
  }

 private:
  void check(const c10::IValue& result, const at::Tensor& images) const {
    if (!result.isTensor())
      throw InputError(path_,
                       fmt::format("the network returns a {}, expected a tensor of logits", result.tagKind()),
                       "save a module whose forward() returns the logits alone");
    const at::Tensor logits = result.toTensor();
    if (logits.dim() != 2 || logits.size(0) != images.size(0))
      throw InputError(path_,
                       fmt::format("the network returns shape [{}] for {} images, expected [{}, classes]",
                                   fmt::join(logits.sizes(), ", "), images.size(0), images.size(0)),
                       "a batch dimension that was fixed in a trace has to be dynamic");
    if (logits.scalar_type() != images.scalar_type())
      throw InputError(path_,
                       fmt::format("the network returns {} for images of {}",
                                   c10::toString(logits.scalar_type()), c10::toString(images.scalar_type())),
                       "it was traced with fixed types: save it from a model of that precision");
  }

  std::string path_;
  torch::jit::Module module_;
};

/// The logits as a pass with a gradient computes them, detached; and the images' gradient of something that
/// depends on all of them, undefined where there is none.
std::pair<at::Tensor, at::Tensor> run_with_gradient(const Network& network, const at::Tensor& images) {
  const at::AutoGradMode with_gradient(true);
  const at::Tensor x = images.detach().requires_grad_();
  const at::Tensor logits = network.forward(x);
  if (!logits.requires_grad()) return {logits, {}};
  return {logits.detach(),
          torch::autograd::grad({at::log_softmax(logits, 1).select(1, 0).sum()}, {x}, {},
                                /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true)[0]};
}

/// What the trial passes found out.
struct Findings {
  std::int64_t classes = 0;
  std::int64_t lanes = 1;
  /// Whether logits are other ones when no gradient is wanted: PyTorch's multi-head attention has kernels of
  /// its own for that.
  bool logits_depend_on_gradient = false;
};

class TorchScriptClassifier final : public Classifier {
 public:
  TorchScriptClassifier(const Findings& found, const TorchScriptOptions& options, Network network)
      : Classifier({.classes = found.classes,
                    .height = options.height,
                    .width = options.width,
                    .lanes = found.lanes},
                   options.mean, options.std, options.dtype),
        always_with_gradient_(found.logits_depend_on_gradient),
        network_(std::move(network)) {}

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    if (!always_with_gradient_ || at::GradMode::is_enabled()) return network_.forward(normalised);
    const at::AutoGradMode with_gradient(true);
    return network_.forward(normalised.detach().requires_grad_()).detach();
  }

  bool always_with_gradient_;
  Network network_;
};

Network open(const std::string& path, at::ScalarType dtype, std::uint64_t& parameters) {
  try {
    torch::jit::Module module = torch::jit::load(path, at::kCPU);
    module.eval();
    module.to(dtype);
    for (at::Tensor parameter : module.parameters()) {
      parameters += static_cast<std::uint64_t>(parameter.numel());
      parameter.requires_grad_(false);
    }
    return {path, std::move(module)};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError(path, "cannot be read as TorchScript: " + reason(error),
                     "leave --format away for a checkpoint that torch.save or safetensors wrote");
  }
}

/// Number of classes of logits that are the same for the same images. @throws InputError
std::int64_t trial_passes(const Network& network, const at::Tensor& images) {
  const at::Tensor one = network.forward(images.narrow(0, 0, 1));
  const at::Tensor two = network.forward(images.narrow(0, 0, 2));
  if (two.size(1) != one.size(1))
    throw InputError(network.path(), fmt::format("the network has {} classes for one image and {} for two",
                                                 one.size(1), two.size(1)));
  if (!network.forward(images.narrow(0, 0, 1)).equal(one))
    throw InputError(network.path(), "the network gives other logits for the same image when asked again",
                     "it draws random numbers, which evaluation mode does not turn off: save it without");
  return one.size(1);
}

/// Whether an image's logits and gradient are the same at every place of a pass, whatever stands beside it.
bool rows_are_alike(const Network& network, const at::Tensor& images) {
  const auto same = [](const at::Tensor& a, const at::Tensor& b) {
    return a.defined() == b.defined() && (!a.defined() || a.equal(b));
  };
  const auto first = [](const at::Tensor& rows) {
    return rows.defined() ? rows.narrow(0, 0, 1).expand_as(rows) : rows;
  };
  const auto turn = [](const at::Tensor& rows) { return rows.defined() ? rows.flip(0) : rows; };
  const auto [logits, gradient] = run_with_gradient(network, images);
  const auto [turned_logits, turned_gradient] = run_with_gradient(network, images.flip(0));
  const auto [copied_logits, copied_gradient] =
      run_with_gradient(network, images.narrow(0, 0, 1).expand_as(images));
  return same(turn(turned_logits), logits) && same(turn(turned_gradient), gradient) &&
         same(copied_logits, first(logits)) && same(copied_gradient, first(gradient));
}

/// @throws InputError
Findings try_out(const Network& network, const TorchScriptOptions& options) {
  const at::NoGradGuard no_grad;
  const std::int64_t lanes = options.height * options.width <= kSmallImage ? kLanesOfSmallImages : 1;
  auto generator = at::detail::createCPUGenerator(kSeed);
  const at::Tensor images =
      at::randn({std::max<std::int64_t>(lanes, 2), 3, options.height, options.width}, generator, at::kFloat)
          .to(options.dtype);
  Findings found;
  found.classes = trial_passes(network, images);
  found.lanes = lanes > 1 && rows_are_alike(network, images) ? lanes : 1;
  const at::Tensor pass = images.narrow(0, 0, found.lanes);
  found.logits_depend_on_gradient = !network.forward(pass).equal(run_with_gradient(network, pass).first);
  return found;
}

}  // namespace

TorchScriptModel load_torchscript(const std::string& path, const TorchScriptOptions& options) {
  TorchScriptModel model;
  Network network = open(path, options.dtype, model.parameters);
  const Findings found = [&] {
    const OneThread one_thread;
    return try_out(network, options);
  }();
  model.notes.emplace_back("code from the file ran: a TorchScript network is trusted, not checked");
  model.classifier = std::make_shared<TorchScriptClassifier>(found, options, std::move(network));
  return model;
}

}  // namespace vitrobust::models
