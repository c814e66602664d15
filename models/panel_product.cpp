#include "models/panel_product.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "models/operand_layout.h"
#include "models/register_tile.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

/// Terms that are summed before they join the result: half a panel of them fits a second-level cache beside
/// the rows, and the rounding of a long sum does not grow with it.
constexpr std::int64_t kTerms = 512;

/// Terms of a bfloat16 product come in pairs.
std::int64_t padded_terms(std::int64_t inputs, bool reduced) {
  return reduced ? 2 * pairs_of(inputs) : inputs;
}

/// y [rows, outputs] = x [rows, inputs] · weightᵀ + bias, inputs padded.
template <typename Element>
void multiply(const Element* x, std::int64_t rows, std::int64_t inputs, const Element* panels,
              const float* bias, std::int64_t outputs, float* y) {
  for_each_panel(outputs, [&](std::int64_t first, std::int64_t wide) {
    const std::int64_t column = first * kLanes;
    float* const out = y + column;
    for (std::int64_t term = 0; term < inputs; term += kTerms) {
      const float* const start = bias == nullptr ? nullptr : bias + column;
      compute_panel<Element>({.a = x + term,
                              .a_row = inputs,
                              .a_step = 1,
                              .b = panels + column * inputs + term * wide * kLanes,
                              .b_row = wide * kLanes,
                              .terms = std::min(kTerms, inputs - term),
                              .before = term == 0 ? start : out,
                              .before_row = term == 0 ? 0 : outputs,
                              .c = out,
                              .c_row = outputs,
                              .last = lanes_before(outputs, column + (wide - 1) * kLanes)},
                             rows, wide);
    }
  });
}

/// Where element (output, input) of a panel of `wide` vectors lies.
std::int64_t place(std::int64_t output, std::int64_t input, std::int64_t wide, bool reduced) {
  return reduced ? (input / 2 * wide * kLanes + output) * 2 + input % 2 : input * wide * kLanes + output;
}

/// Calls body(panel element, output, input) for every element that there is.
template <typename Body>
void for_each_element(std::int64_t outputs, std::int64_t inputs, bool reduced, const Body& body) {
  const std::int64_t terms = padded_terms(inputs, reduced);
  for_each_panel(outputs, [&](std::int64_t first, std::int64_t wide) {
    const std::int64_t column = first * kLanes;
    const std::int64_t end = std::min(wide * kLanes, outputs - column);
    for (std::int64_t input = 0; input < inputs; ++input)
      for (std::int64_t j = 0; j < end; ++j)
        body(column * terms + place(j, input, wide, reduced), column + j, input);
  });
}

/// Copies between panels and a dense matrix, `pack` from the latter.
template <typename Element>
void copy(Element* panels, const at::Tensor& dense, bool reduced, bool pack) {
  auto* const matrix = static_cast<Element*>(dense.data_ptr());
  const std::int64_t row = dense.stride(0);
  const std::int64_t step = dense.stride(1);
  for_each_element(dense.size(0), dense.size(1), reduced,
                   [&](std::int64_t at, std::int64_t output, std::int64_t input) {
                     Element& element = matrix[output * row + input * step];
                     if (pack)
                       panels[at] = element;
                     else
                       element = panels[at];
                   });
}

std::uint16_t* halves(const at::Tensor& x) {
  return reinterpret_cast<std::uint16_t*>(x.mutable_data_ptr<at::BFloat16>());
}

}  // namespace

bool has_panel_products(bool reduced) {
  return has_avx512(/*with_bf16=*/reduced);
}

at::Tensor panel_layout(const at::Tensor& weight, bool reduced) {
  if (weight.scalar_type() != at::kFloat || weight.dim() != 2)
    throw InternalError("only a float32 matrix has panels");
  const std::int64_t size = padded(weight.size(0)) * padded_terms(weight.size(1), reduced);
  at::Tensor panels = at::zeros({size}, reduced ? at::kBFloat16 : at::kFloat);
  if (reduced)
    copy(halves(panels), weight.to(at::kBFloat16), true, true);
  else
    copy(panels.mutable_data_ptr<float>(), weight, false, true);
  return panels;
}

at::Tensor dense_of_panels(const at::Tensor& panels, std::int64_t outputs, std::int64_t inputs) {
  const bool reduced = panels.scalar_type() == at::kBFloat16;
  at::Tensor dense = at::empty({outputs, inputs}, panels.options());
  if (reduced)
    copy(halves(panels), dense, true, false);
  else
    copy(panels.mutable_data_ptr<float>(), dense, false, false);
  return dense;
}

at::Tensor panel_linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& bias,
                        std::int64_t outputs) {
  const std::int64_t inputs = x.size(-1);
  const bool reduced = panels.scalar_type() == at::kBFloat16;
  const std::int64_t terms = padded_terms(inputs, reduced);
  if (panels.numel() != padded(outputs) * terms) throw InternalError("panels of another matrix");
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.back() = outputs;
  at::Tensor y = at::empty(sizes, x.options());
  const std::int64_t rows = inputs == 0 ? 0 : x.numel() / inputs;
  const float* const start = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* const out = y.mutable_data_ptr<float>();
  if (!reduced) {
    multiply(x.const_data_ptr<float>(), rows, inputs, panels.const_data_ptr<float>(), start, outputs, out);
    return y;
  }
  const at::Tensor rounded = at::empty({rows, terms}, panels.options());
  round_rows(x.const_data_ptr<float>(), inputs, rows, inputs, halves(rounded));
  multiply<std::uint16_t>(halves(rounded), rows, terms, halves(panels), start, outputs, out);
  return y;
}

#else

bool has_panel_products(bool) {
  return false;
}
at::Tensor panel_layout(const at::Tensor&, bool) {
  throw InternalError("panels are for processors with AVX-512");
}
at::Tensor dense_of_panels(const at::Tensor&, std::int64_t, std::int64_t) {
  throw InternalError("panels are for processors with AVX-512");
}
at::Tensor panel_linear(const at::Tensor&, const at::Tensor&, const at::Tensor&, std::int64_t) {
  throw InternalError("panels are for processors with AVX-512");
}

#endif

}  // namespace vitrobust::models
