"""Writes the golden figures of the corruptions of ImageNet-C-bar and CIFAR-10-C-bar; see common.py.

    git clone https://github.com/facebookresearch/augmentation-corruption
    venv-corruptions/bin/python tests/golden/corruptions/cbar.py --repository augmentation-corruption [name...]

The classes of imagenet_c_bar/corrupt.py, which made the published files, draw square images of any side. They call
Python for every pixel: minutes. The figures of perlin_noise were made with the generator of
experiments/overlap/augmentations/utils/noise.py in the place of imagenet_c_bar/utils/perlin_noise.py.
"""

import argparse
import csv
import pathlib
import sys

import numpy as np
from common import DRAW, Golden

# The levels of each set, and its size.
SETS = {"imagenet": ("imagenet_c_bar.csv", 224), "cifar": ("cifar10_c_bar.csv", 32)}
# At which parameters scale with the side; odd ones have another spectrum.
OTHER_SIDES = {"imagenet": (20, 37, 64), "cifar": (21, 45, 224)}


def read_levels(folder):
    """{name: {set: its five levels}}"""
    levels = {}
    for parameter_set, (file, _) in SETS.items():
        with open(folder / file) as lines:
            for name, *values in csv.reader(lines):
                levels.setdefault(name, {})[parameter_set] = [float(value) for value in values]
    return levels


def write(transform, levels):
    golden = Golden(transform.name, references="facebookresearch/augmentation-corruption @c7d90e3")
    for parameter_set, values in levels.items():
        for side in (SETS[parameter_set][1], *OTHER_SIDES[parameter_set]):
            for content in DRAW:

                def corrupt(image, severity, side=side, values=values):
                    return transform(severity=values[severity - 1], im_size=side)(np.array(image))

                golden.add(corrupt, "hendrycks", parameter_set, content, side, side)
    golden.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=pathlib.Path, required=True, help="a checkout of the reference")
    parser.add_argument("names", nargs="*", help="the corruptions to write; all without it")
    arguments = parser.parse_args()
    folder = arguments.repository / "imagenet_c_bar"
    sys.path.insert(0, str(folder))
    np.int = int  # removed from numpy 1.24; the reference was written for 1.19
    import corrupt

    transforms = {transform.name: transform for transform in corrupt.Transform.__subclasses__()}
    for name, levels in read_levels(folder).items():
        if not arguments.names or name in arguments.names:
            write(transforms[name], levels)


if __name__ == "__main__":
    main()
