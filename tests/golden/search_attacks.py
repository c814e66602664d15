"""Golden figures of FAB, DeepFool, Carlini and Wagner, and Square: writes search_attacks.json beside this file.

    python tests/golden/search_attacks.py      # needs what attacks.py needs

A network of 5 × 5 pixels is attacked in float64 by torchattacks (FAB, FAB-T, Square) and foolbox (DeepFool,
Carlini and Wagner). torchattacks' FAB converts to float32 and foolbox's Carlini and Wagner rounds its constants
to float32; both conversions are put out of action. Square attacks one image at a time, since it draws one window
for a batch, with the draws that vitrobust makes, from the Philox of attacks.py, in place of its own.
"""

import json
import pathlib
import types
from unittest import mock

import foolbox
import foolbox.attacks.carlini_wagner
import numpy
import torch
import torchattacks

import attacks

attacks.SIDE = 5
SAMPLES = 10
FAB_STEPS = 25
RADII = {"Linf": 6 / 255, "L2": 0.12, "L1": 0.8}
SQUARE_QUERIES = 250


class Draws:
    """A sample's stream, as documented in attacks/sample_streams.h and core/random.h."""

    def __init__(self, sample_id):
        self.words = iter(attacks.words("attack/square", sample_id, 0, 8 * SQUARE_QUERIES + 200))

    def signs(self, shape):
        count = torch.Size(shape).numel()
        bits = []
        while len(bits) < count:
            word = next(self.words)
            bits += [word >> bit & 1 for bit in range(64)]
        return torch.tensor([2.0 * bit - 1 for bit in bits[:count]]).view(shape)

    def below(self, bound):
        while True:
            product = (next(self.words) >> 32) * bound
            if product & 0xFFFFFFFF >= 2**32 % bound:
                return product >> 32


def square(network, images, labels, norm):
    result = []
    for i in range(len(labels)):
        draws = Draws(i)
        attack = torchattacks.Square(network, norm, RADII[norm], SQUARE_QUERIES, resc_schedule=False)
        attack.random_choice = draws.signs
        attack.random_int = lambda low, high, draws=draws: draws.below(high - low + 1)
        # Only the orientation of the bumps draws by torch.rand itself; it lies when the draw exceeds 1/2.
        with mock.patch.object(torch, "rand", draws.signs):
            result.append(attack.attack_single_run_or_clean(images[i : i + 1], labels[i : i + 1]))
    return torch.cat(result)


def single_run_or_clean(self, image, label):
    """torchattacks hands out a clean image when it fails; this hands out the best attempt, as vitrobust does."""
    self.init_hyperparam(image)
    if self.get_logits(image).argmax(1) != label:
        return image
    return self.attack_single_run(image, label)[1]


torchattacks.Square.attack_single_run_or_clean = single_run_or_clean


def fab(network, images, labels, norm, eps, targeted):
    """Run by run: what torchattacks puts around the runs does not know L1. A sample that is broken within eps is done."""
    attack = torchattacks.FAB(network, norm, eps, FAB_STEPS, multi_targeted=targeted)
    attack.device = images.device
    order = {"Linf": float("inf"), "L2": 2, "L1": 1}[norm]
    adversarial, right = images.clone(), network(images).argmax(1) == labels
    for attack.target_class in range(2, attacks.CLASSES + 1) if targeted else [None]:
        if not right.any():
            break
        run = attack.attack_single_run_targeted if targeted else attack.attack_single_run
        with mock.patch.object(torch.Tensor, "float", lambda self: self.double()):
            found = run(images[right], labels[right])
        broken = network(found).argmax(1) != labels[right]
        broken &= (found - images[right]).flatten(1).norm(order, dim=1) <= eps
        rows = right.nonzero().squeeze(1)[broken]
        adversarial[rows], right[rows] = found[broken], False
    return adversarial


def deepfool(network, images, labels, norm):
    attack = getattr(foolbox.attacks, f"{norm}DeepFoolAttack")()
    return attack.run(foolbox.PyTorchModel(network, bounds=(0, 1)), images, foolbox.criteria.Misclassification(labels))


def carlini_wagner(network, images, labels, confidence, search_steps):
    attack = foolbox.attacks.L2CarliniWagnerAttack(
        binary_search_steps=search_steps, steps=40, stepsize=0.05, confidence=confidence, initial_const=0.1,
        abort_early=False,
    )
    exact = types.SimpleNamespace(**{**vars(numpy), "float32": numpy.float64})
    model = foolbox.PyTorchModel(network, bounds=(0, 1))
    with mock.patch.object(foolbox.attacks.carlini_wagner, "np", exact):
        return attack.run(model, images, foolbox.criteria.Misclassification(labels))


def main():
    torch.manual_seed(12)
    torch.set_default_dtype(torch.float64)
    network = attacks.Network().eval()
    network.requires_grad_(False)
    images = torch.rand(SAMPLES, 3, attacks.SIDE, attacks.SIDE)
    images[0, 0], images[1, 1] = 0, 1  # so that [0,1] cuts
    labels = network(images).argmax(1)
    labels[SAMPLES - 1] = (labels[SAMPLES - 1] + 1) % attacks.CLASSES  # wrong before any attack
    wrong_before = network(images).argmax(1) != labels

    def row(adversarial):
        adversarial = torch.where(wrong_before.view(-1, 1, 1, 1), images, adversarial)
        return {
            "adversarial": adversarial.detach().flatten(1).tolist(),
            "broken": (network(adversarial).argmax(1) != labels).tolist(),
        }

    golden = {
        "made_by": f"tests/golden/search_attacks.py, torchattacks {torchattacks.__version__}, "
        f"foolbox {foolbox.__version__}, torch {torch.__version__}",
        "side": attacks.SIDE, "seed": attacks.SEED, "mean": attacks.MEAN, "std": attacks.STD,
        **{name: getattr(network, name).tolist() for name in ("w1", "b1", "w2", "b2")},
        "images": images.flatten(1).tolist(),
        "labels": labels.tolist(),
    }
    for norm, eps in RADII.items():
        golden[f"fab_{norm.lower()}"] = row(fab(network, images, labels, norm, 1e6, False))
        golden[f"fab_{norm.lower()}_eps"] = row(fab(network, images, labels, norm, eps, False))
        golden[f"fab_t_{norm.lower()}"] = row(fab(network, images, labels, norm, eps, True))
    for norm in ("L2", "Linf"):
        golden[f"deepfool_{norm.lower()}"] = row(deepfool(network, images, labels, norm))
        golden[f"square_{norm.lower()}"] = row(square(network, images, labels, norm))
    golden["cw"] = row(carlini_wagner(network, images, labels, 0, 6))
    golden["cw_confident"] = row(carlini_wagner(network, images, labels, 0.5, 11))
    for name, value in golden.items():
        if isinstance(value, dict):
            distance = (torch.tensor(value["adversarial"]) - images.flatten(1)).norm(dim=1)
            print(name, "broken:", sum(value["broken"]), "mean L2:", round(distance.mean().item(), 4))
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
