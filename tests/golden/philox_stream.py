"""Writes philox_stream.json: draws of PhiloxSource, from a Philox4x32-10 written here from the paper (Salmon et al.,
SC 2011) and from CPython's own inverse normal distribution function.

    python3 tests/golden/philox_stream.py      # nothing but Python

These figures are a promise: a change of any of them changes every corrupted image and every attack's start.
"""

import hashlib
import json
import pathlib
import statistics
import struct

KEYS = [
    {"seed": 0, "condition": "", "sample_id": 0, "restart": 0},
    {"seed": 0, "condition": "corruption/gaussian_noise/3", "sample_id": 0, "restart": 0},
    {"seed": 0, "condition": "corruption/gaussian_noise/3", "sample_id": 1, "restart": 0},
    {"seed": 1, "condition": "attack/pgd", "sample_id": 49999, "restart": 2},
    {"seed": 2**64 - 1, "condition": "attack/pgd", "sample_id": 2**40 + 5, "restart": 2**32 - 1},
]
DRAWS = 9


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def halves(value):
    return value & 0xFFFFFFFF, value >> 32


def words(key):
    """The first words of 64 bits of a stream."""
    digest = struct.unpack("<8I", hashlib.sha256(key["condition"].encode()).digest())
    identity = philox((*halves(key["sample_id"]), digest[0], digest[1]), halves(key["seed"]))
    result = []
    for block in range((DRAWS + 1) // 2):
        a, b, c, d = philox((block, key["restart"], identity[2], identity[3]), identity[:2])
        result += [a | b << 32, c | d << 32]
    return result[:DRAWS]


def main():
    normal = statistics.NormalDist()
    streams = [
        key
        | {
            "uniform": [(w >> 11) * 2.0**-53 for w in words(key)],
            "normal": [normal.inv_cdf(((w >> 12) + 0.5) * 2.0**-52) for w in words(key)],
            # Lemire's method; a rejection is too rare to be seen here.
            "integer_below_1000": [(w >> 32) * 1000 >> 32 for w in words(key)],
        }
        for key in KEYS
    ]
    golden = {"made_by": "tests/golden/philox_stream.py", "streams": streams}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
