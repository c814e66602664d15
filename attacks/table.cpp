#include <array>

#include "attacks/apgd.h"
#include "attacks/attack.h"
#include "attacks/autoattack.h"
#include "attacks/cw.h"
#include "attacks/deepfool.h"
#include "attacks/fab.h"
#include "attacks/over_threads.h"
#include "attacks/patch_fool.h"
#include "attacks/patches.h"
#include "attacks/pgd.h"
#include "attacks/spsa.h"
#include "attacks/square.h"
#include "attacks/token_pgd.h"

namespace vitrobust::attacks {
namespace {

ThreatModel linf_ball(const Parameters& parameters) {
  return ball_threat(Norm::linf, parameters);
}

ThreatModel l2_ball(const Parameters& parameters) {
  return ball_threat(Norm::l2, parameters);
}

template <auto make>
std::unique_ptr<Attack> over_threads(const Parameters& parameters) {
  return attacks::over_threads(make(parameters));
}

}  // namespace

std::span<const AttackEntry> attack_table() {
  static const auto table = std::to_array<AttackEntry>({
      {"fgsm", "fast gradient sign method: one step, white box", fgsm_parameters(), over_threads<make_fgsm>,
       linf_ball},
      {"bim", "basic iterative method: FGSM in small steps, white box", bim_parameters(),
       over_threads<make_bim>, linf_ball},
      {"mi_fgsm", "BIM with momentum, white box", mi_fgsm_parameters(), over_threads<make_mi_fgsm>,
       linf_ball},
      {"pgd", "projected gradient descent: steps and restarts, white box", pgd_parameters(),
       over_threads<make_pgd>, ball_threat},
      {"apgd", "auto-PGD: the step size adapts itself; APGD-CE, APGD-DLR, white box", apgd_parameters(),
       over_threads<make_apgd>, ball_threat},
      {"apgd_t", "APGD-T: auto-PGD towards each of the nearest classes, white box", apgd_t_parameters(),
       over_threads<make_apgd_t>, ball_threat},
      {"fab", "fast adaptive boundary attack: the nearest adversarial example, white box", fab_parameters(),
       over_threads<make_fab>, ball_threat},
      {"fab_t", "FAB-T: the nearest adversarial example towards each of the nearest classes, white box",
       fab_t_parameters(), over_threads<make_fab_t>, ball_threat},
      {"deepfool", "steps to the nearest linearised boundary, white box", deepfool_parameters(),
       over_threads<make_deepfool>, ball_threat},
      {"cw", "Carlini and Wagner: the nearest adversarial example in L2 by Adam, white box", cw_parameters(),
       over_threads<make_cw>, l2_ball},
      {"square", "random search over square windows, black box", square_parameters(),
       over_threads<make_square>, ball_threat},
      {"spsa", "Adam on gradients estimated from random directions, black box", spsa_parameters(),
       over_threads<make_spsa>, linf_ball},
      {"autoattack", "AutoAttack: APGD-CE, APGD-T, FAB-T and Square on what is left", autoattack_parameters(),
       make_autoattack, ball_threat},
      {"token_pgd", "PGD inside a few patches of the image, white box", token_pgd_parameters(),
       over_threads<make_token_pgd>, patch_threat},
      {"patch_fool", "Patch-Fool: overwrites the patches that get most attention, white box, ViTs",
       patch_fool_parameters(), over_threads<make_patch_fool>, patch_threat},
  });
  return table;
}

const AttackEntry* find_attack(std::string_view name) {
  for (const AttackEntry& entry : attack_table())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace vitrobust::attacks
