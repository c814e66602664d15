"""Writes the golden figures of the digital corruptions and of those that work in HSV; see common.py."""

from common import DRAW, HENDRYCKS, IMAGECORRUPTIONS, SET_SIZES, Golden, add_usual_cases, variant


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


def contrast():
    golden = Golden("contrast")
    sets = {
        "cifar": (0.75, 0.5, 0.4, 0.3, 0.15),
        "tiny": (0.4, 0.3, 0.2, 0.1, 0.05),
        "299": (0.4, 0.3, 0.2, 0.1, 0.05),
    }
    add_usual_cases(golden, sets)
    golden.write()


def saturate():
    golden = Golden("saturate")
    sets = {
        "cifar": ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)),
        "tiny": ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (30, 0.2)),
        "299": ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)),
    }
    add_usual_cases(golden, sets)
    golden.write()


def pixelate():
    golden = Golden("pixelate")
    own = (0.6, 0.5, 0.4, 0.3, 0.25)
    sets = {
        "cifar": (0.95, 0.9, 0.85, 0.75, 0.65),
        "tiny": (0.9, 0.8, 0.7, 0.6, 0.5),
        "299": (0.5, 0.4, 0.3, 0.25, 0.2),
    }
    for content in DRAW:
        for height, width in [(224, 224), (37, 53), (500, 333), (45, 130)]:
            golden.add(IMAGECORRUPTIONS.pixelate, "imagecorruptions", "imagenet", content, height, width)
        # Sizes at which the two ways to enlarge differ are among them.
        for parameter_set, table, sizes in [("imagenet", own, (48, 130, 224))] + [
            (name, table, (SET_SIZES[name],)) for name, table in sets.items()
        ]:
            for size in sizes:
                function = variant(HENDRYCKS.pixelate, table=table, constants={224: size, (224, 224): (size, size)})
                golden.add(function, "hendrycks", parameter_set, content, size, size)
    golden.write()


if __name__ == "__main__":
    brightness()
    jpeg_compression()
    contrast()
    saturate()
    pixelate()
