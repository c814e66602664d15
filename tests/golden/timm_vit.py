"""Golden figures of the network, by timm: writes timm_vit/<variant>/ beside this file.

    pip install --no-deps timm==1.0.31 torchvision
    pip install huggingface_hub numpy safetensors pillow                                # beside torch
    python tests/golden/timm_vit.py

Each variant is a tiny timm Vision Transformer with random weights, saved by timm itself (model.safetensors,
config.json), and reference.safetensors: an image in [0,1], its label, and timm's logits and the gradient of the summed
cross-entropy with respect to the image, both computed in float64.
"""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "parity"))
from common import declare_torchvision_operators  # noqa: E402

operators = declare_torchvision_operators()

import timm  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from timm.models import save_for_hf  # noqa: E402

VARIANTS = {
    "token": dict(img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=2),
    "avg": dict(img_size=[16, 24], patch_size=8, embed_dim=12, depth=1, num_heads=3, mlp_ratio=2.0,
                global_pool="avg", qkv_bias=False, act_layer="gelu_tanh"),
}
MEAN, STD = [0.48, 0.46, 0.41], [0.23, 0.22, 0.225]


def write(name, arguments, folder):
    torch.manual_seed(20240600 + len(name))
    model = timm.create_model("vit_tiny_patch16_224", num_classes=5, **arguments).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
    save_for_hf(model, folder, model_args=arguments, data_config={"mean": MEAN, "std": STD}, safe_serialization=True)

    height, width = model.patch_embed.img_size
    images = torch.rand(1, 3, height, width)
    labels = torch.tensor([3])
    x = images.double().requires_grad_()
    mean, std = (torch.tensor(v, dtype=torch.float64).view(1, 3, 1, 1) for v in (MEAN, STD))
    logits = model.double()((x - mean) / std)
    torch.nn.functional.cross_entropy(logits, labels, reduction="sum").backward()
    save_file({"images": images, "labels": labels, "logits": logits.detach(), "gradient": x.grad},
              folder / "reference.safetensors")


if __name__ == "__main__":
    for name, arguments in VARIANTS.items():
        target = pathlib.Path(__file__).parent / "timm_vit" / name
        target.mkdir(parents=True, exist_ok=True)
        write(name, arguments, target)
