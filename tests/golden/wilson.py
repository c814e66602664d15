#!/usr/bin/env python3
"""Writes wilson.json: Wilson intervals from statsmodels, for tests/reports/statistics_test.cpp.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python tests/golden/wilson.py > tests/golden/wilson.json
"""

import json

import scipy
import statsmodels
from statsmodels.stats.proportion import proportion_confint

COUNTS = [(0, 1), (1, 1), (0, 10), (10, 10), (3, 7), (1, 200), (199, 200), (488, 500), (3618, 5000),
          (0, 50000), (40536, 50000), (50000, 50000), (123456789, 987654321)]
CONFIDENCES = [0.8, 0.95, 0.99]


def main():
    cases = []
    for correct, n in COUNTS:
        for confidence in CONFIDENCES:
            low, high = proportion_confint(correct, n, alpha=1 - confidence, method="wilson")
            cases.append({"correct": correct, "n": n, "confidence": confidence,
                          "low": float(low), "high": float(high)})
    made_by = f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}"
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    print(f'{{"made_by": "{made_by}", "wilson": [\n{lines}\n]}}')


if __name__ == "__main__":
    main()
