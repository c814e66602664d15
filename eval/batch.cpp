#include "eval/batch.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace vitrobust::eval {
namespace {

template <typename T>
void fill_planes(std::span<const data::Image> images, T* out) {
  for (const data::Image& image : images) {
    const std::size_t plane = image.pixels.size() / 3;
    for (std::size_t i = 0; i < plane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        out[c * plane + i] = static_cast<T>(image.pixels[3 * i + c]) / T{255};
    out += 3 * plane;
  }
}

reports::Outcome score_row(std::span<const double> logits, int label) {
  reports::Outcome outcome;
  outcome.label = label;
  const double own = logits[static_cast<std::size_t>(label)];
  const auto largest = std::max_element(logits.begin(), logits.end());
  outcome.prediction = static_cast<int>(largest - logits.begin());
  double sum = 0;
  double other = -std::numeric_limits<double>::infinity();
  int ahead = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    sum += std::exp(logits[c] - *largest);
    if (c == static_cast<std::size_t>(label)) continue;
    other = std::max(other, logits[c]);
    ahead += logits[c] > own || (logits[c] == own && c < static_cast<std::size_t>(label));
  }
  outcome.top5 = ahead < 5;
  outcome.margin = own - other;
  outcome.loss = std::log(sum) + *largest - own;
  return outcome;
}

}  // namespace

at::Tensor to_tensor(std::span<const data::Image> images, at::ScalarType dtype) {
  const auto n = static_cast<std::int64_t>(images.size());
  const std::int64_t height = images.empty() ? 0 : images[0].height;
  const std::int64_t width = images.empty() ? 0 : images[0].width;
  at::Tensor tensor = at::empty({n, 3, height, width}, at::TensorOptions().dtype(dtype));
  if (dtype == at::kDouble)
    fill_planes(images, tensor.data_ptr<double>());
  else
    fill_planes(images, tensor.data_ptr<float>());
  return tensor;
}

at::Tensor label_tensor(std::span<const int> labels) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  std::copy(labels.begin(), labels.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

std::vector<reports::Outcome> score(const Batch& batch, const at::Tensor& logits) {
  const at::Tensor wide = logits.to(at::kDouble).contiguous();
  const auto classes = static_cast<std::size_t>(wide.size(1));
  std::vector<reports::Outcome> outcomes;
  outcomes.reserve(batch.ids.size());
  for (std::size_t i = 0; i < batch.ids.size(); ++i) {
    outcomes.push_back(score_row({wide.data_ptr<double>() + i * classes, classes}, batch.labels[i]));
    outcomes.back().sample_id = batch.ids[i];
  }
  return outcomes;
}

std::vector<reports::Outcome> score_sequences(const Batch& batch, const at::Tensor& logits,
                                              reports::FramePairs pairs) {
  const at::Tensor wide = logits.to(at::kDouble).contiguous();
  const auto classes = static_cast<std::size_t>(wide.size(1));
  const std::size_t frames = batch.images.size() / batch.ids.size();
  std::vector<reports::Outcome> outcomes;
  for (std::size_t i = 0; i < batch.ids.size(); ++i) {
    std::vector<reports::Top5> best;
    for (std::size_t k = i * frames; k < (i + 1) * frames; ++k)
      best.push_back(reports::top5_of({wide.data_ptr<double>() + k * classes, classes}));
    outcomes.push_back({.sample_id = batch.ids[i],
                        .label = batch.labels[i],
                        .flip_share = reports::flip_share(best, pairs),
                        .top5_distance = reports::mean_top5_distance(best, pairs)});
  }
  return outcomes;
}

}  // namespace vitrobust::eval
