"""Sums over densities that vanish here and there, samples of bell curves, and ways to count a loss."""

import numpy as np

from ganlib import theory
from ganlib.checks import Wrong

__all__ = ["CURVES", "SHOWN", "SUM_HINTS", "check_zeros", "examples", "quiet"]

SUM_HINTS = {
    "no-dx": "The width of the cells is missing: an integral is the sum times dx.",
    "mean": "That is a mean over the points: an integral is the sum times dx.",
    "bits": "That is in bits: use the natural logarithm.",
    "trapezoid": "The trapezoid rule halves the two ends: here every point has a cell of width dx.",
    "nan": "At some point where a density is 0, or both are, yours is no number: that density adds 0.",
    "dropped": "Where one density is 0 you leave out both terms: the other one still counts.",
    "zero": "Where a density is 0 yours is finite and wrong: its term is 0, the other's counts in full.",
    "other": "The value is wrong: compute it for two points on paper and compare.",
}


def quiet(answer, *arguments):
    """Call an answer without NumPy's warnings; return a float that may be NaN or infinite."""
    with np.errstate(all="ignore"):
        value = answer(*arguments)
    return float(np.asarray(value, float).reshape(()))


def check_zeros(got, due, dropped=None):
    """Say what is wrong with a sum over points where densities are 0, if anything is."""
    if not np.isfinite(got):
        raise Wrong("nan")
    if not np.isclose(got, due, atol=1e-3):
        raise Wrong("dropped" if dropped is not None and np.isclose(got, dropped, atol=1e-3) else "zero")


SHOWN = {  # what a program shows for the best owner, from her loss as the course counts it
    "mean": lambda loss: loss,
    "sum": lambda loss: 2 * loss,
    "value": lambda loss: -2 * loss,
    "bits": lambda loss: loss / np.log(2),
}
CURVES = [  # centre and width of the real examples, then of the fakes, and how many of each
    ((0, 1), (1, 1), (3000, 3000)),
    ((0, 1), (0, 2.5), (3000, 3000)),
    ((0, 1), (1.5, 0.5), (6000, 600)),
    ((2, 1), (2, 1), (3000, 3000)),
    ((0, 1), (4, 1), (3000, 3000)),
]


def examples(case, seed=0):
    """Return samples of a case of `CURVES`, real and fake, and the true JSD of the two densities."""
    random, x = np.random.default_rng(seed), np.linspace(-15, 15, 6001)
    real, fake = (random.normal(*curve, count) for curve, count in zip(case[:2], case[2], strict=True))
    p, q = (np.exp(-(((x - c) / s) ** 2) / 2) / (s * np.sqrt(2 * np.pi)) for c, s in case[:2])
    return real, fake, float(theory.jsd(p, q, x[1] - x[0]))
