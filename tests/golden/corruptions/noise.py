"""Writes the golden figures of the noise corruptions; see common.py."""

from common import Golden, add_usual_cases


def gaussian_noise():
    golden = Golden("gaussian_noise")
    sets = {
        "cifar": (0.04, 0.06, 0.08, 0.09, 0.10),
        "tiny": (0.04, 0.08, 0.12, 0.15, 0.18),
        "299": (0.09, 0.13, 0.19, 0.27, 0.40),
    }
    add_usual_cases(golden, sets)
    golden.write()


if __name__ == "__main__":
    gaussian_noise()
