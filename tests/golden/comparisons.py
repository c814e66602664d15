#!/usr/bin/env python3
"""Writes comparisons.json: tests and intervals of two models from scipy and statsmodels, for tests/reports/.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python tests/golden/comparisons.py > tests/golden/comparisons.json

Neither package has Newcombe's paired interval or Connor's sample size: they are written out here from the papers, on
top of statsmodels' Wilson interval and scipy's quantiles and root finder. tests/reports/paired_test.cpp also holds the
interval against a published figure.
"""

import json
import math

import numpy
import scipy
import statsmodels
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, norm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, test_proportions_2indep

# Both right, only the first, only the second, both wrong.
TABLES = [(59, 6, 16, 80), (1, 1, 7, 12), (3618, 30, 80, 1272), (0, 5, 3, 0), (10, 0, 0, 10), (90, 0, 0, 10), (100, 0, 0, 0),
          (0, 0, 0, 40), (4000, 0, 12, 988), (4000, 12, 0, 988), (20, 7, 7, 3), (0, 1, 0, 0), (2, 30, 40, 1),
          (40000, 1200, 1100, 7700), (36, 12, 2, 0)]
# Right and n of the first, right and n of the second.
PAIRS = [(56, 70, 48, 80), (9, 10, 3, 10), (0, 10, 0, 10), (10, 10, 0, 20), (3648, 5000, 3698, 5000), (5000, 5000, 4999, 5000),
         (1, 1, 0, 1), (36240, 50000, 20120, 30000)]
P_VALUES = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.0001, 0.0001, 0.9, 1.0, 0.04, 0.012, 0.3], [1.0, 1.0], [1e-300, 0.2, 1e-12],
            [round(0.001 * k * k, 6) for k in range(1, 31)]]
# Difference, share of discordant samples, alpha, power.
DESIGNS = [(0.01, 0.05, 0.05, 0.8), (0.02, 0.08, 0.05, 0.95), (0.003, 0.004, 0.01, 0.9), (0.2, 0.2, 0.05, 0.8), (0.1, 1.0, 0.05, 0.5)]
# n, share of discordant samples, alpha, power.
SIZES = [(5000, 0.05, 0.05, 0.8), (500, 0.1, 0.05, 0.8), (50000, 0.3, 0.001, 0.95), (1000, 0.02, 0.05, 0.6)]
CONFIDENCES = [0.9, 0.95, 0.99]


def wilson(correct, n, confidence):
    return proportion_confint(correct, n, alpha=1 - confidence, method="wilson")


def newcombe_paired(a, b, c, d, confidence):
    """Method 10 of Newcombe 1998 (paired data), for the second less the first."""
    n = a + b + c + d
    first, second = (a + b) / n, (a + c) / n
    (low1, high1), (low2, high2) = wilson(a + b, n, confidence), wilson(a + c, n, confidence)
    norm_ = math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    covariance = a * d - b * c
    if covariance > 0:
        covariance = max(covariance - n / 2, 0)
    phi = covariance / norm_ if norm_ else 0
    below = math.sqrt((second - low2) ** 2 - 2 * phi * (second - low2) * (high1 - first) + (high1 - first) ** 2)
    above = math.sqrt((high2 - second) ** 2 - 2 * phi * (high2 - second) * (first - low1) + (first - low1) ** 2)
    return max(-1, second - first - below), min(1, second - first + above)


def paired(table):
    a, b, c, d = table
    fewer, discordant = min(b, c), b + c
    exact = float(mcnemar([[a, b], [c, d]], exact=True).pvalue) if discordant else 1.0
    mid_p = 1.0
    if b != c:
        mid_p = float(min(1, 2 * binom.cdf(fewer, discordant, 0.5) - binom.pmf(fewer, discordant, 0.5)))
    worse = float(binomtest(c, discordant, 0.5, alternative="less").pvalue) if discordant else 1.0
    intervals = [{"confidence": x, "low": float(low), "high": float(high)}
                 for x in CONFIDENCES for low, high in [newcombe_paired(*table, x)]]
    return {"table": table, "exact": exact, "mid_p": mid_p, "second_is_worse": worse, "intervals": intervals}


def unpaired(pair):
    k1, n1, k2, n2 = pair
    intervals = []
    for confidence in CONFIDENCES:
        low, high = confint_proportions_2indep(k2, n2, k1, n1, compare="diff", method="newcomb", alpha=1 - confidence)
        intervals.append({"confidence": confidence, "low": float(low), "high": float(high)})
    result = {"pair": pair, "two_sided": 1.0, "second_is_worse": 1.0, "intervals": intervals}
    if 0 < k1 + k2 < n1 + n2:
        for name, alternative in (("two_sided", "two-sided"), ("second_is_worse", "smaller")):
            test = test_proportions_2indep(k2, n2, k1, n1, compare="diff", method="score", alternative=alternative,
                                           correction=False)
            result[name] = float(test.pvalue)
    return result


def adjusted(p_values):
    result = {"p_values": p_values}
    for name, method in (("holm", "holm"), ("bh", "fdr_bh")):
        result[name] = [float(p) for p in multipletests(p_values, method=method)[1]]
    return result


def connor(difference, discordance, alpha, power):
    z_alpha, z_power = norm.ppf(1 - alpha / 2), norm.ppf(power)
    return (z_alpha * math.sqrt(discordance) + z_power * math.sqrt(discordance - difference ** 2)) ** 2 / difference ** 2


def samples(design):
    difference, discordance, alpha, power = design
    return {"difference": difference, "discordance": discordance, "alpha": alpha, "power": power,
            "n": math.ceil(connor(*design))}


def smallest(size):
    n, discordance, alpha, power = size
    found = brentq(lambda d: connor(d, discordance, alpha, power) - n, 1e-9, discordance, xtol=1e-16, rtol=1e-14)
    return {"n": n, "discordance": discordance, "alpha": alpha, "power": power, "difference": found}


def main():
    made_by = f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {numpy.__version__}"
    sections = {"paired": [paired(t) for t in TABLES], "unpaired": [unpaired(p) for p in PAIRS],
                "adjusted": [adjusted(p) for p in P_VALUES], "samples": [samples(d) for d in DESIGNS],
                "smallest": [smallest(s) for s in SIZES]}
    body = ",\n".join(f'"{name}": [\n' + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]"
                      for name, cases in sections.items())
    print(f'{{"made_by": "{made_by}",\n{body}\n}}')


if __name__ == "__main__":
    main()
