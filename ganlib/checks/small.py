"""Small cases for the tasks' advice: what is right, and where a mistake shows best, the simplest first.

A logit of -50 or 50 switches one half of a loss off: its cost is 0, so that the other half is seen alone.
"""

import numpy as np

from ganlib import metrics, theory
from ganlib.checks.contrast import contrast
from ganlib.metrics.distances import radii as ball_radii
from ganlib.theory import sigmoid

__all__ = ["small_case"]


def softplus(x):
    return np.logaddexp(0, x)


def bce(logits, target):
    return np.mean(softplus(logits) - target * logits)


def belief(x, w, b):
    return sigmoid(x @ w + b)


def owner_loss(real, fake, w, b):
    return (bce(real @ w + b, 1) + bce(fake @ w + b, 0)) / 2


def owner_step(real, fake, w, b, rate):
    slopes = (belief(real, w, b) - 1) / len(real), belief(fake, w, b) / len(fake)
    by_w, by_b = slopes[0] @ real + slopes[1] @ fake, slopes[0].sum() + slopes[1].sum()
    return {"w": w - rate * by_w / 2, "b": b - rate * by_b / 2}


def forger_loss(z, theta, w, b):
    return bce((theta + z) @ w + b, 1)


def forger_step(z, theta, w, b, rate):
    return theta - rate * np.mean(belief(theta + z, w, b) - 1) * w


def value(p, q, d, dx):
    return np.sum(np.where(p > 0, p * np.log(d), 0) + np.where(q > 0, q * np.log(1 - d), 0)) * dx


def _kl(p, m):
    return np.sum(np.where(p > 0, p * np.log(p / m), 0))


def jsd(p, q, dx):
    return (_kl(p, (p + q) / 2) + _kl(q, (p + q) / 2)) / 2 * dx


def saturating(logits):
    return {"the loss": -softplus(logits), "the slope": -sigmoid(logits)}


def non_saturating(logits):
    return {"the loss": softplus(-logits), "the slope": sigmoid(logits) - 1}


def d_loss(real_logits, fake_logits):
    return (bce(real_logits, 1) + bce(fake_logits, 0)) / 2


def g_loss(fake_logits):
    return bce(fake_logits, 1)


def targets(count, smoothing):
    return np.repeat([1 - smoothing, 0], count)[:, None]


def losses(real_logits, fake_logits, real_target):
    d_loss = (bce(real_logits, real_target) + bce(fake_logits, 0)) / 2
    return {"d_loss": d_loss, "g_loss": bce(fake_logits, 1)}


def smoothed_d(p, q, real_target, fake_target):
    return (real_target * p + fake_target * q) / (p + q)


def equilibrium(real_target):
    end = theory.equilibrium(real_target)
    return {"d": end.d, "d_loss": end.d_loss, "g_loss": end.g_loss}


def best_logit(real_target):
    return np.log(real_target) - np.log(1 - real_target)


def scale(image):
    return image.astype(float) / 127.5 - 1


def diversity(images):
    x = images.reshape(len(images), -1) / 255
    return np.sqrt(2 * x.var(0, ddof=1).sum())


def frechet(real, fake):
    return metrics.frechet(real, fake)


def precision_recall(real, fake, real_radius, fake_radius):
    gaps = np.linalg.norm(real[:, None] - fake[None], axis=2)
    reached = (gaps < real_radius[:, None]).any(0), (gaps < fake_radius).any(1)
    return {"precision": reached[0].mean(), "recall": reached[1].mean()}


def density_coverage(real, fake, real_radius, k):
    inside = np.linalg.norm(real[:, None] - fake[None], axis=2) < real_radius[:, None]
    return {"density": inside.sum() / (k * len(fake)), "coverage": inside.any(1).mean()}


def rank(tables):
    return np.array(sorted(range(len(tables)), key=lambda i: [-x for x in tables[i].values()]))


def good_share(points, centres, sigma):
    return (np.linalg.norm(points[:, None] - centres[None], axis=2).min(1) <= 3 * sigma).mean()


def modes_found(points, centres, sigma):
    return metrics.modes(points, centres, sigma)["modes"]


def dirac_step(theta, psi, rate, r1):
    d = sigmoid(psi * theta)
    return {"theta": theta + rate * d * psi, "psi": psi - rate * (d * theta + r1 * psi)}


def growth(rate, r1):
    step = [[1, rate / 2], [-rate / 2, 1 - rate * r1]]
    return np.abs(np.linalg.eigvals(np.array(step, complex))).max()


def with_label(z, labels):
    return np.concatenate([z, np.eye(10)[labels]], 1)


def judged(images, labels):
    return np.concatenate([images.reshape(len(images), -1), np.eye(10)[labels]], 1)


def relativistic(real_logits, fake_logits):
    gap = real_logits - fake_logits
    return {"d_loss": softplus(-gap).mean(), "g_loss": softplus(gap).mean()}


def difference(function, x, h):
    return (function(x + h) - function(x - h)) / (2 * h)


def averaged(average, weights, keep):
    return [keep * old + (1 - keep) * new for old, new in zip(average, weights, strict=True)]


def square(x):
    """x²"""
    return x * x


def cube(x):
    """x³"""
    return x**3


def plane(x, training=False):
    """3 x₁ + 4 x₂"""
    return x @ np.array([[3], [4]], "float32")


def bowl(x, training=False):
    """x₁²"""
    return x[:, :1] * x[:, :1]


def r1(discriminator, images):
    slopes = {plane: lambda x: [3, 4] + 0 * x, bowl: lambda x: [2, 0] * x}[discriminator](images)
    return np.square(slopes).sum(1).mean() / 2


ONE, FAR = [[1.0, 0.0]], [[-50.0, 0.0]]
CLOUD = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]
TRIED = {  # by task: the rule and the cases
    "1.1": (belief, [([[1.0, 0.0]], [2.0, 0.0], 0.0), ([[0.0, 1.0]], [0.0, 2.0], 0.0)]
            + [([[0.0, 0.0]], [2.0, 1.0], 1.0), ([[1.0, 2.0]], [2.0, -1.0], 0.5)]),
    "1.2": (owner_loss, [(ONE, FAR, [1.0, 0.0], 0.0), ([[50.0, 0.0]], ONE, [1.0, 0.0], 0.0)]
            + [(ONE, ONE, [1.0, 0.0], 0.0), ([[1.0, 0.0], [0.0, 0.0]], ONE, [1.0, 2.0], 0.5)]),
    "1.3": (owner_step, [(ONE, FAR, [1.0, 0.0], 0.0, 1.0), ([[50.0, 0.0]], ONE, [1.0, 0.0], 0.0, 1.0)]
            + [(ONE, ONE, [1.0, 0.0], 0.0, 0.5), ([[1.0, 0.0], [0.0, 2.0]], ONE, [1.0, 2.0], 0.5, 1.0)]
            + [(ONE, [[1.0, 0.0], [0.0, 2.0]], [1.0, 2.0], 0.5, 1.0)]),
    "1.4": (forger_loss, [([[0.0, 0.0]], [1.0, 0.0], [1.0, 0.0], 0.0)]
            + [([[1.0, 0.0]], [0.0, 0.0], [1.0, 0.0], 0.0), ([[1.0, 2.0], [0.0, 1.0]], [1.0, 0.0], [1.0, 2.0], 1.0)]),
    "1.5": (forger_step, [([[0.0, 0.0]], [1.0, 0.0], [1.0, 0.0], 0.0, 1.0)]
            + [([[1.0, 0.0]], [0.0, 0.0], [1.0, 2.0], 0.0, 0.5)]
            + [([[1.0, 2.0], [0.0, 1.0]], [1.0, 0.0], [1.0, -2.0], 1.0, 0.5)]),
    "2.1": (lambda p, q: p / (p + q), [([0.5], [0.5]), ([0.9], [0.1]), ([2.0, 1.0], [1.0, 3.0])]),
    "2.2": (value, [([1.0], [0.0], [0.25], 1.0), ([0.0], [1.0], [0.25], 1.0), ([1.0], [2.0], [0.25], 0.5)]
            + [([1.0, 3.0], [2.0, 1.0], [0.25, 0.5], 0.5)]),
    "2.3": (jsd, [([1.0], [1.0], 1.0), ([2.0], [1.0], 1.0), ([1.0], [2.0], 0.5), ([1.0, 0.0], [0.0, 1.0], 1.0)]
            + [([1.0, 2.0], [3.0, 1.0], 0.5)]),
    "2.4": (saturating, [([0.0],), ([1.0],), ([-1.0, 2.0],)]),
    "2.5": (non_saturating, [([0.0],), ([1.0],), ([-1.0, 2.0],)]),
    "3.2": (d_loss, [([[1.0]], [[-50.0]]), ([[50.0]], [[1.0]]), ([[1.0], [2.0]], [[1.0], [-1.0]])]),
    "3.3": (g_loss, [([[0.0]],), ([[1.0]],), ([[1.0], [-2.0]],)]),
    "4.1": (targets, [(1, 0.0), (1, 0.1), (2, 0.25)]),
    "4.2": (losses, [([[1.0]], [[-50.0]], 1.0), ([[50.0]], [[1.0]], 1.0), ([[1.0]], [[1.0]], 0.5)]
            + [([[1.0], [2.0]], [[1.0], [-1.0]], 0.5)]),
    "4.3": (smoothed_d, [([1.0], [0.0], 0.9, 0.2), ([0.0], [1.0], 0.9, 0.2), ([1.0], [3.0], 0.9, 0.2)]),
    "4.4": (equilibrium, [(1.0,), (0.8,)]),
    "4.5": (best_logit, [(0.5,), (0.8,), (0.2,), (0.6,)]),
    "5.2": (scale, [(np.array([[0]], np.uint8),), (np.array([[255]], np.uint8),), (np.array([[51]], np.uint8),)]),
    "5.4": (diversity, [(np.array([[[0]], [[255]]], np.uint8),), (np.array([[[0]], [[255]], [[255]]], np.uint8),)]
            + [(np.array([[[0, 0]], [[255, 51]], [[0, 255]]], np.uint8),)]),
    "6.1": (frechet, [(CLOUD, [[3.0, 0.0], [5.0, 0.0], [3.0, 2.0]]), (CLOUD, [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])]
            + [(CLOUD, [[0.0, 0.0], [3.0, 1.0], [1.0, 5.0]])]),
    "6.2": (lambda points, k: ball_radii(points, k), [([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]], 1)]
            + [([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]], 2), ([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]], 1)]),
    "6.3": (precision_recall, [([[0.0, 0.0]], [[1.0, 0.0]], [2.0], [2.0]), ([[0.0, 0.0]], [[1.0, 0.0]], [2.0], [0.5])]
            + [([[0.0, 0.0]], [[1.0, 0.0], [5.0, 0.0]], [2.0], [2.0, 2.0])]
            + [([[0.0, 0.0], [9.0, 0.0]], [[1.0, 1.0], [5.0, 0.0]], [2.0, 1.0], [2.0, 1.0])]),
    "6.4": (density_coverage, [([[0.0, 0.0]], [[1.0, 0.0]], [2.0], 1), ([[0.0, 0.0]], [[1.0, 0.0]], [2.0], 2)]
            + [([[0.0, 0.0], [5.0, 0.0]], [[1.0, 0.0]], [2.0, 2.0], 1)]
            + [([[0.0, 0.0], [1.0, 0.0]], [[1.0, 1.0], [9.0, 0.0]], [2.0, 2.0], 1)]),
    "6.5": (lambda chances: metrics.classifier_score(chances), [([[0.5, 0.5]],), ([[1.0, 0.0], [0.0, 1.0]],)]
            + [([[0.8, 0.2], [0.4, 0.6]],)]),
    "7.1": (good_share, [([[1.0, 0.0]], [[0.0, 0.0]], 1.0), ([[4.0, 0.0]], [[0.0, 0.0]], 1.0)]
            + [([[2.5, 2.5], [9.0, 0.0]], [[0.0, 0.0], [8.0, 0.0]], 1.0), ([[1.0, 1.0]], [[0.0, 0.0]], 0.4)]),
    "7.2": (modes_found, [([[1.0, 0.0]], [[0.0, 0.0]], 1.0), ([[4.0, 0.0]], [[0.0, 0.0]], 1.0)]
            + [([[1.0, 0.0], [2.0, 0.0], [9.0, 0.0]], [[0.0, 0.0], [8.0, 0.0]], 1.0)]),
    "7.3": (dirac_step, [(1.0, 0.0, 1.0, 0.0), (0.0, 1.0, 1.0, 0.0), (0.0, 1.0, 1.0, 0.5), (1.0, 2.0, 0.5, 0.0)]
            + [(1.0, 2.0, 0.5, 0.5)]),
    "7.4": (growth, [(1.0, 0.0), (1.0, 0.5), (0.5, 3.0)]),
    "8.1": (with_label, [([[0.5]], [2])]),
    "8.2": (judged, [([[[0.5, 0.25]]], [2])]),
    "8.3": (relativistic, [([[1.0]], [[0.0]]), ([[0.0]], [[1.0]]), ([[1.0], [0.0]], [[2.0], [3.0]])]),
    "8.4": (r1, [(plane, [[0.0, 0.0]]), (bowl, [[1.0, 0.0]]), (bowl, [[1.0, 0.0], [3.0, 0.0]])]),
    "8.5": (difference, [(square, 1.0, 0.5), (square, -1.0, 0.5), (cube, 1.0, 1.0), (cube, 2.0, 0.5)]),
    "8.6": (averaged, [([np.ones(1)], [np.zeros(1)], 0.75), ([np.zeros(1)], [np.ones(1)], 0.75)]
            + [([np.ones(2), np.zeros(1)], [np.zeros(2), np.ones(1)], 0.5)]),
}  # fmt: skip
TENSORS = ("3.2", "3.3", "5.2", "8.1", "8.2", "8.3", "8.4")


def small_case(number, answer):
    """Return a sentence on a small case of this task that an answer misses, empty if there is none."""
    return contrast(answer, *TRIED[number], number in TENSORS) if number in TRIED else ""
