"""Distances between two clouds of points, real and fake, in any space where length means something."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from ganlib.errors import refuse

MEMORY = 200  # MiB that one block of distances may take


def cloud(name, points, least=2):
    """Return points as float64 ``(n, d)``.

    Raises:
        ValueError: Another rank, fewer than ``least`` rows, NaN or infinity.
    """
    points = np.asarray(points, dtype="float64")
    if points.ndim != 2 or len(points) < least:
        todo = {0: "That is one number: hand over a table, a row for each.", 2: "Take more of them."}
        todo = todo.get(points.ndim, "Give each a row of its own: images.reshape(len(images), -1).")
        raise refuse(name, f"shape {points.shape}", f"(n, d) with n ≥ {least}", todo)
    if not np.isfinite(points).all():
        raise refuse(name, "NaN or infinity", "finite numbers", "Find out where they come from.")
    return points


def frechet(real, fake):
    """Return the Fréchet distance between two Gaussians with the means and covariances of two clouds.

    ``|m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^½)``: Dowson and Landau (1982), eq. 4; as a measure of GANs,
    Heusel et al. (2017), eq. 6.  Zero for equal moments; in the units of the features, squared.

    Args:
        real: ``(n, d)``.
        fake: ``(m, d)``.
    """
    real, fake = cloud("real", real), cloud("fake", fake)
    shift = real.mean(0) - fake.mean(0)
    one, two = np.atleast_2d(np.cov(real.T)), np.atleast_2d(np.cov(fake.T))
    # tr (S1 S2)^½ = tr (S1^½ S2 S1^½)^½, and this product is symmetric: no complex square root
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ two @ root), 0)).sum()
    return float(max(shift @ shift + np.trace(one) + np.trace(two) - 2 * cross, 0.0))


def kid(real, fake):
    """Return the kernel inception distance: how far apart two clouds are in the eyes of a cubic kernel.

    The squared maximum mean discrepancy with ``k(x, y) = (x·y / d + 1)³``, from all pairs of different
    points: Bińkowski et al. (2018), "Demystifying MMD GANs", section 4.  It compares the first three
    moments, where `frechet` compares two, and is *unbiased*: for clouds of one kind it is 0 on average
    however few their points, and so at times below 0.  In the units of the features to the sixth power.

    Args:
        real: ``(n, d)``, n ≥ 2.
        fake: ``(m, d)``, m ≥ 2.
    """
    real, fake = cloud("real", real), cloud("fake", fake)
    return _within(real) + _within(fake) - 2 * _kernel_sum(real, fake) / (len(real) * len(fake))


def _within(points):
    """Return the mean kernel of all pairs of different points of one cloud."""
    themselves = _cubic(np.square(points).sum(1), points.shape[1]).sum()
    return (_kernel_sum(points, points) - themselves) / (len(points) * (len(points) - 1))


def _kernel_sum(one, two):
    """Return the sum of the kernel over all pairs of a point of each, in blocks that fit in `MEMORY`."""
    rows = max(1, int(MEMORY * 2**20 / 8 / len(two)))
    blocks = (one[i : i + rows] @ two.T for i in range(0, len(one), rows))
    return float(sum(_cubic(block, one.shape[1]).sum() for block in blocks))


def _cubic(products, width):
    return (products / width + 1) ** 3


def neighbours(real, fake, k=5):
    """Compare two clouds by balls: around each point, as far as its k-th neighbour in its own cloud.

    * precision: share of fakes in at least one real ball; recall: share of reals in at least one fake
      ball.  Kynkäänniemi et al. (2019), eqs. 1 and 2.
    * density: real balls around a fake, on average, over k; coverage: share of real balls with a fake
      in them.  Naeem et al. (2020), eqs. 3 and 4.

    All depend on the number of points: compare only figures of equal n, m and k.

    Args:
        real: ``(n, d)``, n > k.
        fake: ``(m, d)``, m > k.
        k: Which neighbour sets the radius, the point itself not counted; ≥ 1.

    Returns:
        A dict of ``precision``, ``recall``, ``density`` and ``coverage``.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise refuse("k", k, "a whole number of at least 1", "The papers take 3 or 5.")
    real, fake = cloud("real", real, k + 1), cloud("fake", fake, k + 1)
    real_radius, fake_radius = radii(real, k), radii(fake, k)
    in_real, in_fake = [], []
    # one pass over the blocks of distances: rows are reals, columns are fakes
    count = np.zeros(len(fake))
    for rows, block in _blocks(real, fake):
        inside = block < real_radius[rows, None]
        count += inside.sum(0)
        in_real.append(inside.any(1))
        in_fake.append((block < fake_radius).any(1))
    return {
        "precision": float((count > 0).mean()),
        "recall": float(np.concatenate(in_fake).mean()),
        "density": float(count.mean() / k),
        "coverage": float(np.concatenate(in_real).mean()),
    }


def radii(points, k):
    """Return each point's distance to its k-th neighbour in the same cloud: ``(n,)``."""
    return np.concatenate([np.partition(block, k, axis=1)[:, k] for _, block in _blocks(points, points)])


def _blocks(one, two):
    """Yield slices of rows of ``one`` and their distances to all of ``two``."""
    start = 0
    for block in pairwise_distances_chunked(one, None if two is one else two, working_memory=MEMORY):
        yield slice(start, start + len(block)), block
        start += len(block)
