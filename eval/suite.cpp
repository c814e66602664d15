#include "eval/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/json.h"
#include "core/names.h"
#include "corruptions/corruption.h"
#include "eval/perturbation_stage.h"

namespace vitrobust::eval {
namespace {

constexpr std::size_t kMaxSuiteBytes = std::size_t{1} << 20;

std::vector<ConditionSpec> parse_all(const std::vector<std::string>& texts) {
  std::vector<ConditionSpec> conditions;
  for (const std::string& text : texts) conditions.push_back(parse_condition(text));
  return conditions;
}

/// Every severity of the corruptions that are wanted, in the table's order.
template <typename Wanted>
std::vector<std::string> corruption_cells(Wanted wanted) {
  std::vector<std::string> texts;
  for (const auto& entry : corruptions::corruption_table()) {
    if (!wanted(entry)) continue;
    for (int severity = 1; severity <= 5; ++severity)
      texts.push_back(fmt::format("{}:severity={}", entry.name, severity));
  }
  return texts;
}

/// Every sequence at the difficulty that published figures are of.
std::vector<std::string> perturbation_cells() {
  std::vector<std::string> texts;
  for (const auto& entry : corruptions::perturbation_table())
    texts.push_back(fmt::format("{}:sequence={}", kPerturbation, entry.name));
  return texts;
}

/// One of each kind, and cheap.
bool is_quick(const corruptions::CorruptionEntry& entry) {
  return entry.name == "gaussian_noise" || entry.name == "brightness" || entry.name == "jpeg_compression" ||
         entry.name == "gaussian_blur";
}

bool is_of_imagenet_c(const corruptions::CorruptionEntry& entry) {
  return entry.group != "c-bar";
}

bool is_main(const corruptions::CorruptionEntry& entry) {
  return is_of_imagenet_c(entry) && entry.group != "extra";
}

auto is_of_c_bar(corruptions::ParameterSet set) {
  return
      [set](const corruptions::CorruptionEntry& entry) { return entry.group == "c-bar" && entry.has(set); };
}

std::vector<std::string> with_clean(std::vector<std::string> texts) {
  texts.insert(texts.begin(), "clean");
  return texts;
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Suite read_suite(const std::string& path) {
  const Json json = read_json(path, kMaxSuiteBytes);
  const auto texts = json_get<std::vector<std::string>>(json, "conditions", path);
  if (texts.empty()) throw InputError(path, "'conditions' is empty");
  try {
    return {json_get_or<std::string>(json, "name", std::filesystem::path(path).stem().string(), path),
            {},
            parse_all(texts)};
  } catch (const UsageError& error) {
    throw InputError(path, error.what(), error.hint());
  }
}

}  // namespace

std::vector<Suite> builtin_suites() {
  // 1/255 is where undefended networks still get something right, 4/255 the usual radius on ImageNet.
  const std::vector<std::string> short_attacks = {"fgsm:eps=1/255", "fgsm:eps=4/255",
                                                  "pgd:eps=1/255,steps=10,step_size=1/1020",
                                                  "pgd:eps=4/255,steps=10,step_size=1/255"};
  return {
      {"quick", "clean, four corruptions at five severities, FGSM and PGD-10 at 1/255 and 4/255",
       parse_all(joined(with_clean(corruption_cells(is_quick)), short_attacks))},
      {"imagenet-c", "clean and the fifteen corruptions of ImageNet-C at five severities: what mCE needs",
       parse_all(with_clean(corruption_cells(is_main)))},
      {"corruptions", "clean, those fifteen and the extra four at five severities",
       parse_all(with_clean(corruption_cells(is_of_imagenet_c)))},
      {"imagenet-c-bar", "clean and the ten corruptions of ImageNet-C-bar at five severities",
       parse_all(with_clean(corruption_cells(is_of_c_bar(corruptions::ParameterSet::imagenet))))},
      {"cifar10-c-bar", "clean and the ten corruptions of CIFAR-10-C-bar at five severities",
       parse_all(with_clean(corruption_cells(is_of_c_bar(corruptions::ParameterSet::cifar))))},
      {"imagenet-p",
       "clean and the ten perturbation sequences of ImageNet-P, or for images of 32 pixels CIFAR-10-P",
       parse_all(with_clean(perturbation_cells()))},
      {"attacks", "clean, FGSM and PGD-20 at 1/255, 2/255, 4/255 and 8/255",
       parse_all({"clean", "fgsm:eps=1/255", "fgsm:eps=2/255", "fgsm:eps=4/255", "fgsm:eps=8/255",
                  "pgd:eps=1/255,steps=20,step_size=1/1020", "pgd:eps=2/255,steps=20,step_size=1/510",
                  "pgd:eps=4/255,steps=20,step_size=1/255", "pgd:eps=8/255,steps=20,step_size=2/255"})},
  };
}

Suite find_suite(const std::string& name_or_file) {
  std::vector<std::string> names;
  for (Suite& suite : builtin_suites()) {
    if (suite.name == name_or_file) return std::move(suite);
    names.push_back(suite.name);
  }
  const bool looks_like_file = name_or_file.ends_with(".json") || name_or_file.find('/') != std::string::npos;
  if (looks_like_file || std::filesystem::exists(name_or_file)) return read_suite(name_or_file);
  throw UsageError(fmt::format("unknown suite '{}'", name_or_file), unknown_name_hint(name_or_file, names));
}

}  // namespace vitrobust::eval
