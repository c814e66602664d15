"""Writes the golden figures of snow; see common.py."""

from blur import add_cases
from common import HENDRYCKS, SET_SIZES, Golden, variant


def snow():
    small = (
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    )
    tables = {
        "cifar": small,
        "tiny": [(*row[:6], mix) for row, mix in zip(small, (0.8, 0.8, 0.7, 0.65, 0.6))],
    }
    # hendrycks' code reshapes to 224. 299 has the table of 224.
    sets = {
        name: variant(HENDRYCKS.snow, tables.get(name), constants={224: SET_SIZES[name]})
        for name in ("cifar", "tiny", "299")
    }
    add_cases(Golden("snow"), sets)


if __name__ == "__main__":
    snow()
