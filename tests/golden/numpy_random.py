"""Writes numpy_random.json: draws of numpy's legacy generator, which NEP 19 froze.

    pip install numpy==1.26.4      # any version gives the same
    python tests/golden/numpy_random.py
"""

import json
import pathlib

import numpy as np

SEEDS = [0, 1, 42, 2**32 - 1]
MEANS = [0, 1e-3, 0.4, 1, 3.7, 9.999, 10, 10.5, 12, 37, 60, 250, 499.5, 5000]
BOUNDS = [1, 2, 3, 5, 6, 224, 1000, 2**16 + 1, 2**31, 2**32 - 1]


def draws(seed):
    """Calls in an order that crosses every boundary: a spare normal kept over other calls, two refills of the state."""
    generator = np.random.RandomState(seed)
    calls = []

    def normals(n):
        calls.extend({"call": "normal", "value": generator.normal()} for _ in range(n))

    def uniforms(n):
        calls.extend({"call": "uniform", "value": generator.uniform()} for _ in range(n))

    def integers():
        calls.extend({"call": "integer", "bound": b, "value": int(generator.randint(b))} for b in BOUNDS)

    def poissons(n):
        for mean in MEANS:
            values = " ".join(str(generator.poisson(mean)) for _ in range(n))
            calls.append({"call": "poisson", "mean": mean, "values": values})

    uniforms(3)
    normals(3)
    uniforms(2)
    integers()
    normals(4)
    generator.uniform(size=1000)
    calls.append({"call": "skip_uniform", "count": 1000})
    uniforms(2)
    integers()
    normals(3)
    poissons(40)
    uniforms(2)
    return {"seed": seed, "calls": calls}


def main():
    golden = {
        "made_by": "tests/golden/numpy_random.py",
        "versions": {"numpy": np.__version__},
        "streams": [draws(seed) for seed in SEEDS],
    }
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
