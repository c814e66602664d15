"""Checkpoints of every container, by the libraries that write them: writes checkpoints/ beside this file.

    pip install torch==2.13.0 numpy safetensors==0.8.0 huggingface_hub
    python tests/golden/checkpoints.py

checkpoints/expected.json says of each file which tensors a reader should list: type (safetensors' spelling), shape, and
the first digits of the SHA-256 of the values in row-major order. The files differ from run to run in nothing but what PyTorch draws anew
(its serialization id).
"""

import argparse
import collections
import hashlib
import json
import pathlib
import shutil
import warnings
import zipfile

import numpy
import torch
from huggingface_hub import save_torch_state_dict
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "checkpoints"
TYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint64: "U64", torch.uint32: "U32",
    torch.uint16: "U16", torch.uint8: "U8", torch.bool: "BOOL", torch.complex64: "C64", torch.complex128: "C128",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2", torch.float8_e4m3fnuz: "F8_E4M3FNUZ",
    torch.float8_e5m2fnuz: "F8_E5M2FNUZ", torch.float8_e8m0fnu: "F8_E8M0",
}
NUMPY_TYPES = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8", "u8": "U64",
               "u4": "U32", "u2": "U16", "u1": "U8", "b1": "BOOL", "c8": "C64", "V2": "BF16"}


class Stranger:
    """A class that no reader knows."""

    def __init__(self):
        self.level = 3


class AttributeDict(dict):
    """A dict of a class that no reader knows."""


class ScaledTensor(torch.Tensor):
    """A class derived from tensors."""


def describe(value):
    if isinstance(value, torch.Tensor):
        raw = value.detach().as_subclass(torch.Tensor).contiguous()
        data = raw.reshape(-1).view(torch.uint8).numpy().tobytes() if raw.numel() else b""
        kind, shape = TYPES[value.dtype], list(value.shape)
    else:
        data = numpy.ascontiguousarray(value).tobytes()
        kind, shape = NUMPY_TYPES[value.dtype.str[1:]], list(value.shape)
    return {"type": kind, "shape": shape, "sha256": hashlib.sha256(data).hexdigest()[:16]}


def network(seed):
    torch.manual_seed(seed)
    return torch.nn.Sequential(collections.OrderedDict(
        proj=torch.nn.Linear(3, 4), norm=torch.nn.BatchNorm1d(4), head=torch.nn.Linear(4, 2, bias=False)))


def training_checkpoint():
    """As DeiT's main.py saves: weights of a wrapped model, optimizer, scaler, moving average, the arguments."""
    model = network(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4)
    model(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    return {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(),
        "epoch": 299, "model_ema": network(2).state_dict(), "scaler": torch.amp.GradScaler("cpu").state_dict(),
        "args": argparse.Namespace(model="deit_tiny_patch16_224", lr=5e-4, drop=None, distributed=True, betas=[0.9]),
        "best_acc": numpy.float64(72.2), "history": numpy.arange(3.0), "when": collections.defaultdict(list, a=[1]),
    }


def all_types():
    numbers = torch.tensor([0.0, 1.0, 2.5, 96.0])
    return {str(dtype).removeprefix("torch."): (torch.tensor([1, 2, 4, 8], dtype=torch.uint8).view(dtype)
                                               if dtype == torch.float8_e8m0fnu else numbers.to(dtype))
            for dtype in TYPES}


def views():
    torch.manual_seed(3)
    base = torch.randn(6, 4)
    shared = torch.arange(12.0)
    return {
        "base": base, "transposed": base.t(), "rows": base[2:4], "column": base[:, 1], "every_other": base[::2, ::3],
        "permuted": torch.randn(2, 3, 4).permute(2, 0, 1), "first": shared[:6], "second": shared[6:], "again": shared,
        "expanded": torch.tensor([1.5, -2.0]).unsqueeze(1).expand(2, 3), "scalar": torch.tensor(0.25),
        "one_of_many": shared[7], "empty": torch.empty(0, 5), "empty_rows": base[3:3], "one": torch.ones(1, 1, 1),
    }


def parameters():
    torch.manual_seed(4)
    marked = torch.nn.Parameter(torch.randn(2))
    marked.no_weight_decay = True
    return {"plain": torch.nn.Parameter(torch.randn(2, 3)), "marked": marked,
            "fixed": torch.nn.Parameter(torch.randn(1), requires_grad=False),
            "derived": torch.randn(3).as_subclass(ScaledTensor)}


def arrays():
    generator = numpy.random.default_rng(5)
    return {"rows": generator.random((3, 4), dtype=numpy.float32), "columns": numpy.asfortranarray(generator.random((3, 2))),
            "half": generator.random(5).astype("f2"), "integers": numpy.arange(4, dtype="u2"),
            "empty": numpy.zeros((0, 3), "f4"), "scalar": numpy.array(2.5)}


def rewrite(path, change):
    """Packs a zip of torch.save's again, without alignment, each member as `change` gives it back."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            if (data := change(name, data)) is not None:
                archive.writestr(name, data)


class Goldens:
    def __init__(self):
        self.expected = {}

    def note(self, name, container, tensors, **more):
        self.expected[name] = {"container": container, "tensors": {key: describe(value) for key, value in tensors.items()},
                               **more}

    def torch(self, name, value, tensors, container="torch", protocol=2, **more):
        torch.save(value, FOLDER / name, pickle_protocol=protocol,
                   _use_new_zipfile_serialization=container == "torch")
        self.note(name, container, tensors, **more)


def torch_files(goldens):
    weights = network(1).state_dict()
    for protocol in (2, 3, 4, 5):
        goldens.torch(f"state_dict-p{protocol}.pth", weights, weights, protocol=protocol)
        goldens.torch(f"numpy-p{protocol}.pth", arrays() | {"bias": weights["proj.bias"]},
                      arrays() | {"bias": weights["proj.bias"]}, protocol=protocol)
    training = training_checkpoint()
    facts = {"epoch": "299", "args.model": "deit_tiny_patch16_224", "args.distributed": "true", "best_acc": "72.2"}
    for container in ("torch", "torch-legacy"):
        kind = container.removeprefix("torch")
        goldens.torch(f"training{kind}.pth", training, training["model"], container, metadata=facts,
                      ema={key: describe(value) for key, value in training["model_ema"].items()})
        goldens.torch(f"views{kind}.pth", views(), views(), container)
        goldens.torch(f"parameters{kind}.pth", parameters(), parameters(), container)
        goldens.torch(f"types{kind}.pth", all_types(), all_types(), container)
    # Not in the old format, which would put PyTorch's source code into the file.
    goldens.torch("module.pth", network(1), weights)
    goldens.torch("state_dict-legacy-p4.pth", weights, weights, "torch-legacy", protocol=4)
    goldens.torch("wrapped.pth", {"state_dict": {f"module._orig_mod.{key}": value for key, value in weights.items()}},
                  weights)
    goldens.torch("one-key.pth", {"w": torch.arange(3.0)}, {"w": torch.arange(3.0)})
    goldens.torch("net.pth", {"net": weights, "acc": 97.2, "epoch": 3, "optimizer": training["optimizer"]}, weights,
                  metadata={"acc": "97.2"})
    goldens.torch("ema-only.pth", {"state_dict_ema": weights, "epoch": 1}, weights)
    goldens.torch("nested.pth", {"encoder": {"w": torch.ones(2), "b": torch.zeros(1)}, "head": {"w": torch.ones(3)}},
                  {"encoder.w": torch.ones(2), "encoder.b": torch.zeros(1), "head.w": torch.ones(3)})
    circle = {"w": torch.ones(2)}
    circle["itself"] = circle
    goldens.torch("strangers.pth", {"model": circle | {"odd": Stranger(), "names": {"a", "b"}, "frozen": frozenset({1}),
                                                       "settings": AttributeDict(depth=2), "raw": b"\x00\xff",
                                                       "size": torch.Size([2, 3]), "dtype": torch.float16}},
                  {"w": torch.ones(2), "itself.w": torch.ones(2)}, unreadable=["odd", "settings"])


def archives(goldens):
    weights = {"w": torch.arange(4.0)}
    goldens.torch("no-byteorder.pth", weights, weights)
    rewrite(FOLDER / "no-byteorder.pth", lambda name, data: None if name.endswith("/byteorder") else data)
    goldens.torch("big-endian.pth", weights, {}, error="was written by a big-endian machine")
    rewrite(FOLDER / "big-endian.pth", lambda name, data: b"big" if name.endswith("/byteorder") else data)
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), FOLDER / "script.pt")
    goldens.note("script.pt", "torch", {}, error="is a TorchScript file")
    bfloat = torch.tensor([1.0, -2.5, 3.0], dtype=torch.bfloat16)
    named = {f"Transformer/{key}": value for key, value in arrays().items()}
    named["void"] = bfloat.view(torch.int16).numpy().view("V2")
    odd = {"big": numpy.arange(2, dtype=">f4"), "objects": numpy.array([None, 1], dtype=object)}
    for name, save in (("stored.npz", numpy.savez), ("compressed.npz", numpy.savez_compressed)):
        save(FOLDER / name, **named, **odd)
        goldens.note(name, "npz", named, unreadable=list(odd))


def safetensors_files(goldens):
    tensors = {key: value for key, value in all_types().items() if value.dtype != torch.complex128}
    tensors["scalar"], tensors["empty"] = torch.tensor(1.5), torch.zeros(0, 2)
    save_file(tensors, FOLDER / "types.safetensors", metadata={"format": "pt"})
    goldens.note("types.safetensors", "safetensors", tensors, metadata={"format": "pt"})
    torch.manual_seed(6)
    many = {f"blocks.{index}.weight": torch.randn(4, 2) for index in range(100)}
    for safe, name in ((True, "model.safetensors.index.json"), (False, "pytorch_model.bin.index.json")):
        save_torch_state_dict(many, FOLDER / "shards", max_shard_size=20 * 32, safe_serialization=safe)
        goldens.note(f"shards/{name}", "safetensors" if safe else "torch", many, files=5)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "shards").mkdir(parents=True)
    goldens = Goldens()
    torch_files(goldens)
    archives(goldens)
    safetensors_files(goldens)
    (FOLDER / "expected.json").write_text(json.dumps(goldens.expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
