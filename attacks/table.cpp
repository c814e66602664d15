#include <array>

#include "attacks/apgd.h"
#include "attacks/attack.h"
#include "attacks/autoattack.h"
#include "attacks/cw.h"
#include "attacks/deepfool.h"
#include "attacks/fab.h"
#include "attacks/pgd.h"
#include "attacks/spsa.h"
#include "attacks/square.h"

namespace vitrobust::attacks {
namespace {

ThreatModel linf_ball(const Parameters& parameters) {
  return ball_threat(Norm::linf, parameters);
}

ThreatModel l2_ball(const Parameters& parameters) {
  return ball_threat(Norm::l2, parameters);
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
      {"fab", "fast adaptive boundary attack: the nearest adversarial example, white box", fab_parameters(),
       make_fab, ball_threat},
      {"fab_t", "FAB-T: the nearest adversarial example towards each of the nearest classes, white box",
       fab_t_parameters(), make_fab_t, ball_threat},
      {"deepfool", "steps to the nearest linearised boundary, white box", deepfool_parameters(),
       make_deepfool, ball_threat},
      {"cw", "Carlini and Wagner: the nearest adversarial example in L2 by Adam, white box", cw_parameters(),
       make_cw, l2_ball},
      {"square", "random search over square windows, black box", square_parameters(), make_square,
       ball_threat},
      {"spsa", "Adam on gradients estimated from random directions, black box", spsa_parameters(), make_spsa,
       linf_ball},
      {"autoattack", "AutoAttack: APGD-CE, APGD-T, FAB-T and Square on what is left", autoattack_parameters(),
       make_autoattack, ball_threat},
  });
  return table;
}

const AttackEntry* find_attack(std::string_view name) {
  for (const AttackEntry& entry : attack_table())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace vitrobust::attacks
