"""Balls round fakes, and the real points that lie in none of them: task 5.8."""

import numpy as np

__all__ = ["missed_by_both"]


def missed_by_both(real, first, second, k):
    """Return what task 5.8 asks for of three clouds, and pairs of a mistake's hint and what it gives."""
    (one, lost), (other, too) = (_masks(real, fake, k) for fake in (first, second))
    due, n, a, b = _both(one, other), len(real), one.sum(), other.sum()
    fakes = lost.pop("fakes"), too.pop("fakes")
    heap, _ = _masks(real, np.concatenate([first, second]), k)
    return due, [
        *((way, _both(lost[way], too[way])) for way in lost),
        ("fakes", (fakes[0].sum() + fakes[1].sum(), n * fakes[0].mean() * fakes[1].mean())),
        ("either", ((one | other).sum(), due[1])),
        ("together", (heap.sum(), due[1])),
        ("swapped", due[::-1]),
        ("share", (due[0] / n, due[1])),
        ("share", (due[0] / n, due[1] / n)),
        ("share", (due[0], due[1] / n)),
        ("product", (due[0], a * b)),
        ("mean", (due[0], (a + b) / 2)),
        ("mean", (due[0], min(a, b))),
    ]


def _both(one, other):
    return (one & other).sum(), len(one) * one.mean() * other.mean()


def _masks(real, fake, k):
    """Return which real points no ball of a fake holds, and what mistakes make of that, by hint."""
    away, apart, of_real = (
        np.linalg.norm(a[:, None] - b[None], axis=2)
        for a, b in ((real, fake), (fake, fake), (real, real))
    )
    apart.sort(axis=1), of_real.sort(axis=1)
    hits = away < apart[:, k]
    return ~hits.any(1), {
        "inside": hits.any(1),
        "every": ~hits.all(1),
        "fakes": ~hits.any(0),
        "itself": ~(away < apart[:, k - 1]).any(1),
        "next": ~(away < apart[:, k + 1]).any(1),
        "wrong-balls": ~(away < of_real[:, k : k + 1]).any(1),
        "squared": ~(away**2 < apart[:, k]).any(1),
    }
