"""Grids of images without names and orders of them; distances that hang on a count."""

import numpy as np

from ganlib import metrics
from ganlib.checks import Wrong
from ganlib.data import load_digits

__all__ = ["CASES", "COUNTS", "CURVES", "MISTAKES", "curve", "grids", "mean_apart"]


def _spoiled(images, noise=0.0, specks=0.0, seed=0):
    """Return images in a new order, a share of them turned into noise, a share of the pixels white."""
    random, out = np.random.default_rng(seed), images.copy()
    lost = int(noise * len(out))
    out[:lost] = random.integers(0, 256, out[:lost].shape)
    out[random.random(out.shape) < specks] = 255
    return random.permutation(out)


CASES = (  # of each grid: how many images, of which digits, and how they are spoiled; the best first
    (
        (200, range(10), {"specks": 0.03}),
        (200, range(10), {"noise": 0.8}),
        (200, (1,), {}),  # the most precise
    ),
    (
        (200, range(10), {}),
        (200, range(7), {}),
        (200, range(10), {"noise": 0.8}),  # the most varied, with the most recall
    ),
    (
        (200, (0, 2, 3, 4, 6, 8), {}),
        (1000, range(10), {"noise": 0.8}),  # covers the most, by its number
        (200, (7,), {}),
    ),
)


def grids(case):
    """Return three grids of a case, ``uint8`` arrays ``(n, 28, 28)``, real digits, and the due order."""
    digits, random = load_digits(), np.random.default_rng(case)
    order, made = np.random.default_rng(10 + case).permutation(3), []
    for count, kinds, spoiled in CASES[case]:
        of_kinds = np.flatnonzero(np.isin(digits.labels, list(kinds)))
        chosen = digits.images[random.choice(of_kinds, count, replace=False)]
        made.append(_spoiled(chosen, seed=case, **spoiled))
    real = digits.images[random.choice(len(digits.images), 500, replace=False)]
    return [made[i] for i in order], real, np.argsort(order).tolist()


def _by(measure, best=max, equal=True):
    """Return the order of grids by a measure of the features of real digits and of a grid."""

    def ranked(made, real):
        least = min(map(len, made)) if equal else None
        known, values = metrics.features(real), []
        for images in made:
            values.append(measure(known, metrics.features(images[:least]), images[:least]))
        return sorted(range(len(made)), key=lambda i: values[i], reverse=best is max)

    return ranked


def _near(key):
    return lambda known, found, images: metrics.neighbours(known, found)[key]


MISTAKES = {
    "worst": _by(_near("coverage"), min),
    "counts": _by(_near("coverage"), equal=False),
    "precision": _by(_near("precision")),
    "recall": _by(_near("recall")),
    "density": _by(_near("density")),
    "frechet": _by(lambda known, found, images: metrics.frechet(known, found), min),
    "diversity": _by(lambda known, found, images: metrics.diversity(images)),
}
COUNTS = (50, 100, 200, 400)
CURVES = (  # distances at these counts: a + b / n, twice on the line and twice beside it
    (3.0, 400.0, (0, 0, 0, 0)),
    (12.0, 90.0, (0, 0, 0, 0)),
    (7.0, 250.0, (0.3, -0.2, 0.4, -0.3)),
    (0.5, 600.0, (-0.5, 0.9, 0.1, 0.4)),
)


def curve(values):
    """Return a distance that has these values at `COUNTS`, whatever the clouds."""

    def distance(one, other):
        if len(one) != len(other):
            raise Wrong("same-draw", f"{len(one)} things and {len(other)}")
        if len(one) not in COUNTS:
            raise Wrong("drawn", str(len(one)))
        return float(np.interp(len(one), COUNTS, values))

    return distance


def mean_apart(one, other):
    """Return the squared distance of the means of two clouds."""
    return float(np.square(np.mean(one, 0) - np.mean(other, 0)).sum())
