// How many images a second a checkpoint classifies and differentiates on one thread, and which share of this
// machine's matrix-product peak that is; one JSON object on stdout, for bench/peers/attacks.py.
//
// usage: network_speed CHECKPOINT [auto|plain|mkl|onednn|avx512 [fp32|bf16]]
//
// The peak is the fastest of all products (models/kernels.h) at the model's own shapes and at 2048³, in the
// precision asked for. A share counts the operations of the matrix products that the logits need, attention's
// included, and no others; the share that the linear layers alone make up stands beside it. Of the last block
// the head reads the class token alone: what the others would cost there is not counted. Everything is
// measured in processor time of one thread, the best of several rounds: what else the machine does counts
// little.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "models/frozen_linear.h"
#include "models/load.h"

namespace {

using namespace vitrobust;
using models::Kernels;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The best of several rounds, after one that warms up: noise only ever adds.
double best_seconds(const std::function<void()>& work) {
  constexpr int kRounds = 7;
  work();
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = processor_seconds();
    work();
    const double seconds = processor_seconds() - start;
    best = round == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

/// A product [rows, in] × [in, out], and how often a pass computes it.
struct Product {
  std::int64_t rows, in, out, times;
  [[nodiscard]] double operations() const { return 2.0 * static_cast<double>(rows * in * out); }
};

/// The linear layers of a pass of `lanes` images.
std::vector<Product> products_of(const models::VisionTransformerOptions& options, std::int64_t lanes) {
  const auto rows = lanes * options.tokens();
  const auto last_rows = lanes * options.tokens_read();
  const auto width = options.embed_dim;
  const auto hidden = options.mlp_hidden;
  const auto whole_blocks = options.depth - 1;
  const auto patches = options.tokens() - (options.class_token ? 1 : 0);
  return {{lanes * patches, 3 * options.patch_size * options.patch_size, width, 1},
          {rows, width, 3 * width, whole_blocks},
          {rows, width, width, whole_blocks},
          {rows, width, hidden, whole_blocks},
          {rows, hidden, width, whole_blocks},
          {rows, width, 2 * width, 1},  // keys and values of the last block
          {last_rows, width, width, 2},
          {last_rows, width, hidden, 1},
          {last_rows, hidden, width, 1},
          {lanes, width, options.num_classes, 1}};
}

/// Of attention's own products, q·kᵀ and weights·v, in a forward pass; the backward pass needs the gradients
/// of both factors and so twice as many.
double attention_operations(const models::VisionTransformerOptions& options, std::int64_t lanes) {
  const std::int64_t tokens = options.tokens();
  const std::int64_t queries = (options.depth - 1) * tokens + options.tokens_read();
  return 4.0 * static_cast<double>(lanes * queries * tokens * options.num_heads * options.head_dim());
}

double operations_per_second(const Product& product, Kernels kernels) {
  const at::Tensor x = at::rand({product.rows, product.in});
  const models::FrozenLinear layer(at::rand({product.out, product.in}), {}, kernels);
  return product.operations() / best_seconds([&] { (void)layer.forward(x); });
}

/// The fastest products of the libraries, and of ours too.
struct Peaks {
  double libraries = 0;
  double all = 0;
};

Peaks peaks_of(const std::vector<Product>& products, bool reduced) {
  std::vector<Product> shapes = products;
  shapes.push_back({2048, 2048, 2048, 1});
  Peaks peaks;
  for (const Kernels kernels : {Kernels::mkl, Kernels::onednn, Kernels::avx512, Kernels::bf16_linear,
                                Kernels::bf16_onednn, Kernels::bf16_avx512}) {
    if (models::is_reduced(kernels) != reduced || !models::has_kernels(kernels)) continue;
    for (const Product& shape : shapes) {
      const double speed = operations_per_second(shape, kernels);
      peaks.all = std::max(peaks.all, speed);
      if (!models::uses_panels(kernels)) peaks.libraries = std::max(peaks.libraries, speed);
    }
  }
  return peaks;
}

Json measure(const std::string& path, const models::LoadOptions& load) {
  const models::LoadedModel model = models::load_model(path, load);
  const models::ClassifierInfo& info = model.classifier->info();
  const auto products = products_of(model.description.options, info.lanes);
  double operations = 0;
  for (const Product& product : products)
    operations += static_cast<double>(product.times) * product.operations();
  const Peaks peaks = peaks_of(products, info.reduced());
  const auto passes = std::max<std::int64_t>(1, 16 / info.lanes);
  const auto count = static_cast<double>(passes * info.lanes);
  const at::Tensor images = at::rand({passes * info.lanes, 3, info.height, info.width});
  // Of samples that still resist, as an attack's are: those misclassified in bfloat16 cost a confirmation
  // too.
  const at::Tensor targets = model.classifier->logits(images).argmax(1, /*keepdim=*/true);
  const auto loss = [](const at::Tensor& logits, const at::Tensor& labels) {
    return at::cross_entropy_loss(logits, labels.select(1, 0), {}, at::Reduction::None);
  };
  const double forward = best_seconds([&] { (void)model.classifier->search_logits(images); });
  const double gradient = best_seconds([&] { (void)model.classifier->loss_gradient(images, targets, loss); });
  const auto work = operations * static_cast<double>(passes);
  const double mixing = attention_operations(model.description.options, passes * info.lanes);
  return {{"model", model.description.name},
          {"kernels", models::to_string(info.kernels)},
          {"precision", info.reduced() ? "bf16" : "fp32"},
          {"lanes", info.lanes},
          {"peak_gflops", peaks.all / 1e9},
          {"peak_of_libraries_gflops", peaks.libraries / 1e9},
          {"forward_images_per_s", count / forward},
          {"forward_share_of_peak", (work + mixing) / forward / peaks.all},
          {"forward_share_of_linear_layers", work / forward / peaks.all},
          {"gradient_images_per_s", count / gradient},
          {"gradient_share_of_peak", (2 * work + 3 * mixing) / gradient / peaks.all},
          {"gradient_share_of_linear_layers", 2 * work / gradient / peaks.all}};
}

int run(const std::vector<std::string>& words) {
  if (words.empty() || words.size() > 3)
    throw UsageError("usage: network_speed CHECKPOINT [auto|plain|mkl|onednn|avx512 [fp32|bf16]]");
  models::LoadOptions load;
  if (words.size() > 1 && words[1] != "auto") load.kernels = models::parse_kernels(words[1]);
  load.reduced = words.size() > 2 && words[2] == "bf16";
  at::set_num_threads(1);
  std::cout << dump_json(measure(words[0], load)) << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return static_cast<int>(error.code());
  }
}
