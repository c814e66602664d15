"""Times the corruptions beside imgcorr 1.1.3, the fastest Python package, on one thread in one run.

    scripts/build --preset bench
    venv-corruptions/bin/python bench/peers/corruptions.py --json FILE

The Python environment is the one that tests/golden/corruptions/common.py describes, and `pip install --no-deps
imgcorr==1.1.3`. Both sides get the same drawn 224x224 image. For every corruption the two are timed one right after the
other, `--repeats` times in turn, and the medians of the processor times are compared: what else the machine does hits both
alike, and waiting for the processor is not counted.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/golden/corruptions"))

import cv2
import imgcorr
import numpy as np
from drawn_images import draw_scene

warnings.simplefilter("ignore")
cv2.setNumThreads(1)

NAMES = (
    "gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog brightness "
    "contrast elastic_transform pixelate jpeg_compression speckle_noise gaussian_blur spatter saturate"
).split()
SIZE = 224
PIXELS = SIZE * SIZE


def time_peer(image, name, severity, seconds):
    """Median milliseconds of processor time per call, over at least five calls and about that many seconds."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        started = time.process_time()
        imgcorr.corrupt(image, severity=severity, corruption_name=name)
        times.append(1e3 * (time.process_time() - started))
    return statistics.median(times)


def time_ours(benchmark, name, seconds):
    """Milliseconds of processor time per call, as Google Benchmark gives them."""
    command = [benchmark, f"--benchmark_filter=^{name}$", f"--benchmark_min_time={seconds}", "--benchmark_format=json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["benchmarks"][0]["cpu_time"]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--benchmark", default="build/bench/corruptions_benchmark")
    parser.add_argument("--json", required=True)
    parser.add_argument("--severity", type=int, default=3)
    parser.add_argument("--flavour", default="imagecorruptions", choices=["hendrycks", "imagecorruptions"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each timing")
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()

    image = draw_scene(SIZE, SIZE)
    copy_ms = time_ours(options.benchmark, "copy", options.seconds)
    rows = []
    print(f"{'':20}{'ours ms':>10}{'peer ms':>10}{'ratio':>8}{'ns/pixel':>10}{'copies':>8}")
    for name in options.names or NAMES:
        np.random.seed(0)
        imgcorr.corrupt(image, severity=options.severity, corruption_name=name)  # numba compiles at the first call
        ours, peer = [], []
        for _ in range(options.repeats):
            ours.append(time_ours(options.benchmark, f"{name}/{options.flavour}/{options.severity}", options.seconds))
            peer.append(time_peer(image, name, options.severity, options.seconds))
        row = {
            "name": name,
            "severity": options.severity,
            "ours_ms": statistics.median(ours),
            "peer_ms": statistics.median(peer),
        }
        row["ratio"] = row["peer_ms"] / row["ours_ms"]
        row["ns_per_pixel"] = 1e6 * row["ours_ms"] / PIXELS
        row["copies"] = row["ours_ms"] / copy_ms
        rows.append(row)
        print(
            f"{name:20}{row['ours_ms']:10.3f}{row['peer_ms']:10.2f}{row['ratio']:8.1f}{row['ns_per_pixel']:10.2f}"
            f"{row['copies']:8.0f}",
            flush=True,
        )
    ours_sum, peer_sum = (sum(row[key] for row in rows) for key in ("ours_ms", "peer_ms"))
    print(f"{'sum':20}{ours_sum:10.3f}{peer_sum:10.2f}{peer_sum / ours_sum:8.1f}")
    result = {
        "peer": "imgcorr 1.1.3",
        "size": SIZE,
        "threads": 1,
        "flavour": options.flavour,
        "processor": processor(),
        "repeats": options.repeats,
        "copy_ms": copy_ms,
        "rows": rows,
        "sum": {"ours_ms": ours_sum, "peer_ms": peer_sum, "ratio": peer_sum / ours_sum},
    }
    pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
