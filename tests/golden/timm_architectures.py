"""What timm's plain Vision Transformers are that their tensors do not show: writes timm_architectures.json beside this
file, a row for each architecture.

    pip install --no-deps timm==1.0.31 torchvision
    pip install huggingface_hub numpy safetensors pillow                                # beside torch
    python tests/golden/timm_architectures.py
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "parity"))
from common import declare_torchvision_operators  # noqa: E402

operators = declare_torchvision_operators()

import timm  # noqa: E402
import torch  # noqa: E402
from timm.layers import Mlp  # noqa: E402
from timm.models.deit import VisionTransformerDistilled  # noqa: E402
from timm.models.vision_transformer import Block, VisionTransformer  # noqa: E402

COLUMNS = ["heads", "width", "activation", "norm_eps", "pool"]


def activation_of(model):
    layer = model.blocks[0].mlp.act
    name = type(layer).__name__.lower()
    if name.startswith("gelu"):
        return "gelu_tanh" if name == "gelutanh" or getattr(layer, "approximate", "none") == "tanh" else "gelu"
    return {"quickgelu": "quick_gelu"}.get(name, name)


def row_of(name):
    """None for what is not a plain ViT with a class token or average pooling."""
    with torch.device("meta"):
        model = timm.create_model(name, num_classes=2)
    if type(model) not in (VisionTransformer, VisionTransformerDistilled) or type(model.blocks[0]) is not Block:
        return None
    if model.global_pool not in ("token", "avg") or model.pool_include_prefix or model.pos_embed is None:
        return None
    if not isinstance(model.norm if hasattr(model.norm, "eps") else model.fc_norm, torch.nn.LayerNorm):
        return None
    attention = model.blocks[0].attn
    if attention.num_heads * attention.head_dim != model.embed_dim or hasattr(model.patch_embed, "backbone"):
        return None
    eps = (model.norm if hasattr(model.norm, "eps") else model.fc_norm).eps
    return [attention.num_heads, model.embed_dim, activation_of(model), eps, model.global_pool]


if __name__ == "__main__":
    rows = {}
    for name in sorted(timm.list_models("vit*") + timm.list_models("deit*") + timm.list_models("eva_large*")
                       + timm.list_models("test_vit*")):
        try:
            row = row_of(name)
        except (AttributeError, RuntimeError, TypeError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        if row:
            rows[name] = row
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    text = f'{{"columns": {json.dumps(COLUMNS)}, "rows": {{\n{lines}\n}}}}\n'
    (pathlib.Path(__file__).parent / "timm_architectures.json").write_text(text)
    print(len(rows), "architectures")
