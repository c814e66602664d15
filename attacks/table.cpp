#include <array>

#include "attacks/attack.h"
#include "attacks/fgsm.h"
#include "attacks/pgd.h"
#include "attacks/square.h"

namespace vitrobust::attacks {
std::span<const AttackEntry> attack_table() {
  static const std::array<AttackEntry, 3> table = {{
      {"fgsm", "fast gradient sign method: one step, white box", fgsm_parameters(), make_fgsm,
       [](const Parameters& parameters) { return ball_threat(Norm::linf, parameters); }},
      {"pgd", "projected gradient descent: steps and restarts, white box", pgd_parameters(), make_pgd,
       ball_threat},
      {"square", "random search over square windows, black box", square_parameters(), make_square,
       ball_threat},
  }};
  return table;
}

const AttackEntry* find_attack(std::string_view name) {
  for (const AttackEntry& entry : attack_table())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace vitrobust::attacks
