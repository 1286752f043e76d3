"""The closed forms against quadrature, finite differences, brute force and published values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats
from scipy.spatial.distance import jensenshannon

from ganlib import theory

GAUSSIANS = [((0, 1), (0, 1)), ((0, 1), (1, 1)), ((-1, 0.5), (2, 1.5)), ((0, 1), (0, 3))]
X = np.linspace(-25, 25, 20_001)
DX = X[1] - X[0]


def pair(params):
    return [stats.norm(*row) for row in params]


@pytest.mark.parametrize("params", GAUSSIANS)
def test_value_and_jsd_agree_with_adaptive_quadrature(params):
    real, fake = pair(params)
    p, q = real.pdf(X), fake.pdf(X)

    def inner(x):
        a, b = real.pdf(x), fake.pdf(x)
        m = (a + b) / 2
        return (special.rel_entr(a, m) + special.rel_entr(b, m)) / 2

    oracle, _ = integrate.quad(inner, -25, 25, limit=800, points=[0])
    assert theory.jsd(p, q, DX) == pytest.approx(oracle, abs=1e-7)
    best = theory.optimal_d(p, q)
    best = np.where(np.isnan(best), 0.5, best)
    assert theory.value(p, q, best, DX) == pytest.approx(2 * oracle - np.log(4), abs=1e-7)


@pytest.mark.parametrize("params", GAUSSIANS)
def test_kl_of_gaussians_has_a_closed_form(params):
    (m1, s1), (m2, s2) = params
    real, fake = pair(params)
    oracle = np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5
    inside = np.abs(X) < 15  # further out q underflows to 0 before p does
    found = theory.kl(real.pdf(X[inside]), fake.pdf(X[inside]), DX)
    assert found == pytest.approx(oracle, abs=1e-6)


def test_jsd_agrees_with_scipy_on_finite_sets():
    rng = np.random.default_rng(0)
    for _ in range(20):
        p, q = rng.dirichlet(np.ones(6), 2)
        p[0] = 0
        p /= p.sum()
        assert theory.jsd(p, q) == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-12)


def test_jsd_of_bell_curves_is_finite_where_one_of_them_is_the_smallest_number_there_is():
    """Half of it would be 0, and the divergence infinite; quadrature gives .6893 and .1114."""
    x = np.linspace(-60, 60, 10_001)
    for one, other, due in ((-3, 3, 0.6893), (0, 1, 0.1114)):
        p, q = (np.exp(-0.5 * (x - mean) ** 2) / np.sqrt(2 * np.pi) for mean in (one, other))
        assert np.isclose(theory.jsd(p, q, x[1] - x[0]), due, atol=1e-4)


def test_jsd_runs_from_zero_to_ln_2():
    assert theory.jsd([0.5, 0.5, 0], [0.5, 0.5, 0]) == 0
    assert theory.jsd([1, 0], [0, 1]) == pytest.approx(np.log(2), abs=1e-15)


unit = st.floats(0.0, 1.0)
inner = st.floats(0.05, 0.95)


@given(st.floats(0.01, 5), st.floats(0.01, 5), unit, unit, inner)
def test_optimal_d_beats_every_other_belief(p, q, alpha, beta, share):
    def cost(d):
        real = -alpha * np.log(d) - (1 - alpha) * np.log(1 - d)
        fake = -beta * np.log(d) - (1 - beta) * np.log(1 - d)
        return share * p * real + (1 - share) * q * fake

    found = optimize.minimize_scalar(cost, bounds=(1e-9, 1 - 1e-9), method="bounded")
    best = float(theory.optimal_d(p, q, alpha, beta, share))
    assert best == pytest.approx(found.x, abs=2e-3)
    assert cost(np.clip(best, 1e-9, 1 - 1e-9)) <= found.fun + 1e-7


def test_optimal_d_of_the_papers():
    p, q = np.array([3.0, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 2.0, 0.0])
    np.testing.assert_allclose(theory.optimal_d(p, q), [0.75, 0.5, 0, np.nan])
    np.testing.assert_allclose(theory.optimal_d(p, q, 0.9), 0.9 * np.array([0.75, 0.5, 0, np.nan]))
    two_sided = (0.9 * p + 0.1 * q)[:3] / (p + q)[:3]
    np.testing.assert_allclose(theory.optimal_d(p, q, 0.9, 0.1)[:3], two_sided)


def test_equilibrium_shows_the_figures_of_the_course():
    plain = theory.equilibrium()
    assert plain == pytest.approx((0.5, np.log(2), np.log(2), np.log(2), np.log(2), 0.5), abs=1e-12)
    smooth = theory.equilibrium(0.9)
    assert smooth == pytest.approx((0.45, 0.6881, 0.7784, 0.5978, 0.7985, 0.5), abs=6e-5)


@given(inner, inner, inner)
def test_equilibrium_agrees_with_counting(alpha, beta, share):
    found = theory.equilibrium(alpha, beta, share)
    flat = np.full(4, 0.25)
    assert found.d == pytest.approx(theory.optimal_d(flat, flat, alpha, beta, share)[0])
    targets = np.repeat([alpha, beta], 500)
    weights = np.repeat([share, 1 - share], 500) / 500
    losses = -targets * np.log(found.d) - (1 - targets) * np.log(1 - found.d)
    assert found.d_loss == pytest.approx(np.sum(weights * losses))
    assert found.real_loss == pytest.approx(losses[0])
    assert found.fake_loss == pytest.approx(losses[-1])
    assert found.g_loss == pytest.approx(-np.log(found.d))
    if abs(found.d - 0.5) > 1e-9:
        right = (found.d > 0.5) == (np.arange(1000) < 500)
        assert found.accuracy == pytest.approx(np.sum(weights * right))


def test_the_ends_of_the_targets_stay_finite_or_say_infinity():
    assert theory.equilibrium(1.0, 1.0).d_loss == 0
    assert theory.equilibrium(0.0, 0.0).g_loss == np.inf
    assert theory.value([1.0, 0.0], [0.0, 1.0], [1.0, 0.0]) == 0
    assert theory.value([1.0, 0.0], [0.0, 1.0], [0.0, 0.0]) == -np.inf


LOGITS = np.linspace(-30, 30, 241)


@pytest.mark.parametrize("name", ["saturating", "non_saturating"])
def test_gradients_agree_with_finite_differences(name):
    loss, slope = getattr(theory, f"{name}_loss"), getattr(theory, f"{name}_gradient")
    step = 1e-5
    numeric = (loss(LOGITS + step) - loss(LOGITS - step)) / (2 * step)
    np.testing.assert_allclose(slope(LOGITS), numeric, atol=1e-9)


def test_losses_and_gradients_agree_with_autodiff_and_the_library():
    from ganlib import losses
    from ganlib.backend import tf

    for name in ("saturating", "non_saturating"):
        logits = tf.Variable(LOGITS.reshape(-1, 1).astype("float32"))
        with tf.GradientTape() as tape:
            loss = getattr(losses, f"{name}_loss")(None, logits)
        expected = np.mean(getattr(theory, f"{name}_loss")(LOGITS))
        assert float(loss) == pytest.approx(expected, rel=1e-5)
        slope = tape.gradient(loss, logits).numpy().ravel() * len(LOGITS)
        # float32 keeps 1 - D to about 1e-7, no better
        np.testing.assert_allclose(slope, getattr(theory, f"{name}_gradient")(LOGITS), atol=1e-6)


def test_the_non_saturating_gradient_lives_where_the_other_dies():
    assert theory.saturating_gradient(-20.0) == pytest.approx(-np.exp(-20), rel=1e-8)
    assert theory.non_saturating_gradient(-20.0) == pytest.approx(-1, abs=1e-8)


def test_the_sigmoid_does_not_overflow():
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = theory.sigmoid(np.array([-700.0, -1.0, 0.0, 1.0, 800.0]))
    np.testing.assert_allclose(found[1:], [1 / (1 + np.e), 0.5, np.e / (1 + np.e), 1])
    assert 0 <= found[0] < 1e-300


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: theory.optimal_d([0.1], [0.1, 0.2]), "one shape"),
        (lambda: theory.optimal_d([-0.1], [0.1]), "p: received"),
        (lambda: theory.jsd([0.1], [np.nan]), "q: received"),
        (lambda: theory.value([0.1], [0.1], [0.1, 0.2]), "one shape"),
        (lambda: theory.value([0.5, 0.5], [0.5, 0.5], [2, -1]), r"d: received values in \[-1, 2\]"),
        (lambda: theory.value([0.5], [0.5], [np.nan]), "d: received"),
        (
            lambda: theory.wasserstein([1, 1, 1], [0, 0, 1], [0, 1, 2]),
            "p: received numbers .* to 3",
        ),
        (lambda: theory.wasserstein([0, 1], [0, 0.9], [0, 1]), "q: received numbers that sum to 0.9"),
        (lambda: theory.optimal_d([0.1], [0.1], real_target=1.2), "real_target: received"),
        (lambda: theory.equilibrium(fake_target=-0.1), "fake_target: received"),
        (lambda: theory.equilibrium(real_share=1), "real_share: received"),
    ],
)
def test_what_is_no_density_or_target_is_refused(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@given(st.integers(0, 2**32 - 1))
def test_wasserstein_is_scipys(seed):
    draw = np.random.default_rng(seed)
    x = np.sort(draw.normal(size=12)) + 1e-9 * np.arange(12)
    p, q = draw.dirichlet(np.full(12, 0.5), 2)
    assert theory.wasserstein(p, q, x) == pytest.approx(stats.wasserstein_distance(x, x, p, q), abs=1e-9)


def test_wasserstein_of_sliding_heaps_is_how_far_they_slid():
    x = np.linspace(-10, 10, 4001)
    heap = stats.norm.pdf(x, -4, 0.5) * (x[1] - x[0])
    for gap in (1, 3, 8):
        moved = stats.norm.pdf(x, gap - 4, 0.5) * (x[1] - x[0])
        assert theory.wasserstein(heap, moved, x) == pytest.approx(gap, abs=1e-4)
    with pytest.raises(ValueError, match="x: received points that do not rise"):
        theory.wasserstein(heap, moved, x[::-1])
