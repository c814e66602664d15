#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>

#include "reports/condition_label.h"
#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/table_cells.h"

namespace vitrobust::reports::html {
namespace {

/// Of PNG bytes on the page; as base64 they take a third more, and the page stays well under 5 MB.
constexpr std::size_t kBudget = std::size_t{2800} << 10;

/// The images of one sample under one corruption at its severities, or under one attack.
struct Strip {
  std::string title;
  std::uint64_t sample = 0;
  struct Image {
    const std::string* png = nullptr;
    std::string caption;
  };
  std::vector<Image> images;

  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Image& image : images) sum += image.png->size();
    return sum;
  }
};

Strip& strip_at(std::vector<Strip>& strips, const std::string& title, const SampleImages& images) {
  const auto found = std::ranges::find_if(
      strips, [&](const Strip& strip) { return strip.title == title && strip.sample == images.sample; });
  if (found != strips.end()) return *found;
  strips.push_back({title, images.sample, {{&images.clean, "clean"}}});
  return strips.back();
}

void add_model(const ReportSet& set, std::size_t index,
               std::set<std::pair<std::string, std::uint64_t>>& shown, std::vector<Strip>& strips) {
  const ModelReport& model = set.models[index];
  std::vector<const RowView*> rows;
  for (const RowView& row : model.view.rows) rows.push_back(&row);
  for (const SampleImages& images : model.samples) {
    const RowView* const row = find_row(model.view, images.row_id);
    if (row == nullptr || row->kind == CellKind::clean) continue;
    std::vector<const RowView*> among;
    std::ranges::copy_if(rows, std::back_inserter(among),
                         [&](const RowView* other) { return other->kind == row->kind; });
    const std::string label = condition_label(*row, among);
    if (row->kind == CellKind::corruption) {
      // What is corrupted does not depend on the model: the first one's images stand for all.
      if (!shown.emplace(images.row_id, images.sample).second) continue;
      strip_at(strips, label, images).images.push_back({&images.seen, "severity " + severity_of(*row)});
      continue;
    }
    Strip& strip = strip_at(strips, fmt::format("{}, {}", label, model.name), images);
    strip.images.push_back({&images.seen, "seen"});
    if (!images.difference.empty())
      strip.images.push_back({&images.difference, fmt::format("difference × {}", images.magnification)});
  }
}

std::string draw(const Strip& strip) {
  std::string text =
      fmt::format("<div><h3>{} <small class=\"sub\">sample {}</small></h3><div class=\"strip\">",
                  escape(strip.title), strip.sample);
  for (const Strip::Image& image : strip.images)
    text += fmt::format(
        "<figure><img alt=\"{}\" src=\"data:image/png;base64,{}\"><figcaption>{}</figcaption></figure>",
        escape(fmt::format("sample {}, {}, {}", strip.sample, strip.title, image.caption)),
        base64(*image.png), escape(image.caption));
  return text + "</div></div>\n";
}

}  // namespace

std::string samples_section(const ReportSet& set) {
  std::vector<Strip> strips;
  std::set<std::pair<std::string, std::uint64_t>> shown;
  for (std::size_t model = 0; model < set.models.size(); ++model) add_model(set, model, shown, strips);
  if (strips.empty()) return {};
  // The first sample of every condition before the second of any, so that the budget goes round.
  std::vector<std::size_t> order(strips.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return strips[i].sample; });
  std::set<std::size_t> kept;
  std::size_t used = 0;
  for (const std::size_t i : order) {
    if (used + strips[i].bytes() > kBudget) continue;
    used += strips[i].bytes();
    kept.insert(i);
  }
  std::string text =
      "<h2 id=\"samples\">Sample images</h2>\n<p class=\"note\">The first images of the data, as the models "
      "saw them. "
      "Differences are magnified; grey is no change.</p>\n<div class=\"strips\">\n";
  for (const std::size_t i : kept) text += draw(strips[i]);
  text += "</div>\n";
  if (kept.size() < strips.size())
    text += fmt::format(
        "<p class=\"note\">{} of {} strips are left out to keep the page small; all images are in the run "
        "directory, under samples/.</p>\n",
        strips.size() - kept.size(), strips.size());
  return text;
}

}  // namespace vitrobust::reports::html
