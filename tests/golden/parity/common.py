"""What the makers of tests/golden/parity share: tiny random models, and the figures that their own library computes."""

import importlib.util
import json
import pathlib
import re

import torch

HERE = pathlib.Path(__file__).parent
# The normalisation of most cases, given to the library and to vitrobust alike.
MEAN, STD = [0.48, 0.46, 0.41], [0.23, 0.22, 0.225]
CLASSES = 5
# One shape for all: 12×12 pixels in patches of 4, two blocks of width 12 with two heads.
SIZE, PATCH, WIDTH, DEPTH, HEADS, HIDDEN = 12, 4, 12, 2, 2, 24


def declare_torchvision_operators():
    """Lets torchvision's Python part import where its compiled operators, which nothing here calls, do not load."""
    spec = importlib.util.find_spec("torchvision")
    source = (pathlib.Path(spec.origin).parent / "_meta_registrations.py").read_text()
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(set(re.findall(r'(?:register_meta\("|torchvision::)(\w+)', source))):
        library.define(f"{name}(Tensor x) -> Tensor")
    return library


def randomise(model, seed):
    """Weights that leave no part of the network without a say, drawn from `seed`; in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            draw = torch.randn(parameter.shape, generator=generator)
            one = name.endswith("weight") and parameter.dim() == 1
            parameter.copy_(draw * 0.3 + 1 if one else draw * 0.25)
    return model.eval()


def images_of(channels=3, size=SIZE):
    images = torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(7 + size))
    return images, torch.tensor([3, 1])


def compute(model, forward, dtype, images, labels, mean, std):
    """Logits, and the gradient of the summed cross-entropy with respect to the images in [0,1]."""
    x = images.to(dtype).detach().requires_grad_()
    shape = (1, len(mean), 1, 1)
    normalised = (x - torch.tensor(mean, dtype=dtype).view(shape)) / torch.tensor(std, dtype=dtype).view(shape)
    logits = forward(model.to(dtype), normalised)
    torch.nn.functional.cross_entropy(logits, labels, reduction="sum").backward()
    return logits.detach(), x.grad


def write_case(name, model, save, *, checkpoint=".", options=None, expect=None, forward=None, mean=MEAN, std=STD,
               size=SIZE):
    """Makes the folder `name`: `save(folder)` writes the checkpoint; case.json says how vitrobust is to open it and
    what it is to find; reference.safetensors holds images, labels and the library's figures in both precisions."""
    from safetensors.torch import save_file

    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    save(folder)
    forward = forward or (lambda network, x: network(x))
    images, labels = images_of(len(mean), size)
    tensors = {"images": images, "labels": labels}
    for suffix, dtype in (("32", torch.float32), ("64", torch.float64)):
        logits, gradient = compute(model, forward, dtype, images, labels, mean, std)
        tensors[f"logits{suffix}"], tensors[f"gradient{suffix}"] = logits, gradient
    model.float()
    save_file(tensors, folder / "reference.safetensors")
    case = {"checkpoint": checkpoint, "options": options or {}, "expect": expect or {}}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
    print(f"{name}: logits differ by {(tensors['logits32'] - tensors['logits64']).abs().max():.1e} between precisions")
