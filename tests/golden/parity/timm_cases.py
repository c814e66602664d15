"""timm's Vision Transformers, DeiT and its distilled kind, DeiT-3, DINOv2 and CLIP towers, as timm and their authors
save them."""

import argparse

import numpy as np
import torch
from common import CLASSES, DEPTH, HEADS, MEAN, PATCH, SIZE, STD, WIDTH, randomise, write_case

import timm
from timm.models import save_for_hf
from timm.models.vision_transformer import (VisionTransformer, _convert_dinov2, _convert_openai_clip,
                                            checkpoint_filter_fn)

SHAPE = dict(img_size=SIZE, patch_size=PATCH, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, mlp_ratio=2.0)
GIVEN = {"mean": MEAN, "std": STD, "heads": HEADS}


def make(architecture, seed, **arguments):
    return randomise(timm.create_model(architecture, num_classes=CLASSES, **{**SHAPE, **arguments}), seed)


def saved_by_timm(model, **arguments):
    """timm's own writer: model.safetensors and config.json."""
    shape = {**SHAPE, **arguments}
    return lambda folder: save_for_hf(model, folder, model_args=shape, safe_serialization=True,
                                      model_config={"pretrained_cfg": {"mean": MEAN, "std": STD}})


def plain_cases():
    for seed, (name, architecture, arguments) in enumerate([
            ("timm_token", "vit_tiny_patch16_224", {}),
            ("timm_avg", "vit_tiny_patch16_224", dict(global_pool="avg", qkv_bias=False)),
            ("timm_avg_normed_first", "vit_tiny_patch16_224", dict(global_pool="avg", fc_norm=False,
                                                                   class_token=False)),
            ("timm_qk_norm", "vit_tiny_patch16_224", dict(qk_norm=True)),
            ("timm_no_embed_class", "vit_tiny_patch16_224", dict(no_embed_class=True, proj_bias=False)),
            ("timm_clip", "vit_base_patch16_clip_quickgelu_224", {}),
            ("timm_dinov2_registers", "vit_small_patch14_reg4_dinov2", {}),
            ("timm_dinov2_swiglu", "vit_giant_patch14_reg4_dinov2", {}),
    ]):
        model = make(architecture, 100 + seed, **arguments)
        write_case(name, model, saved_by_timm(model, **arguments), options={"mean": MEAN, "std": STD},
                   expect={"container": "safetensors", "dialect": "timm", "architecture": architecture})


def grey_case():
    model = make("vit_tiny_patch16_224", 120, in_chans=1)
    write_case("timm_grey", model, saved_by_timm(model, in_chans=1), mean=[0.3], std=[0.25],
               options={"mean": [0.3] * 3, "std": [0.25] * 3}, expect={"dialect": "timm"})


def training_checkpoints():
    """As training scripts save them: no config.json, the weights among other things."""
    model = make("deit_tiny_distilled_patch16_224", 130)
    everything = {"model": model.state_dict(), "epoch": 299, "args": argparse.Namespace(lr=1e-3, model="deit"),
                  "optimizer": {"state": {}, "param_groups": [{"lr": 1e-3}]}}
    write_case("deit_distilled", model, lambda folder: torch.save(everything, folder / "checkpoint.pth"),
               checkpoint="checkpoint.pth", options=GIVEN, expect={"container": "torch", "dialect": "timm"})

    model = make("deit3_small_patch16_224", 131)
    authors_names = {name.replace("ls1.gamma", "gamma_1").replace("ls2.gamma", "gamma_2"): value
                     for name, value in model.state_dict().items()}
    check_conversion(model, checkpoint_filter_fn(dict(authors_names), model, adapt_layer_scale=True))
    write_case("deit3", model,
               lambda folder: torch.save({"model": authors_names}, folder / "deit_3.pth",
                                         _use_new_zipfile_serialization=False),
               checkpoint="deit_3.pth", options=GIVEN, expect={"container": "torch-legacy", "dialect": "timm"})

    model = make("vit_tiny_patch16_224", 132)
    stale = {name: torch.zeros_like(value) for name, value in model.state_dict().items()}
    wrapped = {"module." + name: value for name, value in model.state_dict().items()}
    write_case("timm_ema", model,
               lambda folder: torch.save({"state_dict": stale, "state_dict_ema": wrapped}, folder / "model_best.pth.tar"),
               checkpoint="model_best.pth.tar", options={**GIVEN, "use_ema": True}, expect={"container": "torch"})


def other_image_size():
    """The position embedding of 12×12 pixels, in a network for 24×24."""
    small = make("vit_tiny_patch16_224", 140)
    large = make("vit_tiny_patch16_224", 141, img_size=24)
    large.load_state_dict(checkpoint_filter_fn(small.state_dict(), large))
    write_case("timm_resized", large, saved_by_timm(small), size=24,
               options={"mean": MEAN, "std": STD, "img_size": 24}, expect={"dialect": "timm"})


def check_conversion(model, converted):
    """That timm's own reader takes the names that were made here for this model."""
    expected = model.state_dict()
    assert sorted(converted) == sorted(expected), set(converted) ^ set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(converted[name], value, rtol=0, atol=1e-6)


def metas_dinov2(name, seed, architecture, swiglu):
    """DINOv2's own names: a position for the class token, register tokens without one, w12 and w3 in SwiGLU."""
    model = make(architecture, seed)
    saved = {}
    for key, value in model.state_dict().items():
        if swiglu:
            key = key.replace("mlp.fc1", "mlp.w12").replace("mlp.fc2", "mlp.w3")
        saved[key] = value.clone()
    saved["mask_token"] = torch.zeros(1, WIDTH)
    if "reg_token" in saved:
        saved["register_tokens"] = saved.pop("reg_token")
        # timm adds the two up in float32 when it converts: multiples of 1/256 leave nothing to round.
        saved["cls_token"] = (saved["cls_token"] * 256).round() / 256
        model.cls_token.data.copy_(saved["cls_token"])
        of_class_token = torch.full((1, 1, WIDTH), 0.125)
        saved["cls_token"] -= of_class_token
        saved["pos_embed"] = torch.cat([of_class_token, saved["pos_embed"]], dim=1)
    check_conversion(model, _convert_dinov2(dict(saved), model))
    write_case(name, model, lambda folder: torch.save(saved, folder / "dinov2.pth"), checkpoint="dinov2.pth",
               options=GIVEN, expect={"container": "torch", "dialect": "dinov2"})


def openclip():
    """An OpenCLIP model: the image tower under visual., with a head that classifies; the text tower beside it."""
    model = make("vit_base_patch16_clip_quickgelu_224", 160)
    with torch.no_grad():
        model.head.bias.zero_()
    names = [("patch_embed.proj", "conv1"), ("norm_pre", "ln_pre"), ("blocks.", "transformer.resblocks."),
             ("norm1", "ln_1"), ("norm2", "ln_2"), ("attn.qkv.", "attn.in_proj_"), ("attn.proj", "attn.out_proj"),
             ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj")]
    saved = {"text_projection": torch.zeros(4, 4), "logit_scale": torch.tensor(4.6),
             "transformer.resblocks.0.ln_1.weight": torch.ones(4)}
    for key, value in model.state_dict().items():
        if key == "head.bias":
            continue
        for ours, theirs in names:
            key = key.replace(ours, theirs)
        key = {"cls_token": "class_embedding", "pos_embed": "positional_embedding", "norm.weight": "ln_post.weight",
               "norm.bias": "ln_post.bias", "head.weight": "proj"}.get(key, key)
        if key in ("class_embedding", "positional_embedding"):
            value = value.flatten(0, -2).squeeze(0)
        if key == "proj":
            value = value.t().contiguous()
        saved["visual." + key] = value
    check_conversion(model, _convert_openai_clip(saved, model))
    write_case("openclip", model, lambda folder: torch.save(saved, folder / "open_clip_pytorch_model.bin"),
               checkpoint="open_clip_pytorch_model.bin", options={**GIVEN, "activation": "quick_gelu"},
               expect={"container": "torch", "dialect": "openclip"})


def key_map():
    """A network of somebody's own names, which a file of regular expressions explains."""
    model = make("vit_tiny_patch16_224", 170)
    names = [("blocks.", "stages.main.unit"), ("attn.qkv", "mixer.joint"), ("attn.proj", "mixer.out"),
             ("mlp.fc", "feed.dense"), ("patch_embed.proj", "stem"), ("cls_token", "query_token"),
             ("pos_embed", "places"), ("head", "readout")]
    saved = {}
    for key, value in model.state_dict().items():
        for ours, theirs in names:
            key = key.replace(ours, theirs)
        saved["net." + key] = value
    saved["net.readout_auxiliary.weight"] = torch.zeros(3, WIDTH)

    def save(folder):
        torch.save(saved, folder / "net.pt")
        (folder / "names.txt").write_text(
            "# names of the training script → timm's\n^net\\. →\n^stages\\.main\\.unit → blocks.\n"
            "mixer\\.joint → attn.qkv\nmixer\\.out → attn.proj\nfeed\\.dense → mlp.fc\n^stem → patch_embed.proj\n"
            "^query_token$ → cls_token\n^places$ → pos_embed\n^readout\\. -> head.\n^readout_auxiliary.* ->\n")

    write_case("key_map", model, save, checkpoint="net.pt", options={**GIVEN, "key_map": "names.txt"},
               expect={"dialect": "timm"})


# The layouts of Google's release: kernels [in, out], attention kernels [in, heads, width] and [heads, width, out].
def jax_arrays(model, stacked):
    state = {key: value.detach().numpy() for key, value in model.state_dict().items()}
    attention, mlp, second = (("0", "0", "1") if stacked else ("1", "3", "2"))
    arrays = {"embedding/kernel": state["patch_embed.proj.weight"].transpose(2, 3, 1, 0),
              "embedding/bias": state["patch_embed.proj.bias"], "cls": state["cls_token"],
              ("pos_embedding" if stacked else "Transformer/posembed_input/pos_embedding"): state["pos_embed"],
              "Transformer/encoder_norm/scale": state["norm.weight"],
              "Transformer/encoder_norm/bias": state["norm.bias"],
              "head/kernel": state["head.weight"].T, "head/bias": state["head.bias"]}
    blocks = []
    for i in range(DEPTH):
        of = lambda name: state[f"blocks.{i}.{name}"]  # noqa: E731, B023
        block = {"LayerNorm_0/scale": of("norm1.weight"), "LayerNorm_0/bias": of("norm1.bias"),
                 f"LayerNorm_{second}/scale": of("norm2.weight"), f"LayerNorm_{second}/bias": of("norm2.bias")}
        head = WIDTH // HEADS
        for j, part in enumerate(("query", "key", "value")):
            rows = slice(j * WIDTH, (j + 1) * WIDTH)
            name = f"MultiHeadDotProductAttention_{attention}/{part}"
            block[f"{name}/kernel"] = of("attn.qkv.weight")[rows].T.reshape(WIDTH, HEADS, head)
            block[f"{name}/bias"] = of("attn.qkv.bias")[rows].reshape(HEADS, head)
        name = f"MultiHeadDotProductAttention_{attention}/out"
        block[f"{name}/kernel"] = of("attn.proj.weight").T.reshape(HEADS, head, WIDTH)
        block[f"{name}/bias"] = of("attn.proj.bias")
        for j in range(2):
            block[f"MlpBlock_{mlp}/Dense_{j}/kernel"] = of(f"mlp.fc{j + 1}.weight").T
            block[f"MlpBlock_{mlp}/Dense_{j}/bias"] = of(f"mlp.fc{j + 1}.bias")
        blocks.append(block)
    for key in blocks[0]:
        if stacked:
            arrays[f"Transformer/encoderblock/{key}"] = np.stack([block[key] for block in blocks])
        else:
            for i, block in enumerate(blocks):
                arrays[f"Transformer/encoderblock_{i}/{key}"] = block[key]
    prefix = "params/" if stacked else ""
    return {prefix + key: np.ascontiguousarray(value) for key, value in arrays.items()}


def jax_cases():
    for seed, (name, stacked) in enumerate([("jax", False), ("jax_big_vision", True)]):
        model = make("vit_tiny_patch16_224", 180 + seed)

        def save(folder):
            (np.savez_compressed if stacked else np.savez)(folder / "weights.npz", **jax_arrays(model, stacked))
            read_back = VisionTransformer(num_classes=CLASSES, **SHAPE)
            read_back.load_pretrained(str(folder / "weights.npz"))
            check_conversion(model, read_back.state_dict())

        # Attention kernels carry the number of heads in their shape.
        write_case(name, model, save, checkpoint="weights.npz", options={"mean": MEAN, "std": STD},
                   expect={"container": "npz", "dialect": "jax"})


def write_all():
    plain_cases()
    grey_case()
    training_checkpoints()
    other_image_size()
    metas_dinov2("dinov2_registers", 150, "vit_small_patch14_reg4_dinov2", swiglu=False)
    metas_dinov2("dinov2_swiglu", 151, "vit_giant_patch14_dinov2", swiglu=True)
    openclip()
    key_map()
    jax_cases()
