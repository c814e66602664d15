#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "corruptions/corruption.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// Everything a perturbation sequence may depend on besides the image.
struct PerturbationContext {
  /// `cifar` has CIFAR-10-P's parameters, every other set ImageNet-P's. (TinyImageNet-P blurs the large
  /// original before it is resized, which no function of the small image can do.)
  ParameterSet set = ParameterSet::imagenet;
  /// 1 to 3: the strength of the noises. The other sequences are the same at every difficulty; there it is
  /// the distance of the frames that are compared (reports::FramePairs::step).
  int difficulty = 1;
  /// Side of the centre square that frames show; 0, or more than the image has: all of it. ImageNet-P moves
  /// an image whose shorter side is 256 and then crops 224, so that less black comes into view. What does not
  /// move crops first, which saves time and, for the noises and snow, decides the number of draws.
  int crop = 0;
  RandomSource& random;
};

/// The frames, in order, all of one size. A pure function: same image and same draws give the same frames,
/// from any thread.
using PerturbationFunction = std::vector<data::Image> (*)(const data::Image& image,
                                                          const PerturbationContext& context);

/// One line of the table.
struct PerturbationEntry {
  std::string_view name;
  /// "noise", "blur", "weather" or "digital", as in the paper.
  std::string_view group;
  std::string_view help;
  /// Whether the prediction on a frame is compared with the one on frame 0; otherwise with the frame before.
  bool compared_with_first;
  /// Frames of a sequence: ImageNet-P's, and CIFAR-10-P's.
  int imagenet_frames;
  int cifar_frames;
  /// @throws InternalError unless the difficulty is 1 to 3 and the crop not negative
  PerturbationFunction make;

  /// How many frames make() gives under that set.
  [[nodiscard]] int frames(ParameterSet set) const {
    return set == ParameterSet::cifar ? cifar_frames : imagenet_frames;
  }
};

/// The ten sequences of ImageNet-P (Hendrycks and Dietterich, ICLR 2019, arXiv 1903.12261, section 3), in the
/// paper's order. The published sequences are H.264 videos; these are the frames before that compression, as
/// CIFAR-10-P has them, so figures on them are not those of the published ImageNet-P.
std::span<const PerturbationEntry> perturbation_table();

/// The entry of that name, or nullptr.
const PerturbationEntry* find_perturbation(std::string_view name);

}  // namespace vitrobust::corruptions
