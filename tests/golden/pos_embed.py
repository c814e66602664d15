"""Resampled position embeddings, by timm: writes pos_embed.json beside this file.

    pip install --no-deps timm==1.0.31 torchvision
    pip install huggingface_hub numpy safetensors pillow                                # beside torch
    python tests/golden/pos_embed.py

Each case has the old and the new grid, the number of prefix positions, an embedding and what
timm.layers.resample_abs_pos_embed makes of it.
"""

import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from timm_vit import operators  # noqa: E402, F401  (declares torchvision's operators before timm imports it)

from timm.layers import resample_abs_pos_embed  # noqa: E402

CASES = [((4, 4), (7, 7), 1), ((6, 6), (4, 4), 2), ((3, 5), (6, 4), 0), ((4, 4), (4, 6), 1), ((5, 5), (2, 3), 5)]
WIDTH = 3


def main():
    torch.manual_seed(20260600)
    cases = []
    for old, new, prefix in CASES:
        embedding = torch.randn(1, prefix + old[0] * old[1], WIDTH)
        resampled = resample_abs_pos_embed(embedding, list(new), list(old), num_prefix_tokens=prefix)
        cases.append({"old": old, "new": new, "prefix": prefix, "width": WIDTH,
                      "embedding": embedding.flatten().tolist(), "resampled": resampled.flatten().tolist()})
    path = pathlib.Path(__file__).with_name("pos_embed.json")
    path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
