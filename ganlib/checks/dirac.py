"""The game of two numbers: its rounds, their matrix near 0, and a row that plays it."""

import numpy as np

from ganlib.theory import sigmoid

__all__ = ["ROW", "matrix_of", "play", "round_of"]


def round_of(rate, r1=0.0, in_turn=False, g_rate=None):
    """Return a round of the Dirac game as a function ``(theta, psi) → (theta, psi)``."""

    def step(theta, psi):
        moved = psi - rate * (sigmoid(psi * theta) * theta + r1 * psi)
        seen = moved if in_turn else psi
        return theta + (g_rate or rate) * sigmoid(seen * theta) * seen, moved

    return step


def matrix_of(step, h=1e-4):
    """Return the matrix of a round near (0, 0), by central differences."""
    return np.stack([(np.array(step(*at)) - step(*-at)) / (2 * h) for at in h * np.eye(2)], 1)


ROW = {"rate": 0.02, "memory": 0.9, "r1": 1.0, "in_turn": True}
ROUNDS = 100


def play(row, theta, psi, rounds=ROUNDS):
    """Play rounds of the Dirac game and return how far from 0 each start ends.

    Args:
        row: ``rate``; ``memory``, Adam's β₁ without its division; ``r1``; ``in_turn``.
        theta: Starts of G, ``(n,)``.
        psi: Starts of D, ``(n,)``.
        rounds: How many.
    """
    d_mean = g_mean = np.zeros_like(theta)
    kept, rate = row["memory"], row["rate"]
    for _ in range(rounds):
        d_mean = kept * d_mean + (1 - kept) * (sigmoid(psi * theta) * theta + row["r1"] * psi)
        moved = psi - rate * d_mean
        seen = moved if row["in_turn"] else psi
        g_mean = kept * g_mean + (1 - kept) * sigmoid(seen * theta) * seen
        theta, psi = theta + rate * g_mean, moved
    return np.hypot(theta, psi)
