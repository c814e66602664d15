"""Writes corruptions.json: SHA-256 of the pixels that the reference implementation of the corruptions gives.

The reference is `imagenet-c` 0.0.3, the functions of hendrycks/robustness for 224-pixel images, in the older world
that it needs (Python 3.10, Debian 12):

    sudo apt-get install libmagickwand-6.q16-6
    python3.10 -m venv venv-corruptions
    venv-corruptions/bin/pip install numpy==1.26.4 scikit-image==0.19.3 'scipy<1.14' numba==0.60.0 \
        opencv-python-headless==4.10.0.84 'Pillow<11' 'setuptools<81' Wand
    venv-corruptions/bin/pip install --no-deps imagenet-c==0.0.3
    venv-corruptions/bin/python tests/golden/corruptions.py

The package knows only the ImageNet parameters. For the other sets (make_cifar_c.py, make_tinyimagenet_c.py,
make_imagenet_c_inception.py of hendrycks/robustness @8190fe3, which are scripts and not importable) the same library
calls are made here with the parameter left free, and the script checks that with the ImageNet parameters they give
what the package gives.

numpy's exponential depends on the processor (with AVX-512 it is less exact than the C library's), and with it the
kernel of gaussian_blur by a bit, and the flat regions of its images by a level. The portable one is asked for.
"""

import hashlib
import io
import json
import os
import pathlib
import warnings

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import imagenet_c
import numpy as np
import PIL
import scipy
import skimage
from PIL import Image, features
from skimage.filters import gaussian

warnings.simplefilter("ignore")

SEED = 0
PARAMETERS = {
    "gaussian_noise": {
        "imagenet": [0.08, 0.12, 0.18, 0.26, 0.38],
        "cifar": [0.04, 0.06, 0.08, 0.09, 0.10],
        "tiny": [0.04, 0.08, 0.12, 0.15, 0.18],
        "299": [0.09, 0.13, 0.19, 0.27, 0.40],
    },
    "brightness": {
        "imagenet": [0.1, 0.2, 0.3, 0.4, 0.5],
        "cifar": [0.05, 0.1, 0.15, 0.2, 0.3],
        "tiny": [0.1, 0.2, 0.3, 0.4, 0.5],
        "299": [0.1, 0.2, 0.3, 0.4, 0.5],
    },
    "jpeg_compression": {
        "imagenet": [25, 18, 15, 10, 7],
        "cifar": [80, 65, 58, 50, 40],
        "tiny": [65, 58, 50, 40, 25],
        "299": [23, 16, 13, 8, 5],
    },
    "gaussian_blur": {
        "imagenet": [1, 2, 3, 4, 6],
        "cifar": [0.4, 0.6, 0.7, 0.8, 1],
        "tiny": [0.5, 0.75, 1, 1.25, 1.5],
        "299": [1.5, 2.5, 3.5, 4.5, 6.5],
    },
}
SIZES = [
    ("imagenet", 224, 224),
    ("imagenet", 37, 53),
    ("cifar", 32, 32),
    ("tiny", 64, 64),
    ("299", 299, 299),
]


def gaussian_noise(image, sigma):
    return np.clip(image / 255.0 + np.random.normal(size=image.shape, scale=sigma), 0, 1) * 255


def brightness(image, offset):
    hsv = skimage.color.rgb2hsv(image / 255.0)
    hsv[:, :, 2] = np.clip(hsv[:, :, 2] + offset, 0, 1)
    return np.clip(skimage.color.hsv2rgb(hsv), 0, 1) * 255


def jpeg_compression(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def gaussian_blur(image, sigma):
    return np.clip(gaussian(image / 255.0, sigma=sigma, multichannel=True), 0, 1) * 255


def draw_texture(height, width):
    """Fine detail in every channel; the same integers as in tests/corruptions/test_images.cpp."""
    y, x, c = np.indices((height, width, 3))
    return ((7 * y * y + 13 * x + x * y + 53 * c) % 256).astype(np.uint8)


def draw_scene(height, width):
    """Gradients, flat shapes, stripes, black and white; the same integers as in tests/corruptions/test_images.cpp."""
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


def corrupt(name, image, parameter):
    np.random.seed(SEED)
    return np.uint8(globals()[name](image, parameter))


def check_against_package(name, image, severity, expected):
    np.random.seed(SEED)
    reference = imagenet_c.corrupt(image, severity=severity, corruption_name=name)
    assert np.array_equal(reference, expected), f"{name} severity {severity} is not what the package gives"


def sha256(pixels):
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def main():
    images, cases = [], []
    for content, draw in (("texture", draw_texture), ("scene", draw_scene)):
        for parameter_set, height, width in SIZES:
            image = draw(height, width)
            images.append({"content": content, "height": height, "width": width, "sha256": sha256(image)})
            for name, sets in PARAMETERS.items():
                outputs = [corrupt(name, image, parameter) for parameter in sets[parameter_set]]
                if parameter_set == "imagenet":
                    for i, output in enumerate(outputs):
                        check_against_package(name, image, i + 1, output)
                cases.append(
                    {
                        "corruption": name,
                        "set": parameter_set,
                        "content": content,
                        "height": height,
                        "width": width,
                        "sha256": [sha256(output) for output in outputs],
                    }
                )
    golden = {
        "made_by": "tests/golden/corruptions.py",
        "reference": "imagenet-c 0.0.3 (hendrycks/robustness)",
        "versions": {
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-image": skimage.__version__,
            "Pillow": PIL.__version__,
            "libjpeg-turbo": features.version("libjpeg_turbo"),
        },
        "seed": SEED,
        "images": images,
        "cases": cases,
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, indent=1) + "\n")
    print(f"{path}: {len(cases)} cases of 5 severities")


if __name__ == "__main__":
    main()
