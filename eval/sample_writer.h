#pragma once

#include <cstdint>
#include <string>

#include "data/image.h"

namespace vitrobust::eval {

/// Writes the small pictures of one cell that eval/sample_images.h describes. Each is written once: what is
/// there from before an interruption stays.
class SampleWriter {
 public:
  /// @param folder from cell_samples_folder(); made when the first picture comes
  /// @param count pictures are of the samples 0 … count − 1
  SampleWriter(std::string folder, std::uint64_t count) : folder_(std::move(folder)), count_(count) {}

  [[nodiscard]] bool wants(std::uint64_t sample) const { return sample < count_; }

  /// As the classifier saw it. @throws InputError when it cannot be written
  void write_seen(std::uint64_t sample, const data::Image& image) const;
  /// What an attack added: 128 is nothing, `magnification` a step per unit. @throws InputError
  void write_difference(std::uint64_t sample, const data::Image& magnified, int magnification) const;

 private:
  std::string folder_;
  std::uint64_t count_ = 0;
};

/// Before any corruption and attack. @throws InputError when it cannot be written
void write_clean_sample(const std::string& run_folder, std::uint64_t sample, const data::Image& image);

}  // namespace vitrobust::eval
