"""The images that both sides draw: the same integers as in tests/corruptions/test_images.cpp."""

import numpy as np


def draw_texture(height, width):
    """Fine detail in every channel."""
    y, x, c = np.indices((height, width, 3))
    return ((7 * y * y + 13 * x + x * y + 53 * c) % 256).astype(np.uint8)


def draw_scene(height, width):
    """Gradients, flat shapes, stripes, black and white."""
    y, x = np.indices((height, width))
    image = np.stack([40 + 180 * y // height, 90 + 120 * x // width, 200 - 150 * y // height], axis=-1)
    radius = min(height, width) // 5
    image[(y - height // 3) ** 2 + (x - width // 3) ** 2 < radius**2] = (250, 210, 40)
    image[(y >= height // 2) & (y < 3 * height // 4) & (x >= width // 2) & (x < 5 * width // 6)] = (20, 110, 60)
    image[(y < height // 8) & (x >= 7 * width // 8)] = (0, 0, 0)
    stripes = np.where((x + y) // 4 % 2 == 0, 128, 255)
    low = y >= 7 * height // 8
    image[low] = stripes[low][:, np.newaxis]
    return image.astype(np.uint8)
