#include "train/samples.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "data/preprocess.h"

namespace vitrobust::train {
namespace {

/// Interleaved rows to planes.
void to_planes(const data::Image& image, std::uint8_t* planes) {
  const std::size_t pixels = image.pixels.size() / 3;
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t i = 0; i < pixels; ++i) planes[channel * pixels + i] = image.pixels[3 * i + channel];
}

at::Tensor to_unit_interval(const at::Tensor& bytes) {
  return bytes.to(at::kFloat).div_(255);
}

double four_decimals(double value) {
  return std::round(value * 1e4) / 1e4;
}

}  // namespace

Samples load_samples(const data::Dataset& dataset, SampleRange range, const data::PreprocessConfig& config,
                     int threads) {
  const auto count = static_cast<std::int64_t>(range.count);
  Samples samples{.images = torch::empty({count, 3, config.height, config.width}, torch::kByte),
                  .labels = torch::empty({count}, torch::kLong)};
  auto* images = samples.images.data_ptr<std::uint8_t>();
  auto* labels = samples.labels.data_ptr<std::int64_t>();
  const std::uint64_t stride =
      3 * static_cast<std::uint64_t>(config.height) * static_cast<std::uint64_t>(config.width);
  for_each_index(range.count, threads, [&](std::size_t i) {
    const std::uint64_t id = range.first + i;
    to_planes(data::preprocess(dataset.load(id), config, dataset.info().image_files), images + i * stride);
    labels[i] = dataset.label(id);
  });
  return samples;
}

ChannelStatistics channel_statistics(const Samples& samples) {
  ChannelStatistics statistics;
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    // Exact sums of integers through a histogram, so that the figures do not depend on threads.
    const at::Tensor counts = samples.images.select(1, channel).flatten().bincount({}, 256).to(at::kDouble);
    const at::Tensor values = torch::arange(256, at::kDouble) / 255;
    const double total = counts.sum().item<double>();
    const double mean = (counts * values).sum().item<double>() / total;
    const double variance = (counts * (values - mean).square()).sum().item<double>() / total;
    const auto at = static_cast<std::size_t>(channel);
    statistics.mean[at] = four_decimals(mean);
    // A constant channel must not become a division by zero.
    statistics.std[at] = std::max(four_decimals(std::sqrt(variance)), 1e-3);
  }
  return statistics;
}

at::Tensor batch_images(const Samples& samples, std::int64_t first, std::int64_t count) {
  return to_unit_interval(samples.images.narrow(0, first, count));
}

at::Tensor augmented_batch(const Samples& samples, std::span<const std::int64_t> ids,
                           const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch) {
  const std::int64_t height = samples.images.size(2);
  const std::int64_t width = samples.images.size(3);
  const auto stride = static_cast<std::size_t>(3 * height * width);
  const at::Tensor bytes =
      torch::empty({static_cast<std::int64_t>(ids.size()), 3, height, width}, torch::kByte);
  const std::span<const std::uint8_t> source(samples.images.data_ptr<std::uint8_t>(),
                                             static_cast<std::size_t>(samples.images.numel()));
  const std::span<std::uint8_t> target(bytes.data_ptr<std::uint8_t>(),
                                       static_cast<std::size_t>(bytes.numel()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto sample = static_cast<std::size_t>(ids[i]);
    augment(source.subspan(sample * stride, stride), target.subspan(i * stride, stride), height, width,
            draw_augmentation(options, seed, epoch, sample));
  }
  return to_unit_interval(bytes);
}

}  // namespace vitrobust::train
