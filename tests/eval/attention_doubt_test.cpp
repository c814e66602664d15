#include "eval/attention_doubt.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Json report_of(const std::string& name, const std::string& attention_source, double accuracy) {
  return {{"model", {{"name", name}, {"attention_source", attention_source}}},
          {"rows",
           {{{"kind", "corruption"}, {"accuracy", 0.01}, {"ci95", {0, 0.02}}},
            {{"kind", "clean"}, {"accuracy", accuracy}, {"ci95", {accuracy - 0.03, accuracy + 0.03}}}}}};
}

std::vector<std::string> doubts(const std::vector<Json>& reports,
                                std::vector<std::optional<double>> cards = {}) {
  cards.resize(reports.size());
  return attention_doubts(reports, cards);
}

TEST(AttentionDoubt, NamesTheOptionFarBelowASibling) {
  const auto warnings = doubts({report_of("a", "assumed", 0.1), report_of("b", "given", 0.8)});
  EXPECT_THAT(warnings[0], HasSubstr("clean accuracy is 10.0 % where b reaches 80.0 %"));
  EXPECT_THAT(warnings[0], HasSubstr("--attention"));
  EXPECT_THAT(warnings[1], IsEmpty());
}

TEST(AttentionDoubt, NamesTheOptionFarBelowTheCard) {
  EXPECT_THAT(doubts({report_of("a", "assumed", 0.1)}, {0.72})[0], HasSubstr("where its card claims 72.0 %"));
}

TEST(AttentionDoubt, IsSilentWhereNothingIsToBeDoubted) {
  EXPECT_THAT(doubts({report_of("a", "given", 0.1), report_of("b", "given", 0.8)})[0], IsEmpty());
  EXPECT_THAT(doubts({report_of("a", "assumed", 0.6), report_of("b", "given", 0.8)})[0], IsEmpty());
  // The interval reaches half.
  EXPECT_THAT(doubts({report_of("a", "assumed", 0.38), report_of("b", "given", 0.8)})[0], IsEmpty());
  EXPECT_THAT(doubts({report_of("a", "assumed", 0.1)})[0], IsEmpty());
  Json without_clean = report_of("a", "assumed", 0.1);
  without_clean["rows"].erase(1);
  EXPECT_THAT(doubts({without_clean}, {0.9})[0], IsEmpty());
}

TEST(CardAccuracy, IsReadFromTheMetadata) {
  const tests::TemporaryFolder folder;
  const auto accuracy = [&](const std::string& card) {
    std::ofstream(folder / "README.md") << card;
    return card_accuracy(folder / "model.safetensors");
  };
  EXPECT_EQ(card_accuracy(folder / "none/model.safetensors"), std::nullopt);
  const std::string index =
      "---\ntags:\n- x\nmodel-index:\n- name: vit\n  results:\n  - task:\n      type: image-classification\n "
      "   "
      "metrics:\n    - name: Accuracy\n      type: accuracy\n      value: ";
  EXPECT_EQ(accuracy(index + "0.7215\n---\n# text\n"), 0.7215);
  EXPECT_EQ(accuracy(index + "72.15\n---\n"), 0.7215);
  EXPECT_EQ(accuracy(index + "good\n---\n"), std::nullopt);
  EXPECT_EQ(accuracy("# value: 0.5\n"), std::nullopt);
  EXPECT_EQ(accuracy("---\ntype: accuracy\nvalue: 0.5\n---\n"), std::nullopt);
}

}  // namespace
}  // namespace vitrobust::eval
