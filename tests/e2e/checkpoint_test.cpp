// Checkpoints that other libraries saved, at the command line.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "tests/e2e/fixtures.h"

namespace vitrobust::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string parity(const std::string& path) {
  return std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/parity/" + path;
}

Finished inspect(const std::string& path, const std::vector<std::string>& extra) {
  std::vector<std::string> arguments{"inspect", "--checkpoint", path};
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  return run_program("vitrobust", arguments);
}

TEST(InspectCommand, SaysWhatAForeignCheckpointIs) {
  const Finished finished = inspect(parity("torchvision/vit.pth"), {"--heads", "2"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("container:            torch\n"),
                                  HasSubstr("dialect:              torchvision\n"),
                                  HasSubstr("attention_source:     assumed\n"),
                                  HasSubstr("- image size inferred from pos_embed: 12x12\n"),
                                  HasSubstr("- normalisation assumed to be ImageNet's")));
  EXPECT_THAT(finished.out,
              HasSubstr("blocks.*.attn.qkv.weight       F32 [36,12]  from "
                        "encoder.layers.encoder_layer_*.self_attention.in_proj_weight  (2 times)\n"));
  const Finished json = inspect(parity("torchvision/vit.pth"), {"--heads", "2", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(parse_json(json.out, "inspect").at("options").at("num_heads"), 2);
}

TEST(InspectCommand, SaysWhatIsMissingAfterWhatIsKnown) {
  const Finished finished = inspect(parity("torchvision/vit.pth"), {});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.out, HasSubstr("dialect:              torchvision\n"));
  EXPECT_THAT(finished.err,
              AllOf(testing::StartsWith("error: "), HasSubstr("the number of attention heads is not known"),
                    HasSubstr("--heads")));
}

TEST(InspectCommand, RefusesWhatATorchScriptFileCannotBeTold) {
  const Finished finished =
      inspect(parity("torchvision/vit.pth"), {"--format", "torchscript", "--heads", "2"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("--format torchscript runs the file's own code"));
}

/// A folder of three classes with one picture of 8×8 pixels each.
void write_three_classes(const std::string& folder) {
  for (int label = 0; label < 3; ++label) {
    const fs::path of_class = fs::path(folder) / std::to_string(label);
    fs::create_directories(of_class);
    std::ofstream image(of_class / "picture.ppm", std::ios::binary);
    image << "P6 8 8 255\n" << std::string(8 * 8 * 3, static_cast<char>(40 * label + 30));
  }
}

TEST(ForeignCheckpoint, TorchScriptRunsOnPurposeOnly) {
  const TemporaryFolder folder;
  write_three_classes(folder / "data");
  const std::string file = std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/torchscript/tiny.pt";
  std::vector<std::string> arguments{
      "run",         "--checkpoint",   file,         "--data", folder / "data", "--condition",
      "clean",       "fgsm:eps=1/255", "--img-size", "8",      "--quiet",       "--out",
      folder / "run"};
  const Finished refused = run_program("vitrobust", arguments);
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("--format torchscript"));
  arguments.insert(arguments.end(), {"--format", "torchscript"});
  const Finished finished = run_program("vitrobust", arguments);
  ASSERT_EQ(finished.code, 0) << finished.err;
  const Json report = report_of(folder / "run");
  EXPECT_EQ(report.at("model").at("container"), "torchscript");
  EXPECT_THAT(report.at("model").at("notes").dump(), HasSubstr("code from the file ran"));
  EXPECT_EQ(report.at("rows").at(1).at("n"), 3);
}

/// The stranger's checkpoint (vit-pytorch, grey digits) on the 10,000 test images of MNIST, where there are
/// any.
TEST(ForeignCheckpoint, DigitsOfMnist) {
  const char* const folder = std::getenv("VITROBUST_MNIST_DIR");
  if (!folder || !fs::exists(fs::path(folder) / "vit_mnist_gpu.pt"))
    GTEST_SKIP() << "VITROBUST_MNIST_DIR names no folder with MNIST's test images and vit_mnist_gpu.pt";
  const TemporaryFolder out;
  const Finished finished = run_program(
      "vitrobust", {"run", "--checkpoint", std::string(folder) + "/vit_mnist_gpu.pt", "--heads", "4",
                    "--activation", "relu", "--mean", "0.1307", "--std", "0.3081", "--data",
                    std::string("mnist:") + folder, "--condition", "clean", "--quiet", "--out", out / "run"});
  ASSERT_EQ(finished.code, 0) << finished.err;
  const Json row = report_of(out / "run").at("rows").at(0);
  EXPECT_EQ(row.at("n"), 10000);
  EXPECT_EQ(row.at("correct"), 9721);
}

}  // namespace
}  // namespace vitrobust::tests
