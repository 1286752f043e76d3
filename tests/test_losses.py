"""Each loss against a NumPy oracle written from the definition, and against closed forms."""

import numpy as np
import pytest
from scipy.stats import kstest

import ganlib
from ganlib import losses, theory
from ganlib.backend import tf
from ganlib.gan import draw_z
from ganlib.recipes import LOGIT, Adam, dense
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


def test_a_critics_losses_are_two_means():
    d_loss, g_loss = losses.LOSSES["wasserstein"]
    assert float(d_loss(REAL, FAKE, 1.0, 0.0)) == pytest.approx(FAKE.mean() - REAL.mean(), rel=1e-5)
    assert float(g_loss(REAL, FAKE)) == pytest.approx(-FAKE.mean(), rel=1e-5)
    raised = d_loss(REAL + 5, FAKE + 5, 1.0, 0.0)  # only the lead counts
    assert float(raised) == pytest.approx(FAKE.mean() - REAL.mean(), rel=1e-5)


def test_an_undecided_discriminator_costs_ln_2():
    zero = np.zeros((5, 1), "f4")
    for name, (d_loss, g_loss) in losses.LOSSES.items():
        if name == "wasserstein":  # a critic has no beliefs: no lead, no loss
            assert float(d_loss(zero, zero, 1.0, 0.0)) == float(g_loss(zero, zero)) == 0
            continue
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


def off_two(slopes):
    return tf.reduce_mean((tf.norm(slopes, axis=1) - 2) ** 2)


HINGE = (  # Lim and Ye (2017), eq. 10
    lambda real_logits, fake_logits, *targets: tf.reduce_mean(
        tf.nn.relu(1 - real_logits) + tf.nn.relu(1 + fake_logits)
    ),
    lambda real_logits, fake_logits: -tf.reduce_mean(fake_logits),
)


@pytest.mark.trains
def test_a_loss_with_a_penalty_is_a_pair_of_functions_and_a_row(monkeypatch):
    """A pair that is not in the library, with a penalty that draws slopes to 2."""
    rows = (losses.Penalty(lambda recipe: 10.0 * (recipe.loss == "hinge"), halfway, off_two),)
    monkeypatch.setitem(losses.LOSSES, "hinge", HINGE)
    monkeypatch.setattr(losses, "PENALTIES", losses.PENALTIES + rows)
    gan = ganlib.GAN(tiny.POINTS.but(loss="hinge", d_optimizer=Adam(0.05)), seed=3)
    gan.compile(jit_compile=True)
    w, b = (v.numpy() for v in gan.discriminator.trainable_variables)
    real, fake = np.random.default_rng(1).normal([[[3]], [[0]]], size=(2, 16, 2)).astype("f4")
    z = tf.zeros((16, 3))
    found = losses.judged(gan.discriminator, tf.constant(real), tf.constant(fake), z, gan.recipe)
    np.testing.assert_allclose(found[0], real @ w + b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1], fake @ w + b, rtol=1e-5, atol=1e-6)
    assert float(found[2]) == pytest.approx(10 * (np.linalg.norm(w) - 2) ** 2, rel=1e-4)  # D is linear
    ganlib.train(gan, np.float32(real), steps=300, verbose=0)
    assert 1.9 < np.linalg.norm(gan.discriminator.trainable_variables[0]) < 2.1  # held near 2


CRITIC = tiny.POINTS.but(
    loss="wasserstein",
    discriminator=(*dense(32, "silu"), LOGIT),
    d_optimizer=Adam(5e-3),
    batch_size=64,
)


def critic_of_two_points(gap, **changes):
    """Return the GAN and its last d_loss: reals lie ``gap`` from the fakes at 0; D alone is trained.

    In the plane, for on a line a slope of -1 is a trap: the penalty likes it, and at 0 there is a wall.
    """
    gan = ganlib.build(CRITIC.but(**changes), seed=1)
    for weight in gan.generator.trainable_variables:
        weight.assign(tf.zeros_like(weight))
    real = tf.tile([[0.6 * gap, -0.8 * gap]], (64, 1))

    @tf.function(autograph=False)
    def update(count):
        def once(number, loss):
            return number + 1, gan.update_discriminator(real, draw_z(64, 3, 1, number))[0]

        return tf.while_loop(lambda number, loss: number < count, once, (0, 0.0))[1]

    return gan, float(update(tf.constant(800)))


@pytest.mark.parametrize(("gap", "weight"), [(0.5, 10.0), (3.0, 10.0), (3.0, 100.0)])
@pytest.mark.trains
def test_a_critic_measures_the_distance_of_two_points(gap, weight):
    """W1 is the gap; with the penalty λ, -gap s + λ (s - 1)² is least at a slope of 1 + gap / 2λ."""
    gan, loss = critic_of_two_points(gap, gp=weight)
    steep = 1 + gap / (2 * weight)
    assert abs(-loss / (gap * steep) - 1) < 0.02
    line = np.linspace(0, gap, 21, dtype="f4")[:, None] * np.float32([0.6, -0.8])
    _, slopes = losses._logits_and_slopes(gan.discriminator, tf.constant(line))
    assert (np.abs(slopes - np.array([0.6 * steep, -0.8 * steep])) < 0.15).all()


@pytest.mark.trains
def test_entropy_says_the_same_of_every_gap_and_a_critic_does_not():
    """Where supports do not meet, JSD is ln 2 and D's best loss ln 2 - JSD = 0, near or far."""
    places = np.arange(9)
    real = (places == 0).astype(float)
    for gap in (1, 2, 8):
        fake = (places == gap).astype(float)
        assert theory.jsd(real, fake) == pytest.approx(np.log(2), abs=1e-12)
        assert theory.wasserstein(real, fake, places) == pytest.approx(gap, abs=1e-12)
    assert all(critic_of_two_points(gap, loss="non-saturating")[1] < 0.01 for gap in (1, 4))
    near, far = (-critic_of_two_points(gap, gp=100.0)[1] for gap in (1, 4))
    assert abs(far / near - 4) < 0.2


def test_slopes_are_drawn_to_one_between_reals_and_fakes():
    """The row ``gp`` against NumPy, for a D whose slope is known everywhere."""
    w = np.float32([[3.0], [4.0]])
    real, fake = np.random.default_rng(1).normal(size=(2, 500, 2)).astype("f4")
    z = draw_z(500, 3, 1, 1)
    seen = []

    def bent(points, training):
        seen.append(points)
        return tf.square(points @ w) / 2  # slope (x·w) w, of length 5 |x·w|

    *_, penalty = losses.judged(bent, tf.constant(real), tf.constant(fake), z, CRITIC.but(gp=7.0))
    (points,) = [x.numpy() for x in seen if not (np.array_equal(x, real) or np.array_equal(x, fake))]
    assert float(penalty) == pytest.approx(7 * np.mean((5 * np.abs(points @ w) - 1) ** 2), rel=1e-4)
    share = np.sum((points - fake) * (real - fake), 1) / np.sum((real - fake) ** 2, 1)
    np.testing.assert_allclose(points, share[:, None] * real + (1 - share[:, None]) * fake, atol=1e-4)
    assert kstest(share, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(share, z[:, 0])[0, 1]) < 3 / np.sqrt(500)  # no function of the fake's own z


def test_a_slope_of_zero_is_penalised_without_a_nan():
    slopes = tf.zeros((4, 2))
    with tf.GradientTape() as tape:
        tape.watch(slopes)
        cost = losses.off_unit_length(slopes)
    assert float(cost) == pytest.approx(1, abs=1e-5)
    assert np.isfinite(tape.gradient(cost, slopes)).all()


@pytest.mark.parametrize("shape", [(2,), (4, 5), (3, 4, 5), (4, 5, 3)])
def test_a_slope_is_as_long_as_all_its_numbers_together(shape):
    slopes = np.random.default_rng(0).normal(size=(6, *shape)).astype("f4")
    squares = np.array([np.sum(one.astype(float) ** 2) for one in slopes])
    found = float(losses.off_unit_length(tf.constant(slopes)))
    assert found == pytest.approx(np.mean((np.sqrt(squares) - 1) ** 2), rel=1e-5)
    assert float(losses.squared_length(tf.constant(slopes))) == pytest.approx(np.mean(squares), rel=1e-5)


def test_packs_and_labels_go_through_the_penalty():
    for change in ({"pack": 4}, {"classes": 10}):
        gan = tiny.plain(ganlib.build(tiny.IMAGES, loss="wasserstein", gp=10.0, **change))
        history = ganlib.train(gan, ganlib.load_digits(), steps=2, verbose=0)
        assert np.isfinite(history["d_loss"]).all()


def test_a_critic_is_judged_by_pairs():
    gan = ganlib.build(CRITIC)
    shown = gan.report(0.0, tf.constant([[9.0], [8.0]]), tf.constant([[8.0], [8.5]]), 0.0)
    assert float(shown["real_accuracy"]) == float(shown["fake_accuracy"]) == 0.5
