"""Writes the golden figures of the noise corruptions; see common.py."""

import numpy as np
from common import SEED, Golden, add_usual_cases


def gaussian_noise():
    golden = Golden("gaussian_noise")
    sets = {
        "cifar": (0.04, 0.06, 0.08, 0.09, 0.10),
        "tiny": (0.04, 0.08, 0.12, 0.15, 0.18),
        "299": (0.09, 0.13, 0.19, 0.27, 0.40),
    }
    add_usual_cases(golden, sets)
    golden.write()


def shot_noise():
    golden = Golden("shot_noise")
    sets = {
        "cifar": (500, 250, 100, 75, 50),
        "tiny": (250, 100, 50, 30, 15),
        "299": (50, 20, 10, 5, 3),
    }
    add_usual_cases(golden, sets)
    golden.write()


def impulse_noise():
    """scikit-image 0.13 drew from numpy's global generator, the present one asks for a new one at every call."""
    np.random.default_rng = lambda seed=None: np.random.RandomState(SEED)
    golden = Golden("impulse_noise")
    sets = {
        "cifar": (0.01, 0.02, 0.03, 0.05, 0.07),
        "tiny": (0.01, 0.02, 0.05, 0.08, 0.14),
        "299": (0.04, 0.07, 0.10, 0.18, 0.28),
    }
    add_usual_cases(golden, sets)
    golden.write()


def speckle_noise():
    golden = Golden("speckle_noise")
    sets = {
        "cifar": (0.06, 0.1, 0.12, 0.16, 0.2),
        "tiny": (0.15, 0.2, 0.25, 0.3, 0.35),
        "299": (0.16, 0.21, 0.36, 0.46, 0.61),
    }
    add_usual_cases(golden, sets)
    golden.write()


if __name__ == "__main__":
    gaussian_noise()
    shot_noise()
    impulse_noise()
    speckle_noise()
