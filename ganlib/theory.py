"""Closed forms: what the game between a generator and a discriminator comes to when both play well.

NumPy only.  Distributions are given by their values at points: ``p`` for the real examples and ``q``
for the fakes, with the ``weight`` of each point, which is the width of a cell for densities and 1 for
the probabilities of a finite set.  Every value is in nats.

Sources: Goodfellow et al. (2014), "Generative adversarial nets", and for smoothed targets Salimans et
al. (2016), "Improved techniques for training GANs", section 3.4.
"""

from typing import NamedTuple

import numpy as np

from ganlib.errors import refuse


def sigmoid(logits):
    """Return ``D = 1 / (1 + exp(-l))`` in (0, 1) for logits of any shape, without overflow."""
    with np.errstate(over="ignore"):  # of exp, to infinity, where D is 0
        return 1 / (1 + np.exp(-np.asarray(logits)))


def optimal_d(p, q, real_target=1.0, fake_target=0.0, real_share=0.5):
    """Return the belief D* that no discriminator can improve on.

    ``D* = (α π p + β (1 - π) q) / (π p + (1 - π) q)`` for targets α and β and a share π of real
    examples.  With α = 1, β = 0 and π = 1/2 it is ``p / (p + q)``: Goodfellow et al. (2014),
    proposition 1, eq. 2.  With π = 1/2 it is the formula of Salimans et al. (2016), section 3.4.

    Args:
        p: Density of the real examples, any shape, ≥ 0.
        q: Density of the fakes at the same points, ≥ 0.
        real_target: α in [0, 1].
        fake_target: β in [0, 1].
        real_share: π in (0, 1).

    Returns:
        D* in [0, 1], of the same shape; NaN where p and q are both 0 and any belief is as good.

    Raises:
        ValueError: Shapes that differ, negative or non-finite densities, a target that is none.
    """
    p, q = _densities(p, q)
    _check_targets(real_target, fake_target, real_share)
    real, fake = real_share * p, (1 - real_share) * q
    total = real + fake
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, real_target * real + fake_target * fake, np.nan) / total


def value(p, q, d, weight=1.0):
    """Return ``V(D, G) = E_p[log D] + E_q[log(1 - D)]``: Goodfellow et al. (2014), eq. 1.

    Args:
        p: Density of the real examples, ``(n,)``, ≥ 0.
        q: Density of the fakes, ``(n,)``, ≥ 0.
        d: Belief of the discriminator at the same points, ``(n,)``, in [0, 1].
        weight: Width of the cells, ``(n,)`` or one number.

    Returns:
        A number ≤ 0; minus infinity where D is sure and wrong.  (Where q is 1e-16 of p, a D* is rounded
        to 1 and looks sure: clip it first.)

    Raises:
        ValueError: Shapes that differ, a negative or non-finite density, or a d that is no probability.
    """
    p, q, d = _densities(p, q, d)
    if not ((d >= 0) & (d <= 1)).all():
        todo = "Of logits take the sigmoid first: 1 / (1 + np.exp(-logits))."
        raise refuse("d", f"values in [{d.min():g}, {d.max():g}]", "probabilities, in [0, 1]", todo)
    return float(np.sum(weight * (_times_log(p, d) + _times_log(q, 1 - d))))


def kl(p, q, weight=1.0):
    """Return the Kullback-Leibler divergence ``E_p[log(p / q)]``, in [0, ∞].

    Arguments and errors as for `value`.
    """
    p, q = _densities(p, q)
    return float(np.sum(weight * (_times_log(p, p) - _times_log(p, q))))


def jsd(p, q, weight=1.0):
    """Return the Jensen-Shannon divergence, in [0, ln 2]: 0 for equals, ln 2 for no overlap.

    ``JSD = KL(p, m) / 2 + KL(q, m) / 2`` with ``m = (p + q) / 2``.  The best discriminator reaches
    ``V = 2 JSD - log 4``: Goodfellow et al. (2014), theorem 1, eq. 6.

    Arguments and errors as for `value`.
    """
    p, q = _densities(p, q)
    total = p + q  # not halved: half of the smallest number above 0 is 0
    return (kl(2 * p, total, weight) + kl(2 * q, total, weight)) / 4


def wasserstein(p, q, x):
    """Return the Wasserstein distance W1 of two distributions on a line: how far a unit of mass travels.

    ``∫ |F_p - F_q| dx``, the area between the two distribution functions: Peyré and Cuturi (2019),
    "Computational optimal transport", remark 2.30.  Unlike `jsd` it grows with the gap where p and q do
    not meet.

    Args:
        p: Probability of each point, ``(n,)``, ≥ 0, sum 1.
        q: The same for the fakes.
        x: The points, ``(n,)``, rising.

    Returns:
        A number ≥ 0, in the unit of x.

    Raises:
        ValueError: Shapes that differ, negative or non-finite numbers, sums other than 1 (to within a
            thousandth), points that do not rise.
    """
    p, q, x = _densities(p, q, x)
    for name, sum_of in (("p", p.sum()), ("q", q.sum())):
        if abs(sum_of - 1) > 1e-3:
            todo = "Densities times the width of a cell are probabilities: p * dx."
            raise refuse(name, f"numbers that sum to {sum_of:.4g}", "probabilities, of sum 1", todo)
    if not (np.diff(x) > 0).all():
        raise refuse("x", "points that do not rise", "rising points", "Sort points and probabilities.")
    return float(np.sum(np.abs(np.cumsum(p - q))[:-1] * np.diff(x)))


class Equilibrium(NamedTuple):
    """What a dashboard shows at the end of a perfect game, where q = p.

    Attributes:
        d: Belief of the discriminator, everywhere.
        d_loss: Its cross-entropy, the mean over all examples.
        real_loss: The part of the real examples: their mean.
        fake_loss: The part of the fakes.
        g_loss: The non-saturating loss of the generator.
        accuracy: Share of examples on the right side of 1/2; for a belief of exactly 1/2 the share that
            a coin gets right.
    """

    d: float
    d_loss: float
    real_loss: float
    fake_loss: float
    g_loss: float
    accuracy: float


def equilibrium(real_target=1.0, fake_target=0.0, real_share=0.5):
    """Return the `Equilibrium` for targets α and β and a share π of real examples.

    With q = p, `optimal_d` is the constant ``D = α π + β (1 - π)``.  D is then the mean target, so its
    cross-entropy is the entropy of a coin that falls on 1 with probability D.

    Args:
        real_target: α in [0, 1]; 0.9 is one-sided smoothing.
        fake_target: β in [0, 1].
        real_share: π in (0, 1).

    Raises:
        ValueError: A target or a share that is none.
    """
    _check_targets(real_target, fake_target, real_share)
    d = real_target * real_share + fake_target * (1 - real_share)
    real_loss, fake_loss = (_cross_entropy(t, d) for t in (real_target, fake_target))
    d_loss = real_share * real_loss + (1 - real_share) * fake_loss
    says_real = 0.5 if np.isclose(d, 0.5, rtol=0, atol=1e-12) else float(d > 0.5)
    accuracy = says_real * real_share + (1 - says_real) * (1 - real_share)
    g_loss = float(-np.log(d)) if d > 0 else float("inf")
    return Equilibrium(d, d_loss, real_loss, fake_loss, g_loss, accuracy)


def saturating_loss(logits):
    """Return G's loss ``log(1 - D)``, to descend: Goodfellow et al. (2014), eq. 1.  Any shape."""
    return -np.logaddexp(0, logits)


def non_saturating_loss(logits):
    """Return G's loss ``-log D``, to descend: Goodfellow et al. (2014), end of section 3.  Any shape."""
    return np.logaddexp(0, np.negative(logits))


def saturating_gradient(logits):
    """Return the slope of `saturating_loss` in the logit: ``-D``, which dies as D → 0.  Any shape."""
    return -sigmoid(logits)


def non_saturating_gradient(logits):
    """Return the slope of `non_saturating_loss` in the logit: ``D - 1``, near -1 as D → 0.  Any shape."""
    return -sigmoid(np.negative(logits))


def _cross_entropy(target, d):
    """``-t log d - (1 - t) log(1 - d)``, with 0 log 0 = 0."""
    return float(-_times_log(np.float64(target), d) - _times_log(np.float64(1 - target), 1 - d))


def _times_log(a, b):
    """Return ``a log b`` with ``0 log 0 = 0``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a == 0, 0.0, a * np.log(b))


def _densities(p, q, *more):
    """Return the arrays as float64, all of one shape and the first two possible densities."""
    arrays = [np.asarray(a, dtype=float) for a in (p, q, *more)]
    shapes = [a.shape for a in arrays]
    if len(set(shapes)) > 1:
        todo = "Evaluate all of them at the same points."
        raise refuse("p, q", f"shapes {shapes}", "arrays of one shape", todo)
    for name, array in zip("pq", arrays, strict=False):
        if not (np.isfinite(array) & (array >= 0)).all():
            todo = "A density is never negative: did you hand over its logarithm?"
            raise refuse(name, "a negative or non-finite value", "finite numbers ≥ 0", todo)
    return arrays


def _check_targets(real_target, fake_target, real_share):
    for name, number in (("real_target", real_target), ("fake_target", fake_target)):
        if not 0 <= number <= 1:
            todo = "A target is a probability: 0.9 smooths, 1 does not."
            raise refuse(name, number, "a number in [0, 1]", todo)
    if not 0 < real_share < 1:
        todo = "Half real and half fake is 0.5."
        raise refuse("real_share", real_share, "a number between 0 and 1", todo)
