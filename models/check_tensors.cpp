#include "models/check_tensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "models/attention/attention.h"
#include "models/parameter_shapes.h"

namespace vitrobust::models {
namespace {

constexpr std::size_t kMostListed = 5;
constexpr std::string_view kFirstAttention = "blocks.0.attn.";

bool is_floating(const std::string& type) {
  constexpr std::array<std::string_view, 4> kFloating{"F64", "F32", "F16", "BF16"};
  return std::ranges::find(kFloating, type) != kFloating.end();
}

std::string joined(std::vector<std::string> problems) {
  if (problems.size() <= kMostListed) return fmt::format("{}", fmt::join(problems, "; "));
  const std::size_t more = problems.size() - kMostListed;
  problems.resize(kMostListed);
  return fmt::format("{}; and {} more", fmt::join(problems, "; "), more);
}

/// "tensor 'blocks.0.attn.qkv.weight'", with the file's own name where that is another.
std::string described(const CanonicalTensor& tensor) {
  std::string text = fmt::format("tensor '{}'", printable_name(tensor.name));
  const std::string& own = tensor.parts.front().entry.name;
  return own.ends_with(tensor.name) ? text : fmt::format("{} (from '{}')", text, printable_name(own));
}

/// The learnt tensors of the first block's attention, beside its projections.
std::set<std::string> learnt_in(const Translation& translation) {
  std::set<std::string> names;
  for (const CanonicalTensor& tensor : translation.tensors) {
    if (!tensor.name.starts_with(kFirstAttention)) continue;
    const std::string name = tensor.name.substr(kFirstAttention.size());
    if (!name.starts_with("qkv.") && !name.starts_with("proj.")) names.insert(name);
  }
  return names;
}

std::set<std::string> learnt_by(VisionTransformerOptions options, AttentionKind kind) {
  options.attention = kind;
  std::set<std::string> names;
  for (const AttentionParameter& parameter : attention_parameters(options)) names.insert(parameter.name);
  return names;
}

/// The formulations that need just these tensors.
std::string kinds_that_need(const VisionTransformerOptions& options, const std::set<std::string>& names) {
  std::vector<std::string_view> kinds;
  for (const AttentionEntry& entry : attention_table())
    if (learnt_by(options, entry.kind) == names) kinds.push_back(entry.name);
  return kinds.empty() ? "none that is known" : fmt::format("{}", fmt::join(kinds, ", "));
}

void check_attention(const Translation& translation, const VisionTransformerOptions& options,
                     const std::string& path) {
  const std::set<std::string> held = learnt_in(translation);
  const std::set<std::string> needed = learnt_by(options, options.attention);
  const auto first_beside = [](const std::set<std::string>& names, const std::set<std::string>& others) {
    const auto found = std::ranges::find_if(names, [&](const std::string& n) { return !others.contains(n); });
    return found == names.end() ? std::string()
                                : fmt::format("{}{}", kFirstAttention, printable_name(*found));
  };
  const std::string missing = first_beside(needed, held);
  const std::string idle = first_beside(held, needed);
  if (missing.empty() && idle.empty()) return;
  std::string problem = fmt::format("attention '{}'", to_string(options.attention));
  if (!missing.empty()) problem += fmt::format(" needs the tensor '{}', which the file lacks", missing);
  if (!missing.empty() && !idle.empty()) problem += ", and";
  if (!idle.empty()) problem += fmt::format(" has no use for the tensor '{}' of the file", idle);
  throw InputError(path, problem,
                   fmt::format("with these tensors, --attention may be {}", kinds_that_need(options, held)));
}

}  // namespace

void check_tensors(const Translation& translation, const VisionTransformerOptions& options,
                   const std::map<std::string, std::string>& unreadable, const std::string& path) {
  check_attention(translation, options, path);
  std::vector<std::string> problems;
  std::set<std::string_view> unclaimed;
  bool missing = false;
  for (const CanonicalTensor& tensor : translation.tensors) unclaimed.insert(tensor.name);
  for (const ParameterShape& parameter : parameter_shapes(options)) {
    const CanonicalTensor* const tensor = translation.find(parameter.name);
    unclaimed.erase(parameter.name);
    if (!tensor) {
      problems.push_back(fmt::format("tensor '{}' is missing", parameter.name));
      missing = true;
    } else if (tensor->shape != parameter.shape) {
      problems.push_back(fmt::format("{} has shape {}, expected {}", described(*tensor),
                                     shape_text(tensor->shape), shape_text(parameter.shape)));
    } else if (!is_floating(tensor->type)) {
      problems.push_back(
          fmt::format("{} holds {}, expected F64, F32, F16 or BF16", described(*tensor), tensor->type));
    }
  }
  for (const CanonicalTensor& tensor : translation.tensors)
    if (unclaimed.contains(tensor.name)) problems.push_back(described(tensor) + " is unexpected");
  if (problems.empty()) return;
  std::string hint;
  if (missing && !unreadable.empty())
    hint = fmt::format("'{}' is no tensor that can be read: {}", printable_name(unreadable.begin()->first),
                       unreadable.begin()->second);
  throw InputError(path, joined(std::move(problems)), hint);
}

}  // namespace vitrobust::models
