"""Steps run as one compiled loop give what steps run one by one give."""

import ast
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import ganlib
from ganlib import streams
from ganlib.backend import keras, tf
from tests.tiny import Pool, put_back, values

DIGITS = np.random.default_rng(0).integers(0, 256, (300, 28, 28), "uint8")


def new(**options):
    gan = ganlib.GAN("only-zeros", seed=2)
    gan.compile(**options)
    return gan


POOL = Pool(new)


@pytest.fixture(autouse=True)
def taken_back():
    yield
    POOL.back()


def trained(steps=24, **options):
    gan = new(**options)
    return gan, ganlib.train(gan, DIGITS, steps=steps, verbose=0)


@pytest.fixture(scope="module")
def whole():
    return trained(steps_per_execution=10)


def test_equal_seeds_give_equal_bits_whatever_the_length_of_an_execution(whole):
    gan, history = trained(steps_per_execution=7)
    for name, variable in gan.state().items():
        np.testing.assert_array_equal(variable, whole[0].state()[name])
    assert history["step"][-1] == 24  # the last execution is shorter
    assert whole[1]["step"].tolist() == [10, 20, 24]


@pytest.mark.trains
def test_it_is_keras_own_loop_within_rounding(whole):
    _, history = trained(steps_per_execution=10, jit_compile=False)
    apart = {name: np.abs(history[name] - whole[1][name]).max() for name in history}
    assert apart["d_loss"] < 5e-3 and apart["g_loss"] < 5e-3 and apart["step"] == 0  # 1e-7 is usual
    assert max(apart["real_accuracy"], apart["fake_accuracy"]) < 0.1  # a logit near 0 may turn over
    assert history["d_loss"][0] != history["d_loss"][-1]


def test_users_data_sets_and_callbacks_work_as_on_any_model():
    gan = POOL.take(steps_per_execution=4)
    seen = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    batches = tf.data.Dataset.from_tensor_slices(DIGITS[:192]).batch(32)
    history = gan.fit(batches, epochs=2, verbose=0, callbacks=[watch])
    assert int(gan.step) == 12  # two epochs of six batches, the second execution of each half full
    assert len(history.history["g_loss"]) == 2
    assert len(seen) == 4


@pytest.fixture
def iterated(monkeypatch):
    """Note the options of every dataset that is iterated, the pipelines that Keras makes among them."""
    seen, iterate = [], tf.data.Dataset.__iter__

    def noted(dataset):
        seen.append(dataset.options().autotune.enabled)
        return iterate(dataset)

    monkeypatch.setattr(tf.data.Dataset, "__iter__", noted)
    return seen


def take_everything(gan):
    """Train by every way there is, and look at a pipeline as an exercise's check does."""
    from ganlib.checks import streams

    ganlib.train(gan, DIGITS, steps=3, verbose=0)
    gan.fit(tf.data.Dataset.from_tensor_slices(DIGITS[:64]).batch(32), epochs=2, verbose=0)
    gan.fit(DIGITS[:100], batch_size=32, verbose=0)
    streams.elements(tf.data.Dataset.range(3))


def test_no_iterator_is_tuned_by_a_thread_that_sleeps(iterated):
    """An iterator that is tuned waits at its end for up to as long as it has lived: see `data.steady`."""
    for options in ({"steps_per_execution": 4}, {"steps_per_execution": 1, "jit_compile": False}):
        take_everything(POOL.take(**options))
    assert len(iterated) >= 8
    assert set(iterated) == {False}


def test_no_pipeline_is_translated(tmp_path, monkeypatch):
    """TensorFlow writes a file for each function whose source it rewrites, which takes seconds."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    take_everything(POOL.take(steps_per_execution=4))
    assert not list(tmp_path.glob("__autograph_generated_file*"))
    list(tf.data.Dataset.range(2).map(lambda number: number + 1))  # it would have been seen
    assert list(tmp_path.glob("__autograph_generated_file*"))


def test_examples_that_were_judged_as_a_whole_are_not_judged_again_in_each_batch(monkeypatch):
    def again(*_):
        raise AssertionError("judged again")

    monkeypatch.setattr(streams, "_seen", again)
    gan = new()
    ganlib.train(gan, DIGITS, steps=2, verbose=0)
    gan.fit(DIGITS, verbose=0)
    with pytest.raises(AssertionError, match="judged again"):  # those of a dataset are
        gan.fit(ganlib.data.batches(DIGITS, 64, start=gan.step, length=2), verbose=0)


def test_fit_takes_an_array_as_train_does():
    """Equal bits, whichever of the two is called; 100 images are three whole batches an epoch."""
    gan = POOL.take(steps_per_execution=4)
    start = values(gan)
    ways = (
        lambda: ganlib.train(gan, DIGITS[:100], epochs=3, verbose=0),
        lambda: gan.fit(DIGITS[:100], epochs=3, verbose=0),
        lambda: gan.fit(DIGITS[:100], epochs=3, verbose=0, shuffle=False),
    )
    ends, kernels = [], []
    for way in ways:
        put_back(gan, start)
        way()
        assert gan.steps_done == 9
        ends.append(values(gan))
        kernels.append(gan.discriminator.get_weights()[0])
    for name, value in ends[0].items():
        np.testing.assert_array_equal(value, ends[1][name])
    assert (kernels[1] != kernels[2]).any()


def test_dropout_under_xla_keeps_its_rate_and_its_seed():
    """The compiled loop draws its masks by another generator: they must be as good."""
    from ganlib import execution, layers

    layer, again = layers.Dropout(rate=0.3, seed=5), layers.Dropout(rate=0.3, seed=5)

    def masks(layer):
        @tf.function(jit_compile=True, autograph=False)
        def draw(x):
            with execution.threefry():
                return layer(x, training=True), layer(x, training=True)

        return [np.asarray(mask) for mask in draw(tf.ones((801, 101)))]

    one, two = masks(layer)
    np.testing.assert_array_equal(one, masks(again)[0])
    assert abs((one == 0).mean() - 0.3) < 5 * np.sqrt(0.21 / one.size)
    assert (one != two).mean() == pytest.approx(0.42, abs=0.02)  # two masks have nothing in common
    assert layers.Dropout.algorithm == "philox"


class Meter(keras.callbacks.Callback):
    """Note step, CPU seconds and megabytes at the end of every execution."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def on_train_batch_end(self, batch, logs=None):
        megabytes = psutil.Process().memory_info().rss / 1e6
        self.rows.append((self.model.steps_done, time.process_time(), megabytes))


MEMORY = """
import ganlib
from tests import tiny
from tests.test_execution import DIGITS, Meter
meter = Meter()
ganlib.train(ganlib.build(tiny.IMAGES), DIGITS, steps=10_000, callbacks=[meter], verbose=0)
print({step: megabytes for step, _, megabytes in meter.rows if step % 1000 == 0})
"""


@pytest.mark.slow
def test_memory_stays_flat():
    """In a process of its own: in this one, what other tests have freed would hide a leak."""
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", MEMORY]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    at = ast.literal_eval(done.stdout.splitlines()[-1])
    assert list(at) == list(range(1000, 10_001, 1000))
    assert max(at.values()) - at[1000] < 20, at  # 2 kB a step would show


@pytest.mark.slow
def test_a_step_costs_the_same_from_5_000_to_60_000_images():
    images = np.random.default_rng(0).integers(0, 256, (60_000, 28, 28), "uint8")
    gan = ganlib.build("two-layer", seed=2)
    ganlib.train(gan, images, steps=50, verbose=0)
    rates = {5_000: [], 60_000: []}
    for _ in range(3):
        for count, rate in rates.items():
            meter = Meter()
            ganlib.train(gan, images[:count], steps=500, callbacks=[meter], verbose=0)
            (first, start, _), (last, end, _) = meter.rows[0], meter.rows[-1]
            rate.append((end - start) / (last - first))
    few, many = (np.median(rate) for rate in rates.values())
    assert many < 1.5 * few, rates  # shuffling and gathering grow with the epoch, not with the step
