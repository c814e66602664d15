#!/usr/bin/env python3
"""Writes pillow_resize.json: hashes of what Pillow, timm and torchvision make of images that both sides can compute.

    pip install 'Pillow<12.2' numpy timm        (timm brings torch and torchvision)
    tests/golden/pillow_resize.py

Since Pillow 12.2 some images get the vertical pass first, which changes some pixels by a level; published figures were
measured with the versions before, whose horizontal pass always comes first.

Rows of "resize":     [filter, height, width, new height, new width, hash]
Rows of "preprocess": {image: [h, w], input: [h, w], crop_pct, resize, crop_mode, interpolation, hash}
A hash is the first 16 hexadecimal digits of the SHA-256 of the RGB bytes, row by row.
"""

import hashlib
import json
import pathlib

import numpy as np
import PIL
import timm
import torchvision
from PIL import Image
from timm.data.transforms_factory import transforms_imagenet_eval
from torchvision import transforms
from torchvision.transforms import InterpolationMode

FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
SIZES = [
    (375, 500, 256, 341), (500, 375, 341, 256), (480, 640, 224, 224), (299, 299, 224, 224),
    (32, 32, 224, 224), (224, 224, 32, 32), (224, 224, 134, 134), (224, 224, 67, 67), (134, 134, 224, 224),
    (28, 28, 32, 32), (64, 48, 64, 31), (64, 48, 29, 48), (17, 23, 23, 17), (100, 100, 99, 101),
    (33, 31, 66, 62), (66, 62, 33, 31), (1, 1, 7, 5), (7, 5, 1, 1), (3, 200, 50, 3), (1000, 13, 10, 13),
    (2, 3, 5, 9), (3, 7, 1000, 999), (49, 98, 441, 343), (10, 1000, 10, 997), (600, 700, 13, 7), (69, 162, 23, 78),
    (300, 2, 28, 8),
]
IMAGES = [(375, 500), (500, 333), (224, 224), (100, 80), (97, 301), (31, 640)]
MODELS = [
    ((224, 224), 0.875, None), ((224, 224), 0.9, None), ((224, 224), 1.0, None), ((224, 192), 0.9, None),
    ((224, 224), 0.875, 232), ((96, 96), 0.95, None), ((33, 33), 0.875, 32),
]


def noise(height, width):
    """White noise from 32-bit integers."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    mask = 0xFFFFFFFF
    v = (x * 0x9E3779B1 ^ y * 0x85EBCA77 ^ c * 0xC2B2AE3D) & mask
    v ^= v >> 15
    return Image.fromarray((((v * 0x2C1B3C6D) & mask) >> 24).astype(np.uint8), "RGB")


def digest(image):
    assert image.mode == "RGB"
    return hashlib.sha256(image.tobytes()).hexdigest()[:16]


def resize_rows():
    for name in FILTERS:
        for height, width, new_height, new_width in SIZES:
            out = noise(height, width).resize((new_width, new_height), Image.Resampling[name.upper()])
            yield [name, height, width, new_height, new_width, digest(out)]


def transform(size, crop_pct, resize, mode, interpolation):
    """timm's transform without its last two steps, to a tensor and its normalisation; torchvision's for an exact size."""
    if resize is None:
        steps = transforms_imagenet_eval(size, crop_pct=crop_pct, crop_mode=mode, interpolation=interpolation)
        return transforms.Compose(steps.transforms[:-2])
    filter_ = InterpolationMode(interpolation)
    return transforms.Compose([transforms.Resize(resize, filter_), transforms.CenterCrop(size)])


def preprocess_rows():
    for size, crop_pct, resize in MODELS:
        for mode in ["center", "squash", "border"] if resize is None else ["center"]:
            for interpolation in ["bilinear", "bicubic"]:
                for image in IMAGES:
                    out = transform(size, crop_pct, resize, mode, interpolation)(noise(*image))
                    assert out.size == size[::-1]
                    yield {"image": image, "input": size, "crop_pct": crop_pct, "resize": resize, "crop_mode": mode,
                           "interpolation": interpolation, "hash": digest(out)}


def main():
    assert tuple(int(part) for part in PIL.__version__.split(".")[:2]) < (12, 2), "needs a Pillow before 12.2"
    rows = {"resize": list(resize_rows()), "preprocess": list(preprocess_rows())}
    parts = [f' "made_with": "Pillow {PIL.__version__}, timm {timm.__version__}, torchvision {torchvision.__version__}"']
    for name, table in rows.items():
        parts.append(f' "{name}": [\n' + ",\n".join("  " + json.dumps(row) for row in table) + "\n ]")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
