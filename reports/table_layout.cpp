#include "reports/table_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include "core/error.h"
#include "core/names.h"
#include "core/terminal.h"

namespace vitrobust::reports {
namespace {

using Source = ColumnSpec::Source;

constexpr std::size_t kMaxLayoutBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxColumns = 200;

struct AggregateName {
  std::string_view id;
  std::string_view title;
  bool lower_is_better;
};
constexpr std::array<AggregateName, 9> kAggregates = {{
    {"mean_corruption_accuracy", "mean corruption accuracy", false},
    {"mean_corruption_error_unnormalised", "mean corruption error, unnormalised", true},
    {"mce", "mCE", true},
    {"relative_mce", "relative mCE", true},
    {"mean_flip_probability", "mean flip probability", true},
    {"mfr", "mFR", true},
    {"mt5d", "mT5D", true},
    {"ut5d", "mean top-5 distance", true},
    {"worst_case_accuracy", "worst case over attacks", false},
}};

struct Corruption {
  const char* name;
  const char* title;
  const char* group;
};
/// The fifteen of ImageNet-C, in the order and groups of Hendrycks and Dietterich (ICLR 2019), table 1.
constexpr std::array<Corruption, 15> kImagenetC = {{
    {"gaussian_noise", "Gauss.", "Noise"},
    {"shot_noise", "Shot", "Noise"},
    {"impulse_noise", "Impulse", "Noise"},
    {"defocus_blur", "Defocus", "Blur"},
    {"glass_blur", "Glass", "Blur"},
    {"motion_blur", "Motion", "Blur"},
    {"zoom_blur", "Zoom", "Blur"},
    {"snow", "Snow", "Weather"},
    {"frost", "Frost", "Weather"},
    {"fog", "Fog", "Weather"},
    {"brightness", "Bright", "Weather"},
    {"contrast", "Contrast", "Digital"},
    {"elastic_transform", "Elastic", "Digital"},
    {"pixelate", "Pixel", "Digital"},
    {"jpeg_compression", "JPEG", "Digital"},
}};

ColumnSpec aggregate_column(std::string title, std::string id, std::string group = {}) {
  return {.title = std::move(title),
          .group = std::move(group),
          .source = Source::aggregate,
          .aggregate = std::move(id)};
}

ColumnSpec condition_column(std::string title, const std::string& condition) {
  return {.title = std::move(title), .source = Source::condition, .condition = parse_condition(condition)};
}

/// Clean, then a column per corruption.
std::vector<ColumnSpec> imagenet_c_columns(bool as_errors) {
  std::vector<ColumnSpec> columns = {condition_column("Clean", "clean")};
  columns.push_back(as_errors ? aggregate_column("mCE", "mce")
                              : aggregate_column("Mean", "mean_corruption_accuracy"));
  for (const Corruption& corruption : kImagenetC) {
    ColumnSpec column{.title = corruption.title,
                      .group = fmt::format("{}{}", corruption.group, as_errors ? " (CE)" : ""),
                      .source = as_errors ? Source::aggregate : Source::severities};
    if (as_errors)
      column.aggregate = fmt::format("ce/{}", corruption.name);
    else
      column.condition = parse_condition(corruption.name);
    columns.push_back(std::move(column));
  }
  return columns;
}

/// The columns of QUEST's table of ViTs on ImageNet, whose attacks have the radius 1/255.
std::vector<ColumnSpec> quest_paper_columns() {
  std::vector<ColumnSpec> columns = {condition_column("Clean", "clean"), aggregate_column("IN-C mCE", "mce"),
                                     condition_column("FGSM", "fgsm:eps=1/255"),
                                     condition_column("PGD", "pgd:eps=1/255"),
                                     condition_column("AutoAttack", "autoattack:eps=1/255")};
  for (std::size_t i = 2; i < columns.size(); ++i) columns[i].group = "eps = 1/255";
  return columns;
}

void refuse_unknown_keys(const Json& object, std::span<const std::string> known, const std::string& where) {
  if (!object.is_object()) throw InputError(where, "expected an object, got " + json_type_name(object));
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(known, key) == known.end())
      throw InputError(where, fmt::format("unknown key '{}'", printable(key)), unknown_name_hint(key, known));
  }
}

ConditionSpec condition_at(const Json& json, const std::string& key, const std::string& where) {
  try {
    return parse_condition(json_get<std::string>(json, key, where));
  } catch (const UsageError& error) {
    throw InputError(where, fmt::format("'{}': {}", key, error.what()), error.hint());
  }
}

ColumnSpec parse_column(const Json& json, const std::string& where) {
  static const std::vector<std::string> kKeys = {"title", "group", "condition", "severities", "aggregate"};
  refuse_unknown_keys(json, kKeys, where);
  ColumnSpec column;
  column.title = json_get<std::string>(json, "title", where);
  column.group = json_get_or<std::string>(json, "group", "", where);
  const int sources = static_cast<int>(json.contains("condition")) +
                      static_cast<int>(json.contains("severities")) +
                      static_cast<int>(json.contains("aggregate"));
  if (sources != 1) throw InputError(where, "needs exactly one of 'condition', 'severities' and 'aggregate'");
  if (json.contains("condition")) {
    column.source = Source::condition;
    column.condition = condition_at(json, "condition", where);
  } else if (json.contains("severities")) {
    column.source = Source::severities;
    column.condition = condition_at(json, "severities", where);
    if (column.condition.stages.size() != 1 || !column.condition.stages[0].parameters.empty())
      throw InputError(where, "'severities' takes the name of a corruption alone", "for example \"fog\"");
  } else {
    column.source = Source::aggregate;
    column.aggregate = json_get<std::string>(json, "aggregate", where);
    std::vector<std::string> known;
    for (const AggregateName& name : kAggregates) known.emplace_back(name.id);
    const bool of_one = column.aggregate.starts_with("ce/") || column.aggregate.starts_with("fr/") ||
                        column.aggregate.starts_with("t5d/");
    if (!of_one && std::ranges::find(known, column.aggregate) == known.end())
      throw InputError(where, fmt::format("unknown aggregate '{}'", printable(column.aggregate)),
                       unknown_name_hint(column.aggregate, known));
  }
  return column;
}

}  // namespace

const std::vector<TableLayout>& table_layouts() {
  static const std::vector<TableLayout> table = {
      {"models-conditions", "every condition, one line each, and a column per model", {}, true},
      {"imagenet-c", "clean accuracy, mCE and the CE of the fifteen corruptions, as in the ImageNet-C paper",
       imagenet_c_columns(true), false},
      {"corruptions", "clean accuracy and the mean accuracy over five severities of the fifteen corruptions",
       imagenet_c_columns(false), false},
      {"quest-paper", "clean accuracy, mCE on ImageNet-C, and FGSM, PGD and AutoAttack at 1/255",
       quest_paper_columns(), false},
  };
  return table;
}

bool lower_is_better(std::string_view id) {
  if (id.starts_with("ce/") || id.starts_with("fr/") || id.starts_with("t5d/")) return true;
  const auto found = std::ranges::find(kAggregates, id, &AggregateName::id);
  return found != kAggregates.end() && found->lower_is_better;
}

std::string aggregate_title(const std::string& id) {
  const auto found = std::ranges::find(kAggregates, id, &AggregateName::id);
  return found == kAggregates.end() ? printable(id) : std::string(found->title);
}

TableLayout parse_layout(const Json& json, const std::string& source) {
  static const std::vector<std::string> kKeys = {"name", "models", "columns"};
  refuse_unknown_keys(json, kKeys, source);
  TableLayout layout;
  layout.name = json_get_or<std::string>(json, "name", std::filesystem::path(source).stem().string(), source);
  const auto models = json_get_or<std::string>(json, "models", "rows", source);
  if (models != "rows" && models != "columns")
    throw InputError(source, fmt::format("'models' is '{}', neither rows nor columns", printable(models)));
  layout.models_are_columns = models == "columns";
  const auto columns = json_get<Json>(json, "columns", source);
  if (!columns.is_array() || columns.empty() || columns.size() > kMaxColumns)
    throw InputError(source, fmt::format("'columns' should be an array of 1 to {} columns", kMaxColumns));
  for (const Json& column : columns)
    layout.columns.push_back(
        parse_column(column, fmt::format("{}: column {}", source, layout.columns.size() + 1)));
  return layout;
}

TableLayout find_layout(const std::string& name_or_file) {
  std::vector<std::string> names;
  for (const TableLayout& layout : table_layouts()) {
    if (layout.name == name_or_file) return layout;
    names.push_back(layout.name);
  }
  if (name_or_file.ends_with(".json") || name_or_file.find('/') != std::string::npos)
    return parse_layout(read_json(name_or_file, kMaxLayoutBytes), name_or_file);
  throw UsageError(fmt::format("unknown layout '{}'", printable(name_or_file)),
                   unknown_name_hint(name_or_file, names) + " (or a JSON file)");
}

}  // namespace vitrobust::reports
