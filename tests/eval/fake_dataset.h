#pragma once

#include <fmt/format.h>

#include <atomic>
#include <set>

#include "core/error.h"
#include "data/dataset.h"

namespace vitrobust::eval::tests {

/// Flat images of one size whose grey level follows the sample id; some ids can be unreadable.
class FakeDataset final : public data::Dataset {
 public:
  FakeDataset(std::uint64_t size, int pixels, std::set<std::uint64_t> unreadable = {})
      : size_(size), pixels_(pixels), unreadable_(std::move(unreadable)) {
    info_.spec = "fake";
    info_.layout = "fake";
    info_.class_names = {"zero", "one", "two"};
  }

  [[nodiscard]] const data::DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] int label(std::uint64_t id) const override { return static_cast<int>(id % 3); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return fmt::format("fake/{}", id); }
  [[nodiscard]] data::Image load(std::uint64_t id) const override {
    ++loads_;
    if (unreadable_.contains(id)) throw InputError(name(id), "cannot be decoded");
    data::Image image(pixels_, pixels_);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<std::uint8_t>((37 * id + 11 * i) % 256);
    return image;
  }
  [[nodiscard]] std::string fingerprint() const override { return fmt::format("sha256:fake-{}", size_); }

  [[nodiscard]] int loads() const { return loads_; }

 private:
  data::DatasetInfo info_;
  std::uint64_t size_;
  int pixels_;
  std::set<std::uint64_t> unreadable_;
  mutable std::atomic<int> loads_{0};
};

}  // namespace vitrobust::eval::tests
