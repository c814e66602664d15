#include "reports/seed_groups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/terminal.h"
#include "reports/compare_words.h"
#include "reports/condition_label.h"
#include "reports/text_table.h"

namespace vitrobust::reports {
namespace {

std::string seed_of(const RunData& run) {
  const Json& config = run.report.at("config");
  const auto seed = config.find("seed");
  return seed == config.end() ? std::string() : seed->dump();
}

/// What runs of one group share: all of the configuration but the seed, the model's hash among it.
std::string key_of(const RunData& run) {
  Json config = run.report.at("config");
  config.erase("seed");
  if (const auto sha = run.report.at("model").find("sha256"); sha != run.report.at("model").end())
    config["model_sha256"] = *sha;
  return config.dump();
}

void add_rows(const std::vector<const RunData*>& runs, SeedGroup& group) {
  std::vector<const RowView*> all;
  for (const RowView& row : runs.front()->view.rows) all.push_back(&row);
  for (const RowView& row : runs.front()->view.rows) {
    std::vector<std::vector<Outcome>> outcomes;
    for (const RunData* run : runs) {
      const RowView* const found = find_row(run->view, row.id);
      if (found != nullptr && found->error.empty() && found->correct)
        outcomes.push_back(run->outcomes(*found));
    }
    if (outcomes.size() != runs.size()) continue;
    const std::string severity = severity_of(row);
    if (const auto spread = seed_spread(outcomes))
      group.rows.push_back({.id = row.id,
                            .label = condition_label(row, all) + (severity.empty() ? "" : " s" + severity),
                            .spread = *spread});
  }
}

std::string title_of(const SeedGroup& group) {
  return fmt::format("{} under {} seeds ({})", group.name, group.seeds.size(), fmt::join(group.seeds, ", "));
}

TextTable table_of(const SeedGroup& group) {
  TextTable table{.header = {"", "mean", "sd", "lowest", "highest", "worst case", "95 % CI", "n"},
                  .rows = {}};
  for (const SeedGroup::Row& row : group.rows) {
    const SeedSpread& spread = row.spread;
    table.rows.push_back(
        {row.label, percent_text(spread.mean), fmt::format("{:.2f}", 100 * spread.deviation),
         percent_text(spread.lowest), percent_text(spread.highest), percent_text(spread.worst_case),
         percent_text(spread.worst_case_ci95.low) + "…" + percent_text(spread.worst_case_ci95.high),
         count_text(spread.n)});
  }
  return table;
}

constexpr const char* kLegend =
    "accuracy in %; sd: standard deviation over seeds; worst case: right under every seed, image by image";

}  // namespace

std::vector<SeedGroup> seed_groups(std::span<const RunData> runs) {
  std::vector<std::string> keys;  // in the order of the runs
  std::map<std::string, std::vector<const RunData*>> by_key;
  for (const RunData& run : runs) {
    if (!run.outcomes || seed_of(run).empty()) continue;
    std::vector<const RunData*>& group = by_key[key_of(run)];
    const bool known =
        std::ranges::any_of(group, [&](const RunData* other) { return seed_of(*other) == seed_of(run); });
    if (group.empty()) keys.push_back(key_of(run));
    if (!known) group.push_back(&run);
  }
  std::vector<SeedGroup> groups;
  for (const std::string& key : keys) {
    const std::vector<const RunData*>& members = by_key.at(key);
    if (members.size() < 2) continue;
    SeedGroup group{.name = printable(members.front()->view.model), .seeds = {}, .rows = {}};
    for (const RunData* run : members) group.seeds.push_back(seed_of(*run));
    add_rows(members, group);
    if (!group.rows.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

std::string seed_console(std::span<const SeedGroup> groups) {
  std::string text;
  for (const SeedGroup& group : groups)
    text += fmt::format("\n\n{}\n\n{}\n{}\n", title_of(group), aligned(table_of(group)), kLegend);
  return text;
}

std::string seed_markdown(std::span<const SeedGroup> groups) {
  std::string text;
  for (const SeedGroup& group : groups)
    text += fmt::format("\n## {}\n\n{}\n{}\n", markdown_text(title_of(group)), markdown(table_of(group)),
                        kLegend);
  return text;
}

Json seed_json(std::span<const SeedGroup> groups) {
  Json list = Json::array();
  for (const SeedGroup& group : groups) {
    Json rows = Json::array();
    for (const SeedGroup::Row& row : group.rows) {
      const SeedSpread& spread = row.spread;
      rows.push_back({{"id", row.id},
                      {"n", spread.n},
                      {"mean", spread.mean},
                      {"deviation", spread.deviation},
                      {"lowest", spread.lowest},
                      {"highest", spread.highest},
                      {"worst_case", spread.worst_case},
                      {"worst_case_ci95", {spread.worst_case_ci95.low, spread.worst_case_ci95.high}}});
    }
    list.push_back({{"name", group.name}, {"seeds", group.seeds}, {"cells", std::move(rows)}});
  }
  return list;
}

}  // namespace vitrobust::reports
