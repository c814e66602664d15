#include "reports/guard_rails.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/fraction.h"

namespace vitrobust::reports {
namespace {

constexpr std::array<std::string_view, 2> kBlackBox = {"square", "spsa"};
/// Differences of accuracy up to this may be chance.
constexpr double kTolerance = 0.002;
/// And those of fewer samples.
constexpr std::int64_t kFewestSamples = 2;

bool is_black_box(std::string_view attack) {
  return std::ranges::find(kBlackBox, attack) != kBlackBox.end();
}

/// The attack rows that have figures, and what they say.
struct AttackRow {
  const Json* row;
  std::string name;
  /// Everything of the condition but eps and the step size, which goes with it.
  std::string kind;
  std::string norm;
  double epsilon;
  std::string epsilon_text;
  double accuracy;
  double n;
};

std::optional<AttackRow> view(const Json& row) {
  if (row.at("kind") != "attack" || row.at("accuracy").is_null()) return std::nullopt;
  const Json& condition = row.at("condition");
  if (!condition.contains("eps") || !condition.at("eps").is_string() || condition.at("eps") == "none")
    return std::nullopt;
  AttackRow attack{.row = &row,
                   .name = condition.at("name").get<std::string>(),
                   .kind = {},
                   .norm = condition.value("norm", "linf"),
                   .epsilon = 0,
                   .epsilon_text = condition.at("eps").get<std::string>(),
                   .accuracy = row.at("accuracy").get<double>(),
                   .n = row.at("n").get<double>()};
  attack.epsilon = Fraction::parse(attack.epsilon_text).value();
  Json rest = condition;
  rest.erase("eps");
  rest.erase("step_size");
  attack.kind = rest.dump();
  return attack;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

bool is_more(double larger, double smaller, double n) {
  // Accuracies are counts over n, whose quotients only nearly differ by what the counts do.
  const std::int64_t samples = std::llround((larger - smaller) * n);
  return samples >= kFewestSamples && static_cast<double>(samples) > kTolerance * n * (1 + 1e-9);
}

void find_stronger_black_box(const std::vector<AttackRow>& attacks, std::vector<GuardRail>& found) {
  for (const AttackRow& black : attacks) {
    if (!is_black_box(black.name)) continue;
    const AttackRow* best = nullptr;
    for (const AttackRow& white : attacks)
      if (!is_black_box(white.name) && white.norm == black.norm && white.epsilon_text == black.epsilon_text &&
          (best == nullptr || white.accuracy < best->accuracy))
        best = &white;
    if (best == nullptr || !is_more(best->accuracy, black.accuracy, black.n)) continue;
    found.push_back(
        {.id = "black_box_stronger",
         .row = black.row->at("id").get<std::string>(),
         .text = fmt::format("{} {} eps={}, which sees no gradients, leaves {} right, {}, the best with "
                             "gradients, {}: they may be masked",
                             black.name, black.norm, black.epsilon_text, percent(black.accuracy), best->name,
                             percent(best->accuracy))});
  }
}

/// Parts of an attack have seen only what the parts before left over.
void find_black_box_parts(const std::vector<AttackRow>& attacks, std::vector<GuardRail>& found) {
  for (const AttackRow& attack : attacks) {
    if (!attack.row->contains("broken_by")) continue;
    for (const auto& [part, count] : attack.row->at("broken_by").items()) {
      const double share = count.get<double>() / attack.n;
      if (!is_black_box(part) || !is_more(share, 0, attack.n)) continue;
      found.push_back(
          {.id = "black_box_stronger",
           .row = attack.row->at("id").get<std::string>(),
           .text = fmt::format("{} broke {} of {} samples that no attack with gradients had broken: "
                               "they may be masked",
                               part, count.get<std::uint64_t>(), attack.n)});
    }
  }
}

void find_rising(std::vector<AttackRow> attacks, std::vector<GuardRail>& found) {
  std::ranges::stable_sort(attacks, {}, &AttackRow::epsilon);
  std::map<std::string, const AttackRow*> lowest;  // so far, of each kind
  for (const AttackRow& attack : attacks) {
    const auto [at, is_first] = lowest.try_emplace(attack.kind, &attack);
    if (is_first) continue;
    if (is_more(attack.accuracy, at->second->accuracy, attack.n))
      found.push_back(
          {.id = "accuracy_rises_with_epsilon",
           .row = attack.row->at("id").get<std::string>(),
           .text = fmt::format("{} {} leaves {} right with eps={} but {} with eps={}: it grows weaker "
                               "with room to move",
                               attack.name, attack.norm, percent(attack.accuracy), attack.epsilon_text,
                               percent(at->second->accuracy), at->second->epsilon_text)});
    if (attack.accuracy < at->second->accuracy) at->second = &attack;
  }
}

}  // namespace

Json GuardRail::to_json() const {
  return {{"id", id},
          {"severity", is_error ? "error" : "warning"},
          {"row", row.empty() ? Json(nullptr) : Json(row)},
          {"text", text}};
}

GuardRail guard_rail_from(const Json& json, const std::string& where) {
  const auto severity = json_get<std::string>(json, "severity", where);
  if (severity != "error" && severity != "warning")
    throw InputError(where, fmt::format("'severity' is '{}', expected error or warning", severity));
  return {.id = json_get<std::string>(json, "id", where),
          .is_error = severity == "error",
          .row = json_get_or<std::string>(json, "row", "", where),
          .text = json_get<std::string>(json, "text", where)};
}

std::vector<GuardRail> guard_rails_of(std::span<const Json> rows) {
  std::vector<AttackRow> attacks;
  for (const Json& row : rows)
    if (auto attack = view(row)) attacks.push_back(std::move(*attack));
  std::vector<GuardRail> found;
  find_stronger_black_box(attacks, found);
  find_black_box_parts(attacks, found);
  find_rising(std::move(attacks), found);
  return found;
}

}  // namespace vitrobust::reports
