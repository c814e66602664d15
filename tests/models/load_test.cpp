#include "models/load.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <filesystem>
#include <functional>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "models/checkpoint/safetensors.h"
#include "models/parameter_shapes.h"
#include "models/vision_transformer.h"
#include "tests/models/make_checkpoint.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Tensors = std::map<std::string, at::Tensor>;

class LoadTest : public testing::Test {
 protected:
  void make(const VisionTransformerOptions& options = tests::tiny_options()) {
    tests::make_checkpoint(folder_.path(), options);
  }

  /// Rewrites the weights with some tensors changed.
  void edit(const std::function<void(Tensors&)>& change) const {
    Tensors tensors = read_safetensors(weights_);
    change(tensors);
    write_safetensors(weights_, {tensors.begin(), tensors.end()}, {});
  }

  /// Rewrites config.json with some keys changed.
  void edit_config(const std::function<void(Json&)>& change) const {
    Json config = read_json(config_);
    change(config);
    write_file_atomically(config_, dump_json(config));
  }

  [[nodiscard]] std::string error(const LoadOptions& options = {}) const {
    try {
      load_model(folder_.path(), options);
    } catch (const Error& problem) {
      return format_error(problem);
    }
    return "no error";
  }

  [[nodiscard]] CheckpointDescription describe(const LoadOptions& options = {}) const {
    return describe_checkpoint(folder_.path(), options);
  }

  tests::TemporaryFolder folder_;
  std::string weights_ = folder_ / "model.safetensors";
  std::string config_ = folder_ / "config.json";
};

TEST(ParameterShapes, AreThoseOfTheNetwork) {
  std::vector<VisionTransformerOptions> variants(3, tests::tiny_options());
  variants[1].qkv_bias = false;
  variants[1].class_token = false;
  variants[1].pooling = Pooling::avg;
  variants[1].image_width = 24;
  variants[2].pooling = Pooling::avg;
  variants[2].fc_norm = true;
  for (const VisionTransformerOptions& options : variants) {
    VisionTransformer network(options);
    std::map<std::string, std::vector<std::int64_t>> built;
    for (const auto& parameter : network->named_parameters())
      built[parameter.key()] = parameter.value().sizes().vec();
    std::map<std::string, std::vector<std::int64_t>> listed;
    for (const ParameterShape& parameter : parameter_shapes(options))
      listed[parameter.name] = parameter.shape;
    EXPECT_EQ(listed, built);
  }
}

TEST_F(LoadTest, TheClassifierComputesWhatTheSavedNetworkDoes) {
  VisionTransformerOptions options = tests::tiny_options();
  options.attention = AttentionKind::quest;
  make(options);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    LoadOptions load;
    load.dtype = type;
    const LoadedModel model = load_model(folder_.path(), load);
    torch::manual_seed(0);
    VisionTransformer network(options);
    network->to(type);
    network->eval();
    const torch::NoGradGuard no_grad;
    const at::Tensor images = torch::rand({2, 3, 16, 16}, type);
    const at::Tensor expected = network->forward((images - 0.5) / 0.5);
    EXPECT_TRUE(at::allclose(model.classifier->logits(images), expected, 1e-5, 1e-6)) << c10::toString(type);
    EXPECT_EQ(model.classifier->dtype(), type);
    EXPECT_EQ(model.classifier->info().classes, 3);
  }
}

TEST_F(LoadTest, DescribesWhatTheFilesSay) {
  VisionTransformerOptions options = tests::tiny_options();
  options.attention = AttentionKind::quest;
  make(options);
  const CheckpointDescription description = describe();
  EXPECT_EQ(description.name, std::filesystem::path(folder_.path()).filename());
  EXPECT_EQ(description.path, weights_);
  EXPECT_EQ(description.container, "safetensors");
  EXPECT_EQ(description.dialect, "timm");
  EXPECT_EQ(description.architecture, "vitrobust_vit");
  EXPECT_EQ(description.attention_source, "given");
  EXPECT_EQ(description.sha256, sha256_file(weights_));
  EXPECT_EQ(description.options.to_json(), options.to_json());
  EXPECT_EQ(description.preprocess.height, 16);
  EXPECT_EQ(description.preprocess.mean, (std::array<double, 3>{0.5, 0.5, 0.5}));
  EXPECT_THAT(description.notes, IsEmpty());
  std::uint64_t parameters = 0;
  for (const auto& [name, tensor] : read_safetensors(weights_))
    parameters += static_cast<std::uint64_t>(tensor.numel());
  EXPECT_EQ(description.parameters, parameters);

  const Json json = description.to_json();
  EXPECT_EQ(json.at("attention"), "quest");
  EXPECT_EQ(json.at("options"), options.to_json());
  EXPECT_EQ(json.at("preprocess").at("height"), 16);
  EXPECT_EQ(json.at("parameters"), parameters);
  EXPECT_EQ(json.at("notes"), Json::array());
}

TEST_F(LoadTest, WithoutAConfigurationTheTensorsTell) {
  VisionTransformerOptions options = tests::tiny_options();
  options.qkv_bias = false;
  options.class_token = false;
  options.pooling = Pooling::avg;
  options.fc_norm = true;
  make(options);
  std::filesystem::remove(config_);
  EXPECT_THAT(error(), HasSubstr("number of attention heads is not known: width 8"));
  LoadOptions said;
  said.heads = 2;
  const CheckpointDescription description = describe(said);
  EXPECT_EQ(description.options.to_json(), options.to_json());
  EXPECT_EQ(description.attention_source, "assumed");
  EXPECT_THAT(description.notes, testing::Contains(HasSubstr("attention assumed to be standard")));
  EXPECT_THAT(description.notes, testing::Contains(HasSubstr("normalisation assumed to be ImageNet's")));
  EXPECT_THAT(description.notes, testing::Contains("image size inferred from pos_embed: 16x16"));
}

TEST_F(LoadTest, HeadsAreSixtyFourWideUnlessAnArchitectureIsKnownToDiffer) {
  VisionTransformerOptions options = tests::tiny_options();
  options.embed_dim = 128;
  make(options);
  edit_config([](Json& config) { config["model_args"].erase("num_heads"); });
  EXPECT_EQ(describe().options.num_heads, 2);
  EXPECT_THAT(describe().notes, ElementsAre("2 attention heads assumed: 64 wide, as usual"));
  edit_config([](Json& config) { config["architecture"] = "vit_base_patch16_224"; });
  EXPECT_EQ(describe().options.num_heads, 2);
  EXPECT_THAT(describe().notes, IsEmpty());
  edit_config([](Json& config) { config["architecture"] = "vit_huge_patch14_224"; });
  EXPECT_EQ(describe().options.num_heads, 16);
  EXPECT_THAT(describe().notes, IsEmpty());
}

TEST_F(LoadTest, TheUserHasTheLastWord) {
  make();
  LoadOptions said;
  said.attention = AttentionKind::quest;
  said.heads = 4;
  said.activation = Activation::relu;
  said.norm_eps = 1e-5;
  said.pooling = Pooling::avg;
  said.mean = {0.1, 0.2, 0.3};
  said.std = {0.4, 0.5, 0.6};
  const CheckpointDescription description = describe(said);
  EXPECT_EQ(description.options.attention, AttentionKind::quest);
  EXPECT_EQ(description.attention_source, "given");
  EXPECT_EQ(description.options.num_heads, 4);
  EXPECT_EQ(description.options.activation, Activation::relu);
  EXPECT_EQ(description.options.norm_eps, 1e-5);
  EXPECT_EQ(description.options.pooling, Pooling::avg);
  EXPECT_FALSE(description.options.fc_norm);
  EXPECT_EQ(description.preprocess.mean, *said.mean);
  EXPECT_EQ(description.preprocess.std, *said.std);

  said.heads = 3;
  EXPECT_THROW(describe(said), UsageError);
  said.heads = 2;
  said.std = {0, 1, 1};
  EXPECT_THROW(describe(said), UsageError);
}

TEST_F(LoadTest, AllTensorsThatDoNotFitAreNamedInOneError) {
  make();
  edit([](Tensors& tensors) {
    tensors.erase("blocks.1.norm2.bias");
    tensors["blocks.0.attn.qkv.weight"] = torch::zeros({8, 8});
    tensors["blocks.0.extra"] = torch::zeros({8});
  });
  EXPECT_EQ(error(), "error: " + weights_ +
                         ": tensor 'blocks.0.attn.qkv.weight' has shape [8, 8], expected [24, 8]; "
                         "tensor 'blocks.1.norm2.bias' is missing; tensor 'blocks.0.extra' is unexpected");
}

TEST_F(LoadTest, ManyMisfitsAreCounted) {
  make();
  edit_config([](Json& config) { config["model_args"]["depth"] = 3; });
  const std::string message = error();
  EXPECT_THAT(message, HasSubstr("tensor 'blocks.2.norm1.weight' is missing; "));
  EXPECT_THAT(message, HasSubstr("; and 7 more"));
  EXPECT_THAT(message, Not(HasSubstr("blocks.2.mlp.fc2.bias")));
}

TEST_F(LoadTest, HugeSettingsAreRefusedBeforeMemoryIsTaken) {
  make();
  edit_config([](Json& config) { config["model_args"]["embed_dim"] = 65536; });
  EXPECT_THAT(error(), HasSubstr("tensor 'cls_token' has shape [1, 1, 8], expected [1, 1, 65536]"));
  edit_config([](Json& config) { config["model_args"]["depth"] = 1 << 30; });
  EXPECT_THAT(error(), HasSubstr("depth 1073741824 is not in 1 to"));
}

TEST_F(LoadTest, WeightsThatAreNoNumbersAreRefused) {
  make();
  edit([](Tensors& tensors) { tensors["norm.bias"][3] = std::numeric_limits<float>::quiet_NaN(); });
  EXPECT_THAT(error(), HasSubstr("tensor 'norm.bias' holds NaN or infinite values"));
  make();
  // Finite in its stored type, infinite in the one it is to have.
  edit([](Tensors& tensors) { tensors["norm.bias"] = torch::full({8}, 1e300, at::kDouble); });
  EXPECT_THAT(error(), HasSubstr("tensor 'norm.bias' holds NaN or infinite values"));
}

TEST_F(LoadTest, APositionEmbeddingOfAnotherSizeIsResampled) {
  make();
  edit_config([](Json& config) { config["model_args"]["img_size"] = 32; });
  EXPECT_EQ(describe().options.image_height, 32);
  EXPECT_THAT(describe().notes, ElementsAre("position embedding resampled from 2x2 to 4x4 patches"));
  LoadOptions said;
  said.image_size = 24;
  const LoadedModel model = load_model(folder_.path(), said);
  EXPECT_EQ(model.classifier->info().height, 24);
  EXPECT_EQ(model.description.preprocess.width, 24);
  EXPECT_EQ(model.classifier->logits(torch::rand({1, 3, 24, 24})).size(1), 3);
  edit([](Tensors& tensors) { tensors["pos_embed"] = torch::zeros({1, 4, 8}); });
  edit_config([](Json& config) { config["model_args"]["img_size"] = 16; });
  EXPECT_TRUE(describe().options.no_embed_class);
  edit([](Tensors& tensors) { tensors["pos_embed"] = torch::zeros({1, 7, 8}); });
  EXPECT_THAT(error(), HasSubstr("tensor 'pos_embed' has 7 positions, but an image of 16x16 pixels has 5"));
}

TEST_F(LoadTest, ArchitecturesThatComputeSomethingElseAreRefused) {
  make();
  edit_config([](Json& config) { config["architecture"] = "vit_base_patch16_rpn_224"; });
  EXPECT_THAT(error(), HasSubstr("has post-norm blocks, which are not supported"));
}

TEST_F(LoadTest, AnArchitectureMayBeNamed) {
  VisionTransformerOptions options = tests::tiny_options();
  options.embed_dim = 64;
  make(options);
  std::filesystem::remove(config_);
  LoadOptions said;
  said.architecture = "vit_base_patch16_clip_quickgelu_224.openai";
  const CheckpointDescription description = describe(said);
  EXPECT_EQ(description.architecture, "vit_base_patch16_clip_quickgelu_224.openai");
  EXPECT_EQ(description.options.activation, Activation::quick_gelu);
  EXPECT_EQ(description.options.norm_eps, 1e-5);
  EXPECT_THAT(description.notes, Not(testing::Contains(HasSubstr("norm_eps assumed"))));
  said.architecture = "resnet50";
  EXPECT_THROW(describe(said), UsageError);
}

TEST_F(LoadTest, LearntPartsOfTheAttentionTellTheFormulation) {
  VisionTransformerOptions options = tests::tiny_options();
  options.attention = AttentionKind::qknorm_hs;
  make(options);
  edit_config([](Json& config) {
    config.erase("attention");
    config["model_args"].erase("num_heads");
  });
  EXPECT_EQ(describe().options.attention, AttentionKind::qknorm_hs);
  EXPECT_EQ(describe().options.num_heads, 2);
  EXPECT_EQ(describe().attention_source, "inferred");
  LoadOptions said;
  said.attention = AttentionKind::quest;
  EXPECT_THAT(error(said),
              HasSubstr("attention 'quest' has no use for the tensor 'blocks.0.attn.scale' of the "
                        "file\nhint: with these tensors, --attention may be qknorm-hs"));
  said.attention = AttentionKind::qknorm_ds;
  EXPECT_THAT(error(said),
              HasSubstr("attention 'qknorm-ds' needs the tensor 'blocks.0.attn.k_scale', which the file "
                        "lacks, and has no use for the tensor 'blocks.0.attn.scale' of the file"));
}

TEST_F(LoadTest, AnotherFormulationOnPurposeIsNoted) {
  make();
  LoadOptions said;
  said.attention = AttentionKind::qnorm;
  EXPECT_THAT(describe(said).notes,
              ElementsAre("attention is qnorm on demand; the checkpoint says standard"));
  said.attention = AttentionKind::qknorm_hs;
  EXPECT_THAT(error(said),
              HasSubstr("attention 'qknorm-hs' needs the tensor 'blocks.0.attn.scale', which the file "
                        "lacks\nhint: with these tensors, --attention may be standard, quest, qnorm"));
}

TEST_F(LoadTest, InspectionShowsTensorsAndWhatIsWrong) {
  make();
  Inspection inspection = inspect_checkpoint(folder_.path(), {});
  EXPECT_FALSE(inspection.problem);
  EXPECT_EQ(inspection.json.at("tensors").at(0), (Json{{"name", "blocks.0.attn.proj.bias"},
                                                       {"type", "F32"},
                                                       {"shape", {8}},
                                                       {"from", {"blocks.0.attn.proj.bias"}}}));
  edit([](Tensors& tensors) { tensors.erase("norm.bias"); });
  inspection = inspect_checkpoint(folder_.path(), {});
  ASSERT_TRUE(inspection.problem);
  EXPECT_THAT(inspection.problem->what(), HasSubstr("tensor 'norm.bias' is missing"));
  EXPECT_EQ(inspection.json.at("container"), "safetensors");
  EXPECT_THAT(inspection.json.at("problem").get<std::string>(), HasSubstr("tensor 'norm.bias' is missing"));
  EXPECT_EQ(inspection.json.at("dialect"), "timm");
}

TEST_F(LoadTest, ATruncatedFileSaysHowMuchIsMissing) {
  make();
  std::filesystem::resize_file(weights_, std::filesystem::file_size(weights_) - 10);
  EXPECT_THAT(error(), HasSubstr("model.safetensors: is truncated: 10 bytes are missing"));
  std::filesystem::resize_file(weights_, 100);
  EXPECT_THAT(error(), HasSubstr("is truncated within its header"));
}

TEST_F(LoadTest, FilesThatAreNotThereAreNamed) {
  EXPECT_THAT(error(), HasSubstr("holds no weights\nhint: a checkpoint folder holds model.safetensors"));
  write_file_atomically(folder_ / "a.pth", "x");
  write_file_atomically(folder_ / "b.npz", "x");
  EXPECT_THAT(error(), HasSubstr("holds 2 files of weights\nhint: give one of them: " + (folder_ / "a.pth")));
  EXPECT_THROW(load_model(folder_ / "none", {}), InputError);
}

TEST_F(LoadTest, BadConfigurationsAreNamed) {
  make();
  edit_config([](Json& config) { config["attention"] = "qest"; });
  EXPECT_THAT(error(),
              HasSubstr("config.json: 'attention': unknown attention 'qest'\nhint: did you mean 'quest'"));
  write_file_atomically(config_, "{\"num_classes\": 3,}");
  EXPECT_THAT(error(), HasSubstr("config.json: not valid JSON at line 1"));
  make();
  edit_config([](Json& config) { config["pretrained_cfg"]["std"] = {0.5, 0, 0.5}; });
  EXPECT_THAT(error(), HasSubstr("config.json: std must be positive"));
  make();
  edit_config([](Json& config) { config["num_classes"] = 0; });
  EXPECT_THAT(error(), HasSubstr("has no classification head"));
}

TEST_F(LoadTest, AFileIsNamedByItsFolderOrItself) {
  make();
  EXPECT_EQ(describe_checkpoint(weights_, {}).name, std::filesystem::path(folder_.path()).filename());
  EXPECT_EQ(describe_checkpoint(folder_.path() + "/", {}).name,
            std::filesystem::path(folder_.path()).filename());
  std::filesystem::rename(weights_, folder_ / "epoch-9.safetensors");
  EXPECT_EQ(describe_checkpoint(folder_ / "epoch-9.safetensors", {}).name, "epoch-9");
}

TEST_F(LoadTest, FindsCheckpointsInAFolder) {
  EXPECT_THROW(find_checkpoints(folder_.path()), InputError);
  EXPECT_THROW(find_checkpoints(folder_ / "none"), InputError);
  tests::make_checkpoint(folder_ / "b", tests::tiny_options());
  tests::make_checkpoint(folder_ / "a", tests::tiny_options());
  std::filesystem::create_directory(folder_ / "logs");
  EXPECT_THAT(find_checkpoints(folder_.path()), ElementsAre(folder_ / "a", folder_ / "b"));
  EXPECT_THAT(find_checkpoints(folder_ / "a"), ElementsAre(folder_ / "a"));
  write_file_atomically(folder_ / "epoch-3.pth.tar", "x");
  write_file_atomically(folder_ / "notes.txt", "x");
  std::filesystem::create_directory(folder_ / "c");
  write_file_atomically(folder_ / "c/weights.npz", "x");
  write_file_atomically(folder_ / "c/config.json", "{}");
  EXPECT_THAT(find_checkpoints(folder_.path()),
              ElementsAre(folder_ / "a", folder_ / "b", folder_ / "c", folder_ / "epoch-3.pth.tar"));
  EXPECT_THAT(find_checkpoints(folder_ / "a/model.safetensors"),
              ElementsAre(folder_ / "a/model.safetensors"));
}

}  // namespace
}  // namespace vitrobust::models
