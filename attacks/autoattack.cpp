#include "attacks/autoattack.h"

#include <fmt/format.h>

#include "attacks/cascade.h"
#include "attacks/objective.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// An attack of the table with the radius, and the mode where it has one, of the whole.
class Builder {
 public:
  explicit Builder(const Parameters& parameters)
      : norm_(parameters.text("norm")), epsilon_(parameters.text("eps")), mode_(parameters.text("mode")) {}

  Builder& add(const std::string& name, const std::string& entry_name, const Settings& settings) {
    const AttackEntry* entry = find_attack(entry_name);
    if (entry == nullptr) throw InternalError(fmt::format("autoattack: there is no attack '{}'", entry_name));
    Stage stage{entry_name, {{"norm", norm_}, {"eps", epsilon_}}};
    stage.parameters.insert(stage.parameters.end(), settings.begin(), settings.end());
    for (const ParameterSpec& spec : entry->parameters)
      if (spec.name == "mode") stage.parameters.emplace_back("mode", mode_);
    components_.push_back({name, entry->make(Parameters::resolve(stage, entry->parameters))});
    return *this;
  }

  [[nodiscard]] bool is_l1() const { return norm_ == "l1"; }
  [[nodiscard]] std::unique_ptr<Attack> build() { return make_cascade(std::move(components_)); }

 private:
  std::string norm_, epsilon_, mode_;
  std::vector<Component> components_;
};

void add_standard(Builder& attacks) {
  attacks
      .add("apgd_ce", "apgd", {{"loss", "ce"}, {"steps", "100"}, {"restarts", attacks.is_l1() ? "5" : "1"}})
      .add("apgd_t", "apgd_t", {{"loss", "dlr"}, {"steps", "100"}, {"targets", attacks.is_l1() ? "5" : "9"}})
      .add("fab_t", "fab_t", {{"steps", "100"}, {"targets", "9"}})
      .add("square", "square", {{"queries", "5000"}});
}

void add_plus(Builder& attacks) {
  attacks.add("apgd_ce", "apgd", {{"loss", "ce"}, {"steps", "100"}, {"restarts", "5"}})
      .add("apgd_dlr", "apgd", {{"loss", "dlr"}, {"steps", "100"}, {"restarts", "5"}})
      .add("fab", "fab", {{"steps", "100"}, {"restarts", "5"}})
      .add("square", "square", {{"queries", "5000"}})
      .add("apgd_t", "apgd_t", {{"loss", "dlr"}, {"steps", "100"}, {"targets", "9"}})
      .add("fab_t", "fab_t", {{"steps", "100"}, {"targets", "9"}});
}

void add_rand(Builder& attacks) {
  attacks.add("apgd_ce", "apgd", {{"loss", "ce"}, {"steps", "100"}, {"restarts", "1"}, {"eot", "20"}})
      .add("apgd_dlr", "apgd", {{"loss", "dlr"}, {"steps", "100"}, {"restarts", "1"}, {"eot", "20"}});
}

}  // namespace

std::vector<ParameterSpec> autoattack_parameters() {
  return {norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
          epsilon_parameter(),
          {.name = "version",
           .type = ParameterType::choice,
           .default_value = "standard",
           .help = "which attacks: standard, plus (more of them), rand (for randomised models)",
           .choices = {"standard", "plus", "rand"}},
          mode_parameter()};
}

std::unique_ptr<Attack> make_autoattack(const Parameters& parameters) {
  Builder attacks(parameters);
  const std::string& version = parameters.choice("version");
  if (version == "standard") add_standard(attacks);
  if (version == "plus") add_plus(attacks);
  if (version == "rand") add_rand(attacks);
  return attacks.build();
}

}  // namespace vitrobust::attacks
