"""Each loss against a NumPy oracle written from the definition, and against closed forms."""

import numpy as np
import pytest

import ganlib
from ganlib import losses
from ganlib.backend import tf
from ganlib.recipes import Adam
from tests import tiny

RNG = np.random.default_rng(3)
REAL, FAKE = RNG.normal(1, 2, (64, 1)).astype("f4"), RNG.normal(-1, 2, (64, 1)).astype("f4")


def belief(logits):
    return 1 / (1 + np.exp(-logits.astype("f8")))


def entropy(logits, target):
    d = belief(logits)
    return -np.mean(target * np.log(d) + (1 - target) * np.log(1 - d))


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (0.9, 0.0), (0.9, 0.1), (0.5, 0.5)])
def test_discriminator_loss_is_the_mean_cross_entropy_of_both_halves(alpha, beta):
    expected = (entropy(REAL, alpha) + entropy(FAKE, beta)) / 2
    found = float(losses.discriminator_loss(REAL, FAKE, alpha, beta))
    assert found == pytest.approx(expected, rel=1e-5)


def test_generator_losses_are_their_formulas():
    assert float(losses.non_saturating_loss(REAL, FAKE)) == pytest.approx(
        -np.mean(np.log(belief(FAKE))), rel=1e-5
    )
    assert float(losses.saturating_loss(REAL, FAKE)) == pytest.approx(
        np.mean(np.log(1 - belief(FAKE))), rel=1e-5
    )


def test_an_undecided_discriminator_costs_ln_2():
    zero = np.zeros((5, 1), "f4")
    for name, (d_loss, g_loss) in losses.LOSSES.items():
        assert float(d_loss(zero, zero, 1.0, 0.0)) == pytest.approx(np.log(2), abs=1e-6)
        sign = -1 if name == "saturating" else 1
        assert float(g_loss(zero, zero)) == pytest.approx(sign * np.log(2), abs=1e-6)


@pytest.mark.parametrize("logit", [-1e4, -100.0, 100.0, 1e4])
def test_losses_are_finite_for_sure_discriminators(logit):
    sure = np.full((3, 1), logit, "f4")
    for d_loss, g_loss in losses.LOSSES.values():
        assert np.isfinite(d_loss(sure, -sure, 1.0, 0.0))
        assert np.isfinite(g_loss(sure, -sure))


@pytest.mark.parametrize(
    ("name", "slope"), [("non-saturating", lambda d: d - 1), ("saturating", lambda d: -d)]
)
def test_gradient_by_the_logit_is_the_closed_form(name, slope):
    logits = tf.constant(FAKE)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.LOSSES[name][1](tf.constant(REAL), logits)
    np.testing.assert_allclose(tape.gradient(loss, logits) * 64, slope(belief(FAKE)), atol=1e-5)


def halfway(real, fake, z):
    return (real + fake) / 2


def unit_length(slopes):
    return tf.reduce_mean((tf.norm(slopes, axis=1) - 1) ** 2)


CRITIC = (
    lambda real_logits, fake_logits, *targets: tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits),
    lambda real_logits, fake_logits: -tf.reduce_mean(fake_logits),
)


def test_a_loss_with_a_penalty_is_a_pair_of_functions_and_a_row(monkeypatch):
    """A critic with a penalty on points between real and fake (Gulrajani et al., 2017, eq. 3)."""
    rows = (losses.Penalty(lambda recipe: 10.0 * (recipe.loss == "critic"), halfway, unit_length),)
    monkeypatch.setitem(losses.LOSSES, "critic", CRITIC)
    monkeypatch.setattr(losses, "PENALTIES", losses.PENALTIES + rows)
    gan = ganlib.GAN(tiny.POINTS.but(loss="critic", d_optimizer=Adam(0.05)), seed=3)
    gan.compile(jit_compile=True)
    w, b = (v.numpy() for v in gan.discriminator.trainable_variables)
    real, fake = np.random.default_rng(1).normal([[[3]], [[0]]], size=(2, 16, 2)).astype("f4")
    z = tf.zeros((16, 3))
    found = losses.judged(gan.discriminator, tf.constant(real), tf.constant(fake), z, gan.recipe)
    np.testing.assert_allclose(found[0], real @ w + b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1], fake @ w + b, rtol=1e-5, atol=1e-6)
    assert float(found[2]) == pytest.approx(10 * (np.linalg.norm(w) - 1) ** 2, rel=1e-4)  # D is linear
    ganlib.train(gan, np.float32(real), steps=300, verbose=0)
    slope = np.linalg.norm(gan.discriminator.trainable_variables[0])
    assert 0.5 < slope < 1.5  # held near 1; without the row it grows without end
    plain = ganlib.GAN(tiny.POINTS.but(loss="critic", d_optimizer=Adam(0.05)), seed=3)
    monkeypatch.setattr(losses, "PENALTIES", losses.PENALTIES[:2])
    plain.compile(jit_compile=True)
    ganlib.train(plain, np.float32(real), steps=300, verbose=0)
    assert np.linalg.norm(plain.discriminator.trainable_variables[0]) > 3
