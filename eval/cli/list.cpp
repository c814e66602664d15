#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "attacks/attack.h"
#include "core/error.h"
#include "core/names.h"
#include "corruptions/corruption.h"
#include "corruptions/perturbation.h"
#include "data/dataset.h"
#include "eval/cli/commands.h"
#include "eval/suite.h"
#include "models/attention/attention.h"
#include "models/dialects/dialect.h"

namespace vitrobust::eval {
namespace {

Json list_corruptions() {
  Json list = Json::array();
  for (const auto& entry : corruptions::corruption_table())
    list.push_back({{"name", entry.name}, {"group", entry.group}, {"help", entry.help}});
  return list;
}

Json list_perturbations() {
  Json list = Json::array();
  for (const auto& entry : corruptions::perturbation_table())
    list.push_back({{"name", entry.name}, {"group", entry.group}, {"help", entry.help}});
  return list;
}

Json list_attacks() {
  Json list = Json::array();
  for (const auto& entry : attacks::attack_table()) {
    Json parameters = Json::array();
    for (const ParameterSpec& spec : entry.parameters)
      parameters.push_back({{"name", spec.name}, {"default", spec.default_value}, {"help", spec.help}});
    list.push_back({{"name", entry.name}, {"help", entry.help}, {"parameters", parameters}});
  }
  return list;
}

Json list_attention() {
  Json list = Json::array();
  for (const auto& entry : models::attention_table())
    list.push_back({{"name", entry.name}, {"help", entry.help}});
  return list;
}

Json list_dialects() {
  Json list = Json::array();
  for (const auto& entry : models::dialect_table()) {
    // A library whose names changed has several entries of one name.
    if (!list.empty() && list.back().at("name") == entry.name) continue;
    list.push_back({{"name", entry.name}, {"help", entry.help}});
  }
  return list;
}

Json list_suites() {
  Json list = Json::array();
  for (const Suite& suite : builtin_suites()) {
    Json conditions = Json::array();
    for (const ConditionSpec& condition : suite.conditions) conditions.push_back(condition.text());
    list.push_back({{"name", suite.name}, {"help", suite.help}, {"conditions", conditions}});
  }
  return list;
}

Json list_data() {
  Json list = Json::array();
  for (const auto& layout : data::dataset_layouts())
    list.push_back({{"name", layout.name}, {"help", layout.help}, {"usage", layout.usage}});
  return list;
}

struct Listing {
  std::string name;
  std::function<Json()> make;
};

const std::vector<Listing>& listings() {
  static const std::vector<Listing> table = {{"corruptions", list_corruptions},
                                             {"perturbations", list_perturbations},
                                             {"attacks", list_attacks},
                                             {"attention", list_attention},
                                             {"dialects", list_dialects},
                                             {"suites", list_suites},
                                             {"data", list_data}};
  return table;
}

void print_text(const std::string& title, const Json& entries) {
  fmt::print("{}\n", title);
  std::size_t width = 20;
  for (const Json& entry : entries) width = std::max(width, entry.at("name").get<std::string>().size() + 2);
  for (const Json& entry : entries) {
    const auto text = [&](const char* key) { return entry.at(key).get<std::string>(); };
    fmt::print("  {:<{}}{}\n", text("name"), width, text("help"));
    if (entry.contains("usage")) fmt::print("  {:<{}}{}\n", "", width, text("usage"));
    if (!entry.contains("parameters")) continue;
    for (const Json& parameter : entry.at("parameters")) {
      const auto initial = parameter.at("default").get<std::string>();
      fmt::print("    {:<18}{} ({})\n", parameter.at("name").get<std::string>(),
                 parameter.at("help").get<std::string>(),
                 initial.empty() ? "must be given" : "default " + initial);
    }
  }
}

}  // namespace

int list_command(const ListOptions& options) {
  Json all = Json::object();
  std::vector<std::string> names;
  for (const Listing& listing : listings()) {
    names.push_back(listing.name);
    if (options.what.empty() || options.what == listing.name) all[listing.name] = listing.make();
  }
  if (all.empty())
    throw UsageError(fmt::format("nothing to list under '{}'", options.what),
                     unknown_name_hint(options.what, names));
  if (options.json) {
    fmt::print("{}", dump_json(all));
    return 0;
  }
  for (const auto& [name, entries] : all.items()) print_text(name, entries);
  return 0;
}

}  // namespace vitrobust::eval
