#include "toy.h"

#include <torch/torch.h>

#include <stdexcept>

#include "core/random.h"

namespace vitrobust::attacks::toy {

namespace {

constexpr std::int64_t kToyPatch = 16;
constexpr int kToyBlocks = 4;

models::ClassifierInfo with_patches(models::ClassifierInfo info) {
  info.patch_size = kToyPatch;
  info.blocks = kToyBlocks;
  info.class_token = true;
  return info;
}

}  // namespace

FunctionClassifier::FunctionClassifier(models::ClassifierInfo info, at::ScalarType dtype, Network network)
    : Classifier(with_patches(info), {0, 0, 0}, {1, 1, 1}, dtype), network_(std::move(network)) {}

at::Tensor FunctionClassifier::forward_with_maps(const at::Tensor& normalised,
                                                 std::vector<at::Tensor>& maps) const {
  const at::Tensor patches =
      at::avg_pool2d(normalised.mean(1, true), kToyPatch, kToyPatch, 0, true, false).flatten(1);
  const std::int64_t tokens = patches.size(1) + 1;
  const at::Tensor scores = at::constant_pad_nd(patches, {1, 0}).view({-1, 1, 1, tokens});
  for (int block = 0; block < kToyBlocks; ++block)
    maps.push_back(at::softmax(scores * (block + 1), -1).expand({-1, 2, tokens, -1}));
  return network_(normalised);
}

at::Tensor uniform(at::IntArrayRef shape, std::uint64_t seed, at::ScalarType dtype) {
  const at::Tensor values = at::empty(shape, at::TensorOptions(at::kDouble));
  PhiloxSource({.seed = seed, .condition = "test"})
      .fill_uniform({values.mutable_data_ptr<double>(), static_cast<std::size_t>(values.numel())});
  return values.to(dtype);
}

at::Tensor matrix(const Json& rows) {
  std::vector<at::Tensor> result;
  for (const auto& row : rows) result.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
  return at::stack(result);
}

Mlp golden_mlp(const Json& golden) {
  const auto vector = [&golden](const char* key) { return golden.at(key).get<std::vector<double>>(); };
  return {.w1 = matrix(golden.at("w1")),
          .b1 = at::tensor(vector("b1"), at::kDouble),
          .w2 = matrix(golden.at("w2")),
          .b2 = at::tensor(vector("b2"), at::kDouble),
          .side = golden.at("side").get<std::int64_t>(),
          .mean = vector("mean"),
          .std = vector("std")};
}

Batch golden_batch(const Json& golden) {
  const auto side = golden.at("side").get<std::int64_t>();
  Batch batch{.images = matrix(golden.at("images")).view({-1, 3, side, side}),
              .labels = at::tensor(golden.at("labels").get<std::vector<std::int64_t>>()),
              .ids = {}};
  for (std::int64_t id = 0; id < batch.images.size(0); ++id)
    batch.ids.push_back(static_cast<std::uint64_t>(id));
  return batch;
}

Mlp make_mlp(std::int64_t side, std::int64_t classes, std::uint64_t seed) {
  const std::int64_t hidden = 16;
  const auto weight = [seed](at::IntArrayRef shape, std::uint64_t index, double scale) {
    return (uniform(shape, 10 * seed + index) - 0.5) * scale;
  };
  Mlp mlp{.w1 = weight({hidden, 3 * side * side}, 1, 1.0),
          .b1 = weight({hidden}, 2, 0.5),
          .w2 = weight({classes, hidden}, 3, 4.0),
          .b2 = weight({classes}, 4, 0.5),
          .side = side};
  mlp.mean = {0.5, 0.4, 0.3};
  mlp.std = {0.25, 0.2, 0.3};
  return mlp;
}

std::unique_ptr<models::Classifier> classifier(const Mlp& mlp, at::ScalarType dtype) {
  const auto channels = [dtype](const std::vector<double>& values) {
    return at::tensor(values).to(dtype).view({1, 3, 1, 1});
  };
  const auto network = [mean = channels(mlp.mean), std = channels(mlp.std), w1 = mlp.w1.to(dtype),
                        b1 = mlp.b1.to(dtype), w2 = mlp.w2.to(dtype),
                        b2 = mlp.b2.to(dtype)](const at::Tensor& images) {
    const at::Tensor x = ((images - mean) / std).flatten(1);
    return at::linear(at::tanh(at::linear(x, w1, b1)), w2, b2);
  };
  return std::make_unique<FunctionClassifier>(
      models::ClassifierInfo{.classes = mlp.classes(), .height = mlp.side, .width = mlp.side, .lanes = 4},
      dtype, network);
}

std::unique_ptr<models::Classifier> make_conv(std::int64_t side, std::int64_t classes, std::uint64_t seed,
                                              at::ScalarType dtype) {
  const at::Tensor kernel = ((uniform({12, 3, 3, 3}, 10 * seed + 5) - 0.5) * 3).to(dtype);
  const at::Tensor head = ((uniform({classes, 12}, 10 * seed + 6) - 0.5) * 20).to(dtype);
  const auto network = [kernel, head](const at::Tensor& images) {
    return at::linear(at::gelu(at::conv2d(images - 0.5, kernel)).mean({2, 3}), head);
  };
  return std::make_unique<FunctionClassifier>(
      models::ClassifierInfo{.classes = classes, .height = side, .width = side, .lanes = 4}, dtype, network);
}

Batch Batch::rows(const std::vector<std::int64_t>& positions) const {
  const at::Tensor index = at::tensor(positions);
  Batch result{images.index_select(0, index), labels.index_select(0, index), {}};
  for (const std::int64_t position : positions) result.ids.push_back(ids[static_cast<std::size_t>(position)]);
  return result;
}

Batch make_batch(const models::Classifier& classifier, std::int64_t samples, std::uint64_t seed) {
  const auto& info = classifier.info();
  Batch batch{uniform({samples, 3, info.height, info.width}, seed, classifier.dtype()), {}, {}};
  const at::Tensor pixels = batch.images.view(-1);
  for (std::int64_t i = 0; i < pixels.numel(); i += 5) pixels[i] = i % 2;
  batch.labels = classifier.logits(batch.images).argmax(1);
  for (std::int64_t i = 0; i < samples; ++i) {
    if (i % 7 == 3) batch.labels[i] = (batch.labels[i].item<std::int64_t>() + 1) % info.classes;
    batch.ids.push_back(100 + static_cast<std::uint64_t>(i));
  }
  return batch;
}

std::unique_ptr<Attack> make(const std::string& condition) {
  const Stage stage = parse_condition(condition).stages.at(0);
  const AttackEntry* entry = find_attack(stage.name);
  if (entry == nullptr) throw std::invalid_argument("no attack " + stage.name);
  return entry->make(Parameters::resolve(stage, entry->parameters));
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) throw std::invalid_argument("distance between different shapes");
  if (a.numel() == 0) return 0;
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace vitrobust::attacks::toy
