#pragma once

#include "data/dataset.h"
#include "data/image.h"
#include "data/preprocess_config.h"

namespace vitrobust::data {

/// Resizes with Pillow's algorithm (support grows with the scale, 8-bit fixed-point passes, horizontal
/// first), to the bit. Since Pillow 12.2 some images get the vertical pass first, which may change pixels by
/// a level: those over 100 times as tall as wide, and since 13 those whose height shrinks much more than
/// their width, as under `squash`. Deterministic. Sizes must be positive.
Image resize(const Image& image, int height, int width, Interpolation interpolation);

/// Fits an image to the model's input as timm's evaluation transform does; a crop reaching beyond the resized
/// image is filled with black, for `border` with the mean. With `resize`, all modes take it instead of
/// floor(size / crop_pct). `image_file`: arrays (CIFAR, glyphs) are only resized, and only when their size
/// differs from the model's. @throws InputError for an image too long and narrow to be resized
Image preprocess(const Image& image, const PreprocessConfig& config, bool image_file);

/// The image as preprocess() has it before the crop, so that what moves within the frame comes from the image
/// and not from black: preprocess() is its centre of the model's size. The same as preprocess() where nothing
/// is cropped. @throws InputError for an image too long and narrow, of which nearly all would be cut off
Image preprocess_uncropped(const Image& image, const PreprocessConfig& config, bool image_file);

}  // namespace vitrobust::data
