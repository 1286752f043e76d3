"""Two games with a machine's networks, without a widget: the shop owner's and the walk through z."""

import numpy as np

from ganlib import theory
from ganlib.backend import tf
from ganlib.errors import refuse
from ganlib.gan import draw_z
from ganlib.playground import frames
from ganlib.playground.rounds import BOTTLES, Round

_FAR = 2**41  # draws of z beyond those that a training ever reaches


def deal(machine, number, seed=0):
    """Put sixteen bottles on the counter, five to eleven of them forged by G as it is now.

    Args:
        machine: `Trainer`.
        number: Which round, ≥ 0; equal numbers and seeds give the same places and the same z.
        seed: Whole number ≥ 0.
    """
    rng = np.random.default_rng((seed, number))
    forged = rng.permutation(BOTTLES) < rng.integers(5, 12)
    real = machine.scene.examples[rng.integers(len(machine.scene.examples), size=BOTTLES)]
    z = draw_z(BOTTLES, machine.gan.recipe.latent_dim, seed, _FAR + number)
    fake = machine.gan.draw_images(z)
    items = np.where(forged.reshape(-1, *[1] * (real.ndim - 1)), fake, real)
    logits = frames.judge(machine.gan, machine.gan.scale(tf.constant(items))).numpy()[:, 0]
    belief = theory.sigmoid(logits - frames.even(machine.gan, logits))
    return Round(machine.iteration, items, forged, belief)


def between(first, last, shares):
    """Return z on the way between two z ``(d,)``, one for each share in [0, 1]: ``(n, d)``.

    Along the great circle in more than two dimensions, where nearly all of N(0, I) lies on a sphere and
    the straight way would cut through its empty middle; straight in one or two.
    White (2016), "Sampling generative networks", section 2.1.
    """
    first, last = np.asarray(first, float), np.asarray(last, float)
    t = np.asarray(shares, float)[:, None]
    cosine = first @ last / max(np.linalg.norm(first) * np.linalg.norm(last), 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1))
    if len(first) <= 2 or np.sin(angle) < 1e-3:
        return ((1 - t) * first + t * last).astype("float32")
    ways = (np.sin((1 - t) * angle) * first + np.sin(t * angle) * last) / np.sin(angle)
    return ways.astype("float32")


class Walk:
    """A way through the z of one generator.

    Args:
        latent_dim: Length of z.
        seed: Whole number ≥ 0, for the two directions of the pad and the two ends.
    """

    def __init__(self, latent_dim, seed=0):
        rng = np.random.default_rng(seed)
        self.directions = np.eye(2, latent_dim) if latent_dim <= 2 else rng.normal(size=(2, latent_dim))
        self.ends = rng.normal(size=(2, latent_dim))

    def pad(self, x, y):
        """Return the z ``(1, d)`` at a place of the pad: ``x u + y v``.

        With u and v from N(0, I), z follows N(0, I) wherever x² + y² = 1; in two dimensions or one, x
        and y are the coordinates of z themselves.
        """
        return (np.array([[x, y]]) @ self.directions).astype("float32")

    def way(self, count=8):
        """Return ``count`` z from the one end to the other, ``(count, d)``."""
        return between(*self.ends, np.linspace(0, 1, count))


def digit_means(machine, count=2000, seed=0):
    """Return the mean z of the samples that look like each digit: a dict, digit to ``(d,)``.

    A sample counts for the label of the real image that is nearest to it.  A digit that G does not draw
    is missing.

    Args:
        machine: `Trainer` whose scene has labels.
        count: Samples to draw.
        seed: Whole number ≥ 0.

    Raises:
        ValueError: The examples have no labels.
    """
    if machine.scene.labels is None:
        raise refuse("examples", machine.scene.name, "examples with labels", "Play with 'digits'.")
    z = draw_z(count, machine.gan.recipe.latent_dim, seed, _FAR - 1).numpy()
    fake = machine.gan.draw_images(z).reshape(count, -1).astype("float32") / 255
    real = machine.scene.examples.reshape(len(machine.scene.labels), -1).astype("float32") / 255
    nearest = ((real**2).sum(1) - 2 * fake @ real.T).argmin(1)
    labels = machine.scene.labels[nearest]
    return {int(digit): z[labels == digit].mean(0) for digit in np.unique(labels)}
