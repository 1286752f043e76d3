"""Training by ganlib and by Keras are one thing: callbacks, files, epochs, and an end at NaN."""

import csv
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import ganlib
from ganlib import checkpoint, inputs, models, recipes
from ganlib.backend import keras, tf
from tests import tiny

# Everything that has a state: batch norm, dropout, averaged weights, two optimizers.
RECIPE = tiny.IMAGES.but(batch_size=32, ema=0.9)
DIGITS = np.random.default_rng(0).integers(0, 256, (330, 28, 28), "uint8")  # ten steps and ten images
DOTS = np.random.default_rng(0).normal(size=(330, 2)).astype("f4")  # where XLA compiles many programs
LINEAR = {"generator": recipes.dense(2), "discriminator": (recipes.LOGIT,), "latent_dim": 3}
LINEAR |= {"shape": (2,), "pixels": None, "ema": 0.0}
NAMES = ["d_loss", "fake_accuracy", "g_loss", "real_accuracy"]
callbacks = keras.callbacks

WAYS = {
    "train": lambda gan, epochs, *watch: ganlib.train(
        gan, DIGITS, epochs=epochs, callbacks=watch, verbose=0
    ),
    "fit": lambda gan, epochs, *watch: gan.fit(DIGITS, epochs=epochs, callbacks=[*watch], verbose=0),
}
both_ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def new(steps_per_execution=4, jit_compile=False, rate=None, **changes):
    gan = ganlib.GAN(RECIPE.but(**changes), seed=3)
    descent = [] if rate is None else [keras.optimizers.SGD(rate) for _ in range(2)]
    gan.compile(*descent, steps_per_execution=steps_per_execution, jit_compile=jit_compile)
    return gan


POOL = tiny.Pool(new)
built = POOL.take


@pytest.fixture(autouse=True)
def taken_back():
    yield
    POOL.back()


def same(one, other):
    states = one.state(), other.state()
    return all(np.array_equal(v, states[1][name]) for name, v in states[0].items())


@pytest.fixture(scope="module")
def epochs():
    """What callbacks must see: the means over the steps of each of three epochs, from single steps."""
    history = ganlib.train(built(steps_per_execution=1), DIGITS, steps=30, verbose=0)
    return {name: history[name].reshape(3, 10).mean(1) for name in NAMES}


# ---- Keras's own callbacks


@both_ways
def test_csv_logger_writes_a_row_an_epoch(way, epochs, tmp_path):
    way(built(), 3, callbacks.CSVLogger(tmp_path / "log.csv"))
    rows = list(csv.DictReader((tmp_path / "log.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    for name in NAMES:
        np.testing.assert_allclose([float(row[name]) for row in rows], epochs[name], rtol=1e-5)


@both_ways
def test_early_stopping_stops(way):
    gan, watch = built(), callbacks.EarlyStopping("d_loss", mode="max", min_delta=99, patience=1)
    way(gan, 5, watch)
    assert (gan.steps_done, watch.stopped_epoch) == (20, 1)


@both_ways
def test_early_stopping_brings_the_best_weights_back(way):
    gan, best = built(), built()
    watch = callbacks.EarlyStopping("d_loss", mode="max", min_delta=99, restore_best_weights=True)
    way(gan, 5, watch)
    way(best, 1)
    assert gan.steps_done == best.steps_done == 10  # the counter is one of the weights
    for ours, theirs in zip(gan.weights, best.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@both_ways
def test_model_checkpoint_keeps_the_best(way, epochs, tmp_path):
    path = str(tmp_path / "{epoch}-{d_loss:.4f}.weights.h5")
    options = {"monitor": "d_loss", "save_best_only": True, "save_weights_only": True}
    way(built(), 3, callbacks.ModelCheckpoint(path, mode="max", **options))
    best = np.maximum.accumulate(epochs["d_loss"]) == epochs["d_loss"]
    names = [f"{i + 1}-{epochs['d_loss'][i]:.4f}.weights.h5" for i in np.flatnonzero(best)]
    assert sorted(os.listdir(tmp_path)) == names


@both_ways
def test_model_checkpoint_keeps_the_whole(way, tmp_path):
    gan = built()
    way(gan, 2, callbacks.ModelCheckpoint(tmp_path / "gan.keras"))
    assert os.listdir(tmp_path) == ["gan.keras"]
    assert same(ganlib.load(tmp_path / "gan.keras"), gan)


def test_a_file_of_an_epoch_that_needs_another_pace_keeps_the_one_asked_for(tmp_path):
    keep = callbacks.ModelCheckpoint(tmp_path / "gan.keras")
    built().fit(DIGITS, steps_per_epoch=3, callbacks=[keep], verbose=0)
    assert ganlib.load(tmp_path / "gan.keras").steps_per_execution == 4


@both_ways
def test_tensorboard_has_the_losses_or_is_asked_for(way, epochs, tmp_path):
    watch = callbacks.TensorBoard(tmp_path)
    if not find_spec("tensorboard"):
        gan = built()
        with pytest.raises(ImportError, match="pip install tensorboard"):
            way(gan, 1, watch)
        assert gan.steps_done == 0
        return
    way(built(), 3, watch)
    files = [str(path) for path in (tmp_path / "train").iterdir()]
    events = [e for path in files for e in tf.compat.v1.train.summary_iterator(path)]
    values = [value for event in events for value in event.summary.value]
    seen = [float(tf.make_ndarray(v.tensor)) for v in values if v.tag == "epoch_d_loss"]
    np.testing.assert_allclose(seen, epochs["d_loss"], rtol=1e-5)


@both_ways
def test_callbacks_move_both_learning_rates(way):
    gan = built()
    plateau = callbacks.ReduceLROnPlateau("d_loss", factor=0.5, patience=1, mode="max", min_delta=99)
    way(gan, 3, plateau)
    rates = [float(optimizer.learning_rate) for optimizer in (gan.d_optimizer, gan.g_optimizer)]
    assert rates == pytest.approx([5e-4 / 4] * 2)  # the first epoch is the best, two are not
    way(gan, 1, callbacks.LearningRateScheduler(lambda epoch, rate: rate * 3))
    assert float(gan.g_optimizer.learning_rate) == pytest.approx(3 * 5e-4 / 4)


def test_a_schedule_is_not_moved():
    gan = built(g_optimizer=recipes.Adam(decay=1e-3))
    with pytest.raises(ValueError, match="ReduceLROnPlateau: learning rate: received a schedule"):
        gan.fit(DIGITS, callbacks=callbacks.ReduceLROnPlateau("d_loss", mode="min"), verbose=0)


def test_backup_and_restore_goes_on_in_fit_to_the_bit(tmp_path):
    whole, stopped, other = built(), new(), new()  # in the last Keras will leave its first epoch
    whole.fit(DIGITS, epochs=4, verbose=0)

    class Die(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise InterruptedError

    backup = callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(InterruptedError):
        stopped.fit(DIGITS, epochs=4, callbacks=[backup, Die()], verbose=0)
    history = other.fit(DIGITS, epochs=4, callbacks=[backup], verbose=0)
    assert history.epoch == [2, 3] and same(other, whole)


def test_backup_and_restore_gives_way_to_run_dir(tmp_path):
    with pytest.raises(ValueError, match=r"BackupAndRestore, accepted it in gan.fit alone. Give run_dir"):
        WAYS["train"](built(), 1, callbacks.BackupAndRestore(tmp_path))


@both_ways
def test_a_game_has_no_better_by_itself(way):
    gan = built()
    with pytest.raises(ValueError, match="EarlyStopping: mode: received 'auto', accepted 'min' or 'max'"):
        way(gan, 2, callbacks.EarlyStopping("g_loss"))
    assert gan.steps_done == 0


@pytest.mark.parametrize("given", [None, callbacks.History(), (callbacks.History(),)])
def test_callbacks_are_taken_in_every_form(given):
    gan = built()
    ganlib.train(gan, DIGITS, steps=4, callbacks=given, verbose=0)
    gan.fit(DIGITS, callbacks=given, verbose=0)
    assert gan.steps_done == 14


@both_ways
def test_callbacks_are_objects(way):
    with pytest.raises(TypeError, match=r"callbacks: received <class .*, accepted Keras callbacks. Make"):
        way(built(), 1, callbacks.History)


@pytest.mark.parametrize("train", [lambda gan: gan.fit(DIGITS), lambda gan: ganlib.train(gan, DIGITS)])
def test_a_gan_that_is_not_compiled_says_so(train):
    with pytest.raises(ValueError, match="compile"):
        train(ganlib.GAN(RECIPE))


# ---- epochs


class Watch(callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_begin(self, logs=None):
        self.seen.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(epoch)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.steps_done)

    def on_train_end(self, logs=None):
        self.seen.append("end")


@pytest.mark.parametrize(
    ("length", "seen"),
    [
        ({"epochs": 3}, [0, 10, 1, 20, 2, 30]),
        ({"epochs": 2.5}, [0, 10, 1, 20, 2, 25]),
        ({"epochs": 0.5}, [0, 5]),
        ({"steps": 23}, [0, 23]),
    ],
)
def test_epochs_are_epochs(length, seen):
    watch, gan = Watch(), built()
    history = ganlib.train(gan, DIGITS, callbacks=[watch], verbose=0, **length)
    assert watch.seen == ["begin", *seen, "end"]
    other = built()
    ganlib.train(other, DIGITS, steps=seen[-1], verbose=0)
    assert same(gan, other) and history["step"][-1] == seen[-1]
    assert watch.params["epochs"] == len(seen) // 2


def test_a_resumed_run_goes_on_in_its_epoch(tmp_path):
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training |= self.model.steps_done == 14

    whole, watch = built(), Watch()
    history = ganlib.train(whole, DIGITS, epochs=3, verbose=0)
    ganlib.train(built(), DIGITS, epochs=3, callbacks=[Stop()], run_dir=tmp_path, verbose=0)
    gan = built()
    resumed = {"run_dir": tmp_path, "resume": True}
    again = ganlib.train(gan, DIGITS, epochs=3, callbacks=[watch], verbose=0, **resumed)
    assert watch.seen == ["begin", 1, 20, 2, 30, "end"]
    assert same(gan, whole)
    for name, values in history.items():
        np.testing.assert_array_equal(again[name], values)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.trains
def test_fit_begins_where_the_gan_stands_and_counts_what_it_did(jit):
    """One step an execution: the order is read, not raced for, and the end of the data is no step."""
    gan = built(steps_per_execution=1, jit_compile=jit, **LINEAR)
    other = built(steps_per_execution=10, jit_compile=jit, **LINEAR)
    gan.fit(DOTS, epochs=2, verbose=0)
    other.fit(DOTS, epochs=2, verbose=0)
    ours, theirs = (one.generator.get_weights()[0] for one in (gan, other))
    assert (np.abs(ours - theirs) < 1e-5 + 1e-3 * np.abs(theirs)).all()
    unknown = tf.data.Dataset.from_generator(
        lambda: iter([DOTS[:32]] * 3), output_signature=tf.TensorSpec((None, 2), tf.float32)
    )
    gan.fit(unknown, verbose=0)
    assert gan.steps_done == 23


@pytest.mark.parametrize("jit", [True, False])
def test_every_batch_of_a_dataset_is_trained_on_the_last_and_smaller_too(jit):
    gan = built(jit_compile=jit, **LINEAR)
    history = gan.fit(tf.data.Dataset.from_tensor_slices(DOTS).batch(32), epochs=2, verbose=0)
    assert gan.steps_done == 22
    assert all(np.isfinite(v).all() for v in history.history.values())


@pytest.mark.trains
def test_batches_of_every_size_give_what_keras_gives():
    def sizes():
        start = 0
        for size in (32, 32, 8, 8, 5, 32, 1, 32):
            yield DOTS[start : start + size]
            start += size

    signature = tf.TensorSpec((None, 2), tf.float32)
    found = []
    for jit in (True, False):
        gan = built(jit_compile=jit, **LINEAR)
        data = tf.data.Dataset.from_generator(sizes, output_signature=signature)
        found.append((gan.fit(data, verbose=0).history["d_loss"][0], gan.steps_done))
    assert [steps for _, steps in found] == [8, 8]
    assert abs(found[0][0] / found[1][0] - 1) < 1e-4


@pytest.mark.parametrize("jit", [True, False])
def test_steps_per_epoch_are_not_run_over(jit):
    gan = built(jit_compile=jit, **LINEAR)
    endless = tf.data.Dataset.from_tensors(DOTS[:32]).repeat()
    gan.fit(endless, epochs=2, steps_per_epoch=6, verbose=0)
    assert gan.steps_done == 12
    gan.fit(DOTS, epochs=2, steps_per_epoch=3, verbose=0)
    assert gan.steps_done == 18 and gan.steps_per_execution == 4


def test_a_batch_that_cannot_be_parted_is_named():
    gan = built(pack=4)
    batches = tf.data.Dataset.from_tensor_slices(DIGITS).batch(32)
    with pytest.raises(ValueError, match="batch_size: received a batch of 10, accepted a multiple of 4"):
        gan.fit(batches, verbose=0)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("validation_data", DIGITS),
        ("validation_split", 0.1),
        ("class_weight", {0: 2.0}),
        ("sample_weight", np.ones(len(DIGITS))),
    ],
)
def test_options_for_one_loss_are_refused_before_an_epoch_is_lost(option, value):
    gan = built()
    with pytest.raises(ValueError, match=f"^{option}: received .*, accepted None"):
        gan.fit(DIGITS, verbose=0, **{option: value})
    assert gan.steps_done == 0


def test_a_gan_is_no_function():
    for ask in (built(), built().predict, built().evaluate):
        with pytest.raises(NotImplementedError, match=r"Draw by gan.sample"):
            ask(np.zeros((32, 100), "f4"))


# ---- NaN


def exploding():
    return built(steps_per_execution=2, rate=1e30)


@both_ways
def test_a_training_stops_at_nan_and_says_where(way):
    gan, watch = exploding(), Watch()
    with pytest.raises(FloatingPointError, match=r"NaN or infinity by step [24], .* lower learning rate"):
        way(gan, 5, watch)
    assert gan.steps_done <= 4
    assert watch.seen[-1] == "end"  # files that callbacks hold are closed


@both_ways
def test_terminate_on_nan_ends_it_quietly(way, capsys):
    gan = exploding()
    way(gan, 5, callbacks.TerminateOnNaN())
    assert gan.steps_done <= 4
    assert "Invalid loss, terminating training" in capsys.readouterr().out


def test_weights_that_break_in_the_last_step_are_seen():
    gan = built(steps_per_execution=1)
    gan.fit(DIGITS, verbose=0)

    class Break(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            weight = self.model.generator.trainable_variables[0]
            weight.assign(np.inf * np.ones(weight.shape))

    with pytest.raises(FloatingPointError, match="by step 20"):
        gan.fit(DIGITS, callbacks=[Break()], verbose=0)


def test_the_last_good_checkpoint_is_kept(tmp_path):
    class Explode(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.steps_done == 12:
                self.model.d_optimizer.learning_rate = 1e38

    run = {"run_dir": tmp_path, "save_every": 0, "verbose": 0}
    with pytest.raises(FloatingPointError, match=r"Saved in .*: step-000000(12|16)\.npz"):
        ganlib.train(built(), DIGITS, steps=80, callbacks=[Explode()], **run)
    for path in checkpoint.find(tmp_path):
        arrays, _ = checkpoint.read(path)
        assert all(np.isfinite(array).all() for array in arrays.values())
    assert ganlib.load(tmp_path).finite()


def test_nan_before_the_first_checkpoint_is_said(tmp_path):
    with pytest.raises(FloatingPointError, match=r"Saved in .*: nothing"):
        ganlib.train(exploding(), DIGITS, steps=20, run_dir=tmp_path, verbose=0)
    assert not checkpoint.find(tmp_path)


# ---- stopped before the first checkpoint, and begun again by the same GAN


def test_a_run_stopped_before_its_first_checkpoint_begins_anew(tmp_path):
    class Interrupt(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.steps_done == 12:
                raise KeyboardInterrupt

    whole, shots = built(), [ganlib.training.Snapshots(2, every=8) for _ in range(2)]
    history = ganlib.train(whole, DIGITS, steps=20, callbacks=[shots[0]], verbose=0)
    gan, run = built(), {"steps": 20, "run_dir": tmp_path, "verbose": 0}
    with pytest.raises(KeyboardInterrupt):
        ganlib.train(gan, DIGITS, callbacks=[shots[1], Interrupt()], **run)
    assert gan.steps_done == 12 and not checkpoint.find(tmp_path)
    again = ganlib.train(gan, DIGITS, callbacks=[shots[1]], resume=True, **run)
    assert same(gan, whole)
    assert shots[1].steps == shots[0].steps == [0, 8, 16, 20]
    for name, values in history.items():
        np.testing.assert_array_equal(again[name], values)
    ganlib.train(gan, DIGITS, steps=4, verbose=0)
    assert gan.steps_done == 24


# ---- files


def goes_on_alike(gan, other):
    alike = same(gan, other)
    for each in (gan, other):
        each.fit(DIGITS, verbose=0)
    return alike and same(gan, other)


@pytest.mark.parametrize("name", sorted(recipes.RECIPES))
def test_every_recipes_gan_is_saved_and_loaded(name, tmp_path):
    gan = ganlib.build(name, seed=2)
    gan.save(tmp_path / "gan.keras")
    other = ganlib.load(tmp_path / "gan.keras")
    assert other.recipe == gan.recipe and other.seed == 2 and same(gan, other)


@pytest.mark.parametrize("name", ["deep", "smoothed", "modern", "dcgan", "wasserstein", "spectral"])
def test_both_networks_are_saved_and_loaded(name, tmp_path):
    for network in (models.generator(name), models.discriminator(name)):
        network.save(tmp_path / "network.keras")
        other = ganlib.load(tmp_path / "network.keras")
        row = np.random.default_rng(0).normal(size=(2, *network.input_shape[1:])).astype("f4")
        np.testing.assert_array_equal(network(row), other(row))


def test_a_loaded_gan_goes_on_to_the_bit(tmp_path):
    gan = built()
    gan.fit(DIGITS, verbose=0)
    gan.save(tmp_path / "gan.keras")
    gan.save_weights(tmp_path / "gan.weights.h5")
    weights = built()
    weights.load_weights(tmp_path / "gan.weights.h5")
    loaded = ganlib.load(tmp_path / "gan.keras")
    assert loaded.steps_done == 10 and loaded.steps_per_execution == 4
    assert same(gan, weights) and goes_on_alike(gan, loaded)


def own(*layers, shape):
    return keras.Sequential([keras.Input(shape), *layers])


def test_own_networks_and_optimizers_are_in_the_file(tmp_path):
    layers = keras.layers
    generator = own(layers.Dense(784), layers.Reshape((28, 28)), shape=(5,))
    discriminator = own(layers.Flatten(), layers.Dense(1), shape=(28, 28))
    gan = ganlib.GAN(RECIPE, 1, generator, discriminator)
    gan.compile(keras.optimizers.SGD(0.01, momentum=0.9), keras.optimizers.RMSprop(1e-3))
    gan.fit(DIGITS, verbose=0)
    gan.save(tmp_path / "gan.keras")
    other = ganlib.load(tmp_path / "gan.keras")
    assert other.own == ("generator", "discriminator") and goes_on_alike(gan, other)


def test_the_average_is_of_your_own_generator():
    """With dropout in it too, whose seed is no number to average."""
    layers = keras.layers
    generator = own(layers.Dense(784), layers.Dropout(0.2), layers.Reshape((28, 28)), shape=(5,))
    gan = ganlib.GAN(RECIPE, 1, generator)
    gan.compile(steps_per_execution=1)
    before = [weight.numpy() for weight in generator.weights]
    ganlib.train(gan, DIGITS, steps=1, verbose=0)
    for first, new, mean in zip(before, generator.weights, gan.average.weights, strict=True):
        np.testing.assert_allclose(
            mean, 0.1 * first + 0.9 * new, rtol=1e-4, atol=1e-6
        )  # (1 + 0) / (10 + 0)
    assert gan.sample(2).shape == (2, 28, 28)


class Unsayable(keras.Model):
    def __init__(self, secret):
        super().__init__()
        self.secret, self.dense = secret, keras.layers.Dense(784)
        self.image = keras.layers.Reshape((28, 28))

    def call(self, z):
        return self.image(self.dense(z))


def test_what_cannot_be_saved_is_refused_before_anything_is_lost(tmp_path):
    network = Unsayable(object())
    network(np.zeros((1, 100), "f4"))
    gan = ganlib.GAN(RECIPE.but(ema=0.0), generator=network)
    gan.compile()
    path = tmp_path / "gan.keras"
    path.write_text("an older one")
    with pytest.raises(TypeError, match="save: received a network that Keras cannot describe"):
        gan.save(path)
    with pytest.raises(TypeError, match="save: received a network"):
        gan.fit(DIGITS, callbacks=[callbacks.ModelCheckpoint(path)], verbose=0)
    assert gan.steps_done == 0
    with pytest.raises(
        TypeError, match=r"generator: received .*, accepted a network that Keras can copy"
    ):
        ganlib.GAN(RECIPE, generator=network)
    with pytest.raises(ValueError, match=r"filepath: received .*gan.h5, accepted .* ends in .keras"):
        gan.save(tmp_path / "gan.h5")
    assert os.listdir(tmp_path) == ["gan.keras"] and path.read_text() == "an older one"


def test_a_full_disk_leaves_the_older_file(tmp_path, monkeypatch):
    gan, path = built(), tmp_path / "gan.keras"
    gan.save(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(keras.layers.Dense, "save_own_variables", full)
    with pytest.raises(OSError, match="No space"):
        gan.save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["gan.keras"]


def test_a_file_is_loaded_by_another_process(tmp_path):
    gan = built()
    gan.save(tmp_path / "gan.keras")
    models.discriminator("deep").save(tmp_path / "d.keras")
    code = "import ganlib, sys; g, d = map(ganlib.load, sys.argv[1:]); print(g.sample(3).sum(), d.name)"
    files = [str(tmp_path / "gan.keras"), str(tmp_path / "d.keras")]
    assert run_python(code, *files).split() == [str(gan.sample(3).sum()), "discriminator"]


def run_python(code, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


# ---- other machines' settings


@pytest.fixture
def policy():
    kept = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(kept)


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "float64", "bfloat16"])
def test_other_precisions_are_refused_at_the_door(name, policy):
    policy(name)
    mine = own(keras.layers.Flatten(), keras.layers.Dense(1), shape=(28, 28))
    with pytest.raises(ValueError, match=r"^generator: received layers of .*, accepted float32 alone"):
        ganlib.build("small")
    policy("float32")
    with pytest.raises(
        ValueError, match=r"^discriminator: received layers of .*, accepted float32 alone"
    ):
        ganlib.GAN("small", discriminator=mine)


def trained_on_channels():
    """Return where Keras looks for colours, and what trainings with and without convolutions come to."""
    found = []
    for name in ("dcgan", "small"):
        gan = ganlib.build(name, seed=1)
        gan.compile(steps_per_execution=1, jit_compile=False, run_eagerly=True)
        history = ganlib.train(gan, DIGITS, steps=3, verbose=0)
        found += [history["d_loss"].tolist(), int(gan.sample(3).sum())]
    return str([keras.config.image_data_format(), found])


def test_a_machine_whose_keras_says_channels_first_trains_the_same(tmp_path):
    config = {"image_data_format": "channels_first", "backend": "tensorflow", "floatx": "float32"}
    (tmp_path / "keras.json").write_text(json.dumps(config))
    here = trained_on_channels()
    code = "from tests import test_keras_model; print(test_keras_model.trained_on_channels())"
    there = run_python(code, KERAS_HOME=str(tmp_path))
    assert here.startswith("['channels_last'") and there.startswith("['channels_first'")
    assert here.replace("last", "first") == there


def test_a_batch_that_devices_cannot_share_is_refused():
    for size in (None, 64, 32):
        with pytest.raises(
            ValueError, match=r"batch_size: received \d+, accepted a multiple of 3. .*3 dev"
        ):
            inputs.rows(size, ganlib.get_recipe("small"), devices=3)
    assert inputs.rows(66, ganlib.get_recipe("small"), devices=3) == 66
