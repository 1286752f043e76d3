"""Spectral normalisation against NumPy's singular values, and what moves its power iteration."""

from functools import cache

import numpy as np
import pytest

import ganlib
from ganlib import checkpoint, layers, models
from ganlib.backend import keras, tf
from ganlib.recipes import FLATTEN, RECIPES, dense
from tests import tiny

D = (FLATTEN, *dense(64, "leaky", spectral=True), *dense(32, "leaky", spectral=True))
DIGITS = RECIPES["small"].but(discriminator=(*D, *dense(1, spectral=True)))
CONVOLVED = RECIPES["dcgan"].but(
    discriminator=(
        ("Reshape", {"target_shape": (28, 28, 1)}),
        ("Conv2D", {"filters": 8, "kernel_size": 4, "strides": 2, "spectral": True}),
        FLATTEN,
        *dense(1, spectral=True),
    ),
    generator=tiny.IMAGES.generator,
)

SEEDED = keras.initializers.GlorotUniform(seed=5)


def stretches(network):
    """Return each spectral layer's greatest singular value, by NumPy, of what it does to an input."""
    found = []
    for layer in network.layers:
        if isinstance(layer, layers.SpectralNormalization):
            start = tf.zeros((1, *layer.input.shape[1:]))
            point = tf.random.stateless_normal(start.shape, (1, 2))
            out = (layer(point) - layer(start)).numpy()
            plain = (layer.layer(point) - layer.layer(start)).numpy()
            share = float(np.vdot(plain, out) / np.vdot(plain, plain))  # 1 / σ
            np.testing.assert_allclose(out, share * plain, atol=1e-4)
            kernel = layer.kernel.numpy().reshape(-1, layer.kernel.shape[-1])
            found.append(share * np.linalg.svd(kernel, compute_uv=False)[0])
    return found


RULES = {"plain": DIGITS, "r1": DIGITS.but(r1=0.1), "conv": CONVOLVED}


@cache
def after_300_steps(name):
    gan = ganlib.build(RULES[name], seed=1, xla=False)
    ganlib.train(gan, ganlib.load_digits(), steps=300, verbose=0)
    return gan


@pytest.mark.parametrize("name", RULES)
@pytest.mark.trains
def test_greatest_singular_values_are_one_after_training(name):
    gan = after_300_steps(name)
    assert (np.abs(np.array(stretches(gan.discriminator)) - 1) < 0.03).all()
    plain = [v.numpy() for v in gan.discriminator.trainable_variables if v.name == "kernel"]
    values = [np.linalg.svd(k.reshape(-1, k.shape[-1]), compute_uv=False)[0] for k in plain]
    assert max(np.abs(np.array(values) - 1)) > 0.5  # the kernels themselves are free


def test_a_spectral_d_is_nowhere_steep():
    """Three layers that stretch nothing, and leaky ReLUs: Miyato et al. (2018), eq. 7."""
    gan = after_300_steps("plain")
    rows = np.random.default_rng(0).normal(size=(2, 500, 28, 28)).astype("f4")
    rise = np.abs(gan.discriminator(rows[0]) - gan.discriminator(rows[1]))[:, 0]
    run = np.linalg.norm((rows[0] - rows[1]).reshape(500, -1), axis=1)
    assert 0 < (rise / run).max() < 1.02


def test_an_update_descends_through_the_division():
    """A linear D: σ is its kernel's length, and the slope by w of f(w / |w|) has no part along w."""
    gan = ganlib.GAN(tiny.POINTS.but(discriminator=dense(1, spectral=True)), seed=2)
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    real = np.random.default_rng(0).normal(1, 1, size=(8, 2)).astype("f4")
    z = gan.draw(8, 0)
    kernel = gan.discriminator.layers[0].kernel
    before, fake = kernel.numpy(), gan.generator(z).numpy()
    length = np.linalg.norm(before)
    unit = before / length

    def half(x, target):
        return x.T @ (1 / (1 + np.exp(-x @ unit)) - target) / len(x)

    slope = (half(real, 1) + half(fake, 0)) / 2
    slope = (slope - unit * (unit.T @ slope)) / length
    gan.update_discriminator(tf.constant(real), z)
    np.testing.assert_allclose(kernel, before - 0.1 * slope, rtol=1e-4, atol=1e-6)


def test_the_power_iteration_finds_what_numpy_finds():
    layer = layers.SpectralNormalization(keras.layers.Dense(7, kernel_initializer=SEEDED))
    x = tf.random.stateless_normal((20, 5), (1, 2))
    layer(x)
    for _ in range(200):
        out = layer(x, training=True)
    _, values, (first, *_) = np.linalg.svd(layer.kernel.numpy())
    assert abs(np.vdot(first, layer.vector_u)) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(out, x @ layer.kernel / values[0], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(layer(x), out, rtol=1e-5, atol=1e-6)  # judged as it was trained


def vectors(gan):
    return [v.numpy().copy() for v in gan.discriminator.variables if v.name == "vector_u"]


def test_the_power_iteration_moves_where_d_moves_and_only_there():
    gan = ganlib.build(DIGITS, seed=1)
    state = {id(v) for v in gan.state().values()}
    assert all(id(v) in state for v in gan.discriminator.variables)
    real = gan.scale(tf.constant(ganlib.load_digits().images[:64]))
    at = [vectors(gan)]
    gan.update_generator(real, gan.draw(64, 1))
    gan.discriminator(real)
    at.append(vectors(gan))
    gan.update_discriminator(real, gan.draw(64, 0))
    at.append(vectors(gan))
    assert len(at[0]) == 3
    assert all(np.array_equal(a, b) for a, b in zip(at[0], at[1], strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(at[1], at[2], strict=True))


def trained(gan, steps=6, **options):
    """Train for so many steps in all; return the digest of what the GAN then is, and the history."""
    history = ganlib.train(gan, ganlib.load_digits(), steps=steps, verbose=0, **options)
    return checkpoint.digest(tiny.values(gan)), history


def test_equal_seeds_are_equal_to_the_bit_and_a_stopped_run_goes_on(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    one, same, other = (tiny.plain(ganlib.build(DIGITS, seed=seed)) for seed in (3, 3, 4))
    start = tiny.values(one)
    whole, _ = trained(one)
    assert trained(same)[0] == whole != trained(other)[0]
    stopped, history = trained(tiny.put_back(one, start), run_dir=tmp_path, callbacks=[Stop()])
    assert stopped != whole and history["step"].tolist() == [1]
    assert trained(tiny.put_back(same, start), run_dir=tmp_path, resume=True)[0] == whole


@pytest.mark.slow
def test_equal_seeds_are_equal_to_the_bit_compiled_too():
    one, same = (ganlib.build(DIGITS, seed=3) for _ in range(2))
    start = tiny.values(one)
    whole, history = trained(one, steps=50)
    assert trained(same, steps=50)[0] == whole and history["step"].tolist() == [25, 50]
    assert trained(tiny.put_back(same, start), steps=50)[0] == whole


def test_a_spectral_network_can_be_copied():
    network = models.discriminator(DIGITS, seed=1)
    copy = keras.models.clone_model(network)
    assert copy.get_config()["layers"] == network.get_config()["layers"]
    assert [v.shape for v in copy.variables] == [v.shape for v in network.variables]


def test_a_block_without_it_is_what_it_was():
    assert dense(3) == (("Dense", {"units": 3}),)
    assert dense(3, std=0.02, spectral=True) == (("Dense", {"units": 3, "std": 0.02, "spectral": True}),)
