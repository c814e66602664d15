"""Writes a Vision Transformer of random weights, for bench/network_speed and `attacks.py --predicted-labels`.

    venv/bin/python bench/peers/random_checkpoint.py FOLDER [--embed-dim 384 --heads 6 …]

The defaults are the shape of ViT-S/16 at 224 pixels; ViT-Ti/16 is `--embed-dim 192 --heads 3`. Weights are normal with the
standard deviation of Glorot's initialisation, from the seed. The environment is that of attacks.py.
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import save_file


def weights(options):
    width, hidden = options.embed_dim, 4 * options.embed_dim
    tokens = (options.img_size // options.patch_size) ** 2 + 1
    generator = torch.Generator().manual_seed(options.seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator) * (2 / (shape[0] + math.prod(shape[1:]))) ** 0.5

    def layer(name, *shape):
        yield name + ".weight", draw(*shape)
        yield name + ".bias", torch.zeros(shape[0])

    def norm(name):
        yield name + ".weight", torch.ones(width)
        yield name + ".bias", torch.zeros(width)

    yield from layer("patch_embed.proj", width, 3, options.patch_size, options.patch_size)
    yield "cls_token", 0.02 * torch.randn((1, 1, width), generator=generator)
    yield "pos_embed", 0.02 * torch.randn((1, tokens, width), generator=generator)
    for index in range(options.depth):
        block = f"blocks.{index}."
        yield from norm(block + "norm1")
        yield from layer(block + "attn.qkv", 3 * width, width)
        yield from layer(block + "attn.proj", width, width)
        yield from norm(block + "norm2")
        yield from layer(block + "mlp.fc1", hidden, width)
        yield from layer(block + "mlp.fc2", width, hidden)
    yield from norm("norm")
    yield from layer("head", options.classes, width)


def config(options):
    size = options.img_size
    return {
        "num_classes": options.classes,
        "global_pool": "token",
        "attention": options.attention,
        "model_args": {
            "img_size": [size, size],
            "patch_size": options.patch_size,
            "embed_dim": options.embed_dim,
            "depth": options.depth,
            "num_heads": options.heads,
            "mlp_ratio": 4.0,
            "qkv_bias": True,
            "class_token": True,
            "global_pool": "token",
            "fc_norm": False,
        },
        "pretrained_cfg": {
            "input_size": [3, size, size],
            "fixed_input_size": True,
            "interpolation": "bicubic",
            "crop_pct": 1.0,
            "crop_mode": "center",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "num_classes": options.classes,
            "first_conv": "patch_embed.proj",
            "classifier": "head",
        },
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    for name, value in {"img-size": 224, "patch-size": 16, "embed-dim": 384, "depth": 12, "heads": 6, "classes": 1000, "seed": 0}.items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--attention", default="standard", choices=["standard", "quest"])
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights(options)), options.folder / "model.safetensors")
    (options.folder / "config.json").write_text(json.dumps(config(options), indent=1) + "\n")


if __name__ == "__main__":
    main()
