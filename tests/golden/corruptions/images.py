"""Writes images.json: SHA-256 of the drawn images that the references were given; see common.py."""

import json
import pathlib

from common import DRAW, sha256

SIZES = [(224, 224), (37, 53), (32, 32), (64, 64), (299, 299)]

if __name__ == "__main__":
    images = [
        {"content": content, "height": height, "width": width, "sha256": sha256(draw(height, width))}
        for content, draw in DRAW.items()
        for height, width in SIZES
    ]
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(images, indent=1) + "\n")
