"""The parts that are written for speed: they must compute what the plain ones compute."""

import numpy as np
import pytest

import ganlib
from ganlib import layers, models
from ganlib.backend import keras, tf
from ganlib.recipes import Adam as Settings


def adam_by_the_paper(weights, gradients, settings, epsilon=1e-7):
    """Kingma and Ba (2015), Algorithm 1 in the efficient form that ends section 2, in float64."""
    weights, m, v = weights.astype("f8"), 0.0, 0.0
    b1, b2 = settings.beta_1, settings.beta_2
    for t, g in enumerate(gradients, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        rate = settings.learning_rate / (1 + settings.decay * (t - 1))
        weights = weights - rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + epsilon)
    return weights


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("settings", [Settings(), Settings(2e-4, 0.5), Settings(0.01, 0.5, 0.9, 0.1)])
def test_adam_is_the_papers(settings, compiled):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(20, 3, 4))
    variable = keras.Variable(start.astype("f4"))
    optimizer = models.optimizer(settings)
    optimizer.build([variable])
    update = tf.function(lambda g: optimizer.apply([g], [variable]), jit_compile=compiled)
    for gradient in gradients.astype("f4"):
        update(tf.constant(gradient))
    expected = adam_by_the_paper(start, gradients, settings)
    moved = np.abs(expected - start).max()
    np.testing.assert_allclose(variable.numpy(), expected, rtol=0, atol=1e-4 * moved + 1e-6)
    assert moved > 1e-3


def test_dropout_keeps_its_rate_its_mean_and_its_seed():
    first, second = (layers.Dropout(rate=0.3, seed=7) for _ in range(2))
    ones = tf.ones((999, 101))  # odd, so half a random word is left over
    one, again = (np.asarray(layer(ones, training=True)) for layer in (first, second))
    np.testing.assert_array_equal(one, again)
    assert set(np.unique(one)) == {np.float32(0), np.float32(1 / 0.7)}
    spread = np.sqrt(0.3 * 0.7 / one.size)  # of the share dropped
    assert abs((one == 0).mean() - 0.3) < 5 * spread
    assert (np.asarray(first(ones, training=True)) != one).mean() == pytest.approx(0.42, abs=0.02)
    np.testing.assert_array_equal(first(ones, training=False), ones)


def test_dropout_refuses_what_it_does_not_do_and_can_be_copied():
    with pytest.raises(ValueError, match="noise_shape"):
        layers.Dropout(rate=0.2, noise_shape=(1, 784), seed=1)
    network = models.discriminator("modern")
    copy = keras.models.clone_model(network)
    assert copy.get_config()["layers"] == network.get_config()["layers"]
    assert isinstance(copy.layers[1], layers.Dropout) and copy.layers[1].rate == 0.2


def test_dropout_is_the_same_under_xla():
    plain, compiled = layers.Dropout(rate=0.2, seed=1), layers.Dropout(rate=0.2, seed=1)
    x = tf.random.stateless_normal((64, 50), (0, 0))
    fast = tf.function(lambda x: compiled(x, training=True), jit_compile=True)
    for _ in range(3):
        np.testing.assert_array_equal(np.asarray(plain(x, training=True)) == 0, np.asarray(fast(x)) == 0)


def test_the_generators_update_does_not_pay_for_the_real_batch():
    """D(real) enters the relativistic loss alone: for the others it must not be computed."""

    def products(loss):
        gan = ganlib.build("small", loss=loss)
        step = tf.function(gan.update_generator, jit_compile=True)
        inputs = tf.zeros((64, 28, 28)), tf.zeros((64, 100))
        text = step.experimental_get_compiler_ir(*inputs)(stage="optimized_hlo")
        return text.count(" dot(") + text.count('custom-call-target="__onednn$matmul')

    forward = 3 + 3  # layers of G, layers of D
    backward = 3 + 2 + 2  # G's kernels, G's inputs, D's inputs; by D's single logit it is no product
    assert products("non-saturating") == forward + backward
    assert products("relativistic") > products("non-saturating")
