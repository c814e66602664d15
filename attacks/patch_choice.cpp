#include "attacks/patch_choice.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "attacks/losses.h"
#include "attacks/patches.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

/// The layer that Fu et al. found most telling in DeiT (Patch-Fool, section 5.1).
constexpr std::int64_t kUsualLayer = 5;

std::int64_t block_index(std::int64_t layer, std::int64_t blocks) {
  if (layer > blocks) throw UsageError(fmt::format("layer={}: the model has {} blocks", layer, blocks));
  return (layer > 0 ? layer : std::min(kUsualLayer, blocks)) - 1;
}

}  // namespace

std::vector<ParameterSpec> patch_choice_parameters(const std::string& default_choice) {
  return {{.name = "select",
           .type = ParameterType::choice,
           .default_value = default_choice,
           .help = "what chooses the patches: the attention they get, the loss's gradient, or chance",
           .choices = {"attention", "gradient", "random"}},
          {.name = "layer",
           .type = ParameterType::integer,
           .default_value = "0",
           .help = "block whose attention chooses, from 1; 0: the 5th, or the last of a shallower model",
           .minimum = 0,
           .maximum = 1024}};
}

PatchChoice patch_choice_of(const Parameters& parameters) {
  const std::string& choice = parameters.choice("select");
  if (choice == "attention") return PatchChoice::attention;
  return choice == "gradient" ? PatchChoice::gradient : PatchChoice::random;
}

void require_patches(const models::Classifier& classifier, std::int64_t patch_size) {
  const std::int64_t found = classifier.info().patch_size;
  if (found == 0)
    throw UsageError("this model exposes no attention maps",
                     "attacks that are guided by attention need a Vision Transformer from a checkpoint");
  if (found != patch_size)
    throw UsageError(fmt::format("patch_size={}: the model has patches of {}", patch_size, found),
                     fmt::format("use patch_size={}", found));
}

at::Tensor PatchSelector::choose(const models::Classifier& classifier, ActiveSet& active,
                                 const at::Tensor& images, const StreamKey& key) const {
  if (choice == PatchChoice::attention) {
    require_patches(classifier, patch_size);
    const std::int64_t block = block_index(layer, classifier.info().blocks);
    const models::AttentionMaps pass = classifier.attention_maps(images);
    active.screen(pass.logits);
    const at::Tensor map = active.repack(pass.maps.at(static_cast<std::size_t>(block)));
    return highest_patches(attention_scores(map, classifier.info().class_token), count);
  }
  if (choice == PatchChoice::gradient) {
    const models::LossGradient pass = classifier.loss_gradient(images, active.targets(), cross_entropy);
    active.screen(pass.logits);
    return highest_patches(gradient_scores(active.repack(pass.gradient), patch_size), count);
  }
  active.screen(classifier.logits(images));
  const std::int64_t patches = patch_count(images.size(2), images.size(3), patch_size);
  return highest_patches(random_scores(patches, active.sample_ids(), key), count);
}

}  // namespace vitrobust::attacks
