"""The newer ingredients, each against something written apart from it."""

import numpy as np
import pytest

import ganlib
from ganlib import losses, recipes
from ganlib.backend import keras, tf
from ganlib.recipes import Adam, dense
from tests.tiny import plain

PLANE = recipes.Recipe(
    "plane",
    generator=dense(4, "leaky") + dense(3),
    discriminator=(*dense(5, "tanh"), ("Dense", {"units": 1})),
    shape=(3,),
    pixels=None,
    latent_dim=2,
    batch_size=8,
    steps=1,
    xla=False,
)
POINTS = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")


def softplus(x):
    return np.logaddexp(0, x)


def test_relativistic_losses_are_mirror_images():
    real, fake = np.random.default_rng(1).normal(0, 3, (2, 50, 1)).astype("float32")
    d_loss = float(losses.relativistic_d_loss(real, fake))
    g_loss = float(losses.relativistic_g_loss(real, fake))
    assert d_loss == pytest.approx(softplus(-(real - fake)).mean(), rel=1e-5)
    assert g_loss == pytest.approx(softplus(-(fake - real)).mean(), rel=1e-5)
    assert float(losses.relativistic_d_loss(real, real)) == pytest.approx(np.log(2), rel=1e-6)
    # only the difference counts: raising every logit changes nothing
    assert float(losses.relativistic_d_loss(real + 5, fake + 5)) == pytest.approx(d_loss, rel=1e-4)


def two_layers(weights, x):
    """D of ``PLANE`` in float64, with the gradient of its logit by x, written out."""
    w1, b1, w2, b2 = (w.astype("float64") for w in weights)
    hidden = np.tanh(x @ w1 + b1)
    return hidden @ w2 + b2, ((1 - hidden**2) * w2[:, 0]) @ w1.T


def test_slope_is_the_gradient_written_out():
    gan = ganlib.build(PLANE, seed=3)
    logits, slope = losses.logits_and_slope(gan.discriminator, tf.constant(POINTS))
    expected, gradient = two_layers(gan.discriminator.get_weights(), POINTS)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    assert float(slope) == pytest.approx(np.square(gradient).sum(1).mean(), rel=1e-4)
    again, nothing = losses.logits_and_slope(gan.discriminator, tf.constant(POINTS), 0.0)
    np.testing.assert_allclose(again, logits, atol=1e-6)
    assert nothing == 0.0


@pytest.mark.parametrize(("r1", "r2"), [(0.7, 0.0), (0.0, 0.9), (0.7, 0.9)])
def test_the_penalised_step_against_finite_differences(r1, r2):
    """One step of plain descent moves D by the rate times a gradient that holds second derivatives."""
    gan = ganlib.build(PLANE.but(loss="relativistic", r1=r1, r2=r2), seed=3)
    gan.d_optimizer = keras.optimizers.SGD(1.0)
    gan.d_optimizer.build(gan.discriminator.trainable_variables)
    real, z = POINTS[:8], gan.draw(8, 0)
    fake = np.asarray(gan.generator(z, training=True), "float64")
    before = gan.discriminator.get_weights()

    def objective(weights):
        (real_logits, real_slope), (fake_logits, fake_slope) = (
            two_layers(weights, x) for x in (real.astype("float64"), fake)
        )
        penalty = r1 * np.square(real_slope).sum(1).mean() + r2 * np.square(fake_slope).sum(1).mean()
        return softplus(-(real_logits - fake_logits)).mean() + penalty / 2

    gan.update_discriminator(tf.constant(real), z)
    for layer, (old, new) in enumerate(zip(before, gan.discriminator.get_weights(), strict=True)):
        for index in np.ndindex(old.shape):
            ends = []
            for step in (1e-5, -1e-5):
                weights = [w.astype("float64") for w in before]
                weights[layer][index] += step
                ends.append(objective(weights))
            slope = (ends[0] - ends[1]) / 2e-5
            assert (old - new)[index] == pytest.approx(slope, rel=2e-3, abs=2e-5), (layer, index)


def test_average_follows_its_formula():
    generator = dense(4, "leaky", batch_norm=0.8) + dense(3)  # its statistics are averaged too
    gan = ganlib.build(PLANE.but(ema=0.22, generator=generator), seed=1)
    mean = [w.astype("float64") for w in gan.generator.get_weights()]
    for keep in (1 / 10, 2 / 11, 0.22, 0.22):
        ganlib.train(gan, POINTS, steps=1, verbose=0)
        mean = [keep * m + (1 - keep) * w for m, w in zip(mean, gan.generator.get_weights(), strict=True)]
    for found, expected in zip(gan.average.get_weights(), mean, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    z = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    np.testing.assert_allclose(gan.draw_images(z), gan.average(z), atol=1e-6)
    assert np.abs(gan.draw_images(z) - gan.generator(z)).max() > 1e-6


def test_pairs_are_judged_as_pairs():
    gan = ganlib.build(PLANE.but(loss="relativistic"))
    real, fake = tf.constant([[9.0], [8.0], [7.0], [6.0]]), tf.constant([[8.0], [7.0], [8.0], [1.0]])
    shown = gan.report(0.0, real, fake, 0.0)  # every logit is above 0: each alone would pass as real
    assert float(shown["real_accuracy"]) == float(shown["fake_accuracy"]) == 0.75


def test_packing_shows_d_several_at_once():
    gan = plain(ganlib.build("small", pack=4))
    assert gan.discriminator.input_shape == (None, 4, 28, 28)
    images = tf.reshape(tf.range(8 * 784, dtype="float32"), (8, 28, 28))
    shown = gan.shown(images, None)
    np.testing.assert_array_equal(shown[1, 2], images[6])
    for logits in gan.update_discriminator(images / 3136 - 1, gan.draw(8, 0))[1:]:
        assert logits.shape == (2, 1)
    history = ganlib.train(gan, ganlib.load_digits(), steps=2, verbose=0)
    assert np.isfinite(history["d_loss"]).all()


@pytest.mark.parametrize("extra", [{"r1": 0.1, "ema": 0.9, "d_steps": 2}, {"loss": "relativistic"}])
@pytest.mark.parametrize("name", ["smoothed", "batch-norm"])
def test_any_recipe_takes_the_ingredients(name, extra):
    generator = (*dense(8, "leaky", batch_norm=0.8), *dense(784, "tanh"), recipes.IMAGE)
    discriminator = (recipes.FLATTEN, *dense(8, "leaky"), recipes.LOGIT)
    layers = {"generator": generator, "discriminator": discriminator}
    gan = plain(ganlib.build(name, **layers, **extra, batch_size=16))
    before = gan.generator.get_weights()
    history = ganlib.train(gan, ganlib.load_digits(), steps=2, verbose=0)
    assert np.isfinite([history["d_loss"], history["g_loss"]]).all()
    moved = zip(before, gan.generator.get_weights(), strict=True)
    assert max(np.abs(old - new).max() for old, new in moved) > 0


def test_two_learning_rates_are_two():
    gan = ganlib.build("small", d_optimizer=Adam(4e-4), g_optimizer=Adam(1e-4))
    rates = [float(o.learning_rate) for o in (gan.d_optimizer, gan.g_optimizer)]
    assert rates == pytest.approx([4e-4, 1e-4])


def test_conditional_gan_is_told_its_labels():
    gan = plain(ganlib.build("conditional", seed=2))
    assert gan.generator.input_shape == (None, 74)
    assert gan.discriminator.input_shape == (None, 794)
    z = gan.draw(3, 0, tf.constant([7, 0, 2]))
    np.testing.assert_array_equal(z[:, 64:], np.eye(10)[[7, 0, 2]])
    shown = gan.shown(tf.zeros((3, 28, 28)), z)
    np.testing.assert_array_equal(shown[:, 784:], np.eye(10)[[7, 0, 2]])
    history = ganlib.train(gan, ganlib.load_digits(), steps=3, verbose=0)
    assert np.isfinite(history["g_loss"]).all()
    same = gan.sample(12, seed=4)
    np.testing.assert_array_equal(same, gan.sample(12, seed=4, labels=[*range(10), 0, 1]))
    assert (same != gan.sample(12, seed=4, labels=[7] * 12)).any()


def test_labels_are_refused_where_they_are_wrong():
    gan = ganlib.build("conditional")
    for labels in ([7], [10] * 4, [[7]] * 4):
        with pytest.raises(ValueError, match="labels: received"):
            gan.sample(4, labels=labels)
    with pytest.raises(ValueError, match="no classes"):
        ganlib.build("small").sample(4, labels=[1] * 4)
    with pytest.raises(TypeError, match="tells its networks the labels"):
        ganlib.train(gan, ganlib.load_digits().images, steps=1, verbose=0)
    with pytest.raises(ValueError, match="pack"):
        recipes.get_recipe("conditional").but(pack=2)


def test_labels_stay_with_their_images():
    digits = ganlib.load_digits()
    where = {image.tobytes(): label for image, label in zip(*digits, strict=True)}
    batches = ganlib.data.batches(digits, 64, seed=1, labels=digits.labels)
    for images, labels in batches.take(3):
        found = [where[image.tobytes()] for image in images.numpy()]
        np.testing.assert_array_equal(labels, found)


def test_dcgan_trains():
    gan = plain(ganlib.build("dcgan"))
    history = ganlib.train(gan, ganlib.load_digits(), steps=2, verbose=0)
    assert np.isfinite(history["d_loss"]).all()
    assert gan.sample(3).shape == (3, 28, 28)
