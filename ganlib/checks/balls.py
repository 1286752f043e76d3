"""Balls round fakes, and the real points that lie in none of them: task 5.8."""

import numpy as np

__all__ = ["WAYS", "misses", "twice"]

WAYS = ("", "inside", "every", "fakes", "itself", "next", "wrong-balls", "squared")


def twice(real, first, second, k, way):
    """Return how many are missed by both, and by chance, where "missed" is taken in this way."""
    one, other = (misses(real, fake, k, way) for fake in (first, second))
    if way == "fakes":  # of two lengths
        return one.sum() + other.sum(), len(real) * one.mean() * other.mean()
    return (one & other).sum(), len(real) * one.mean() * other.mean()


def misses(real, fake, k, way=""):
    """Return a mask of the real points that no ball of a fake holds, or what a mistake makes of it."""
    away, apart, of_real = (
        np.linalg.norm(a[:, None] - b[None], axis=2)
        for a, b in ((real, fake), (fake, fake), (real, real))
    )
    apart.sort(axis=1), of_real.sort(axis=1)
    hits = away < apart[:, k]
    return {
        "inside": hits.any(1),
        "every": ~hits.all(1),
        "fakes": ~hits.any(0),
        "itself": ~(away < apart[:, k - 1]).any(1),
        "next": ~(away < apart[:, k + 1]).any(1),
        "wrong-balls": ~(away < of_real[:, k : k + 1]).any(1),
        "squared": ~(away**2 < apart[:, k]).any(1),
    }.get(way, ~hits.any(1))
