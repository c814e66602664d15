"""Times the attacks beside torchattacks 3.5.1, in one run, on the same LibTorch, checkpoint, images and threads.

    scripts/build vitrobust && cmake -B build -DVITROBUST_BUILD_BENCHMARKS=ON && ninja -C build network_speed
    venv/bin/python bench/peers/attacks.py --json FILE [--case NAME]… [--attack NAME]… [--n N]

The environment: `pip install torch==2.13.0 scipy safetensors` (torch of the version that vitrobust was built with) and
`pip install --no-deps torchattacks==3.5.1 requests tqdm`.

Both sides attack the images that `vitrobust run --save-inputs` wrote, with the labels of its run.db (or, for random
weights, the model's own predictions), after the network in Python was found to give the same logits. Timed
is the wall clock, which wants an idle machine: of ours, the seconds that the report gives for the cell, which leave loading
out. On a busy machine take --threads 1 --clock cpu, the processor time (of ours, that of a run of the attack less that of a
run of the clean images); with more threads that is unfair to the peer, whose threads spin while they wait for one another.
The sides take turns, --repeats times, and medians are compared; `autoattack`, which takes minutes, is run once. With the
defaults all of it takes an hour on two cores: give --case, --attack or --precision for a part.

The budgets are those of the reference auto-attack: torchattacks' AutoAttack runs APGD, APGD-T and FAB for 10 iterations
instead of 100, so its four attacks are put together here with 100 iterations, 9 targets and 5000 queries, the schedule of
Square not rescaled. torchattacks returns the last iterate, ours any misclassified one: compare robust accuracies.
"""

import argparse
import json
import pathlib
import platform
import resource
import sqlite3
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F
import torchattacks
from safetensors.torch import load_file
from torchattacks.wrappers.multiattack import MultiAttack

ROOT = pathlib.Path(__file__).parents[2]
# A radius at which few samples survive and one at which most do, so that early stopping is not the whole speed-up.
CASES = {
    "glyphs-standard": {"checkpoint": ROOT / "assets/glyphs-standard", "eps": ["8/255", "0.5/255"]},
    "glyphs-quest": {"checkpoint": ROOT / "assets/glyphs-quest", "eps": ["8/255", "0.5/255"]},
}


def fraction(text):
    numerator, _, denominator = text.partition("/")
    return float(numerator) / float(denominator or 1)


class VisionTransformer(torch.nn.Module):
    """The checkpoint as a PyTorch user would run it: fused attention, normalisation inside."""

    def __init__(self, folder):
        super().__init__()
        config = json.loads((folder / "config.json").read_text())
        self.arguments = config["model_args"]
        self.classes = config["num_classes"]
        self.quest = config["attention"] == "quest"
        for name, values in load_file(folder / "model.safetensors").items():
            self.register_parameter(name.replace(".", "/"), torch.nn.Parameter(values.float()))
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(config["pretrained_cfg"][name]).view(1, 3, 1, 1))

    def weight(self, name):
        return self._parameters[name.replace(".", "/")]

    def linear(self, x, name):
        return F.linear(x, self.weight(name + ".weight"), self.weight(name + ".bias"))

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weight(name + ".weight"), self.weight(name + ".bias"), 1e-6)

    def attention(self, x, block):
        n, t, c = x.shape
        heads = self.arguments["num_heads"]
        q, k, v = self.linear(x, block + "attn.qkv").reshape(n, t, 3, heads, c // heads).permute(2, 0, 3, 1, 4).unbind(0)
        if self.quest:
            x = F.scaled_dot_product_attention(q, F.normalize(k, dim=-1), v, scale=1.0)
        else:
            x = F.scaled_dot_product_attention(q, k, v)
        return self.linear(x.transpose(1, 2).reshape(n, t, c), block + "attn.proj")

    def forward(self, images):
        x = F.conv2d(
            (images - self.mean) / self.std,
            self.weight("patch_embed.proj.weight"),
            self.weight("patch_embed.proj.bias"),
            stride=self.arguments["patch_size"],
        )
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([self.weight("cls_token").expand(len(x), -1, -1), x], 1) + self.weight("pos_embed")
        for index in range(self.arguments["depth"]):
            block = f"blocks.{index}."
            x = x + self.attention(self.norm(x, block + "norm1"), block)
            x = x + self.linear(F.gelu(self.linear(self.norm(x, block + "norm2"), block + "mlp.fc1")), block + "mlp.fc2")
        return self.linear(self.norm(x, "norm")[:, 0], "head")


def peer_attack(name, model, eps):
    if name == "pgd-20":
        return torchattacks.PGD(model, eps=eps, alpha=2 / 255, steps=20)
    if name == "pgd-100":
        return torchattacks.PGD(model, eps=eps, alpha=2 / 255, steps=100)
    if name == "apgd-ce-100":
        return torchattacks.APGD(model, eps=eps, steps=100, loss="ce")
    targets = min(10, model.classes)
    return MultiAttack(
        [
            torchattacks.APGD(model, eps=eps, steps=100, loss="ce"),
            torchattacks.APGDT(model, eps=eps, steps=100, n_classes=targets),
            torchattacks.FAB(model, eps=eps, steps=100, multi_targeted=True, n_classes=targets),
            torchattacks.Square(model, eps=eps, n_queries=5000, resc_schedule=False),
        ]
    )


CONDITIONS = {
    "pgd-20": "pgd:eps={},step_size=2/255,steps=20",
    "pgd-100": "pgd:eps={},step_size=2/255,steps=100",
    "apgd-ce-100": "apgd:eps={},loss=ce,steps=100",
    "autoattack": "autoattack:eps={}",
}


def vitrobust(checkpoint, data, condition, out, threads, extra=()):
    """Runs one condition in a new run directory; gives its report and the processor seconds it took."""
    command = [ROOT / "build/vitrobust", "run", "--quiet", "--checkpoint", checkpoint, "--data", data, "--condition", condition]
    command += ["--out", out, "--threads", str(threads), *extra]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads((pathlib.Path(out) / "report.json").read_text()), seconds


def write_as_cifar10(folder, images, labels):
    """Images of 32x32 with labels of our own in CIFAR-10's binary layout: a data specification."""
    if tuple(images.shape[1:]) != (3, 32, 32):
        raise SystemExit("--predicted-labels needs images of 32x32")
    folder.mkdir()
    pixels = (images * 255).round().to(torch.uint8).flatten(1)
    records = torch.cat([labels.to(torch.uint8).unsqueeze(1), pixels], 1)
    (folder / "test_batch.bin").write_bytes(records.numpy().tobytes())
    return f"cifar10:{folder}"


class Case:
    """A checkpoint with the images that both sides attack."""

    def __init__(self, name, checkpoint, folder, options):
        self.name, self.checkpoint, self.folder, self.runs = name, checkpoint, folder, 0
        self.threads = options.threads
        self.model = VisionTransformer(checkpoint).eval()
        first = ("--limit", str(options.n), "--save-inputs", folder / "images", "--save-logits", folder / "logits")
        vitrobust(checkpoint, options.data, "clean", folder / "clean", self.threads, first)
        self.images = torch.from_numpy(np.load(folder / "images/00-clean.npy"))
        logits = torch.from_numpy(np.load(folder / "logits/00-clean.npy"))
        with torch.no_grad():
            difference = (self.model(self.images) - logits).abs().max().item()
        if difference > 1e-3:
            raise SystemExit(f"{name}: the network in Python is another one: its logits differ by {difference}")
        with sqlite3.connect(folder / "clean/run.db") as store:
            rows = store.execute("SELECT label FROM outcome WHERE cell = 0 ORDER BY sample").fetchall()
        self.data, self.labels = options.data, torch.tensor([label for (label,) in rows])
        if options.predicted_labels:
            self.labels = logits.argmax(1)
            self.data = write_as_cifar10(folder / "cifar10", self.images, self.labels)

    def ours(self, condition, precision, clock):
        """Seconds and robust accuracy."""
        self.runs += 1
        extra = ("--precision", precision, "--limit", str(len(self.images)))
        out = self.folder / str(self.runs)
        clean = vitrobust(self.checkpoint, self.data, "clean", f"{out}-clean", self.threads, extra)
        attacked = vitrobust(self.checkpoint, self.data, condition, f"{out}-attacked", self.threads, extra)
        report, row = attacked[0], attacked[0]["rows"][0]
        if row["error"]:
            raise SystemExit(f"{condition}: {row['error']}")
        seconds = attacked[1] - clean[1]
        if clock == "wall":
            seconds = row["n"] / report["volatile"]["images_per_s"][row["id"]]
        return seconds, row["accuracy"], report["config"].get("kernels")

    def peers(self, attack, eps, clock):
        """Seconds and robust accuracy, in batches of 128."""
        torch.manual_seed(0)
        now = time.process_time if clock == "cpu" else time.perf_counter
        robust, started = 0, now()
        adversarial = []
        for begin in range(0, len(self.images), 128):
            part = slice(begin, begin + 128)
            adversarial.append(peer_attack(attack, self.model, eps)(self.images[part], self.labels[part]))
        seconds = now() - started
        with torch.no_grad():
            for begin, images in zip(range(0, len(self.images), 128), adversarial):
                robust += (self.model(images).argmax(1) == self.labels[begin : begin + 128]).sum().item()
        return seconds, robust / len(self.images)


def share_of_peak(checkpoint, precision):
    command = [ROOT / "build/network_speed", checkpoint, "auto", precision]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(case, attack, eps, options):
    """One row for each precision; the peer's timings are shared by both."""
    condition = CONDITIONS[attack].format(eps)
    ours = {precision: [] for precision in options.precision}
    peers = []
    for _ in range(1 if attack == "autoattack" else options.repeats):
        for precision in options.precision:
            ours[precision].append(case.ours(condition, precision, options.clock))
        peers.append(case.peers(attack, fraction(eps), options.clock))
    for precision in options.precision:
        row = {
            "attack": attack,
            "model": case.name,
            "eps": eps,
            "n": len(case.images),
            "precision": precision,
            "kernels": ours[precision][0][2],
            "ours_s": statistics.median(run[0] for run in ours[precision]),
            "peer_s": statistics.median(run[0] for run in peers),
            "ours_robust_accuracy": ours[precision][0][1],
            "peer_robust_accuracy": statistics.median(run[1] for run in peers),
        }
        row["ratio"] = row["peer_s"] / row["ours_s"]
        speed = options.speed[case.name, precision]
        row["share_of_peak"] = {side: speed[f"{side}_share_of_peak"] for side in ("forward", "gradient")}
        yield row


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--case", action="append", help="NAME of a shipped checkpoint")
    parser.add_argument("--checkpoint", type=pathlib.Path, help="a folder of another one, instead of the cases")
    parser.add_argument("--data", default="glyphs:test", help="its images; default glyphs:test")
    parser.add_argument("--eps", action="append", help="its radii")
    parser.add_argument("--predicted-labels", action="store_true", help="for random weights")
    parser.add_argument("--attack", action="append", choices=list(CONDITIONS))
    parser.add_argument("--precision", action="append", choices=["fp32", "bf16"])
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clock", default="wall", choices=["cpu", "wall"])
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    options = parser.parse_args()
    options.precision = options.precision or ["fp32", "bf16"]
    options.cases = {name: CASES[name] for name in options.case or CASES}
    if options.checkpoint:
        options.cases = {options.checkpoint.name: {"checkpoint": options.checkpoint, "eps": options.eps or ["1/255"]}}
    elif options.eps:
        options.cases = {name: {**case, "eps": options.eps} for name, case in options.cases.items()}
    return options


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    options.speed = {}
    rows = []
    print(f"{'attack':12}{'model':18}{'eps':10}{'':6}{'ours s':>9}{'peer s':>9}{'ratio':>7}{'ours':>8}{'peer':>8}")
    for name, settings in options.cases.items():
        for precision in options.precision:
            options.speed[name, precision] = share_of_peak(settings["checkpoint"], precision)
        with tempfile.TemporaryDirectory() as folder:
            case = Case(name, settings["checkpoint"], pathlib.Path(folder), options)
            for eps in settings["eps"]:
                for attack in options.attack or CONDITIONS:
                    for row in compare(case, attack, eps, options):
                        rows.append(row)
                        print(
                            f"{attack:12}{name:18}{eps:10}{row['precision']:6}{row['ours_s']:9.2f}{row['peer_s']:9.2f}"
                            f"{row['ratio']:7.2f}{row['ours_robust_accuracy']:8.3f}{row['peer_robust_accuracy']:8.3f}",
                            flush=True,
                        )
    result = {
        "peer": f"torchattacks {torchattacks.__version__}",
        "torch": torch.__version__,
        "threads": options.threads,
        "clock": options.clock,
        "repeats": options.repeats,
        "processor": platform.processor() or platform.machine(),
        "networks": list(options.speed.values()),
        "rows": rows,
    }
    pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
