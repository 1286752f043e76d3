"""Spectral normalisation against NumPy's singular values, and what moves its power iteration."""

import numpy as np
import pytest

import ganlib
from ganlib import checkpoint, models
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


def kernels(gan):
    return [v for v in gan.discriminator.trainable_variables if v.name == "kernel"]


def greatest(kernel):
    return np.linalg.svd(kernel.numpy().reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


@pytest.mark.parametrize("rules", [DIGITS, DIGITS.but(r1=0.1), CONVOLVED], ids=["plain", "r1", "conv"])
def test_singular_values_are_one_wherever_d_judges(rules):
    gan = ganlib.build(rules, seed=1, xla=False)
    before = [greatest(kernel) for kernel in kernels(gan)]
    assert max(before) > 1.2
    ganlib.train(gan, ganlib.load_digits(), steps=300, verbose=0)
    stored = [greatest(kernel) for kernel in kernels(gan)]
    np.testing.assert_allclose(stored, 1, atol=0.1)  # after the last move
    gan.discriminator(tf.zeros((1, 28, 28)), training=True)
    np.testing.assert_allclose([greatest(kernel) for kernel in kernels(gan)], 1, atol=0.03)


def test_a_spectral_d_is_nowhere_steep():
    """Three layers that stretch nothing, and leaky ReLUs: Miyato et al. (2018), eq. 7."""
    gan = ganlib.build(DIGITS, seed=1, xla=False)
    ganlib.train(gan, ganlib.load_digits(), steps=300, verbose=0)
    rows = np.random.default_rng(0).normal(size=(2, 500, 28, 28)).astype("f4")
    rise = np.abs(gan.discriminator(rows[0]) - gan.discriminator(rows[1]))[:, 0]
    run = np.linalg.norm((rows[0] - rows[1]).reshape(500, -1), axis=1)
    assert 0 < (rise / run).max() < 1.1


def test_an_update_descends_from_the_divided_kernel():
    """A linear D: its singular value is the kernel's length, known without any iteration."""
    gan = ganlib.GAN(tiny.POINTS.but(discriminator=dense(1, spectral=True)), seed=2)
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    real = np.random.default_rng(0).normal(1, 1, size=(8, 2)).astype("f4")
    z = gan.draw(8, 0)
    (kernel,) = kernels(gan)
    unit = kernel.numpy() / np.linalg.norm(kernel)
    fake = gan.generator(z).numpy()

    def half(x, target):
        return x.T @ (1 / (1 + np.exp(-x @ unit)) - target) / len(x)

    gan.update_discriminator(tf.constant(real), z)
    np.testing.assert_allclose(
        kernel, unit - 0.05 * (half(real, 1) + half(fake, 0)), rtol=1e-4, atol=1e-6
    )


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


def content(seed, **options):
    gan = ganlib.build(DIGITS, seed=seed)  # compiled by XLA
    history = ganlib.train(gan, ganlib.load_digits(), steps=50, verbose=0, **options)
    arrays = {name: np.asarray(v) for name, v in gan.state().items()}
    return checkpoint.digest(arrays), history


def test_equal_seeds_are_equal_to_the_bit_and_a_stopped_run_goes_on(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    whole, _ = content(3)
    assert content(3)[0] == whole != content(4)[0]
    stopped, history = content(3, run_dir=tmp_path, callbacks=[Stop()])
    assert stopped != whole and history["step"].tolist() == [25]
    assert content(3, run_dir=tmp_path, resume=True)[0] == whole


def test_a_spectral_network_can_be_copied():
    network = models.discriminator(DIGITS, seed=1)
    copy = keras.models.clone_model(network)
    assert copy.get_config()["layers"] == network.get_config()["layers"]
    assert [v.shape for v in copy.variables] == [v.shape for v in network.variables]


def test_a_block_without_it_is_what_it_was():
    assert dense(3) == (("Dense", {"units": 3}),)
    assert dense(3, std=0.02, spectral=True) == (("Dense", {"units": 3, "std": 0.02, "spectral": True}),)
