"""Many small GANs at once: the seeds do not touch, and the penalty does what it should."""

import numpy as np
import pytest

from ganlib import layers, losses, sweep, toys
from ganlib.backend import keras, tf
from ganlib.experiments import sweep as module


@pytest.fixture(scope="module")
def short():
    return sweep(toys.RING, steps=20, seeds=2, frames=2, head_start=3)


def test_shapes_and_repeatability(short):
    assert short["points"].shape == (3, 2, 1000, 2)
    assert short["step"].tolist() == [0, 10, 20]
    for name in ("modes", "good", "d_loss", "g_loss", "accuracy", "lead", "push"):
        assert short[name].shape == (3, 2), name
        assert np.isfinite(short[name]).all()
    again = sweep(toys.RING, steps=20, seeds=2, frames=2, head_start=3)
    np.testing.assert_array_equal(short["points"], again["points"])
    assert np.abs(short["points"][0] - short["points"][2]).max() > 1e-3


def test_seeds_differ_and_do_not_touch():
    players = module._networks(2, 1)
    batch = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 8)), tf.float32)
    both = module._run(players["G"], batch).numpy()
    for seed in range(2):
        alone = batch[seed].numpy()
        weights = [w.numpy()[seed] for w in players["G"]]
        for layer in (0, 2, 4):
            alone = alone @ weights[layer] + weights[layer + 1]
            alone = np.where(alone > 0, alone, 0.2 * alone) if layer < 4 else alone
        np.testing.assert_allclose(both[seed], alone, rtol=1e-4, atol=1e-5)
    assert np.abs(both[0] - both[1]).max() > 0.01


@pytest.mark.parametrize("pack", [1, 2])
def test_the_push_is_the_slope_of_the_usual_loss(pack):
    """By central differences, point by point, in packs too."""
    players = module._networks(2, pack)
    z = tf.random.stateless_normal((2, 1000, module.LATENT_DIM), (1, 1), alg="philox")
    fake = module._run(players["G"], z).numpy().astype("float64")
    weights = [w.numpy().astype("float64") for w in players["D"]]

    def losses(points):
        x = points.reshape(2, -1, 2 * pack)
        for layer in (0, 2, 4):
            x = x @ weights[layer] + weights[layer + 1]
            x = np.where(x > 0, x, 0.2 * x) if layer < 4 else x
        return np.logaddexp(0, -x[..., 0])

    slopes = np.zeros_like(fake)
    for place in range(pack):
        for axis in range(2):
            moved = np.zeros((1000 // pack, pack, 2))
            moved[:, place, axis] = 1e-5
            moved = moved.reshape(1000, 2)
            slopes[:, place::pack, axis] = (losses(fake + moved) - losses(fake - moved)) / 2e-5
    due = np.median(np.linalg.norm(slopes, axis=2), 1)
    np.testing.assert_allclose(module._look(toys.RING, players, pack)["push"], due, rtol=1e-3)


def test_r1_is_half_its_weight_times_the_mean_squared_slope_at_reals():
    """With β₁ = 0 Adam's first mean is the gradient: against the slope by hand, moved a little."""
    pack = 2
    game = module._game(losses.LOSSES["relativistic"], None, 2, pack, True, False, False)
    names = ("D", "G", "beta_1", "gp", "spectral", "saturating", "r1")
    numbers = dict.fromkeys(names, tf.constant(0.0))
    numbers |= {"sigma": tf.constant(0.05), "centres": tf.constant(toys.RING.centres)}

    def gradient(r1):
        state = module._start(2, pack)
        once = game(state, numbers | {"r1": tf.constant(r1)}, tf.constant(1), tf.constant(2))
        return once["means"]["D"].numpy().astype(float)

    found = gradient(3.0) - gradient(0.0)

    @tf.function(jit_compile=True)  # XLA's normal numbers are not those of TensorFlow without it
    def drawn(count):
        heap = tf.random.stateless_uniform((2, 64), (count, 3), 0, 8, tf.int32, alg="philox")
        return heap, tf.random.stateless_normal((2, 64, 2), (count, 2), alg="philox")

    heap, noise = (each.numpy() for each in drawn(tf.constant(0)))
    real = (toys.RING.centres[heap] + 0.05 * noise).astype(float).reshape(2, -1, 2 * pack)
    row = module._start(2, pack)["weights"]["D"].numpy().astype(float)

    def parts(row):
        return (part.numpy() for part in module._parts("D", tf.constant(row), pack))

    w1, b1, w2, b2, *_ = parts(row)
    first = real @ w1 + b1
    leak1 = np.where(first > 0, 1, 0.2)  # held fast: a move that goes over a kink has no slope
    leak2 = np.where((leak1 * first) @ w2 + b2 > 0, 1, 0.2)

    def penalty(row):
        w1, _, w2, _, w3, _ = parts(row)
        back = leak2 * w3[..., 0][:, None] @ w2.transpose(0, 2, 1)
        return 3 / 2 * ((leak1 * back @ w1.transpose(0, 2, 1)) ** 2).sum(2).mean(1)

    for seed in range(3):
        way = np.random.default_rng(seed).normal(size=row.shape)
        due = (penalty(row + 1e-6 * way) - penalty(row - 1e-6 * way)) / 2e-6
        np.testing.assert_allclose((found * way).sum(1), due, rtol=1e-2)


@pytest.mark.trains
def test_only_its_penalty_holds_a_critic():
    critic = {"steps": 400, "seeds": 8, "frames": 1, "loss": "wasserstein", "d_steps": 5}
    held, packed, free = (
        np.abs(sweep(toys.RING, **critic, **more)["lead"][-1]).mean()
        for more in ({"gp": 10}, {"gp": 10, "pack": 2}, {})
    )
    assert held < 3 and packed < 3  # a distance, and the ring is 2 wide
    assert free > 5


def test_a_bounded_d_is_that_of_the_layer():
    """Seed by seed: what `layers.SpectralNormalization` makes of the same kernels and guesses."""
    state = module._start(2, 1)
    parts = module._parts("D", state["weights"]["D"], 1)
    bounded, after = module._bounded(parts, state["u"], 5.0)
    points = tf.constant(np.random.default_rng(0).normal(size=(2, 9, 2)), tf.float32)
    found = module._judge(bounded, points, 1).numpy()
    for seed in range(2):
        x = points[seed]
        for i, u in enumerate(state["u"]):
            dense = keras.layers.Dense(u.shape[2], use_bias=False)
            layer = layers.SpectralNormalization(dense)
            layer.build(x.shape)
            dense.kernel.assign(parts[2 * i][seed])
            layer.vector_u.assign(u[seed])
            x = layer(x, training=True)
            x = tf.nn.leaky_relu(x, 0.2) if i < 2 else 5 * x
            np.testing.assert_allclose(after[i][seed], layer.vector_u, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found[seed], x, rtol=1e-4, atol=1e-5)


@pytest.mark.trains
def test_no_slope_of_a_bounded_d_is_steeper_than_it_may_be():
    strict = {"steps": 40, "seeds": 2, "frames": 1, "d_steps": 5}
    for most in (1.0, 4.0):
        run = sweep(toys.RING, **strict, spectral=most)
        assert 0 < run["push"][-1].max() < 1.02 * most
        assert np.abs(run["lead"][-1]).max() < 2.5 * most  # the ring is 2 wide
    assert not np.array_equal(run["points"], sweep(toys.RING, **strict)["points"])


def test_the_rows_hold_the_weights_in_their_order():
    for who, parts in module._networks(2, 2).items():
        row = module._start(2, 2)["weights"][who]
        for one, other in zip(module._parts(who, row, 2), parts, strict=True):
            np.testing.assert_array_equal(one, other)


def test_two_losses_of_g_share_one_program():
    """The saturating one's first step of Adam goes the way of log(1 - D): for one seed, other weights."""
    short = {"steps": 3, "seeds": 2, "frames": 1}
    names = "non-saturating", "saturating"
    usual, saturating = (sweep(toys.RING, **short, loss=name) for name in names)
    np.testing.assert_array_equal(usual["points"][0], saturating["points"][0])
    assert not np.array_equal(usual["points"][1], saturating["points"][1])
    other = losses.saturating_loss
    game = module._game(losses.LOSSES["non-saturating"], other, 2, 1, False, False, False)
    assert game.experimental_get_tracing_count() == 1


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="loss"):
        sweep(toys.RING, loss="saturated")
    with pytest.raises(ValueError, match="pack"):
        sweep(toys.RING, pack=3)
    for name, least in {"frames": 1, "seeds": 1, "d_steps": 1, "steps": 0, "head_start": 0}.items():
        for bad in (least - 1, 2.5, True):
            with pytest.raises(ValueError, match=f"{name}: received {bad}, .* ≥ {least}"):
                sweep(toys.RING, **{name: bad})


def test_it_trains_as_long_as_asked():
    """Whatever frames divide: as one look at the end of so many steps, and none is left out."""
    short = {"seeds": 2, "d_steps": 2, "steps": 7}
    looked, at_once = sweep(toys.RING, **short, frames=3), sweep(toys.RING, **short, frames=1)
    assert looked["step"].tolist() == [0, 2, 4, 7]
    np.testing.assert_array_equal(looked["points"][-1], at_once["points"][-1])
    assert sweep(toys.RING, steps=2, seeds=2)["step"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2]


def test_a_loss_registered_anew_under_its_name_is_compiled_anew(monkeypatch):
    short, d_loss = {"steps": 20, "seeds": 2, "frames": 1}, losses.discriminator_loss
    found = []
    for g_loss in (losses.non_saturating_loss, losses.saturating_loss):
        monkeypatch.setitem(losses.LOSSES, "mine", (d_loss, g_loss))
        found.append(sweep(toys.RING, loss="mine", **short)["points"][-1])
    np.testing.assert_allclose(found[0], sweep(toys.RING, **short)["points"][-1])
    saturating = sweep(toys.RING, loss="saturating", **short)["points"][-1]
    np.testing.assert_allclose(found[1], saturating, atol=1e-4)
    assert np.abs(found[0] - found[1]).max() > 0.001
