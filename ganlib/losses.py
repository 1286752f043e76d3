"""Losses: pure functions of logits, a pair for each way to play the game.

A logit ``l`` stands for the belief ``D = sigmoid(l)`` that an example is real.  The sigmoid belongs to
the loss, in stable form: ``-log D = softplus(-l)`` and ``-log(1 - D) = softplus(l)``.

Every pair has the same signature:

* ``d_loss(real_logits, fake_logits, real_target, fake_target) -> scalar``
* ``g_loss(real_logits, fake_logits) -> scalar``

Logits have shape ``(n, 1)``, any finite number; targets are probabilities.
"""

from collections.abc import Callable
from typing import NamedTuple

from ganlib import chance
from ganlib.backend import keras, tf

ops = keras.ops


def binary_cross_entropy(logits, target):
    """Mean of ``-t log D - (1 - t) log(1 - D)`` for one target t in [0, 1].

    ``= softplus(l) - t l``, finite for every finite logit.
    """
    return ops.mean(ops.softplus(logits) - target * logits)


def discriminator_loss(real_logits, fake_logits, real_target=1.0, fake_target=0.0):
    """D's cross-entropy, the mean over both halves: -V/2 with V of Goodfellow et al. (2014), eq. 1.

    A discriminator that believes 1/2 everywhere has loss ln 2 with targets 1 and 0.
    """
    real_loss = binary_cross_entropy(real_logits, real_target)
    return (real_loss + binary_cross_entropy(fake_logits, fake_target)) / 2


def non_saturating_loss(real_logits, fake_logits):
    """G climbs log D(G(z)): ``-log D``, Goodfellow et al. (2014), end of section 3.

    Label smoothing does not enter: G's target is 1, whatever D's is.
    """
    return binary_cross_entropy(fake_logits, 1.0)


def saturating_loss(real_logits, fake_logits):
    """G descends log(1 - D(G(z))), Goodfellow et al. (2014), eq. 1; its slope dies where D is sure."""
    return -binary_cross_entropy(fake_logits, 0.0)


def relativistic_d_loss(real_logits, fake_logits, real_target=1.0, fake_target=0.0):
    """D wants each real above its paired fake: ``softplus(-(l_real - l_fake))``.

    Jolicoeur-Martineau (2019), "The relativistic discriminator", section 3.2; the pair has one target,
    so smoothing both ways comes to ``real_target`` alone.
    """
    return binary_cross_entropy(real_logits - fake_logits, real_target)


def relativistic_g_loss(real_logits, fake_logits):
    """The mirror image: G wants each fake above its paired real."""
    return binary_cross_entropy(fake_logits - real_logits, 1.0)


def wasserstein_d_loss(real_logits, fake_logits, real_target=1.0, fake_target=0.0):
    """A critic wants its mean over reals far above its mean over fakes; there are no targets.

    While no slope is steeper than 1, the lead that it wins, minus this loss, is at most the Wasserstein
    distance W1, and the best critic's is W1: Arjovsky et al. (2017), eqs. 2 and 3.  Without a penalty
    such as ``gp`` the slopes, and the loss, grow without end.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_g_loss(real_logits, fake_logits):
    """G wants the critic's mean over fakes high; only its changes mean something, for it has no zero."""
    return -ops.mean(fake_logits)


LOSSES = {
    "non-saturating": (discriminator_loss, non_saturating_loss),
    "saturating": (discriminator_loss, saturating_loss),
    "relativistic": (relativistic_d_loss, relativistic_g_loss),
    "wasserstein": (wasserstein_d_loss, wasserstein_g_loss),
}


def logits_and_slope(discriminator, images, wanted=True):
    """Return D's logits and the mean squared length of their gradient in the images.

    Half of it, times a weight, is the penalty R1 on real images and R2 on fakes: Mescheder et al. (2018),
    eq. 9.  Each logit must depend on its own row alone, so no batch norm in D.

    Args:
        discriminator: Maps ``(n, ...)`` to logits ``(n, 1)``.
        images: float32, ``(n, ...)``.
        wanted: False or 0 for logits alone, with a slope of 0.0: the second gradient costs as much as D.

    Returns:
        Logits ``(n, 1)`` and a number ≥ 0.
    """
    if not wanted:
        return discriminator(images, training=True), 0.0
    logits, slopes = _logits_and_slopes(discriminator, images)
    return logits, squared_length(slopes)


def _logits_and_slopes(discriminator, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images, training=True)
    return logits, tape.gradient(logits, images)


def squared_length(slopes):
    """Return the mean squared length of slopes ``(n, ...)``: what R1 and R2 make costly."""
    return ops.sum(ops.square(slopes)) / ops.cast(ops.shape(slopes)[0], "float32")


def off_unit_length(slopes):
    """Return the mean of ``(length - 1)²`` of slopes ``(n, ...)``: Gulrajani et al. (2017), eq. 3."""
    squares = ops.sum(ops.square(ops.reshape(slopes, (ops.shape(slopes)[0], -1))), 1)
    return ops.mean(ops.square(ops.sqrt(squares + 1e-12) - 1))  # a root has no slope at 0


class Penalty(NamedTuple):
    """A cost of D's slope that is added to her loss.

    Attributes:
        weight: Function of the recipe; 0 where it has no such penalty.
        where: ``"real"`` or ``"fake"``; or a function of both, and of z, that returns other points
            ``(n, ...)`` at which the slope is taken.
        cost: Function of the slopes there, ``(n, ...)``; a number ≥ 0.
    """

    weight: Callable
    where: str | Callable
    cost: Callable


PENALTIES = (  # r1, r2: gamma / 2 times the mean squared length, Mescheder et al. (2018), eq. 9
    Penalty(lambda recipe: recipe.r1 / 2, "real", squared_length),
    Penalty(lambda recipe: recipe.r2 / 2, "fake", squared_length),
    Penalty(lambda recipe: recipe.gp, chance.between, off_unit_length),
)


def judged(discriminator, real, fake, z, recipe):
    """Return D's logits of reals and of fakes, ``(n, 1)`` each, and what her penalties come to.

    Without a penalty D sees both in one pass; a slope costs as much again as its pass.

    Args:
        discriminator: Maps ``(n, ...)`` to logits ``(n, 1)``.
        real: float32, ``(n, ...)``.
        fake: float32, of the same shape.
        z: What the fakes were made of, float32 ``(n, latent_dim)``: fresh random numbers.
        recipe: A ``Recipe``.
    """
    due = [(p.weight(recipe), p.where, p.cost) for p in PENALTIES if p.weight(recipe)]
    if not due:
        logits = discriminator(ops.concatenate([real, fake], 0), training=True)
        return *tf.split(logits, 2), 0.0
    places = {"real": real, "fake": fake}
    places |= {where: where(real, fake, z) for _, where, _ in due if callable(where)}
    logits, penalty = {}, 0.0
    for place, points in places.items():
        costs = [(weight, cost) for weight, where, cost in due if where == place]
        if costs:
            logits[place], slopes = _logits_and_slopes(discriminator, points)
            penalty += sum(weight * cost(slopes) for weight, cost in costs)
        else:
            logits[place] = discriminator(points, training=True)
    return logits["real"], logits["fake"], penalty
