"""Writes the golden figures of the blur corruptions; see common.py."""

from common import DRAW, HENDRYCKS, IMAGECORRUPTIONS, SET_SIZES, Golden, add_usual_cases, variant


def add_cases(golden, hendrycks_sets):
    """hendrycks' function at 224, its variants {parameter set: function} at the set's size, imagecorruptions' at 224, at
    a size that is no set's and at a larger one."""
    for content in DRAW:
        golden.add(getattr(HENDRYCKS, golden.name), "hendrycks", "imagenet", content, 224, 224)
        for parameter_set, function in hendrycks_sets.items():
            size = SET_SIZES[parameter_set]
            golden.add(function, "hendrycks", parameter_set, content, size, size)
        for height, width in [(224, 224), (37, 53), (240, 320)]:
            function = getattr(IMAGECORRUPTIONS, golden.name)
            golden.add(function, "imagecorruptions", "imagenet", content, height, width)
    golden.write()


def gaussian_blur():
    golden = Golden("gaussian_blur")
    sets = {
        "cifar": (0.4, 0.6, 0.7, 0.8, 1),
        "tiny": (0.5, 0.75, 1, 1.25, 1.5),
        "299": (1.5, 2.5, 3.5, 4.5, 6.5),
    }
    add_usual_cases(golden, sets)
    golden.write()


def defocus_blur():
    sets = {
        "cifar": ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)),
        "tiny": ((0.5, 0.6), (1, 0.1), (1.5, 0.1), (2.5, 0.01), (3, 0.1)),
        "299": ((4, 0.1), (5, 0.5), (7, 0.5), (10, 0.5), (12, 0.5)),
    }
    add_cases(Golden("defocus_blur"), {name: variant(HENDRYCKS.defocus_blur, table) for name, table in sets.items()})


def glass_blur():
    sets = {
        "cifar": ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)),
        "tiny": ((0.1, 1, 1), (0.5, 1, 1), (0.6, 1, 2), (0.7, 2, 1), (0.9, 2, 2)),
        "299": ((0.8, 1, 3), (1, 3, 1), (1.1, 2, 4), (1.2, 4, 2), (1.6, 5, 2)),
    }
    # hendrycks' loops end at 224.
    variants = {
        name: variant(HENDRYCKS.glass_blur, table, constants={224: SET_SIZES[name]}) for name, table in sets.items()
    }
    add_cases(Golden("glass_blur"), variants)


def motion_blur():
    sets = {
        "cifar": ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)),
        "tiny": ((10, 1), (10, 1.5), (10, 2), (10, 2.5), (12, 3)),
        "299": ((12, 4), (17, 6), (17, 9), (17, 13), (22, 16)),
    }
    add_cases(Golden("motion_blur"), {name: variant(HENDRYCKS.motion_blur, table) for name, table in sets.items()})


def zoom_blur():
    # cifar and tiny: every step .01, the last factors .05 apart. 299 has the table of 224.
    small = {1.11: 1.06, 1.16: 1.11, 1.21: 1.16, 1.26: 1.21, 1.31: 1.26, 0.02: 0.01, 0.03: 0.01}
    sets = {
        "cifar": variant(HENDRYCKS.zoom_blur, constants=small),
        "tiny": variant(HENDRYCKS.zoom_blur, constants=small),
        "299": HENDRYCKS.zoom_blur,
    }
    add_cases(Golden("zoom_blur"), sets)


if __name__ == "__main__":
    gaussian_blur()
    defocus_blur()
    glass_blur()
    motion_blur()
    zoom_blur()
