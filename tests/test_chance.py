"""Random numbers made of z, and the shifts that D alone sees."""

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

import ganlib
from ganlib import chance, checkpoint
from ganlib.backend import keras, tf
from ganlib.gan import draw_z
from tests import tiny

Z = draw_z(3000, 3, seed=1, draw=2)
MARK = np.zeros((3000, 9, 11), "f4")
MARK[:, 4, 5] = 1  # one dot of ink in the middle


def test_numbers_are_uniform_and_no_function_of_their_own_row():
    first, second = (chance.uniform(Z, which).numpy() for which in (1, 2))
    for numbers in (first, second):
        assert kstest(numbers, "uniform").pvalue > 0.01
        for column in np.asarray(Z).T:
            assert abs(np.corrcoef(numbers, column)[0, 1]) < 3 / np.sqrt(3000)
    assert abs(np.corrcoef(first, second)[0, 1]) < 3 / np.sqrt(3000)
    ends = chance.uniform(tf.constant([[-5.3], [0.0], [5.3]]), 0).numpy()
    np.testing.assert_allclose(ends, [0, 0.5, 1], atol=1e-6)


def dots(images):
    """Return how far down and right the dot of each image stands, where it is still there."""
    _, down, right = np.nonzero(np.asarray(images) == 1)
    return down - 4, right - 5


@pytest.mark.parametrize("most", [1, 2, 4])
def test_all_shifts_are_alike(most):
    down, right = dots(chance.shifted(tf.constant(MARK), Z, most, blank=0.0))
    assert len(down) == 3000
    ways = np.arange(-most, most + 1)
    counts = [[((down == i) & (right == j)).sum() for j in ways] for i in ways]
    assert np.sum(counts) == 3000
    assert chisquare(np.ravel(counts)).pvalue > 0.01


def test_images_are_moved_whole_and_paper_comes_in():
    images = np.random.default_rng(0).uniform(0, 1, MARK.shape).astype("f4")
    moved = chance.shifted(tf.constant(images), Z, 2, blank=-1.0).numpy()
    down, right = dots(chance.shifted(tf.constant(MARK), Z, 2, blank=0.0))  # by the same z, alike
    for image, found, i, j in zip(images[:200], moved, down, right, strict=False):
        wide = np.pad(image, 2, constant_values=-1)
        np.testing.assert_array_equal(found, wide[2 - i : 11 - i, 2 - j : 13 - j])
    np.testing.assert_array_equal(chance.shifted(tf.constant(images), Z, 0, 0.0), images)
    colours = np.stack([images, images], -1)
    both = chance.shifted(tf.constant(colours), Z, 2, blank=-1.0)
    np.testing.assert_array_equal(both[..., 1], moved)


def test_a_very_large_z_stays_in_the_picture():
    z = tf.constant([[5.29], [-5.29], [5.29], [-5.29]])
    down, right = dots(chance.shifted(tf.constant(MARK[:4]), z, 2, blank=0.0))
    assert set(down) == set(right) == {-2, 2}


@pytest.mark.parametrize("compiled", [False, True])
def test_the_gradient_goes_back_where_the_ink_came_from(compiled):
    price = tf.random.stateless_normal(MARK.shape, (1, 2))

    @tf.function(jit_compile=compiled)
    def slope(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            cost = tf.reduce_sum(chance.shifted(images, Z, 2, 0.0) * price)
        return tape.gradient(cost, images)

    found = slope(tf.constant(MARK)).numpy()
    down, right = dots(chance.shifted(tf.constant(MARK), Z, 2, 0.0))
    np.testing.assert_array_equal(found[:, 4, 5], np.asarray(price)[range(3000), 4 + down, 5 + right])
    outside = np.abs(found[:, 0, 0])  # a corner that was moved out counts for nothing
    assert ((outside == 0) == ((down < 0) | (right < 0))).all()


RULES = tiny.IMAGES.but(shift=2, batch_size=16)


@pytest.mark.parametrize("update", ["update_discriminator", "update_generator"])
def test_d_sees_reals_and_fakes_moved_alike_whoever_learns(update):
    gan = ganlib.build(RULES.but(loss="relativistic"), seed=1)
    d, seen = gan.discriminator, []

    class Watched:
        trainable_variables = d.trainable_variables

        def __call__(self, images, training):
            seen.append(images)
            return d(images, training=training)

    real, z = gan.scale(tf.constant(ganlib.load_digits().images[:16])), gan.draw(16, 0)
    fake = gan.generator(z, training=True)
    object.__setattr__(gan, "discriminator", Watched())
    before = gan.generator.get_weights()
    getattr(gan, update)(real, z)
    shown = np.concatenate(seen)
    for images in (real, fake):
        due = chance.shifted(images, z, 2, blank=-1.0).numpy()
        assert not np.array_equal(due, images)
        assert any(np.allclose(part, due, atol=1e-6) for part in (shown[:16], shown[16:]))
    moved = [np.any(a != b) for a, b in zip(before, gan.generator.get_weights(), strict=True)]
    assert moved == [update == "update_generator"] * len(moved)  # the gradient comes through


def content(gan, steps=6, **options):
    ganlib.train(gan, ganlib.load_digits(), steps=steps, verbose=0, **options)
    return checkpoint.digest(tiny.values(gan))


def test_equal_seeds_are_equal_to_the_bit_and_a_stopped_run_goes_on(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    one, other, still = (
        tiny.plain(ganlib.build(rules, seed=3)) for rules in (RULES, RULES, RULES.but(shift=0))
    )
    start = tiny.values(one)
    whole = content(one)
    assert content(still) != whole
    assert content(tiny.put_back(one, start), run_dir=tmp_path, callbacks=[Stop()]) != whole
    assert content(other, run_dir=tmp_path, resume=True) == whole


@pytest.mark.slow
def test_equal_seeds_are_equal_to_the_bit_compiled_too():
    one, other = (content(ganlib.build(RULES.but(xla=True), seed=3), steps=50) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("change", [{"classes": 10}, {"pack": 2}, {"d_update": "separate"}, {"r1": 0.1}])
def test_shifts_go_with_everything_else(change):
    gan = tiny.plain(ganlib.build(RULES.but(**change), seed=1))
    history = ganlib.train(gan, ganlib.load_digits(), steps=2, verbose=0)
    assert np.isfinite(history["d_loss"]).all()
