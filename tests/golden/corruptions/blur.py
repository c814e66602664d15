"""Writes the golden figures of the blur corruptions; see common.py."""

from common import Golden, add_usual_cases


def gaussian_blur():
    golden = Golden("gaussian_blur")
    sets = {
        "cifar": (0.4, 0.6, 0.7, 0.8, 1),
        "tiny": (0.5, 0.75, 1, 1.25, 1.5),
        "299": (1.5, 2.5, 3.5, 4.5, 6.5),
    }
    add_usual_cases(golden, sets)
    golden.write()


if __name__ == "__main__":
    gaussian_blur()
