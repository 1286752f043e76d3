"""Three losses of two numbers, and their slopes with a slip in one of them: task 1.4."""

import numpy as np

from ganlib.theory import sigmoid

__all__ = ["LOSSES", "SLIPS"]


def _needs_a_point(loss):
    """Let a loss say what it takes: its code is hidden from who calls it."""

    def checked(x):
        if np.shape(x) != (2,):
            raise ValueError(f"a loss takes one point, of shape (2,), and was given shape {np.shape(x)}")
        return loss(x)

    return checked


@_needs_a_point
def _soft(x):
    return np.logaddexp(0, x[0] - 2 * x[1])


def _soft_slope(x, times=1.0):
    return times * sigmoid(x[0] - 2 * x[1]) * np.array([1, -2])


@_needs_a_point
def _wave(x):
    return x[0] ** 2 * x[1] + np.sin(x[1])


def _wave_slope(x, forgotten=False):
    return np.array([2 * x[0] * (1 if forgotten else x[1]), x[0] ** 2 + np.cos(x[1])])


TIMES = np.array([0.5, -1.0, 2.0])


@_needs_a_point
def _square(x):
    return np.mean((x[0] * TIMES + x[1]) ** 2)


def _square_slope(x, sign=1):
    off = 2 * (x[0] * TIMES + x[1])
    return np.array([np.mean(off * TIMES), sign * np.mean(off)])


def _made(slope, **slip):
    """Return a slope with a slip or without; printed, all look alike."""
    return lambda x: slope(x, **slip)


LOSSES = (_soft, _wave, _square)
SLIPS = {  # the place of the wrong slope by mistake, and the slopes
    "second": (2, (_made(_soft_slope), _made(_wave_slope), _made(_square_slope, sign=-1))),
    "origin": (1, (_made(_soft_slope), _made(_wave_slope, forgotten=True), _made(_square_slope))),
    "loose": (0, (_made(_soft_slope, times=1.01), _made(_wave_slope), _made(_square_slope))),
}
