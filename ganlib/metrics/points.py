"""Measures for two-dimensional toys whose modes are known."""

import numpy as np

from ganlib.errors import refuse
from ganlib.metrics.distances import cloud


def modes(points, centres, sigma, least=1):
    """Count the modes that samples reach, and the samples that reach a mode.

    A sample is good within 3 sigma of its nearest centre; a mode is found where at least ``least`` good
    samples are nearest to it.  Srivastava et al. (2017), VEEGAN, section 4.1, who draw 2 500 samples.

    Args:
        points: Samples ``(n, d)``.
        centres: Centres of the modes ``(m, d)``.
        sigma: Standard deviation of each mode in each direction, > 0.
        least: Good samples that a mode needs, ≥ 1.

    Returns:
        A dict: ``modes``, 0 to m; ``good``, the share of good samples; ``counts``, good samples a mode.
    """
    points, centres = cloud("points", points, 1), cloud("centres", centres, 1)
    if points.shape[1] != centres.shape[1]:
        found = f"{centres.shape[1]} coordinates"
        raise refuse(
            "centres", found, f"{points.shape[1]}, as the points have", "Compare like with like."
        )
    if not sigma > 0:
        raise refuse("sigma", sigma, "a number above 0", "Give the modes' standard deviation.")
    gaps = np.linalg.norm(points[:, None] - centres[None], axis=2)
    good = gaps.min(1) <= 3 * sigma
    counts = np.bincount(gaps.argmin(1)[good], minlength=len(centres))
    return {
        "modes": int((counts >= least).sum()),
        "good": float(good.mean()),
        "counts": [int(count) for count in counts],
    }
