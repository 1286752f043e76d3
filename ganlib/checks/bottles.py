"""Forgers of the wines for tasks 1.6 and 1.7, and an owner who is shown columns of one's own."""

import numpy as np

from ganlib.data import load_wine
from ganlib.theory import sigmoid

__all__ = ["forger", "held_out"]

FORGERS = {  # what each does to a real bottle
    "strong": lambda x: x + np.array([1.2, 0.0]),
    "pale": lambda x: x - np.array([0.0, 0.9]),
    "mirror": lambda x: x * np.array([1.0, -1.0]),
}


def forger(name, bottles):
    """Return a forger, a function ``(count, seed)`` that returns bottles ``(count, 2)``."""

    def forge(count, seed):
        return FORGERS[name](bottles[np.random.default_rng(seed).integers(len(bottles), size=count)])

    return forge


HALF = 89  # of the 178 bottles


def held_out(columns, splits=8, steps=300):
    """Train an owner on columns of half the bottles and of the mirror's; return d_loss on the others."""
    bottles, losses = load_wine().points.astype(float), []
    for seed in range(splits):
        known, fresh = np.split(np.random.default_rng(seed).permutation(bottles), [HALF])
        parts = [columns(x) for half in (known, fresh) for x in (half, FORGERS["mirror"](half))]
        mean, spread = np.mean(parts[:2], (0, 1)), np.std(parts[:2], (0, 1)) + 1e-9
        real, fake, new_real, new_fake = (
            np.column_stack([(part - mean) / spread, np.ones(len(part))]) for part in parts
        )
        w = np.zeros(real.shape[1])
        for _ in range(steps):
            w -= 0.5 * ((sigmoid(real @ w) - 1) @ real + sigmoid(fake @ w) @ fake) / (2 * HALF)
        losses.append((np.logaddexp(0, -new_real @ w).mean() + np.logaddexp(0, new_fake @ w).mean()) / 2)
    return float(np.mean(losses))
