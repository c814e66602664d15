"""Golden figures of the attacks, by torchattacks and foolbox: writes attacks.json beside this file.

    pip install --no-deps torchattacks==3.5.1 foolbox==3.3.4 eagerpy==0.30.0      # beside torch
    pip install requests tqdm "scipy<1.14" GitPython                              # what those import
    python tests/golden/attacks.py

A small network with fixed weights is attacked in float64. torchattacks returns the last iterate, vitrobust the
first misclassified one (or else the one of highest loss), so every iterate is fetched by running PGD with
1, 2, … steps, and the choice is made here. The random start is the one that vitrobust draws, from a Philox
written here from the paper, put in place of torch's.
"""

import hashlib
import json
import math
import pathlib
import statistics
import struct
from unittest import mock

import foolbox
import torch
import torchattacks

SIDE, HIDDEN, CLASSES, SAMPLES, STEPS, SEED = 3, 8, 5, 8, 6, 7
EPS, STEP_SIZE = 8 / 255, 2 / 255
L2_EPS, L2_STEP_SIZE = 0.15, 0.05
APGD_EPS, APGD_L2_EPS, APGD_STEPS = 6 / 255, 0.1, (10, 50, 100)
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


def words(condition, sample_id, restart, count):
    """The first draws of a sample's stream, 64 bits each."""
    digest = struct.unpack("<8I", hashlib.sha256(condition.encode()).digest())
    identity = philox4x32_10([sample_id, 0, digest[0], digest[1]], [SEED, 0])
    draws = []
    for index in range((count + 1) // 2):
        b = philox4x32_10([index, restart, identity[2], identity[3]], identity[:2])
        draws += [b[i] | b[i + 1] << 32 for i in (0, 2)]
    return draws[:count]


def uniforms(condition, sample_id, restart, count):
    """The first draws, on [0, 1)."""
    return [(word >> 11) * 2.0**-53 for word in words(condition, sample_id, restart, count)]


def normals(condition, sample_id, restart, count):
    """The first draws, standard normal: AS 241 is what the standard library of Python computes too."""
    quantile = statistics.NormalDist().inv_cdf
    return [quantile(((word >> 12) + 0.5) * 2.0**-52) for word in words(condition, sample_id, restart, count)]


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


def injected(name, draw, stream):
    """torch.rand or torch.randn giving the draws of one sample's stream, restart by restart."""
    restarts = iter(range(100))
    return mock.patch.object(
        torch, name, lambda shape: torch.tensor(draw(*stream, next(restarts), math.prod(shape))).view(shape)
    )


def apgd(network, images, labels, loss, norm, steps):
    """APGD of torchattacks, one sample after another, since it draws starts for what is left of a batch."""
    name, draw, eps = ("rand", uniforms, APGD_EPS) if norm == "Linf" else ("randn", normals, APGD_L2_EPS)
    result = {"adversarial": [], "broken": []}
    for i in range(len(labels)):
        attack = torchattacks.APGD(network, norm, eps, steps, loss=loss)
        with injected(name, draw, (f"attack/apgd/{loss}", i)):
            best, right, _, adversarial = attack.attack_single_run(images[i : i + 1], labels[i : i + 1])
        # A sample that is wrong before the attack is not attacked.
        wrong_before = network(images[i : i + 1]).argmax(1).item() != labels[i].item()
        image = images[i] if wrong_before else best if right.item() else adversarial
        result["adversarial"].append(image.flatten().tolist())
        result["broken"].append(wrong_before or not right.item())
    return result


def apgd_t(network, images, labels, norm, steps):
    """APGD-T of torchattacks; in L2 only one sample at a time is right, for it takes the step size of the first."""
    name, draw, eps = ("rand", uniforms, APGD_EPS) if norm == "Linf" else ("randn", normals, APGD_L2_EPS)
    result = {"adversarial": [], "broken": []}
    for i in range(len(labels)):
        attack = torchattacks.APGDT(network, norm, eps, steps, n_classes=CLASSES)
        with injected(name, draw, ("attack/apgd_t/dlr", i)):
            right, adversarial = attack.perturb(images[i : i + 1], labels[i : i + 1])
        result["adversarial"].append(adversarial.flatten().tolist())
        result["broken"].append(not right.item())
    return result


def foolbox_iterates(network, attack, images, labels, eps):
    """The iterates 1, 2, … of an attack of foolbox from the clean image."""
    model = foolbox.PyTorchModel(network, bounds=(0, 1), device="cpu")
    return [attack(steps).run(model, images, labels, epsilon=eps) for steps in range(1, STEPS + 1)]


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
        "bim": found(network, [torchattacks.BIM(network, EPS, STEP_SIZE, k)(images, labels)
                               for k in range(1, STEPS + 1)], images, labels),
        "mi_fgsm": found(network, [torchattacks.MIFGSM(network, EPS, STEP_SIZE, k, 0.9)(images, labels)
                                   for k in range(1, STEPS + 1)], images, labels),
        "pgd_l2": found(network, [torchattacks.PGDL2(network, L2_EPS, L2_STEP_SIZE, k, False)(images, labels)
                                  for k in range(1, STEPS + 1)], images, labels),
        "foolbox_pgd": found(network, foolbox_iterates(
            network, lambda k: foolbox.attacks.LinfProjectedGradientDescentAttack(
                abs_stepsize=STEP_SIZE, steps=k, random_start=False), images, labels, EPS), images, labels),
        "foolbox_pgd_l2": found(network, foolbox_iterates(
            network, lambda k: foolbox.attacks.L2ProjectedGradientDescentAttack(
                abs_stepsize=L2_STEP_SIZE, steps=k, random_start=False), images, labels, L2_EPS), images, labels),
        **{f"apgd_{loss}_{norm.lower()}_{steps}": apgd(network, images, labels, loss, norm, steps)
           for loss in ("ce", "dlr") for norm in ("Linf", "L2") for steps in APGD_STEPS},
        **{f"apgd_t_{norm.lower()}_{steps}": apgd_t(network, images, labels, norm, steps)
           for norm in ("Linf", "L2") for steps in APGD_STEPS},
        "pgd_random_start": found(network, [pgd(k, True) for k in range(STEPS + 1)], images, labels),
    }
    for name, value in golden.items():
        if isinstance(value, dict):
            print(name, "broken:", value["broken"], "iterate:", value.get("iterate"))
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
