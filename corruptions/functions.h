#pragma once

#include "corruptions/corruption.h"

/// The functions behind the table. Each takes an image of any positive size and returns one of the same size;

/// the parameters of its severities stand in its source file. @throws InternalError unless the severity is
/// 1 to 5
namespace vitrobust::corruptions {

/// Adds independent Gaussian noise to every channel of every pixel; draws height·width·3 normals, row-major.
data::Image gaussian_noise(const data::Image& image, const CorruptionContext& context);

/// Replaces every value by a Poisson count of photons around it; draws height·width·3 counts, row-major.
data::Image shot_noise(const data::Image& image, const CorruptionContext& context);

/// Sets single values, each channel for itself, to 0 or 255; draws height·width·3 choices, row-major.
data::Image impulse_noise(const data::Image& image, const CorruptionContext& context);

/// Averages over a disk, as a lens out of focus does; deterministic.
data::Image defocus_blur(const data::Image& image, const CorruptionContext& context);

/// Copies to every pixel one from nearby, between two Gaussian blurs; draws two integers per pixel that is
/// far enough from the border and pass, row-major from the lower right corner, dx before dy.
data::Image glass_blur(const data::Image& image, const CorruptionContext& context);

/// Averages along a line with weights that fall off like half a Gaussian; draws one uniform, the angle.
data::Image motion_blur(const data::Image& image, const CorruptionContext& context);

/// Averages the image and enlargements of its centre; deterministic.
data::Image zoom_blur(const data::Image& image, const CorruptionContext& context);

/// Lays motion-blurred flakes over a whitened image; draws height·width normals, row-major, and one uniform.
data::Image snow(const data::Image& image, const CorruptionContext& context);

/// Lays a random crop of one of five pictures of ice over the image; draws three integers: which one, the
/// crop's first row, its first column.
data::Image frost(const data::Image& image, const CorruptionContext& context);

/// Lays fog of varying density over the image; draws size² - 1 uniforms, size the side of a `Plasma` that
/// covers the image.
data::Image fog(const data::Image& image, const CorruptionContext& context);

/// Raises the V channel of HSV by a constant; deterministic.
data::Image brightness(const data::Image& image, const CorruptionContext& context);

/// Draws every channel towards its mean over the image; deterministic.
data::Image contrast(const data::Image& image, const CorruptionContext& context);

/// Displaces every pixel by smooth noise, in the flavour of hendrycks after a random affine map; draws six
/// uniforms for the map, then height·width for the horizontal and as many for the vertical displacements.
data::Image elastic_transform(const data::Image& image, const CorruptionContext& context);

/// Shrinks the image by averaging and enlarges it again by repeating pixels; deterministic.
data::Image pixelate(const data::Image& image, const CorruptionContext& context);

/// Compresses to a baseline JPEG and decodes it; deterministic for one libjpeg.
data::Image jpeg_compression(const data::Image& image, const CorruptionContext& context);

/// Adds Gaussian noise in proportion to each value; draws height·width·3 normals, row-major.
data::Image speckle_noise(const data::Image& image, const CorruptionContext& context);

/// Convolves with an isotropic Gaussian; deterministic.
data::Image gaussian_blur(const data::Image& image, const CorruptionContext& context);

/// Splashes water or, at severities 4 and 5, mud on the lens; draws height·width normals.
data::Image spatter(const data::Image& image, const CorruptionContext& context);

/// Scales the S channel of HSV; deterministic.
data::Image saturate(const data::Image& image, const CorruptionContext& context);

/// C-bar: moves and lights pixels as the ripples of water do; draws two uniforms: time and size.
data::Image caustic_refraction(const data::Image& image, const CorruptionContext& context);

/// C-bar: fades to white outside a bright star; draws two uniforms for its centre, a nested source, how many
/// rays it has, and from the nested source a normal for each.
data::Image inverse_sparkles(const data::Image& image, const CorruptionContext& context);

/// C-bar: puts five bright stars into the image; draws ten uniforms for their centres, a nested source, how
/// many rays each has, and from the nested source a normal for each ray.
data::Image sparkles(const data::Image& image, const CorruptionContext& context);

/// C-bar: blends with turbulence of Perlin noise; draws a nested source, and from it 1284 integers.
data::Image perlin_noise(const data::Image& image, const CorruptionContext& context);

/// C-bar: blackens the pixels where blue noise is low; draws a nested source, and from it about
/// height·width/2 uniforms.
data::Image blue_noise_sample(const data::Image& image, const CorruptionContext& context);

/// C-bar: blends with coloured waves; draws a uniform, an integer and two uniforms.
data::Image plasma_noise(const data::Image& image, const CorruptionContext& context);

/// C-bar: greys out some cells of a turned checkerboard; draws two uniforms, a nested source, and from it a
/// uniform per cell.
data::Image checkerboard_cutout(const data::Image& image, const CorruptionContext& context);

/// C-bar: adds wavy rings; draws five uniforms.
data::Image cocentric_sine_waves(const data::Image& image, const CorruptionContext& context);

/// C-bar: adds one plane wave; draws two uniforms, an integer and a uniform.
data::Image single_frequency_greyscale(const data::Image& image, const CorruptionContext& context);

/// C-bar: adds noise of low frequencies to each channel; draws a nested source, and from it about
/// 3·height·width/2 uniforms.
data::Image brownish_noise(const data::Image& image, const CorruptionContext& context);

/// C-bar: twirls the pixels of each of nine cells; draws an integer per cell.
data::Image pinch_and_twirl(const data::Image& image, const CorruptionContext& context);

/// C-bar: displaces rows and columns by a sine; draws four uniforms.
data::Image ripple(const data::Image& image, const CorruptionContext& context);

/// C-bar: averages the image over small turns about its middle; deterministic.
data::Image circular_motion_blur(const data::Image& image, const CorruptionContext& context);

/// C-bar: draws grey lines across the image; draws two uniforms, a nested source, and from it three uniforms
/// a line.
data::Image lines(const data::Image& image, const CorruptionContext& context);

/// C-bar: enlarges two of the channels, a different one each; draws two integers.
data::Image transverse_chromatic_abberation(const data::Image& image, const CorruptionContext& context);

}  // namespace vitrobust::corruptions
