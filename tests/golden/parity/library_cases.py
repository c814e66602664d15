"""Vision Transformers of transformers, torchvision and vit-pytorch, as those libraries save them."""

import importlib
import sys

import torch
from common import CLASSES, DEPTH, HEADS, HERE, HIDDEN, MEAN, PATCH, SIZE, STD, WIDTH, randomise, write_case

GIVEN = {"mean": MEAN, "std": STD, "heads": HEADS}


def huggingface_cases():
    from transformers import (DeiTConfig, DeiTForImageClassification, DeiTForImageClassificationWithTeacher, ViTConfig,
                              ViTForImageClassification, ViTImageProcessor)
    shape = dict(hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS, intermediate_size=HIDDEN,
                 image_size=SIZE, patch_size=PATCH, num_labels=CLASSES, attn_implementation="sdpa")
    processor = ViTImageProcessor(size={"height": SIZE, "width": SIZE}, image_mean=MEAN, image_std=STD)
    logits = lambda model, x: model(x).logits  # noqa: E731
    expect = {"dialect": "huggingface"}

    def case(name, model, save, **more):
        def save_all(folder):
            save(model, folder)
            processor.save_pretrained(folder)
        write_case(name, model, save_all, forward=logits, **more)

    def in_memory_names(model, folder):
        """A state_dict beside the configuration: the names that transformers 5 has in memory."""
        model.config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")

    vit = lambda seed, **more: randomise(ViTForImageClassification(ViTConfig(**shape, **more)), seed)  # noqa: E731
    saved = lambda model, folder: model.save_pretrained(folder)  # noqa: E731
    case("hf_vit", vit(200), saved, expect={**expect, "container": "safetensors"})
    case("hf_vit_shards", vit(201, hidden_act="gelu_new", qkv_bias=False, layer_norm_eps=1e-6),
         lambda model, folder: model.save_pretrained(folder, max_shard_size="8KB"),
         expect={**expect, "container": "safetensors"})
    case("hf_vit_in_memory", vit(202), in_memory_names, expect={**expect, "container": "torch"})
    deit = randomise(DeiTForImageClassification(DeiTConfig(**shape)), 203)
    case("hf_deit", deit, saved, expect=expect)
    deit = randomise(DeiTForImageClassificationWithTeacher(DeiTConfig(**shape)), 204)
    case("hf_deit_teacher", deit, saved, expect=expect)
    case("hf_deit_in_memory", deit, in_memory_names, expect=expect)


def torchvision_cases():
    from torchvision.models import VisionTransformer
    make = lambda: VisionTransformer(image_size=SIZE, patch_size=PATCH, num_layers=DEPTH, num_heads=HEADS,  # noqa: E731
                                     hidden_dim=WIDTH, mlp_dim=HIDDEN, num_classes=CLASSES)
    model = randomise(make(), 210)
    expect = {"container": "torch", "dialect": "torchvision"}
    write_case("torchvision", model, lambda folder: torch.save(model.state_dict(), folder / "vit.pth"),
               checkpoint="vit.pth", options=GIVEN, expect=expect)

    model = randomise(make(), 211)
    older = {key.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): value
             for key, value in model.state_dict().items()}
    older_state = type(model.state_dict())(older)
    older_state._metadata = {"": {"version": 1}}
    read_back = make()
    read_back.load_state_dict(older_state)  # torchvision itself reads the names of its first versions
    for key, value in model.state_dict().items():
        assert torch.equal(read_back.state_dict()[key], value)
    write_case("torchvision_older", model, lambda folder: torch.save(older, folder / "vit.pth"), checkpoint="vit.pth",
               options=GIVEN, expect=expect)


def vit_pytorch(folder):
    """The library from `folder`, or the installed one."""
    for name in [name for name in sys.modules if name.split(".")[0] == "vit_pytorch"]:
        del sys.modules[name]
    if folder:
        sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("vit_pytorch.vit")
    finally:
        if folder:
            sys.path.remove(str(folder))


def vit_pytorch_cases(older_folder):
    shape = dict(image_size=SIZE, patch_size=PATCH, num_classes=CLASSES, dim=WIDTH, depth=DEPTH, mlp_dim=HIDDEN)
    for seed, (name, folder, more, channels, heads) in enumerate([
            ("vit_pytorch", None, dict(heads=3, dim_head=8), 3, {"heads": 3}),
            ("vit_pytorch_mean", None, dict(heads=2, dim_head=8, pool="mean"), 3, {"heads": 2}),
            ("vit_pytorch_older", older_folder, dict(heads=1, channels=1), 1, {}),
    ]):
        model = randomise(vit_pytorch(folder).ViT(**shape, **more), 220 + seed)
        write_case(name, model, lambda folder: torch.save(model.state_dict(), folder / "vit.pt"), checkpoint="vit.pt",
                   mean=MEAN[:channels], std=STD[:channels],
                   options={"mean": MEAN if channels == 3 else MEAN[:1] * 3, "std": STD if channels == 3 else STD[:1] * 3,
                            **heads},
                   expect={"container": "torch", "dialect": "vit-pytorch"})


def write_all(older_folder):
    huggingface_cases()
    torchvision_cases()
    vit_pytorch_cases(older_folder)
    assert (HERE / "vit_pytorch").is_dir()
