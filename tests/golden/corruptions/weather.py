"""Writes the golden figures of the weather corruptions and of spatter; see common.py.

OpenCV's wheels carry Intel's IPP, whose cubic interpolation differs from OpenCV's own by a level in 3 % of values. The
portable one is asked for.
"""

import functools
import os
import re
import types

os.environ["OPENCV_IPP"] = "disabled"

import cv2
from common import DRAW, FLAVOURS, HENDRYCKS, IMAGECORRUPTIONS, SET_SIZES, Golden, add_usual_cases, variant


def fog():
    golden = Golden("fog")
    sets = {
        "cifar": (((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)), 32),
        "tiny": (((0.4, 3), (0.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)), 64),
        "299": (((1.5, 2), (2.0, 2), (2.5, 1.8), (2.5, 1.6), (3.0, 1.5)), 512),
    }
    for content in DRAW:
        for flavour, package in FLAVOURS.items():
            golden.add(package.fog, flavour, "imagenet", content, 224, 224)
        golden.add(IMAGECORRUPTIONS.fog, "imagecorruptions", "imagenet", content, 37, 53)
        golden.add(IMAGECORRUPTIONS.fog, "imagecorruptions", "imagenet", content, 299, 299)
        for name, (table, map_size) in sets.items():
            size = SET_SIZES[name]
            plasma = functools.partial(HENDRYCKS.plasma_fractal, map_size)
            function = variant(HENDRYCKS.fog, table, {224: size}, {"plasma_fractal": plasma})
            golden.add(function, "hendrycks", name, content, size, size)
    golden.write()


# Height and width of frost1 to frost5.
FROST_SIZES = [(600, 900), (315, 560), (315, 560), (350, 527), (495, 660)]


def read_texture(path, factor=1):
    """What cv2.imread gives in place of the packages' pictures, whose origin is not known: drawn ones, the same as in
    golden_test.cpp. make_cifar_c.py and make_tinyimagenet_c.py scale what they have read."""
    index = int(re.search(r"frost(\d)", path)[1]) - 1
    draw = DRAW["scene" if index % 2 == 0 else "texture"]
    texture = draw(*FROST_SIZES[index])[..., ::-1].copy()
    return texture if factor == 1 else cv2.resize(texture, (0, 0), fx=factor, fy=factor)


def frost():
    golden = Golden("frost")
    sets = {
        "cifar": (((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)), 0.2),
        "tiny": (((1, 0.3), (0.9, 0.4), (0.8, 0.45), (0.75, 0.5), (0.7, 0.55)), 0.3),
        "299": (((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)), 1),
    }

    def opencv(factor=1):
        reader = functools.partial(read_texture, factor=factor)
        return {"cv2": types.SimpleNamespace(imread=reader, resize=cv2.resize, INTER_CUBIC=cv2.INTER_CUBIC)}

    for content in DRAW:
        golden.add(variant(HENDRYCKS.frost, names=opencv()), "hendrycks", "imagenet", content, 224, 224)
        for name, (table, factor) in sets.items():
            size = SET_SIZES[name]
            function = variant(HENDRYCKS.frost, table, {224: size}, opencv(factor))
            golden.add(function, "hendrycks", name, content, size, size)
        # The last size is above every texture's.
        for height, width in [(224, 224), (37, 53), (610, 400)]:
            function = variant(IMAGECORRUPTIONS.frost, names=opencv())
            golden.add(function, "imagecorruptions", "imagenet", content, height, width)
    golden.write()


def spatter():
    golden = Golden("spatter")
    sets = {
        "cifar": (
            (0.62, 0.1, 0.7, 0.7, 0.5, 0),
            (0.65, 0.1, 0.8, 0.7, 0.5, 0),
            (0.65, 0.3, 1, 0.69, 0.5, 0),
            (0.65, 0.1, 0.7, 0.69, 0.6, 1),
            (0.65, 0.1, 0.5, 0.68, 0.6, 1),
        ),
        "tiny": (
            (0.62, 0.1, 0.7, 0.7, 0.6, 0),
            (0.65, 0.1, 0.8, 0.7, 0.6, 0),
            (0.65, 0.3, 1, 0.69, 0.6, 0),
            (0.65, 0.1, 0.7, 0.68, 0.6, 1),
            (0.65, 0.1, 0.5, 0.67, 0.6, 1),
        ),
        "299": (
            (0.65, 0.3, 4, 0.69, 0.9, 0),
            (0.65, 0.3, 3.5, 0.68, 0.9, 0),
            (0.65, 0.3, 3, 0.68, 0.8, 0),
            (0.65, 0.3, 1.2, 0.65, 1.8, 1),
            (0.67, 0.4, 1.2, 0.65, 1.8, 1),
        ),
    }
    add_usual_cases(golden, sets)
    for content in DRAW:
        golden.add(IMAGECORRUPTIONS.spatter, "imagecorruptions", "imagenet", content, 299, 400)
    golden.write()


if __name__ == "__main__":
    fog()
    frost()
    spatter()
