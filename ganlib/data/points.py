"""Toy data: points in the plane on which a GAN trains in seconds, and the wines of lesson 1.

Every drawing function takes ``(count, seed)`` and returns float32 ``(count, 2)``.  ``RING`` and ``GRID``
also say where their modes are, so that a metric can count how many of them a generator reaches.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from ganlib.errors import refuse, unknown


class Mixture(NamedTuple):
    """Equal round Gaussians in the plane.

    Attributes:
        centres: float32 ``(modes, 2)``.
        sigma: Standard deviation of every one of them, along each axis.
    """

    centres: np.ndarray
    sigma: float

    def draw(self, count, seed=0):
        """Return ``count`` points, float32 ``(count, 2)``; each comes from a mode chosen at random."""
        rng = _generator(count, seed)
        which = rng.integers(len(self.centres), size=count)
        noise = rng.normal(scale=self.sigma, size=(count, 2))
        return (self.centres[which] + noise).astype("float32")

    def density(self, points):
        """Return the probability density ``(n,)`` at points ``(n, 2)``."""
        away = np.asarray(points, float)[:, None, :] - self.centres
        square = (away**2).sum(2) / self.sigma**2
        return np.exp(-square / 2).mean(1) / (2 * np.pi * self.sigma**2)


def _circle(modes, radius):
    angle = 2 * np.pi * np.arange(modes) / modes
    return (radius * np.stack([np.cos(angle), np.sin(angle)], 1)).astype("float32")


def _lattice(side):
    steps = np.linspace(-1, 1, side)
    return np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2).astype("float32")


RING = Mixture(_circle(8, 1.0), 0.05)
GRID = Mixture(_lattice(5), 0.025)


def _generator(count, seed):
    """Return the random generator of a seed, or refuse a count that is no count."""
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise refuse("count", count, "a whole number of at least 1", "Say how many points to draw.")
    return np.random.default_rng(seed)


def ring(count, seed=0):
    """Eight Gaussians on a circle of radius 1, σ = 0.05: the usual test for lost modes.

    Metz et al. (2017), "Unrolled generative adversarial networks", section 3.1, drew such a ring.

    Args:
        count: How many points, ≥ 1.
        seed: Whole number ≥ 0; equal seeds give equal points.

    Returns:
        float32 ``(count, 2)``.
    """
    return RING.draw(count, seed)


def grid(count, seed=0):
    """Twenty-five Gaussians on a 5 x 5 lattice over [-1, 1] in each axis, σ = 0.025.

    Arguments and result as for `ring`.
    """
    return GRID.draw(count, seed)


def two_moons(count, seed=0, noise=0.05):
    """Two half circles of radius 1/2, one hooked into the other, blurred by N(0, noise²).

    Arguments and result as for `ring`.
    """
    rng = _generator(count, seed)
    angle, upper = rng.uniform(0, np.pi, count), rng.random(count) < 0.5
    x = np.where(upper, np.cos(angle) - 0.5, 0.5 - np.cos(angle)) / 2
    y = np.where(upper, np.sin(angle) - 0.25, 0.25 - np.sin(angle)) / 2
    return (np.stack([x, y], 1) + rng.normal(scale=noise, size=(count, 2))).astype("float32")


def line(count, seed=0, noise=0.02):
    """A straight piece from (-1, -1/2) to (1, 1/2), blurred by N(0, noise²): one dimension in two.

    Arguments and result as for `ring`.
    """
    rng = _generator(count, seed)
    place = rng.uniform(-1, 1, count)[:, None] * np.array([1.0, 0.5])
    return (place + rng.normal(scale=noise, size=(count, 2))).astype("float32")


class Wines(NamedTuple):
    """Real wines as points, each feature with mean 0 and standard deviation 1.

    Attributes:
        points: float32 ``(178, features)``.
        labels: ``uint8`` ``(178,)``: which of three grape varieties, 0 to 2.
        names: Names of the features.
        mean: float32 ``(features,)``, in the units of the measurement.
        std: The same for the standard deviation.
    """

    points: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    mean: np.ndarray
    std: np.ndarray

    def measured(self, points):
        """Return standardised points ``(n, features)`` in the units in which the wine was measured."""
        return np.asarray(points) * self.std + self.mean


@cache
def load_wine(*features):
    """Return 178 wines from one Italian region, analysed by chemists (Forina et al., 1988).

    They come with scikit-learn, so no network is needed; the arrays are read-only.

    Args:
        *features: Names of measurements, such as ``"alcohol"`` (per cent) and ``"color_intensity"``;
            these two by default.

    Raises:
        ValueError: No such measurement; the nearest name is suggested.
    """
    from sklearn import datasets

    bunch = datasets.load_wine()
    features = features or ("alcohol", "color_intensity")
    for name in features:
        if name not in bunch.feature_names:
            raise unknown("feature", name, bunch.feature_names)
    values = bunch.data[:, [bunch.feature_names.index(name) for name in features]]
    mean, std = values.mean(0), values.std(0)
    arrays = [(values - mean) / std, bunch.target, mean, std]
    for i, kind in enumerate(("float32", "uint8", "float32", "float32")):
        arrays[i] = arrays[i].astype(kind)
        arrays[i].flags.writeable = False
    points, labels, mean, std = arrays
    return Wines(points, labels, features, mean, std)
