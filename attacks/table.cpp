#include <array>

#include "attacks/apgd.h"
#include "attacks/attack.h"
#include "attacks/patch_fool.h"
#include "attacks/patches.h"
#include "attacks/pgd.h"
#include "attacks/token_pgd.h"

namespace vitrobust::attacks {
namespace {

ThreatModel linf_ball(const Parameters& parameters) {
  return ball_threat(Norm::linf, parameters);
}

}  // namespace

std::span<const AttackEntry> attack_table() {
  static const auto table = std::to_array<AttackEntry>({
      {"fgsm", "fast gradient sign method: one step, white box", fgsm_parameters(), make_fgsm, linf_ball},
      {"bim", "basic iterative method: FGSM in small steps, white box", bim_parameters(), make_bim,
       linf_ball},
      {"mi_fgsm", "BIM with momentum, white box", mi_fgsm_parameters(), make_mi_fgsm, linf_ball},
      {"pgd", "projected gradient descent: steps and restarts, white box", pgd_parameters(), make_pgd,
       ball_threat},
      {"apgd", "auto-PGD: the step size adapts itself; APGD-CE, APGD-DLR, white box", apgd_parameters(),
       make_apgd, ball_threat},
      {"apgd_t", "APGD-T: auto-PGD towards each of the nearest classes, white box", apgd_t_parameters(),
       make_apgd_t, ball_threat},
      {"token_pgd", "PGD inside a few patches of the image, white box", token_pgd_parameters(),
       make_token_pgd, patch_threat},
      {"patch_fool", "Patch-Fool: overwrites the patches that get most attention, white box, ViTs",
       patch_fool_parameters(), make_patch_fool, patch_threat},
  });
  return table;
}

const AttackEntry* find_attack(std::string_view name) {
  for (const AttackEntry& entry : attack_table())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace vitrobust::attacks
