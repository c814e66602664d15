#include "eval/contact_sheet.h"

#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string_view>
#include <vector>

#include "eval/image_output.h"

namespace vitrobust::eval {
namespace {

constexpr int kGap = 4;
/// Small images are shown in whole multiples of their pixels, at about this size.
constexpr int kTile = 128;
constexpr int kMaxTile = 256;
constexpr int kHeader = 24;
constexpr int kNameWidth = 190;
const cv::Scalar kBackground = cv::Scalar::all(255);
const cv::Scalar kInk = cv::Scalar::all(0);

cv::Mat as_matrix(const data::Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data())).clone();
}

cv::Size tile_size(const data::Image& image) {
  const int longer = std::max(image.height, image.width);
  const double scale =
      longer < kTile ? std::max(1, kTile / longer) : std::min(1.0, static_cast<double>(kMaxTile) / longer);
  return {std::max(1, static_cast<int>(image.width * scale)),
          std::max(1, static_cast<int>(image.height * scale))};
}

class Sheet {
 public:
  Sheet(cv::Size tile, int rows, int columns)
      : tile_(tile),
        canvas_(kHeader + rows * (tile.height + kGap), kNameWidth + columns * (tile.width + kGap), CV_8UC3,
                kBackground) {}

  void put_image(int row, int column, const data::Image& image) {
    cv::Mat shown;
    const cv::Mat pixels = as_matrix(image);
    const bool grows = tile_.width >= image.width;
    cv::resize(pixels, shown, tile_, 0, 0, grows ? cv::INTER_NEAREST : cv::INTER_AREA);
    shown.copyTo(canvas_(cv::Rect(left(column), top(row), tile_.width, tile_.height)));
  }

  void put_row_name(int row, std::string_view name) {
    text(std::string(name), {kGap, top(row) + tile_.height / 2 + 4});
  }

  void put_column_name(int column, const std::string& name) { text(name, {left(column) + 2, kHeader - 8}); }

  [[nodiscard]] data::Image finish() const {
    data::Image image(canvas_.rows, canvas_.cols);
    std::copy(canvas_.datastart, canvas_.dataend, image.pixels.begin());
    return image;
  }

 private:
  [[nodiscard]] int left(int column) const { return kNameWidth + column * (tile_.width + kGap); }
  [[nodiscard]] int top(int row) const { return kHeader + row * (tile_.height + kGap); }
  void text(const std::string& words, cv::Point at) {
    cv::putText(canvas_, words, at, cv::FONT_HERSHEY_SIMPLEX, 0.45, kInk, 1, cv::LINE_AA);
  }

  cv::Size tile_;
  cv::Mat canvas_;
};

}  // namespace

void write_contact_sheet(const std::string& path, const data::Image& image, std::uint64_t sample_id,
                         std::span<const PlannedCorruption> corruptions, const CorruptionSettings& settings,
                         std::uint64_t seed) {
  std::vector<std::string_view> names;
  std::map<std::string_view, int> rows;
  std::map<int, int> columns;
  for (const PlannedCorruption& corruption : corruptions) {
    if (rows.emplace(corruption.entry->name, static_cast<int>(names.size())).second)
      names.push_back(corruption.entry->name);
    columns.emplace(corruption.severity, 0);
  }
  int next_column = 1;
  for (auto& [severity, column] : columns) column = next_column++;

  Sheet sheet(tile_size(image), static_cast<int>(names.size()), next_column);
  sheet.put_column_name(0, "clean");
  for (const auto& [severity, column] : columns)
    sheet.put_column_name(column, "severity " + std::to_string(severity));
  for (const auto& [name, row] : rows) {
    sheet.put_row_name(row, name);
    sheet.put_image(row, 0, image);
  }
  for (const PlannedCorruption& corruption : corruptions)
    sheet.put_image(rows.at(corruption.entry->name), columns.at(corruption.severity),
                    corrupt(image, corruption, settings, seed, sample_id));
  write_image(path, sheet.finish());
}

}  // namespace vitrobust::eval
