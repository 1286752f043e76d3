"""Every recipe trains; lengths, callbacks and refusals of ``ganlib.train``."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

import ganlib
from ganlib import callbacks
from ganlib.backend import keras
from ganlib.recipes import RECIPES
from ganlib.training import Snapshots
from tests.tiny import POINTS as TINY
from tests.tiny import Pool

POINTS = np.random.default_rng(0).normal(size=(96, 2)).astype("f4")


def new(**options):
    gan = ganlib.GAN(TINY)
    gan.compile(**options)
    return gan


POOL = Pool(new)
tiny = POOL.take


@pytest.fixture(autouse=True)
def taken_back():
    yield
    POOL.back()


def examples(recipe):
    if recipe.shape == (2,):
        return ganlib.load_wine().points
    return ganlib.load_digits().only(0) if recipe.data == "zeros" else ganlib.load_digits()


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_trains_two_steps(name):
    """One by one, without a program; the fifty below have one."""
    gan = ganlib.build(name, seed=10)
    gan.compile(steps_per_execution=1, jit_compile=False, run_eagerly=True)
    learns(gan, steps=2)


LONG = {"two-layer", "deep", "smoothed", "batch-norm", "only-zeros-raw", "only-zeros", "modern"}
LONG |= {"dcgan", "conditional", "spectral"}


def later(name):
    """Mark what compiles for 5 to 10 s; some are not put off, nor is a recipe that is new."""
    return pytest.param(name, marks=pytest.mark.slow) if name in LONG else name


@pytest.mark.parametrize("name", map(later, RECIPES))
def test_recipe_trains_fifty_steps(name):
    assert len(np.unique(learns(ganlib.build(name, seed=10), steps=50))) > 4


def learns(gan, steps):
    before = [v.numpy().copy() for v in gan.generator.trainable_variables]
    history = ganlib.train(gan, examples(gan.recipe), steps=steps, verbose=0)
    assert history["step"][-1] == int(gan.step) == steps
    for values in history.values():
        assert np.isfinite(values).all()
    assert all(
        np.any(a != v.numpy()) for a, v in zip(before, gan.generator.trainable_variables, strict=True)
    )
    drawn = gan.sample(4, seed=1)
    assert drawn.shape == (4, *gan.recipe.shape) and len(np.unique(drawn)) > 1
    assert np.array_equal(drawn, gan.sample(4, seed=1))
    return drawn


@pytest.mark.parametrize(
    ("length", "steps"), [({"epochs": 2}, 12), ({"epochs": 0.5}, 3), ({"steps": 7}, 7), ({}, 40)]
)
def test_length(length, steps):
    gan = tiny(steps_per_execution=5)
    history = ganlib.train(gan, POINTS, verbose=0, **length)
    assert int(gan.step) == steps == history["step"][-1]


def test_a_training_goes_on_where_it_stopped():
    whole, parts = tiny(), tiny()
    ganlib.train(whole, POINTS, steps=9, verbose=0)
    for steps in (4, 5):
        ganlib.train(parts, POINTS, steps=steps, verbose=0)
    for a, b in zip(whole.state().values(), parts.state().values(), strict=True):
        assert np.array_equal(a.numpy(), b.numpy())


def test_seconds_end_a_training_and_the_recipes_length_does_not(monkeypatch):
    """Each look at this clock takes a second; the recipe has 40 steps."""
    monkeypatch.setattr(callbacks, "time", SimpleNamespace(perf_counter=itertools.count().__next__))
    gan = tiny(steps_per_execution=1)
    ganlib.train(gan, POINTS, seconds=60, verbose=0)
    assert int(gan.step) == 60


@pytest.mark.trains
def test_history_is_the_mean_since_the_entry_before():
    coarse, fine = tiny(steps_per_execution=4), tiny(steps_per_execution=1)
    four = ganlib.train(coarse, POINTS, steps=8, verbose=0)
    one = ganlib.train(fine, POINTS, steps=8, verbose=0)
    assert four["step"].tolist() == [4, 8] and one["step"].tolist() == list(range(1, 9))
    for name in ("d_loss", "g_loss", "real_accuracy", "fake_accuracy"):
        due = one[name].reshape(2, 4).mean(1)
        assert (np.abs(four[name] - due) < 1e-5 + 1e-4 * np.abs(due)).all()


def test_snapshots_draw_the_same_z_and_keep_the_first_and_last():
    gan = tiny(steps_per_execution=1)
    before = gan.sample(3, seed=4)
    watch = Snapshots(count=3, every=4, seed=4)
    ganlib.train(gan, POINTS, steps=10, callbacks=[watch], verbose=0)
    assert watch.steps == [0, 4, 8, 10]
    assert np.array_equal(watch.frames[0], before)
    assert np.array_equal(watch.frames[-1], gan.sample(3, seed=4))
    ganlib.train(gan, POINTS, steps=4, callbacks=[watch], verbose=0)
    assert watch.steps == [0, 4, 8, 10, 14]


def test_progress_shows_steps_and_losses(capsys):
    ganlib.train(tiny(), POINTS, steps=10)
    out = capsys.readouterr().out
    assert "10/10" in out and "d_loss" in out and "g_loss" in out
    ganlib.train(tiny(), POINTS, steps=10, verbose=0)
    assert capsys.readouterr().out == ""


def test_a_keras_callback_works_as_on_any_model():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    gan = tiny(steps_per_execution=1)
    ganlib.train(gan, POINTS, steps=10, callbacks=[Stop()], verbose=0)
    assert int(gan.step) == 1


IMAGES = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
REFUSED = [
    (IMAGES.astype(str), {}, TypeError, "examples: received <U"),
    (IMAGES[:, :14], {}, ValueError, r"shape \(200, 14, 28\), accepted shape \(n, 28, 28\)"),
    (IMAGES[:0], {}, ValueError, "with n ≥ 1"),
    (np.full((200, 28, 28), np.nan, "f4"), {}, ValueError, "NaN or infinity"),
    (
        np.random.default_rng(0).uniform(0, 255, (200, 28, 28)),
        {},
        ValueError,
        r"accepted uint8, or floats",
    ),
    (
        np.random.default_rng(0).uniform(0, 0.1, (200, 28, 28)),
        {},
        ValueError,
        "Hand over the uint8 images",
    ),
    (IMAGES[:63], {}, ValueError, "batch_size: received 64, accepted 1 to the number of examples, 63"),
    (IMAGES, {"epochs": 0}, ValueError, "epochs: received 0, accepted a positive number"),
    (IMAGES, {"steps": -3}, ValueError, "steps: received -3"),
    (IMAGES, {"seconds": float("inf")}, ValueError, "seconds: received inf"),
    (IMAGES, {"steps": 3, "epochs": 2}, ValueError, "epochs and steps, accepted one of them"),
]


@pytest.mark.parametrize(("data", "length", "error", "message"), REFUSED)
def test_bad_examples_and_lengths_are_refused(data, length, error, message):
    with pytest.raises(error, match=message):
        ganlib.train(ganlib.build("small"), data, verbose=0, **(length or {"steps": 1}))


def test_snapshots_of_another_gan_begin_anew():
    film = Snapshots(count=2, every=2)
    for _ in range(2):
        gan = tiny(steps_per_execution=1)
        ganlib.train(gan, POINTS, steps=4, callbacks=[film], verbose=0)
        assert film.steps == [0, 2, 4]
        assert np.array_equal(film.frames[-1], gan.sample(2, 0))


def test_a_seed_from_numpy_is_a_seed(tmp_path):
    gan = ganlib.build("wine", np.int64(1))
    ganlib.train(gan, POINTS, steps=2, seed=np.int64(1), run_dir=tmp_path / "run", verbose=0)
    assert ganlib.load(tmp_path / "run").steps_done == 2


def test_whole_numbers_are_points_as_floats_are():
    points = np.random.default_rng(0).integers(0, 9, (200, 2)).astype("uint8")
    logs = [
        ganlib.train(tiny(steps_per_execution=1), points.astype(kind), steps=3, verbose=0)
        for kind in ("uint8", "float32")
    ]
    assert np.array_equal(logs[0]["d_loss"], logs[1]["d_loss"])


@pytest.mark.parametrize("length", [{"epochs": 1}, {"steps": 1}])
def test_too_few_examples_are_refused_whatever_the_length(length):
    with pytest.raises(ValueError, match="accepted 1 to the number of examples, 10"):
        ganlib.train(ganlib.build("wine"), POINTS[:10], **length, verbose=0)


def test_a_recipe_with_classes_wants_labels():
    with pytest.raises(TypeError, match="accepted Digits with labels below 10"):
        ganlib.train(ganlib.build("conditional"), IMAGES, steps=1, verbose=0)
