"""The step: who moves, towards what, and how often; against NumPy and against the table."""

import numpy as np
import pytest

import ganlib
from ganlib.backend import keras, tf
from ganlib.gan import GAN, draw_z, normal
from ganlib.recipes import RECIPES, dense
from tests.tiny import POINTS as TINY
from tests.tiny import plain

NAMES = sorted(name for name, row in RECIPES.items() if row.shape == (28, 28) and not row.classes)


def digits(count):
    return ganlib.load_digits().images[: 10 * count : 10]


def snapshot(network):
    return [v.numpy().copy() for v in network.variables]


def moved(before, network):
    return [not np.array_equal(a, b) for a, b in zip(before, snapshot(network), strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_each_step_moves_its_own_network_and_nothing_else(name):
    """Weights, running statistics and dropout seeds included."""
    gan = ganlib.build(name, seed=1)
    real = gan.scale(tf.constant(digits(8)))
    before = [snapshot(gan.generator), snapshot(gan.discriminator)]
    gan.update_discriminator(real, gan.draw(8, 0))
    assert not any(moved(before[0], gan.generator))
    free = -1 if gan.recipe.paired else None  # the last bias lifts both logits alike
    assert all(moved(before[1], gan.discriminator)[:free])
    before = [snapshot(gan.generator), snapshot(gan.discriminator)]
    gan.update_generator(real, gan.draw(8, 1))
    assert all(moved(before[0], gan.generator))
    assert not any(moved(before[1], gan.discriminator))


def step_by_numpy(gan, real, z, alpha, beta):
    """D's gradient for linear networks, from the paper's definitions, in float64."""
    (g_kernel, g_bias), (d_kernel, d_bias) = (
        [w.astype("f8") for w in network.get_weights()] for network in (gan.generator, gan.discriminator)
    )
    fake = z @ g_kernel + g_bias

    def half(x, target):
        excess = 1 / (1 + np.exp(-(x @ d_kernel + d_bias))) - target  # slope of the entropy by the logit
        return x.T @ excess / len(x), excess.mean(axis=0)

    return [half(real, alpha), half(fake, beta)]


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (0.9, 0.0), (0.9, 0.1)])
@pytest.mark.parametrize("update", ["joint", "separate"])
def test_update_of_d_is_the_gradient_by_hand(update, alpha, beta):
    rules = TINY.but(real_target=alpha, fake_target=beta, d_update=update)
    gan = GAN(rules, seed=2)
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    real = np.random.default_rng(0).normal(size=(6, 2)).astype("f4")
    z = gan.draw(6, 0).numpy()
    before = gan.discriminator.get_weights()
    halves = step_by_numpy(gan, real, z, alpha, beta)
    if update == "joint":
        due = [before[i] - 0.1 * (halves[0][i] + halves[1][i]) / 2 for i in range(2)]
    else:  # the second update starts where the first one ended
        gan.discriminator.set_weights([before[i] - 0.1 * halves[0][i] for i in range(2)])
        second = step_by_numpy(gan, real, z, alpha, beta)[1]
        due = [before[i] - 0.1 * (halves[0][i] + second[i]) for i in range(2)]
        gan.discriminator.set_weights(before)
    gan.update_discriminator(tf.constant(real), z)
    for found, expected in zip(gan.discriminator.get_weights(), due, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_update_of_g_ignores_smoothing():
    moves = []
    for alpha in (1.0, 0.7):
        gan = GAN(TINY.but(real_target=alpha), seed=2)
        gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        gan.update_generator(tf.zeros((6, 2)), gan.draw(6, 1))
        moves.append(gan.generator.get_weights()[0])
    assert np.array_equal(*moves)


@pytest.mark.parametrize(
    ("update", "updates", "rows"), [("joint", 1, 6), ("separate", 2, 6), ("half", 1, 3)]
)
def test_batch_rule(update, updates, rows):
    gan = GAN(TINY.but(d_update=update), seed=0)
    gan.compile(jit_compile=False)
    seen = []
    original = gan.update_discriminator
    gan.update_discriminator = lambda real, z: seen.append((len(real), len(z))) or original(real, z)
    gan.train_step(np.ones((6, 2), "f4"))
    assert seen == [(rows, rows)]
    assert int(gan.d_optimizer.iterations) == updates
    assert int(gan.g_optimizer.iterations) == int(gan.step) == 1


def test_k_updates_of_d_for_one_of_g_with_fresh_examples_and_z():
    gan = GAN(TINY.but(d_steps=3), seed=0)
    gan.compile(jit_compile=False)
    seen = []
    original = gan.update_discriminator
    gan.update_discriminator = lambda real, z: seen.append((real.numpy(), z.numpy())) or original(real, z)
    gan.train_step(np.arange(36, dtype="f4").reshape(18, 2))
    assert [real[0, 0] for real, _ in seen] == [0, 12, 24]
    draws = [z for _, z in seen] + [gan.draw(6, 3).numpy()]
    assert len({z.tobytes() for z in draws}) == 4
    assert (int(gan.d_optimizer.iterations), int(gan.g_optimizer.iterations)) == (3, 1)


DROPPING = RECIPES["small"].but(
    discriminator=(("Flatten", {}), *dense(64, "leaky", dropout=0.3), ("Dense", {"units": 1}))
)


def flat(gan):
    return np.concatenate([np.ravel(v.numpy()) for v in gan.state().values()])


def trained(seed, rules=DROPPING, **options):
    gan = ganlib.build(rules, seed=seed)
    gan.compile(**options)
    history = ganlib.train(gan, ganlib.load_digits(), steps=6, verbose=0)
    return flat(gan), history


def test_equal_seeds_give_equal_weights():
    (one, _), (same, _) = trained(1), trained(1)  # compiled by XLA
    assert np.array_equal(one, same)
    eager = {"jit_compile": False, "run_eagerly": True}
    (one, _), (same, _), (other, _) = (trained(seed, **eager) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.trains
def test_xla_and_the_way_of_running_change_rounding_only():
    """Dropout apart: its masks come from another generator where XLA compiles them."""
    (plain, logs), (fast, fast_logs) = (
        trained(1, "small", jit_compile=False, steps_per_execution=1),
        trained(1, "small", jit_compile=True, steps_per_execution=6),
    )
    way = np.linalg.norm(plain - flat(ganlib.build("small", seed=1)))
    assert np.linalg.norm(fast - plain) < 1e-3 * way
    assert abs(logs["d_loss"].mean() / fast_logs["d_loss"].mean() - 1) < 1e-3


def test_z_is_normal_and_follows_from_its_numbers():
    z = draw_z(4000, 50, seed=1, draw=2).numpy().astype("f8")
    count = z.size
    assert abs(z.mean()) < 5 / np.sqrt(count)
    assert abs(z.var() - 1) < 5 * np.sqrt(2 / count)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / count)
    correlation = np.corrcoef(z.T) - np.eye(50)
    assert np.abs(correlation).max() < 5.5 / np.sqrt(4000)
    assert np.array_equal(z, draw_z(4000, 50, 1, 2))
    for seed, draw in ((1, 3), (2, 2)):
        assert not np.array_equal(z, draw_z(4000, 50, seed, draw))


def test_z_is_the_same_compiled_by_xla():
    number = tf.constant(7, tf.int64)
    plain, compiled = (
        tf.function(lambda n: draw_z(64, 100, 3, n), jit_compile=jit)(number) for jit in (False, True)
    )
    np.testing.assert_allclose(plain, compiled, atol=1e-4)


def test_no_bits_make_an_infinite_z():
    ends = normal(tf.constant([0, 2**31, 2**32 - 1], tf.uint32)).numpy()
    np.testing.assert_allclose(ends, [-5.2947, 0, 5.2947], atol=1e-3)


def test_pixels_are_scaled_at_the_door_and_back():
    for name, low, high in (("small", -1, 1), ("only-zeros-raw", 0, 255)):
        gan = ganlib.build(name)
        ramp = np.arange(256, dtype=np.uint8)
        scaled = gan.scale(tf.constant(ramp)).numpy()
        np.testing.assert_allclose(scaled, np.linspace(low, high, 256), atol=1e-4)
        gan.generator = lambda z, training, s=scaled: tf.constant(s)
        assert np.array_equal(gan.draw_images(np.zeros((1, 100))), ramp)
    floats = np.float32([[-0.5]])
    assert np.array_equal(gan.scale(tf.constant(floats)), floats)


def test_your_own_networks_take_the_recipes_place():
    layers = keras.layers
    mine = keras.Sequential([keras.Input((100,)), layers.Dense(784), layers.Reshape((28, 28))])
    gan = plain(GAN("small", generator=mine))
    assert gan.generator is mine
    ganlib.train(gan, digits(64), steps=1, verbose=0)
    assert gan.sample(3).shape == (3, 28, 28) and gan.sample(3).dtype == np.uint8


def test_one_optimizer_for_both_is_refused():
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="g_optimizer: received D's own optimizer"):
        GAN("small").compile(shared, shared)


def test_fit_is_keras_fit():
    gan = plain(ganlib.build("small"))
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(sorted(logs)))
    order = ganlib.data.batches(digits(64), 64).take(4)
    history = gan.fit(order, epochs=2, verbose=0, callbacks=[watch], shuffle=False)
    names = ["d_loss", "fake_accuracy", "g_loss", "real_accuracy"]
    assert seen == [names] * 2 and sorted(history.history) == names
    assert gan.optimizer.optimizers == [gan.d_optimizer, gan.g_optimizer]
    assert int(gan.step) == 8


@pytest.mark.parametrize("kind", ["float64", "int16", "uint8"])
def test_labels_of_drawings_may_be_numbers_of_any_kind(kind):
    gan = ganlib.build("conditional")
    due = gan.sample(3, labels=[1, 2, 3])
    assert np.array_equal(gan.sample(3, labels=np.array([1, 2, 3], kind)), due)


def test_conditional_labels():
    gan = ganlib.build("conditional")
    assert gan.sample(12, labels=[7] * 12).shape == (12, 28, 28)
    with pytest.raises(ValueError, match="labels: received"):
        gan.sample(2, labels=[7, 10])
    with pytest.raises(ValueError, match="has no classes"):
        ganlib.build("small").sample(1, labels=[7])
