#include "models/frozen_block.h"

#include <torch/torch.h>

#include <utility>

#include "core/error.h"
#include "models/attention_kernel.h"
#include "models/gelu_kernel.h"
#include "models/row_kernels.h"

namespace vitrobust::models {
namespace {

/// What the backward pass needs of a block's forward pass.
struct Trace {
  at::Tensor x, moments1, qkv, key_lengths, weights, attended, moments2, gelu_derivative;
};

LayerNormKernel layer_norm(const at::Tensor& weight, const at::Tensor& bias, double eps,
                           const at::Tensor& x) {
  return {.rows = x.numel() / x.size(-1),
          .width = x.size(-1),
          .weight = weight.const_data_ptr<float>(),
          .bias = bias.const_data_ptr<float>(),
          .eps = static_cast<float>(eps)};
}

class Computation {
 public:
  Computation(const FrozenBlock& block, const at::Tensor& x, std::int64_t wanted)
      : block_(block),
        rows_(x.size(0)),
        tokens_(x.size(1)),
        wanted_(wanted),
        inner_(block.proj->inputs()),
        head_width_(inner_ / block.heads),
        kernel_(wanted, tokens_, head_width_, static_cast<float>(block.scale), block.reduced) {}

  /// @param keep  whether a backward pass will want the trace; otherwise the weights of one head at a time,
  ///              without GELU's derivative, are enough
  at::Tensor forward(const at::Tensor& x, Trace& trace, bool keep) {
    trace.x = x;
    trace.moments1 = at::empty({rows_ * tokens_, 2}, x.options());
    at::Tensor normalised = at::empty_like(x);
    norm1(x).forward(x.const_data_ptr<float>(), normalised.mutable_data_ptr<float>(),
                     trace.moments1.mutable_data_ptr<float>());
    trace.qkv = block_.qkv->forward(normalised);
    at::Tensor attended = block_.proj->forward(mix(trace, keep));
    const at::Tensor kept = x.narrow(1, 0, wanted_).contiguous();
    add_into(attended.mutable_data_ptr<float>(), kept.const_data_ptr<float>(), kept.numel());
    trace.attended = attended;
    trace.moments2 = at::empty({rows_ * wanted_, 2}, x.options());
    normalised = at::empty_like(attended);
    norm2(attended).forward(attended.const_data_ptr<float>(), normalised.mutable_data_ptr<float>(),
                            trace.moments2.mutable_data_ptr<float>());
    const at::Tensor hidden = block_.fc1->forward(normalised);
    if (keep) trace.gelu_derivative = at::empty_like(hidden);
    gelu_into(hidden.mutable_data_ptr<float>(),
              keep ? trace.gelu_derivative.mutable_data_ptr<float>() : nullptr, hidden.numel());
    at::Tensor out = block_.fc2->forward(hidden);
    add_into(out.mutable_data_ptr<float>(), attended.const_data_ptr<float>(), out.numel());
    return out;
  }

  at::Tensor backward(const Trace& trace, const at::Tensor& gradient) {
    at::Tensor hidden = block_.fc2->propagate(gradient);
    multiply_into(hidden.mutable_data_ptr<float>(), trace.gelu_derivative.const_data_ptr<float>(),
                  hidden.numel());
    at::Tensor normalised = block_.fc1->propagate(hidden);
    at::Tensor attended = at::empty_like(gradient);
    norm2(gradient).backward(trace.attended.const_data_ptr<float>(), trace.moments2.const_data_ptr<float>(),
                             normalised.const_data_ptr<float>(), gradient.const_data_ptr<float>(),
                             attended.mutable_data_ptr<float>());
    normalised = block_.qkv->propagate(unmix(trace, block_.proj->propagate(attended)));
    const at::Tensor carried = among_all(attended);
    at::Tensor out = at::empty_like(trace.x);
    norm1(out).backward(trace.x.const_data_ptr<float>(), trace.moments1.const_data_ptr<float>(),
                        normalised.const_data_ptr<float>(), carried.const_data_ptr<float>(),
                        out.mutable_data_ptr<float>());
    return out;
  }

 private:
  /// The gradient [N, wanted, C] of the wanted tokens, [N, T, C] with zeros for the others.
  [[nodiscard]] at::Tensor among_all(const at::Tensor& gradient) const {
    if (wanted_ == tokens_) return gradient;
    at::Tensor all = at::zeros({rows_, tokens_, gradient.size(2)}, gradient.options());
    all.narrow(1, 0, wanted_).copy_(gradient);
    return all;
  }

  [[nodiscard]] LayerNormKernel norm1(const at::Tensor& x) const {
    return layer_norm(block_.norm1_weight, block_.norm1_bias, block_.norm_eps, x);
  }
  [[nodiscard]] LayerNormKernel norm2(const at::Tensor& x) const {
    return layer_norm(block_.norm2_weight, block_.norm2_bias, block_.norm_eps, x);
  }
  [[nodiscard]] PartRows keys(const at::Tensor& qkv) const {
    return {.tokens = rows_ * tokens_, .heads = block_.heads, .width = head_width_, .stride = qkv.stride(1)};
  }

  /// Where a head's queries (part 0), keys (1) or values (2) lie in qkv [N, T, 3 · C].
  [[nodiscard]] std::int64_t head_offset(const at::Tensor& qkv, std::int64_t n, std::int64_t part,
                                         std::int64_t head) const {
    return n * qkv.stride(0) + part * inner_ + head * head_width_;
  }
  [[nodiscard]] HeadRows head_rows(const at::Tensor& qkv, std::int64_t n, std::int64_t part,
                                   std::int64_t head) const {
    return {qkv.const_data_ptr<float>() + head_offset(qkv, n, part, head), qkv.stride(1)};
  }

  template <typename Body>
  void for_each_head(const Body& body) const {
    for (std::int64_t n = 0; n < rows_; ++n)
      for (std::int64_t head = 0; head < block_.heads; ++head) body(n, head);
  }

  /// The mixed values [N, wanted, C] of trace.qkv, whose keys become unit vectors if the block wants them so.
  at::Tensor mix(Trace& trace, bool keep) {
    const at::Tensor& qkv = trace.qkv;
    if (block_.unit_keys) {
      trace.key_lengths = at::empty({rows_ * tokens_ * block_.heads}, qkv.options());
      to_unit_length(keys(qkv), qkv.mutable_data_ptr<float>() + inner_,
                     trace.key_lengths.mutable_data_ptr<float>());
    }
    trace.weights = at::empty({keep ? rows_ * block_.heads : 1, kernel_.weights_size()}, qkv.options());
    at::Tensor mixed = at::empty({rows_, wanted_, inner_}, qkv.options());
    for_each_head([&](std::int64_t n, std::int64_t head) {
      const auto rows = [&](std::int64_t part) { return head_rows(qkv, n, part, head); };
      const std::int64_t slot = keep ? n * block_.heads + head : 0;
      kernel_.forward(
          rows(0), rows(1), rows(2), trace.weights.mutable_data_ptr<float>() + slot * kernel_.weights_size(),
          {mixed.mutable_data_ptr<float>() + n * mixed.stride(0) + head * head_width_, mixed.stride(1)});
    });
    return mixed;
  }

  /// The gradient of qkv from that of the mixed values.
  at::Tensor unmix(const Trace& trace, const at::Tensor& mixed) {
    const at::Tensor& qkv = trace.qkv;
    // Queries that are not wanted have none.
    at::Tensor gradient = wanted_ == tokens_ ? at::empty_like(qkv) : at::zeros_like(qkv);
    for_each_head([&](std::int64_t n, std::int64_t head) {
      const auto rows = [&](std::int64_t part) { return head_rows(qkv, n, part, head); };
      const auto out = [&](std::int64_t part) -> MutableHeadRows {
        return {gradient.mutable_data_ptr<float>() + head_offset(qkv, n, part, head), gradient.stride(1)};
      };
      kernel_.backward(
          rows(0), rows(1), rows(2),
          trace.weights.const_data_ptr<float>() + (n * block_.heads + head) * kernel_.weights_size(),
          {mixed.const_data_ptr<float>() + n * mixed.stride(0) + head * head_width_, mixed.stride(1)}, out(0),
          out(1), out(2));
    });
    if (block_.unit_keys)
      unit_length_backward(keys(qkv), qkv.const_data_ptr<float>() + inner_,
                           trace.key_lengths.const_data_ptr<float>(),
                           gradient.mutable_data_ptr<float>() + inner_);
    return gradient;
  }

  const FrozenBlock& block_;
  std::int64_t rows_, tokens_, wanted_, inner_, head_width_;
  AttentionKernel kernel_;
};

/// Keeps a block alive for as long as the graph.
struct Keeper : torch::CustomClassHolder {
  explicit Keeper(std::shared_ptr<const FrozenBlock> kept) : block(std::move(kept)) {}
  std::shared_ptr<const FrozenBlock> block;
};

/// The one node of a block in the autograd graph.
class Node : public torch::autograd::Function<Node> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const std::shared_ptr<const FrozenBlock>& block, std::int64_t wanted) {
    Trace trace;
    at::Tensor out = Computation(*block, x, wanted).forward(x, trace, /*keep=*/true);
    context->saved_data["block"] = at::IValue::make_capsule(c10::make_intrusive<Keeper>(block));
    context->save_for_backward({trace.x, trace.moments1, trace.qkv, trace.key_lengths, trace.weights,
                                trace.attended, trace.moments2, trace.gelu_derivative});
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto kept = context->saved_data["block"].toCapsule();
    const FrozenBlock& frozen = *static_cast<const Keeper&>(*kept).block;
    const Trace trace{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], saved[6], saved[7]};
    const std::int64_t wanted = trace.attended.size(1);
    return {Computation(frozen, trace.x, wanted).backward(trace, gradients[0].contiguous()), {}, {}};
  }
};

}  // namespace

bool FrozenBlock::supported() {
  return AttentionKernel::supported(/*reduced=*/false);
}

at::Tensor FrozenBlock::forward(const at::Tensor& x, std::int64_t wanted) const {
  if (x.scalar_type() != at::kFloat || x.dim() != 3 || wanted < 1 || wanted > x.size(1))
    throw InternalError("a frozen block takes float32 tokens and gives some of them");
  const at::Tensor rows = x.contiguous();
  if (at::GradMode::is_enabled() && rows.requires_grad())
    return Node::apply(rows, shared_from_this(), wanted);
  Trace trace;
  return Computation(*this, rows, wanted).forward(rows, trace, /*keep=*/false);
}

}  // namespace vitrobust::models
