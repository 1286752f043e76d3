"""Logits on which losses are tried, and their cross-entropy in NumPy."""

import numpy as np

from ganlib.checks import Wrong

REAL = np.array([[2.0], [-1.0], [0.5], [3.0], [-0.4]], "float32")
FAKE = np.array([[-2.0], [1.5], [0.3], [-0.7], [1.1]], "float32")
SURE = np.array([[-200.0]], "float32")


def bce(logits, target):
    """Return the mean cross-entropy of logits with one target."""
    return np.mean(np.logaddexp(0, logits) - target * logits)


def as_probability(values, target):
    """Return the cross-entropy of someone who takes logits for probabilities, and clips them."""
    clipped = np.clip(values, 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(clipped) + (1 - target) * np.log(1 - clipped))


def check_far(losses, due):
    """Say what is wrong with losses at logits of plus and minus 200, if anything is."""
    losses = np.asarray(losses, float)
    if not np.isfinite(losses).all():
        raise Wrong("unstable")
    if not np.allclose(losses, due, rtol=1e-3, atol=1e-3):
        raise Wrong("clipped")


FAR_HINTS = {
    "unstable": "A logit of -200 gives infinity: use softplus, or from_logits.",
    "clipped": "A logit of -200 should cost 200: an epsilon or a clip caps it, and the slope there is 0.",
}
