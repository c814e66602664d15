#pragma once

#include "data/image.h"
#include "data/preprocess_config.h"

namespace vitrobust::data {

/// A rectangle of an image.
struct Window {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;
};

/// The part `window` of resize(image, height, width, interpolation), to the bit, at the cost of that part
/// only. The window must lie within height x width.
Image resize_window(const Image& image, int height, int width, Interpolation interpolation,
                    const Window& window);

}  // namespace vitrobust::data
