"""Writes the golden figures of the weather corruptions; see common.py."""

import functools

from common import DRAW, FLAVOURS, HENDRYCKS, IMAGECORRUPTIONS, SET_SIZES, Golden, variant


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


if __name__ == "__main__":
    fog()
