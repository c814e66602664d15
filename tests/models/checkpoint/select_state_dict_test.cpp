#include "models/checkpoint/select_state_dict.h"

#include <gmock/gmock.h>

#include "checkpoint_testing.h"
#include "core/error.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A dict of one tensor, which is named after where it stands.
std::string weights(const std::string& name) {
  return "}" + pickled(name) + pickled_tensor(pickled_storage(4), 0, {4}, {1}) + "s";
}

/// Protocol 2: a dict of these items.
std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string pickle = "\x80\x02}";
  for (const auto& [key, value] : items) pickle += pickled(key) + value + "s";
  return pickle + ".";
}

std::vector<std::string> names(const std::string& pickle, bool use_ema = false) {
  std::vector<std::string> found;
  for (const TensorEntry& entry : open_bytes(torch_zip(pickle), "m.pth", {.use_ema = use_ema}).tensors)
    found.push_back(entry.name);
  return found;
}

TEST(SelectStateDict, TakesTheFirstOfTimmsOrder) {
  std::vector<std::pair<std::string, std::string>> items{{"epoch", pickled(3)}};
  // From the last to the first, each beside all that come after it.
  for (const char* key : {"model_ema", "state_dict_ema", "module", "model", "state_dict"}) {
    items.emplace_back(key, weights(key));
    EXPECT_THAT(names(dict(items)), ElementsAre(key));
  }
  EXPECT_THAT(names(dict(items), true), ElementsAre("state_dict_ema"));
}

TEST(SelectStateDict, AMovingAverageThatIsAskedForMustBeThere) {
  EXPECT_THAT(names(dict({{"model", weights("w")}, {"model_ema", weights("ema")}}), true),
              ElementsAre("ema"));
  EXPECT_THROW(names(dict({{"model", weights("w")}}), true), InputError);
}

TEST(SelectStateDict, KeysWithoutTensorsAreNotTakenForWeights) {
  EXPECT_THAT(names(dict({{"model", pickled("vit_small")}, {"state_dict", "}"}, {"net", weights("w")}})),
              ElementsAre("w"));
  // A network may have a part of that name.
  EXPECT_THAT(
      names(dict({{"state_dict", "}" + pickled("w") + pickled_tensor(pickled_storage(4), 0, {1}, {1}) + "s" +
                                     pickled("model") + weights("part") + "s"}})),
      ElementsAre("w", "model.part"));
}

TEST(SelectStateDict, TrainersInTrainersAreOpened) {
  EXPECT_THAT(names(dict({{"model", "}" + pickled("state_dict") + weights("w") + "s"}})), ElementsAre("w"));
}

TEST(SelectStateDict, SeveralSetsOfWeightsKeepTheirKeys) {
  EXPECT_THAT(names(dict({{"student", weights("w")}, {"teacher", weights("w")}})),
              ElementsAre("student.w", "teacher.w"));
}

TEST(SelectStateDict, SaysWhatItChose) {
  const auto catalogue = open_bytes(
      torch_zip(dict({{"model", weights("w")}, {"model_ema", weights("w")}, {"arch", pickled("vit")}})));
  EXPECT_THAT(catalogue.notes, ElementsAre("weights taken from 'model' of the checkpoint",
                                           "the checkpoint also has a moving average of them, 'model_ema'"));
  EXPECT_EQ(catalogue.metadata.at("arch"), "vit");
  EXPECT_THAT(open_bytes(torch_zip("\x80\x02" + weights("w") + ".")).notes, IsEmpty());
}

TEST(SelectStateDict, NothingToChooseIsNamed) {
  EXPECT_THAT(error_of(torch_zip(dict({}))), HasSubstr("m.pth: holds no tensors"));
  EXPECT_THAT(
      error_of(torch_zip("\x80\x02"
                         "cmine\nNet\n)\x81.")),
      HasSubstr("m.pth: holds an object of mine.Net, which is not read\nhint: save the state_dict()"));
  EXPECT_THAT(error_of(torch_zip(dict({{"model", "cmine\nNet\n)\x81"}}))),
              HasSubstr("holds no tensors that can be read: 'model' is an object of mine.Net"));
}

TensorCatalogue named(const std::vector<std::string>& tensor_names) {
  TensorCatalogue catalogue;
  for (const std::string& name : tensor_names)
    catalogue.tensors.push_back({.name = name, .type = "F32", .shape = {}, .strides = {}});
  return catalogue;
}

TEST(StripWrapperPrefixes, TakesThemOffInAnyOrder) {
  TensorCatalogue catalogue =
      named({"module.a", "_orig_mod.module.b", "module._orig_mod.c", "n_averaged", "module."});
  strip_wrapper_prefixes(catalogue, "m");
  std::vector<std::string> found;
  for (const TensorEntry& entry : catalogue.tensors) found.push_back(entry.name);
  EXPECT_THAT(found, ElementsAre("a", "b", "c", "n_averaged", "module."));
  EXPECT_THAT(catalogue.notes, ElementsAre(HasSubstr("was taken off 3 names")));
}

TEST(StripWrapperPrefixes, RefusesToMakeTwoNamesOne) {
  TensorCatalogue catalogue = named({"module.a", "a"});
  EXPECT_THROW(strip_wrapper_prefixes(catalogue, "m"), InputError);
}

}  // namespace
}  // namespace vitrobust::models
