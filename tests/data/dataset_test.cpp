#include "data/dataset.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "data/dataset_spec.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

/// What opening `spec` says: "error: …\nhint: …".
template <typename ExpectedError>
std::string failure_of(const std::string& spec) {
  try {
    open_dataset(spec);
  } catch (const ExpectedError& error) {
    return format_error(error);
  }
  return "no error";
}

TEST(DatasetSpec, SplitsLayoutPlaceAndOptions) {
  const DatasetSpec spec = parse_dataset_spec("imagelist:/a/b,c.csv,label=TrueLabel,base=1");
  EXPECT_EQ(spec.text, "imagelist:/a/b,c.csv,label=TrueLabel,base=1");
  EXPECT_EQ(spec.layout, "imagelist");
  EXPECT_EQ(spec.place, "/a/b,c.csv");
  EXPECT_THAT(spec.options, ElementsAre(Pair("label", "TrueLabel"), Pair("base", "1")));
  EXPECT_EQ(spec.option("base", "0"), "1");
  EXPECT_EQ(spec.option("image", "file"), "file");
}

TEST(DatasetSpec, KeepsColonsOfThePlace) {
  EXPECT_EQ(parse_dataset_spec("imagefolder:C:/data").place, "C:/data");
  EXPECT_EQ(parse_dataset_spec("glyphs").place, "");
}

TEST(DatasetSpec, ReportsBadOptions) {
  EXPECT_THROW(parse_dataset_spec("cifar10:dir,split=test,train"), UsageError);
  EXPECT_THAT(failure_of<UsageError>("cifar10:dir,spilt=test"),
              AllOf(HasSubstr("cifar10 has no option 'spilt'"), HasSubstr("hint: did you mean 'split'?")));
  EXPECT_THAT(failure_of<UsageError>("cifar10:dir,split=test,split=train"),
              HasSubstr("'split' stands twice"));
  EXPECT_THAT(failure_of<UsageError>("glyphs,split=test"), HasSubstr("takes no options"));
}

TEST(DatasetTable, EveryLayoutSaysHowItIsUsed) {
  const auto layouts = dataset_layouts();
  ASSERT_GE(layouts.size(), 4U);
  for (const DatasetLayout& layout : layouts) {
    EXPECT_THAT(layout.usage, StartsWith(layout.name));
    EXPECT_FALSE(layout.help.empty()) << layout.name;
  }
}

TEST(OpenDataset, UnknownLayoutNamesTheNearest) {
  EXPECT_EQ(failure_of<UsageError>("imagefoldr:/data"),
            "error: unknown dataset 'imagefoldr:/data'\nhint: did you mean 'imagefolder'?");
  EXPECT_THAT(failure_of<UsageError>("qqqqqqqqqqqqqqqqqq"), HasSubstr("known are: glyphs, cifar10"));
}

TEST(OpenDataset, NeedsAPath) {
  EXPECT_EQ(failure_of<UsageError>("imagefolder"),
            "error: imagefolder: imagefolder needs a path\nhint: usage: imagefolder:DIR");
}

TEST(OpenDataset, AMissingPathIsBadInput) {
  EXPECT_EQ(failure_of<InputError>("/no/such/folder"), "error: /no/such/folder: no such file or folder");
  EXPECT_EQ(failure_of<InputError>("imagefolder:/no/such/folder"), "error: /no/such/folder: no such folder");
}

TEST(OpenDataset, RecognisesCifarFiles) {
  const TemporaryFolder folder;
  folder.write("cifar-10-batches-bin/test_batch.bin", std::string(3073, '\1'));
  EXPECT_EQ(open_dataset(folder.path().string())->info().layout, "cifar10");
}

TEST(OpenDataset, RecognisesClassFolders) {
  const TemporaryFolder folder;
  folder.write_image("cat/deeper/1.png", noise_image(4, 4));
  const auto dataset = open_dataset(folder.path().string());
  EXPECT_EQ(dataset->info().layout, "imagefolder");
  EXPECT_EQ(dataset->info().spec, folder.path().string());
}

TEST(OpenDataset, RecognisesALabelList) {
  const TemporaryFolder folder;
  folder.write_image("1.png", noise_image(4, 4));
  const std::string list = folder.write("labels.csv", "file,label\n1,0\n");
  EXPECT_EQ(open_dataset(list)->info().layout, "imagelist");
}

TEST(OpenDataset, AnAmbiguousFolderListsTheSpecs) {
  const TemporaryFolder folder;
  folder.write_image("images/1.png", noise_image(4, 4));
  folder.write("images.csv", "file,label\n1,0\n");
  const std::string path = folder.path().string();
  EXPECT_EQ(failure_of<UsageError>(path),
            "error: " + path + ": could be read in 2 ways\nhint: say which: imagefolder:" + path +
                " or imagelist:" + path);
  EXPECT_EQ(open_dataset("imagelist:" + path)->info().layout, "imagelist");
}

TEST(OpenDataset, AnUnrecognisedFolderSaysSo) {
  const TemporaryFolder folder;
  folder.write("notes.txt", "nothing to see");
  EXPECT_THAT(failure_of<InputError>(folder.path().string()),
              AllOf(HasSubstr("is not recognised as a dataset"),
                    HasSubstr("hint: expected CIFAR-10's binary files")));
}

}  // namespace
}  // namespace vitrobust::data
