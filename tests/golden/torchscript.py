"""TorchScript files for tests/models/torchscript_test.cpp: writes torchscript/<name>.pt beside this file.

    pip install torch numpy
    python tests/golden/torchscript.py

`tiny` is a scripted network of 8×8 images with batch norm and dropout, which only evaluation mode makes a function of
its input; tiny.json has an image, its logits and the gradient of logit 1, computed in float64. `attention` holds
PyTorch's multi-head attention, which computes by other kernels when no gradient is wanted. The others each break one
thing that a classifier promises.
"""

import io
import json
import pathlib
import zipfile

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "torchscript"


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4 * 4 * 4, 3)

    def features(self, x):
        return self.drop(torch.tanh(self.norm(self.stem(x)))).flatten(1)

    def forward(self, x):
        return self.head(self.features(x))


class Attention(Tiny):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)

    def forward(self, x):
        tokens = self.norm(self.stem(x)).flatten(2).transpose(1, 2)
        return self.head(self.layer(tokens).flatten(1))


class Tuple(Tiny):
    def forward(self, x):
        features = self.features(x)
        return self.head(features), features


class Dict(Tiny):
    def forward(self, x):
        return {"logits": self.head(self.features(x))}


class Map(Tiny):
    def forward(self, x):
        return self.stem(x)


class Random(Tiny):
    def forward(self, x):
        return self.head(nn.functional.dropout(self.features(x), 0.5, training=True))


class FixedBatch(Tiny):
    def forward(self, x):
        return self.head(self.features(x).reshape(4, 64))


class MixedBatch(Tiny):
    def forward(self, x):
        features = self.features(x)
        return self.head(features - features.mean(0, keepdim=True))


class NoGradient(Tiny):
    def forward(self, x):
        return self.head(self.features(torch.round(x * 255) / 255).detach())


class FloatOnly(Tiny):
    def forward(self, x):
        return self.head(self.features(x)).float()


def make(kind):
    torch.manual_seed(20260600)
    module = kind()
    with torch.no_grad():
        module.norm.running_mean.uniform_(-0.5, 0.5)
        module.norm.running_var.uniform_(0.5, 1.5)
    return module


def save(module, path):
    """As torch.jit.save, without the records that say where the source code lay."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as smaller:
        for record in archive.namelist():
            if not record.endswith(".debug_pkl"):
                smaller.writestr(zipfile.ZipInfo(record), archive.read(record))


def main():
    FOLDER.mkdir(exist_ok=True)
    scripted = {"tiny": Tiny, "attention": Attention, "tuple": Tuple, "dict": Dict, "map": Map, "random": Random,
                "mixed_batch": MixedBatch, "no_gradient": NoGradient, "float_only": FloatOnly}
    for name, kind in scripted.items():
        save(torch.jit.script(make(kind)), FOLDER / f"{name}.pt")
    save(torch.jit.trace(make(FixedBatch).eval(), torch.rand(4, 3, 8, 8)), FOLDER / "fixed_batch.pt")

    image = torch.rand(1, 3, 8, 8).double()
    x = ((image - 0.5) / 0.25).requires_grad_()
    model = make(Tiny).eval().double()
    logits = model(x)
    (gradient,) = torch.autograd.grad(logits[0, 1], x)
    (FOLDER / "tiny.json").write_text(json.dumps({
        "image": image.flatten().tolist(), "logits": logits.detach().flatten().tolist(),
        "gradient": (gradient / 0.25).flatten().tolist()}) + "\n")


if __name__ == "__main__":
    main()
