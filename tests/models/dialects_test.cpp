#include "models/dialects/dialect.h"

#include <gmock/gmock.h>

#include <fstream>
#include <numeric>

#include "core/error.h"
#include "models/dialects/key_map.h"
#include "models/dialects/tensor_view.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorEntry entry_of(const std::string& name, std::vector<std::int64_t> shape, std::uint64_t offset = 0) {
  TensorEntry entry;
  entry.name = name;
  entry.type = "F32";
  entry.shape = std::move(shape);
  entry.offset = offset;
  entry.bytes = 4 * entry.elements();
  return entry;
}

TensorCatalogue catalogue_of(std::vector<TensorEntry> tensors) {
  TensorCatalogue catalogue;
  catalogue.tensors = std::move(tensors);
  return catalogue;
}

/// The offsets, in elements, that an entry walks over.
std::vector<std::int64_t> walk(const TensorEntry& entry) {
  std::vector<std::int64_t> strides = entry.strides;
  if (strides.empty()) {
    strides.assign(entry.shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * entry.shape[i];
  }
  std::vector<std::int64_t> offsets{static_cast<std::int64_t>(entry.offset / 4)};
  for (std::size_t i = 0; i < strides.size(); ++i) {
    std::vector<std::int64_t> next;
    for (const std::int64_t offset : offsets)
      for (std::int64_t k = 0; k < entry.shape[i]; ++k) next.push_back(offset + k * strides[i]);
    offsets = std::move(next);
  }
  return offsets;
}

template <typename Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return format_error(error);
  }
  return "no error";
}

TEST(TensorView, PermutationsWalkOverTheSameElements) {
  const TensorEntry transposed = permuted(entry_of("t", {2, 3}), {1, 0});
  EXPECT_THAT(transposed.shape, ElementsAre(3, 2));
  EXPECT_THAT(walk(transposed), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_EQ(transposed.bytes, 24u);
  EXPECT_TRUE(permuted(transposed, {1, 0}).strides.empty());
}

TEST(TensorView, ReshapingKeepsTheOrder) {
  const TensorEntry cube = reshaped(entry_of("t", {4, 6}), {2, 2, -1});
  EXPECT_THAT(cube.shape, ElementsAre(2, 2, 6));
  EXPECT_THAT(walk(cube), testing::ElementsAreArray(walk(entry_of("t", {24}))));
  // Of a transposed tensor, the dimensions can still be cut further, but not joined.
  const TensorEntry transposed = permuted(entry_of("t", {2, 6}), {1, 0});
  EXPECT_THAT(walk(reshaped(transposed, {2, 3, 2})), testing::ElementsAreArray(walk(transposed)));
  EXPECT_THAT(error_of([&] { reshaped(transposed, {12}); }),
              HasSubstr("in an order that cannot be followed"));
  EXPECT_THAT(error_of([&] {
                reshaped(entry_of("t", {7}), {2, -1});
              }),
              HasSubstr("cannot be read as [2, 3]"));
}

TEST(TensorView, PartsKeepTheirPlace) {
  const TensorEntry row = selected(entry_of("t", {3, 2, 2}, 40), 2);
  EXPECT_THAT(row.shape, ElementsAre(2, 2));
  EXPECT_EQ(row.offset, 40u + 32u);
  EXPECT_EQ(row.bytes, 16u);
  EXPECT_THAT(walk(narrowed(entry_of("t", {2, 4}), 1, 1, 2)), ElementsAre(1, 2, 5, 6));
  EXPECT_THROW(narrowed(entry_of("t", {2, 4}), 1, 3, 2), InputError);
  EXPECT_THROW(selected(entry_of("t", {}), 0), InputError);
}

TEST(Pattern, IndicesAndTheRest) {
  const auto found = match("layers.#.mlp.*", "layers.12.mlp.fc1.bias");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->index, "12");
  EXPECT_EQ(found->text, "fc1.bias");
  EXPECT_TRUE(match("a_%/b", "a_3/b"));
  EXPECT_FALSE(match("a_%/b", "a_/b"));
  EXPECT_FALSE(match("layers.#.mlp", "layers.1.mlp.x"));
  EXPECT_FALSE(match("layers.#", "layers.x"));
}

struct Recognised {
  const char* name;
  const char* tensor;
};

class RecognisedDialect : public testing::TestWithParam<Recognised> {};

TEST_P(RecognisedDialect, ByOneName) {
  const Translation translation = translate(catalogue_of({entry_of(GetParam().tensor, {1})}));
  EXPECT_EQ(translation.dialect, GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    Names, RecognisedDialect,
    testing::Values(Recognised{"timm", "patch_embed.proj.weight"},
                    Recognised{"timm", "blocks.0.norm1.weight"}, Recognised{"dinov2", "register_tokens"},
                    Recognised{"dinov2", "blocks.11.mlp.w12.weight"},
                    Recognised{"huggingface", "vit.encoder.layer.0.layernorm_before.weight"},
                    Recognised{"huggingface", "deit.layers.3.mlp.fc1.bias"},
                    Recognised{"torchvision", "encoder.layers.encoder_layer_0.ln_1.weight"},
                    Recognised{"jax", "Transformer/encoderblock_0/LayerNorm_0/scale"},
                    Recognised{"jax", "opt/target/Transformer/encoderblock_3/LayerNorm_0/scale"},
                    Recognised{"vit-pytorch", "transformer.layers.0.0.fn.to_qkv.weight"},
                    Recognised{"vit-pytorch", "transformer.layers.0.0.to_qkv.weight"}));

TEST(Dialects, EveryEntryIsDocumentedAndHasSigns) {
  for (const DialectEntry& entry : dialect_table()) {
    EXPECT_FALSE(entry.name.empty());
    EXPECT_FALSE(entry.help.empty()) << entry.name;
    EXPECT_FALSE(entry.signs.empty()) << entry.name;
    EXPECT_FALSE(entry.rules.empty() && entry.more_rules.empty()) << entry.name;
  }
}

TEST(Dialects, PartsAreJoinedInTheirOrder) {
  const std::string block = "vit.encoder.layer.0.attention.attention.";
  const Translation translation = translate(catalogue_of({entry_of(block + "key.weight", {2, 3}, 100),
                                                          entry_of(block + "value.weight", {2, 3}, 200),
                                                          entry_of(block + "query.weight", {2, 3}, 0)}));
  const CanonicalTensor* const qkv = translation.find("blocks.0.attn.qkv.weight");
  ASSERT_NE(qkv, nullptr);
  EXPECT_THAT(qkv->shape, ElementsAre(6, 3));
  ASSERT_EQ(qkv->parts.size(), 3u);
  EXPECT_EQ(qkv->parts[0].entry.offset, 0u);
  EXPECT_EQ(qkv->parts[1].entry.offset, 100u);
  EXPECT_EQ(qkv->parts[2].entry.offset, 200u);
}

TEST(Dialects, WhatDoesNotFitTogetherIsNamed) {
  const std::string block = "vit.encoder.layer.0.attention.attention.";
  EXPECT_THAT(error_of([&] {
                translate(catalogue_of({entry_of(block + "key.weight", {2, 3})}));
              }),
              HasSubstr("key.weight' stands alone: query, key and value belong together"));
  EXPECT_THAT(error_of([&] {
                translate(catalogue_of({entry_of(block + "query.weight", {2, 3}),
                                        entry_of(block + "key.weight", {2, 4}),
                                        entry_of(block + "value.weight", {2, 3})}));
              }),
              HasSubstr("key.weight' (F32 [2, 4]) do not fit together"));
  EXPECT_THAT(
      error_of([&] {
        translate(catalogue_of({entry_of("blocks.0.gamma_1", {2}), entry_of("blocks.0.ls1.gamma", {2})}));
      }),
      HasSubstr("tensors 'blocks.0.gamma_1' and 'blocks.0.ls1.gamma' are both 'blocks.0.ls1.gamma'"));
}

TEST(Dialects, UnknownNamesAndNoTensors) {
  const std::string message = error_of([] { translate(catalogue_of({entry_of("conv1.weight", {1})})); });
  EXPECT_THAT(message, HasSubstr("its tensors ('conv1.weight' …) have the names of no Vision Transformer"));
  EXPECT_THAT(message, HasSubstr("hint: --key-map FILE translates names"));
  EXPECT_THAT(error_of([] { translate({}); }), HasSubstr("holds no tensors"));
}

TEST(Dialects, StackedBlocksThatCannotBe) {
  EXPECT_THAT(error_of([] {
                translate(catalogue_of({entry_of("Transformer/encoderblock/LayerNorm_0/scale", {1 << 20})}));
              }),
              HasSubstr("expected the blocks in its first dimension"));
}

TEST(Dialects, NamesThatNoRuleKnowsStay) {
  const Translation translation = translate(
      catalogue_of({entry_of("encoder.layers.encoder_layer_0.ln_1.weight", {1}), entry_of("extra", {1})}));
  EXPECT_NE(translation.find("extra"), nullptr);
}

class KeyMap : public testing::Test {
 protected:
  std::vector<std::string> apply(const std::string& text, TensorCatalogue& catalogue) const {
    std::ofstream(path_) << text;
    return apply_key_map(path_, catalogue);
  }
  [[nodiscard]] std::string error(const std::string& text) const {
    TensorCatalogue catalogue = catalogue_of({entry_of("net.a1", {1}), entry_of("net.b2", {1})});
    return error_of([&] { apply(text, catalogue); });
  }

  tests::TemporaryFolder folder_;
  std::string path_ = folder_ / "names.txt";
};

TEST_F(KeyMap, RulesApplyInTheirOrder) {
  TensorCatalogue catalogue = catalogue_of({entry_of("net.a1", {1}), entry_of("net.b2", {1})});
  const auto dropped = apply("# comment\n\n^net\\. →\n^a(\\d) -> blocks.$1.\n^b\\d$ →\n", catalogue);
  ASSERT_EQ(catalogue.tensors.size(), 1u);
  EXPECT_EQ(catalogue.tensors.front().name, "blocks.1.");
  EXPECT_THAT(dropped, ElementsAre("net.b2"));
}

TEST_F(KeyMap, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(error("\nnet a\n"), HasSubstr("names.txt:2: 'net a' is no rule"));
  EXPECT_THAT(error("net( → x"), HasSubstr("names.txt:1: 'net(' is no regular expression"));
  EXPECT_THAT(error("→ x"), HasSubstr("is no rule"));
  EXPECT_THAT(error("# nothing\n"), HasSubstr("holds no rule"));
  EXPECT_THAT(error("tower → x"), HasSubstr("'tower' fits no tensor"));
  EXPECT_THAT(error(".* → x"), HasSubstr("gives two tensors the name"));
  TensorCatalogue catalogue;
  EXPECT_THAT(error_of([&] { apply_key_map(folder_ / "none", catalogue); }), HasSubstr("cannot be opened"));
}

}  // namespace
}  // namespace vitrobust::models
