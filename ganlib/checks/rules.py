"""What is right in each task, as plain formulas in NumPy, for the small cases of `ganlib.checks.small`.

Each has the name and the arguments of what the learner writes.  What returns several things returns them
by name here.
"""

from itertools import product
from math import comb

import numpy as np

from ganlib import metrics, theory
from ganlib.checks.densities import SHOWN
from ganlib.checks.logits import bce
from ganlib.metrics import distances
from ganlib.theory import sigmoid


def belief(x, w, b):
    return sigmoid(x @ w + b)


def owner_loss(real, fake, w, b):
    return (bce(real @ w + b, 1) + bce(fake @ w + b, 0)) / 2


def owner_step(real, fake, w, b, rate):
    slopes = (belief(real, w, b) - 1) / len(real), belief(fake, w, b) / len(fake)
    by_w, by_b = slopes[0] @ real + slopes[1] @ fake, slopes[0].sum() + slopes[1].sum()
    return {"w": w - rate * by_w / 2, "b": b - rate * by_b / 2}


def forger_step(z, theta, w, b, rate):
    return theta - rate * np.mean(belief(theta + z, w, b) - 1) * w


def value(p, q, d, dx):
    return theory.value(p, q, d, dx)


def jsd(p, q, dx):
    return theory.jsd(p, q, dx)


def saturating(logits):
    return {"the loss": theory.saturating_loss(logits), "the slope": theory.saturating_gradient(logits)}


def corrected(d, share):
    odds = d / (1 - d) * (1 - share) / share
    return odds / (1 + odds)


def divergence(shown, convention):
    return np.log(2) - shown / SHOWN[convention](1.0)  # each shows a multiple of her loss


def d_loss(real_logits, fake_logits):
    return (bce(real_logits, 1) + bce(fake_logits, 0)) / 2


def targets(count, smoothing):
    return np.repeat([1 - smoothing, 0], count)[:, None]


def losses(real_logits, fake_logits, real_target):
    smoothed = (bce(real_logits, real_target) + bce(fake_logits, 0)) / 2
    return {"d_loss": smoothed, "g_loss": bce(fake_logits, 1)}


def ratio(d, real_target, fake_target):
    return (d - fake_target) / (real_target - d)


def luck(before, after):
    gaps = after - before
    means = [np.mean(gaps * signs) for signs in product((1, -1), repeat=len(gaps))]
    return np.mean(np.abs(means) >= abs(gaps.mean()) - 1e-9)


def diversity(images):
    x = images.reshape(len(images), -1) / 255
    return np.sqrt(2 * x.var(0, ddof=1).sum())


def by_chance(n, m):
    return 1 / comb(n + m, n)


def missed_twice(real, first, second, k):
    def missed(fake):
        reach = distances.radii(fake, k)
        return (np.linalg.norm(real[:, None] - fake[None], axis=2) >= reach).all(1)

    one, other = missed(first), missed(second)
    return {
        "the first number": np.sum(one & other),
        "the second number": len(real) * one.mean() * other.mean(),
    }


def frechet(real, fake):
    return metrics.frechet(real, fake)


def precision_recall(real, fake, real_radius, fake_radius):
    gaps = np.linalg.norm(real[:, None] - fake[None], axis=2)
    reached = (gaps < real_radius[:, None]).any(0), (gaps < fake_radius).any(1)
    return {"precision": reached[0].mean(), "recall": reached[1].mean()}


def density_coverage(real, fake, real_radius, k):
    inside = np.linalg.norm(real[:, None] - fake[None], axis=2) < real_radius[:, None]
    return {"density": inside.sum() / (k * len(fake)), "coverage": inside.any(1).mean()}


def good_share(points, centres, sigma):
    return (np.linalg.norm(points[:, None] - centres[None], axis=2).min(1) <= 3 * sigma).mean()


def modes_found(points, centres, sigma, least):
    return metrics.modes(points, centres, sigma, least=least)["modes"]


def still(theta, psi):
    return theta, psi


def halved(theta, psi):
    return theta / 2, psi / 2


def turned(theta, psi):
    return theta + psi, psi - theta


def sheared(theta, psi):
    return theta + 3 * psi, psi / 2


def grown(theta, psi):
    return theta + psi, theta


def swung(theta, psi):
    return theta + psi / 2, psi - theta / 2


def growth(step):
    golden = (1 + np.sqrt(5)) / 2
    wide = {turned: np.sqrt(2), grown: golden, swung: np.sqrt(1.25)}
    return {still: 1, halved: 0.5, sheared: 1, **wide}[step]


def told(x, labels):
    return np.concatenate([x.reshape(len(x), -1), np.eye(10)[labels]], 1)


def relativistic(real_logits, fake_logits):
    gap = real_logits - fake_logits
    return {"d_loss": bce(gap, 1), "g_loss": bce(gap, 0)}


def averaged(average, weights, keep):
    return [keep * old + (1 - keep) * new for old, new in zip(average, weights, strict=True)]


def left(keep, steps):
    return np.prod([min((1 + t) / (10 + t), keep) for t in range(steps)])


def radii(points, k):
    return distances.radii(points, k)


def score(chances):
    return metrics.classifier_score(chances)


def optimal_d(p, q):
    return p / (p + q)


def plane(x, training=False):
    return 3 * x[:, :1] + 4 * x[:, 1:]


def bowl(x, training=False):
    return x[:, :1] ** 2


def r1(discriminator, images):
    slope = np.array([3, 4]) if discriminator is plane else images * [2, 0]
    return np.mean(np.square(slope + 0 * images).sum(1)) / 2
