#include <gmock/gmock.h>

#include <functional>

#include "checkpoint_testing.h"
#include "core/error.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

const std::string kTensor = pickled_tensor(pickled_storage(4), 0, {4}, {1});
const std::string kPickle = pickled_item("w", kTensor);
const std::string kStorage(16, '\1');

TEST(TorchZip, RefusesWhatTorchSaveNeverWrites) {
  EXPECT_EQ(error_of(make_zip({{"m/data.pkl", kPickle}, {"m/data/0", kStorage}})), "no error");
  EXPECT_THAT(error_of(make_zip({{"m/data.pkl", kPickle}, {"m/data/0", kStorage, 8}})),
              HasSubstr("m.pth: member 'm/data/0' is compressed"));
  EXPECT_THAT(error_of(make_zip({{"m/data.pkl", kPickle}})), HasSubstr("m.pth: has no storage '0'"));
  EXPECT_THAT(error_of(make_zip({{"m/data.pkl", kPickle}, {"m/data/0", kStorage + "x"}})),
              HasSubstr("storage '0' has 17 bytes, its pickle says 16"));
  EXPECT_THAT(error_of(make_zip({{"m/data.pkl", kPickle}, {"m/byteorder", "big"}, {"m/data/0", kStorage}})),
              HasSubstr("m.pth: was written by a big-endian machine"));
  EXPECT_THAT(error_of(make_zip({{"m/data.pkl", kPickle}, {"m/byteorder", "odd\n"}, {"m/data/0", kStorage}})),
              HasSubstr("has the byte order 'odd\\n', expected 'little'"));
  EXPECT_THAT(error_of(make_zip({{"data.pkl", kPickle}})), HasSubstr("is a zip archive that holds neither"));
}

TEST(TorchZip, ProgramsAreNamed) {
  EXPECT_THAT(
      error_of(make_zip({{"m/data.pkl", kPickle}, {"m/constants.pkl", ""}})),
      HasSubstr("is a TorchScript file: a program, whose code would run\nhint: if you trust it, say so with "
                "--format torchscript"));
  EXPECT_THAT(error_of(make_zip({{"m/archive_format", "pt2"}})), HasSubstr("is a program of torch.export"));
}

TEST(TorchZip, ReadsStoragesThatWereViews) {
  const std::string storage = "(" + pickled("storage") + "ctorch.cuda\nFloatStorage\n" + pickled("0") +
                              pickled("cuda:0") + pickled(4) + "(" + pickled("1") + pickled(1) + pickled(2) +
                              "ttQ";
  const auto catalogue = open_bytes(torch_zip(pickled_item("w", pickled_tensor(storage, 1, {1}, {1}))));
  EXPECT_EQ(values_of(catalogue, catalogue.tensors.at(0)), std::string(4, '\1'));
  EXPECT_EQ(catalogue.tensors.at(0).bytes, 4U);
  EXPECT_THAT(error_of(torch_zip(pickled_item("w", pickled_tensor(storage, 1, {2}, {1})))),
              HasSubstr("needs bytes 4 to 12 of a storage of 8"));
  EXPECT_THAT(error_of(torch_zip(pickled_item(
                  "w", pickled_tensor(replaced(storage, pickled(1) + pickled(2), pickled(3) + pickled(2)), 0,
                                      {1}, {1})))),
              HasSubstr("has a view that leaves its storage"));
}

TEST(TorchZip, StoragesOfTypesThatAreNotReadAreNoError) {
  const std::string quantised = replaced(pickled_storage(4), "FloatStorage", "QInt8Storage");
  const auto catalogue = open_bytes(torch_zip("\x80\x02}" + pickled("w") + kTensor + "s" + pickled("q") +
                                              pickled_tensor(quantised, 0, {4}, {1}) + "s."));
  EXPECT_THAT(catalogue.unreadable.at("q"), HasSubstr("is an object of torch._utils._rebuild_tensor_v2"));
}

/// torch.save's old format, each part to be damaged.
struct Legacy {
  std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  std::string version = "\x80\x02M\xe9\x03.";
  std::string machine = pickled_item("little_endian", "\x88");
  std::string objects = kPickle;
  std::string keys = "\x80\x02]" + pickled("0") + "a.";
  std::string storages = little(4, 8) + kStorage;

  [[nodiscard]] std::string bytes() const { return magic + version + machine + objects + keys + storages; }
};

std::string legacy_error(const std::function<void(Legacy&)>& damage) {
  Legacy file;
  damage(file);
  return error_of(file.bytes());
}

TEST(TorchLegacy, ReadsItsPartsInOrder) {
  const auto catalogue = open_bytes(Legacy().bytes());
  EXPECT_EQ(catalogue.container, "torch-legacy");
  EXPECT_EQ(values_of(catalogue, catalogue.tensors.at(0)), kStorage);
}

TEST(TorchLegacy, RefusesEachPartThatIsMalformed) {
  EXPECT_THAT(legacy_error([](Legacy& file) { file.magic.replace(5, 1, "x"); }),
              HasSubstr("m.pth: is a pickle, but not one of torch.save's"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.magic = "\x80\x02}."; }),
              HasSubstr("is a pickle, but not one"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.version = "\x80\x02K\x01."; }),
              HasSubstr("is of a version"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.machine = "\x80\x02}."; }),
              HasSubstr("does not say which byte order"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.machine = pickled_item("little_endian", "\x89"); }),
              HasSubstr("was written by a big-endian machine"));
  EXPECT_THAT(
      legacy_error([](Legacy& file) { file.machine = pickled_item("little_endian", pickled_storage(4)); }),
      HasSubstr("has a storage out of place"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.keys = "\x80\x02}."; }),
              HasSubstr("has no list of storages"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.keys = "\x80\x02]Na."; }),
              HasSubstr("a storage whose key is no text"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.keys = "\x80\x02]" + pickled("1") + "a."; }),
              HasSubstr("storage '1' belongs to no tensor"));
  EXPECT_THAT(legacy_error([](Legacy& file) {
                file.keys = "\x80\x02]" + pickled("0") + "a" + pickled("0") + "a.";
                file.storages += file.storages;
              }),
              HasSubstr("storage '0' is there twice"));
  EXPECT_THAT(legacy_error([](Legacy& file) {
                file.keys = "\x80\x02].";
                file.storages.clear();
              }),
              HasSubstr("has no storage '0'"));
}

TEST(TorchLegacy, RefusesSizesThatAreNotThere) {
  EXPECT_THAT(legacy_error([](Legacy& file) { file.storages = little(5, 8) + kStorage; }),
              HasSubstr("storage '0' has 5 elements of 4 bytes, its pickle says 16 bytes"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.storages = little(~0ULL, 8) + kStorage; }),
              HasSubstr("storage '0' has 18446744073709551615 elements"));
  EXPECT_THAT(legacy_error([](Legacy& file) { file.storages = little(4, 8) + kStorage + "x"; }),
              HasSubstr("the last 1 bytes of the file belong to no storage"));
  EXPECT_THAT(legacy_error([](Legacy& file) {
                file.objects =
                    pickled_item("w", pickled_tensor(pickled_storage(std::int64_t{1} << 60), 0, {4}, {1}));
              }),
              HasSubstr("storage '0' of 4611686018427387904 bytes is not there whole"));
  const std::string whole = Legacy().bytes();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(error_of(whole.substr(0, length)), HasSubstr("error: m.pth: ")) << length;
}

// Old files kept a model's source code beside it, in a persistent id of its own.
TEST(TorchLegacy, ModelsBesideTheirSourceAreRead) {
  Legacy file;
  const std::string module = "cmine\nNet\n)\x81}" + pickled("_parameters") + "}" + pickled("w") + kTensor +
                             "ss" + pickled("_modules") + "}sb";
  file.objects = "\x80\x02(" + pickled("module") + module + pickled("net.py") + pickled("class Net") + "tQ.";
  const auto catalogue = open_bytes(file.bytes());
  EXPECT_EQ(catalogue.tensors.at(0).name, "w");
  EXPECT_THAT(catalogue.notes, ElementsAre(HasSubstr("a model object of mine.Net")));
}

}  // namespace
}  // namespace vitrobust::models
