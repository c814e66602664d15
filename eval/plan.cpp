#include "eval/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::eval {
namespace {

[[noreturn]] void throw_unknown(const std::string& name) {
  std::vector<std::string> known = {"clean", std::string(kPerturbation),
                                    std::string(attacks::kNormspaceLegacy)};
  for (const auto& entry : corruptions::corruption_table()) known.emplace_back(entry.name);
  for (const auto& entry : attacks::attack_table()) known.emplace_back(entry.name);
  throw UsageError(fmt::format("unknown corruption or attack '{}'", name), unknown_name_hint(name, known));
}

void append(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : "+") + part;
}

/// {"name": …, then the parameters}.
Json condition_json(const std::string& name, const Json& parameters) {
  Json json = {{"name", name}};
  for (const auto& [key, value] : parameters.items()) json[key] = value;
  return json;
}

class CellBuilder {
 public:
  void add(const Stage& stage) {
    if (stage.name == "clean") return add_clean(stage);
    if (stage.name == kPerturbation) return add_perturbation(stage);
    if (stage.name == attacks::kNormspaceLegacy) return add_legacy(stage);
    if (corruptions::find_corruption(stage.name) != nullptr) return add_corruption(stage);
    if (const auto* entry = attacks::find_attack(stage.name)) return add_attack(stage, *entry);
    throw_unknown(stage.name);
  }

  PlannedCell finish(std::size_t stages) {
    if (clean_ && stages > 1) throw UsageError("'clean' stands alone in a condition");
    if (cell_.perturbation && stages > 1)
      throw UsageError("a perturbation sequence stands alone in a condition");
    if (cell_.legacy && stages > 1) throw UsageError("normspace-legacy stands alone in a condition");
    using Kind = reports::CellKind;
    if (cell_.perturbation)
      cell_.cell.kind = Kind::perturbation;
    else if (cell_.legacy)
      cell_.cell.kind = Kind::legacy_attack;
    else if (cell_.attack)
      cell_.cell.kind = cell_.corruption ? Kind::corruption_attack : Kind::attack;
    else
      cell_.cell.kind = cell_.corruption ? Kind::corruption : Kind::clean;
    cell_.cell.condition = stages_.size() == 1 ? stages_[0] : Json{{"name", names_}, {"stages", stages_}};
    return std::move(cell_);
  }

 private:
  void add_clean(const Stage& stage) {
    Parameters::resolve(stage, {});
    clean_ = true;
    append(cell_.cell.id, "clean");
    append(cell_.slug, "clean");
    note_stage("clean", Json::object());
  }

  void add_corruption(const Stage& stage) {
    if (cell_.corruption || cell_.attack)
      throw UsageError(fmt::format(
          "'{}': a condition is at most one corruption, followed by at most one attack", stage.name));
    cell_.corruption = plan_corruption(stage);
    append(cell_.cell.id, cell_.corruption->stream);
    append(cell_.slug, fmt::format("{}-{}", stage.name, cell_.corruption->severity));
    note_stage(stage.name, cell_.corruption->parameters);
  }

  void add_perturbation(const Stage& stage) {
    cell_.perturbation = plan_perturbation(stage);
    const std::string& stream = cell_.perturbation->stream;
    append(cell_.cell.id, stream);
    std::string slug = stream;
    std::ranges::replace(slug, '/', '-');
    append(cell_.slug, slug);
    note_stage(stage.name, cell_.perturbation->parameters);
    // For progress: the parameters, and with them the exact number, follow from the image size.
    cell_.cost = static_cast<std::uint64_t>(cell_.perturbation->entry->imagenet_frames);
  }

  void add_legacy(const Stage& stage) {
    const Parameters parameters = Parameters::resolve(stage, attacks::normspace_legacy_parameters());
    cell_.legacy = PlannedLegacy{attacks::NormspaceLegacy(parameters)};
    append(cell_.cell.id, ConditionSpec{{parameters.stage()}}.text());
    append(cell_.slug, fmt::format("{}-{}", stage.name, parameters.choice("attack")));
    note_stage(stage.name, parameters.to_json());
    cell_.cell.notes.emplace_back(
        "attacked in normalised space, without clipping: comparable with tables that were measured so, and "
        "with no "
        "other row (docs/threat-models.md)");
    // Classified before and after.
    cell_.cost = static_cast<std::uint64_t>(cell_.legacy->attack.cost()) + 2;
    cell_.backward_passes = static_cast<std::uint64_t>(cell_.legacy->attack.backward_passes());
  }

  void add_attack(const Stage& stage, const attacks::AttackEntry& entry) {
    if (cell_.attack) throw UsageError(fmt::format("'{}': a condition has at most one attack", stage.name));
    const Parameters parameters = Parameters::resolve(stage, entry.parameters);
    cell_.attack = PlannedAttack{entry.make(parameters), entry.threat_model(parameters)};
    append(cell_.cell.id, "attack/" + ConditionSpec{{parameters.stage()}}.text());
    append(cell_.slug, stage.name);
    note_stage(stage.name, parameters.to_json());
    // The audit classifies before and after.
    cell_.cost = static_cast<std::uint64_t>(cell_.attack->attack->cost()) + 2;
    cell_.backward_passes = static_cast<std::uint64_t>(cell_.attack->attack->backward_passes());
  }

  void note_stage(const std::string& name, const Json& parameters) {
    append(names_, name);
    stages_.push_back(condition_json(name, parameters));
  }

  PlannedCell cell_;
  Json stages_ = Json::array();
  std::string names_;
  bool clean_ = false;
};

}  // namespace

std::vector<PlannedCell> make_plan(std::span<const ConditionSpec> conditions) {
  std::vector<PlannedCell> plan;
  std::set<std::string> ids;
  for (const ConditionSpec& condition : conditions) {
    CellBuilder builder;
    for (const Stage& stage : condition.stages) builder.add(stage);
    plan.push_back(builder.finish(condition.stages.size()));
    if (!ids.insert(plan.back().cell.id).second)
      throw UsageError(fmt::format("condition '{}' is given twice", condition.text()));
  }
  return plan;
}

}  // namespace vitrobust::eval
