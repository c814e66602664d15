#include "models/onednn.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

#include "core/error.h"
#include "models/kernels.h"

namespace vitrobust::models {
namespace {

using Reorder = at::Tensor(const at::Tensor& weight, std::optional<c10::SymInt> batch_size);
using Linear = at::Tensor(const at::Tensor& x, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias, c10::string_view post_operation,
                          c10::List<std::optional<at::Scalar>> scalars,
                          std::optional<c10::string_view> algorithm);

constexpr const char* kReorder = "mkldnn::_reorder_linear_weight";
constexpr const char* kLinear = "mkldnn::_linear_pointwise";

/// A hint for the choice of the layout, not a limit: a pass has 8·65 or 197 rows.
constexpr std::int64_t kExpectedRows = 512;

std::optional<c10::OperatorHandle> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

c10::OperatorHandle require_operator(const char* name) {
  const auto found = find_operator(name);
  if (!found) throw InternalError(std::string("this LibTorch has no ") + name);
  return *found;
}

}  // namespace

bool has_onednn() {
  static const bool found = at::globalContext().hasMKLDNN() && find_operator(kReorder).has_value() &&
                            find_operator(kLinear).has_value();
  return found;
}

at::Tensor onednn_layout(const at::Tensor& weight) {
  static const auto reorder = require_operator(kReorder).typed<Reorder>();
  return reorder.call(weight, std::optional(c10::SymInt(kExpectedRows)));
}

at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  static const auto linear = require_operator(kLinear).typed<Linear>();
  return linear.call(x, weight, bias.defined() ? std::optional(bias) : std::nullopt, "none",
                     c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace vitrobust::models
