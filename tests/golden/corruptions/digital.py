"""Writes the golden figures of the digital corruptions and of those that work in HSV; see common.py."""

from common import Golden, add_usual_cases


def brightness():
    golden = Golden("brightness")
    sets = {
        "cifar": (0.05, 0.1, 0.15, 0.2, 0.3),
        "tiny": (0.1, 0.2, 0.3, 0.4, 0.5),
        "299": (0.1, 0.2, 0.3, 0.4, 0.5),
    }
    add_usual_cases(golden, sets)
    golden.write()


def jpeg_compression():
    golden = Golden("jpeg_compression")
    sets = {
        "cifar": (80, 65, 58, 50, 40),
        "tiny": (65, 58, 50, 40, 25),
        "299": (23, 16, 13, 8, 5),
    }
    add_usual_cases(golden, sets)
    golden.write()


if __name__ == "__main__":
    brightness()
    jpeg_compression()
