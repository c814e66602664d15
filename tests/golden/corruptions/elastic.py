"""Writes the golden figures of elastic_transform; see common.py."""

from common import DRAW, HENDRYCKS, IMAGECORRUPTIONS, SET_SIZES, Golden, variant

# Displacement, standard deviation and jitter in units of a side.
SETS = {
    "cifar": (32, ((0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03))),
    "tiny": (64, ((0, 0, 0.08), (0.05, 0.3, 0.06), (0.1, 0.08, 0.06), (0.1, 0.03, 0.03), (0.16, 0.03, 0.02))),
    "299": (360, ((2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02))),
}


def elastic_transform():
    golden = Golden("elastic_transform")
    for content in DRAW:
        for height, width in [(224, 224), (37, 53)]:
            golden.add(HENDRYCKS.elastic_transform, "hendrycks", "imagenet", content, height, width)
        for height, width in [(224, 224), (37, 53), (299, 400)]:
            golden.add(IMAGECORRUPTIONS.elastic_transform, "imagecorruptions", "imagenet", content, height, width)
        for name, (side, table) in SETS.items():
            table = [tuple(side * share for share in row) for row in table]
            function = variant(HENDRYCKS.elastic_transform, table)
            golden.add(function, "hendrycks", name, content, SET_SIZES[name], SET_SIZES[name])
    golden.write()


if __name__ == "__main__":
    elastic_transform()
