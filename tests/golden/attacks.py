"""Golden figures of the attacks, by torchattacks: writes attacks.json beside this file.

    pip install --no-deps torchattacks==3.5.1      # beside torch; it also needs requests and tqdm
    python tests/golden/attacks.py

A small network with fixed weights is attacked in float64. torchattacks returns the last iterate, vitrobust the
first misclassified one (or else the one of highest loss), so every iterate is fetched by running PGD with
1, 2, … steps, and the choice is made here. The random start is the one that vitrobust draws, from a Philox
written here from the paper, put in place of torch's.
"""

import hashlib
import json
import pathlib
import struct
from unittest import mock

import torch
import torchattacks

SIDE, HIDDEN, CLASSES, SAMPLES, STEPS, SEED = 3, 8, 5, 8, 6, 7
EPS, STEP_SIZE = 8 / 255, 2 / 255
MEAN, STD = [0.5, 0.4, 0.3], [0.25, 0.2, 0.3]


class Network(torch.nn.Module):
    """Normalisation, then linear, tanh, linear."""

    def __init__(self):
        super().__init__()
        self.w1 = torch.randn(HIDDEN, 3 * SIDE * SIDE) * 0.3
        self.b1 = torch.randn(HIDDEN) * 0.1
        self.w2 = torch.randn(CLASSES, HIDDEN)
        self.b2 = torch.randn(CLASSES) * 0.1
        self.unused = torch.nn.Parameter(torch.zeros(1))  # torchattacks asks the parameters for the device

    def forward(self, images):
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
        x = ((images - mean) / std).flatten(1)
        return torch.tanh(x @ self.w1.T + self.b1) @ self.w2.T + self.b2


def philox4x32_10(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def uniforms(condition, sample_id, restart, count):
    """The first draws of a sample's stream, on [0, 1)."""
    digest = struct.unpack("<8I", hashlib.sha256(condition.encode()).digest())
    identity = philox4x32_10([sample_id, 0, digest[0], digest[1]], [SEED, 0])
    draws = []
    for index in range((count + 1) // 2):
        b = philox4x32_10([index, restart, identity[2], identity[3]], identity[:2])
        draws += [((b[i] | b[i + 1] << 32) >> 11) * 2.0**-53 for i in (0, 2)]
    return draws[:count]


def found(network, iterates, images, labels):
    """Per sample, given all iterates in order, what vitrobust should return: image, broken, number of the iterate."""
    losses, wrong = [], []
    for x in iterates:
        logits = network(x)
        losses.append(torch.nn.functional.cross_entropy(logits, labels, reduction="none"))
        wrong.append(logits.argmax(1) != labels)
    wrong_before = network(images).argmax(1) != labels
    result = {"adversarial": [], "broken": [], "iterate": []}
    for i in range(len(labels)):
        first = next((k for k in range(len(iterates)) if wrong[k][i]), None)
        best = max(range(len(iterates)), key=lambda k: losses[k][i].item())
        choice = best if first is None else first
        image = images[i] if wrong_before[i] else iterates[choice][i]
        result["adversarial"].append(image.flatten().tolist())
        result["broken"].append(bool(wrong_before[i]) or first is not None)
        result["iterate"].append(-1 if wrong_before[i] else choice)
    return result


def main():
    torch.manual_seed(11)
    torch.set_default_dtype(torch.float64)
    network = Network().eval()
    images = torch.rand(SAMPLES, 3, SIDE, SIDE)
    images[0, 0], images[1, 1] = 0, 1  # so that [0,1] cuts the ball
    labels = network(images).argmax(1)
    labels[SAMPLES - 1] = (labels[SAMPLES - 1] + 1) % CLASSES  # wrong before any attack

    pixels = 3 * SIDE * SIDE
    draws = torch.tensor([uniforms("attack/pgd", i, 0, pixels) for i in range(SAMPLES)])
    noise = (draws * 2 * EPS - EPS).view_as(images)

    def pgd(steps, random_start):
        attack = torchattacks.PGD(network, EPS, STEP_SIZE, steps, random_start)
        with mock.patch.object(torch.Tensor, "uniform_", lambda self, low, high: self.copy_(noise)):
            return attack(images, labels)

    golden = {
        "made_by": f"tests/golden/attacks.py, torchattacks {torchattacks.__version__}, torch {torch.__version__}",
        "side": SIDE, "eps": "8/255", "step_size": "2/255", "steps": STEPS, "seed": SEED,
        "mean": MEAN, "std": STD,
        **{name: getattr(network, name).tolist() for name in ("w1", "b1", "w2", "b2")},
        "images": images.flatten(1).tolist(),
        "labels": labels.tolist(),
        "start": pgd(0, True).flatten(1).tolist(),
        "fgsm": found(network, [torchattacks.FGSM(network, EPS)(images, labels)], images, labels),
        "pgd": found(network, [pgd(k, False) for k in range(1, STEPS + 1)], images, labels),
        "pgd_random_start": found(network, [pgd(k, True) for k in range(STEPS + 1)], images, labels),
    }
    for name in ("fgsm", "pgd", "pgd_random_start"):
        print(name, "broken:", golden[name]["broken"], "iterate:", golden[name]["iterate"])
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
