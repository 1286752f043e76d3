"""A training that was stopped, at any moment and for any reason, ends as if it never had been."""

import contextlib
import json
import multiprocessing
import os
import random
import signal
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ganlib
from ganlib import checkpoint, recipes
from ganlib.training import Snapshots
from tests.tiny import Pool, plain, put_back, values

# Everything that has a state: batch norm, dropout, averaged weights, a decaying rate, k > 1.
TINY = ganlib.get_recipe("small").but(
    generator=(*recipes.dense(8, "leaky", batch_norm=0.8), *recipes.dense(4, "tanh")),
    discriminator=(*recipes.dense(8, "leaky", dropout=0.3), recipes.LOGIT),
    g_optimizer=recipes.Adam(1e-3, 0.5, decay=1e-3),
    shape=(4,),
    latent_dim=3,
    batch_size=8,
    d_steps=2,
    ema=0.9,
    xla=False,
)
EXAMPLES = np.random.default_rng(0).uniform(-1, 1, (50, 4)).astype("f4")


def fresh():
    gan = ganlib.GAN(TINY, seed=3)
    gan.compile(steps_per_execution=5)
    return gan


POOL = Pool(fresh)


@pytest.fixture(scope="module")
def as_fresh():
    """Return a function that gives one GAN, each time as it was built."""
    gan = fresh()
    start = values(gan)
    return lambda: put_back(gan, start)


def run(folder, steps=60, gan=None, callbacks=(), **options):
    shots = Snapshots(2, every=7)
    options = {"run_dir": folder, "save_every": 0, "verbose": 0, **options}
    with contextlib.nullcontext(gan) if gan else POOL.lent() as gan:
        return ganlib.train(gan, EXAMPLES, steps=steps, callbacks=[*callbacks, shots], **options)


def content(folder):
    return checkpoint.digest(checkpoint.newest(folder)[0])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a run that nothing stopped, and its history."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder)


class Stop(ganlib.backend.keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.at = step

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training |= int(self.model.step) >= self.at


def test_a_stopped_run_ends_as_one_that_never_stopped(whole, tmp_path):
    for stop in (5, 20, 35):
        run(tmp_path, callbacks=[Stop(stop)], resume=True)
        assert json.loads((checkpoint.find(tmp_path)[0].stem)[5:].lstrip("0")) == stop
    history = run(tmp_path, resume=True, gan=fresh())  # a new object: nothing is left in it
    assert content(tmp_path) == content(whole[0])
    for name, expected in whole[1].items():
        np.testing.assert_array_equal(history[name], expected)
    assert history["step"].tolist() == list(range(5, 61, 5))
    again = run(tmp_path, resume=True)  # nothing left to do
    np.testing.assert_array_equal(again["g_loss"], history["g_loss"])


@pytest.mark.parametrize("name", ["wasserstein", "spectral"])
def test_a_critic_and_a_power_iteration_go_on_to_the_bit(name, tmp_path):
    def trained(gan, steps, **options):
        ganlib.train(gan, ganlib.load_digits(), steps=steps, verbose=0, **options)
        return checkpoint.digest(values(gan))

    one, other = (plain(ganlib.build(name, seed=3)) for _ in range(2))
    start = values(one)
    whole = trained(one, 4)
    assert trained(put_back(one, start), 2, run_dir=tmp_path) != whole
    assert trained(other, 4, run_dir=tmp_path, resume=True) == whole


def test_the_state_is_all_that_changes(tmp_path):
    """Two networks with statistics and seeds, the average, two optimizers: nothing is left out."""
    gan = fresh()
    before = {name: np.array(v) for name, v in gan.state().items()}
    run(tmp_path, gan=gan, steps=5)
    moved = {name.split("/")[0] for name, v in gan.state().items() if (np.array(v) != before[name]).any()}
    assert moved == {"generator", "discriminator", "average", "d_optimizer", "g_optimizer", "step"}
    tracked = {id(v) for v in gan.variables} - {id(v) for m in gan.metrics for v in m.variables}
    tracked |= {id(v) for o in (gan.d_optimizer, gan.g_optimizer) for v in o.variables}
    assert tracked == {id(v) for v in gan.state().values()}


def test_load_gives_the_gan_back(whole, as_fresh):
    gan = ganlib.load(whole[0])
    assert gan.recipe == TINY
    assert int(gan.step) == 60
    other = as_fresh()
    ganlib.train(other, EXAMPLES, steps=60, verbose=0)
    np.testing.assert_array_equal(gan.sample(5, 1), other.sample(5, 1))


class Ready(ganlib.backend.keras.callbacks.Callback):
    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def on_train_batch_end(self, batch, logs=None):
        self.tell.set()


def die_at(when, name, left):
    """Kill this process before or after its ``left``-th call of ``os.fsync`` or ``os.replace``."""
    real = getattr(os, name)

    def call(*args):
        nonlocal left
        left -= 1
        if not left and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*args)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(os, name, call)


def child(folder, moment, training):
    if not isinstance(moment, float):
        die_at(*moment)
    run(folder, steps=LONG, callbacks=[Ready(training)], resume=True)


LONG = 1000
PROCESSES = multiprocessing.get_context("forkserver")  # TensorFlow is imported once for all of them
PROCESSES.set_forkserver_preload(["tensorflow", "keras"])


def start(folder, moment):
    training = PROCESSES.Event()
    process = PROCESSES.Process(target=child, args=(folder, moment, training))
    process.start()
    assert training.wait(200)
    return process


@pytest.mark.slow
def test_killed_at_twenty_moments_it_ends_to_the_byte_the_same(tmp_path):
    whole = tmp_path / "whole"
    run(whole, steps=LONG, save_every=1e9)
    folder, draw = tmp_path / "killed", random.Random(4)
    inside = [(w, name, draw.randint(2, 9)) for w in ("before", "after") for name in ("fsync", "replace")]
    moments = [*inside, *inside, *[draw.uniform(0, 0.25) for _ in range(12)]]
    draw.shuffle(moments)
    reached = []
    for moment in moments:
        process = start(folder, moment)
        if isinstance(moment, float):
            time.sleep(moment)
            process.kill()
        process.join(200)
        assert process.exitcode == -signal.SIGKILL
        reached.append(int(checkpoint.find(folder)[0].stem[5:]) if checkpoint.find(folder) else 0)
    assert reached == sorted(reached)  # never back
    assert 0 < reached[-1] < LONG
    process = start(folder, 1e9)
    process.join(200)
    assert process.exitcode == 0
    assert content(folder) == content(whole)
    names = [f"step-{s:08d}.npz" for s in (LONG - 5, LONG)]
    assert sorted(p.name for p in folder.iterdir()) == [".lock", *names]


def hold(folder, training):
    run(folder, steps=LONG, callbacks=[Ready(training), Wait(300)])


class Wait(ganlib.backend.keras.callbacks.Callback):
    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(self.seconds)


def test_two_processes_do_not_write_in_one_folder(tmp_path, as_fresh):
    training = PROCESSES.Event()
    other = PROCESSES.Process(target=hold, args=(tmp_path, training))
    other.start()
    assert training.wait(200)
    with pytest.raises(ValueError, match="a folder in which another training writes"):
        run(tmp_path, resume=True)
    assert list(tmp_path.iterdir()) == [tmp_path / ".lock"]  # refused before anything was written
    other.kill()
    other.join()
    history = run(tmp_path, steps=5, gan=as_fresh())  # the lock has gone with its process
    assert history["step"].tolist() == [5]


def test_a_refused_training_lets_go_of_the_folder(tmp_path, as_fresh):
    class Again(Wait):
        def on_train_batch_end(self, batch, logs=None):
            with pytest.raises(ValueError, match="a folder in which another training writes"):
                run(tmp_path, steps=5)
            raise RuntimeError("out of here")

    with pytest.raises(RuntimeError):
        run(tmp_path, steps=5, gan=as_fresh(), callbacks=[Again(0)])
    assert run(tmp_path, steps=5, gan=as_fresh())["step"].tolist() == [5]


def damaged_copy(whole, folder, harm):
    for path in checkpoint.find(whole):
        (folder / path.name).write_bytes(path.read_bytes())
    newest = checkpoint.find(folder)[0]
    newest.write_bytes(harm(newest.read_bytes()))
    return newest


def flagged(data, bit):
    """Set one flag in the zip file's list of its members."""
    place = data.index(b"PK\x01\x02") + 8
    return data[:place] + bytes([data[place] | bit]) + data[place + 1 :]


HARMS = {
    "says encrypted": lambda data: flagged(data, 0x01),
    "says patched": lambda data: flagged(data, 0x20),
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "one bit": lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
    "no zip": lambda data: b"PK" + data[::-1],
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_damaged_checkpoint_is_put_aside_and_the_one_before_used(whole, tmp_path, harm, as_fresh):
    newest = damaged_copy(whole[0], tmp_path, harm)
    with pytest.warns(UserWarning, match="damaged"):
        run(tmp_path, gan=as_fresh(), resume=True)
    assert content(tmp_path) == content(whole[0])
    assert newest.with_suffix(".damaged").exists()  # kept for whoever wants to look


def test_two_damaged_checkpoints_are_refused(whole, tmp_path):
    damaged_copy(whole[0], tmp_path, HARMS["cut"])
    checkpoint.find(tmp_path)[1].write_bytes(b"")
    with pytest.raises(ValueError, match="step-00000055"), pytest.warns(UserWarning):
        run(tmp_path, resume=True)


@pytest.mark.parametrize("option", ["activation", "bias_initializer", "kernel_regularizer"])
def test_a_checkpoint_cannot_name_an_object_to_make(option, whole, tmp_path):
    arrays, meta = checkpoint.read(checkpoint.find(whole[0])[0])
    made = {"module": "keras.layers", "class_name": "Lambda", "config": {}, "registered_name": None}
    meta["recipe"]["generator"][0][1][option] = made
    del meta["sha256"]
    checkpoint.write(tmp_path / "step-00000001.npz", arrays, meta)
    with pytest.raises(ValueError, match=f"Dense: {option}: received a dict"):
        checkpoint.load(tmp_path)


def test_pickles_are_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    np.savez(tmp_path / "step-00000001.npz", a=np.array([Trap()], dtype=object))
    with pytest.raises(ValueError, match="damaged"):
        checkpoint.load(tmp_path)
    assert not (tmp_path / "sprung").exists()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_reading_survives_any_bytes(whole, tmp_path, data):
    good = checkpoint.find(whole[0])[0].read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    put = data.draw(st.binary(max_size=20))
    skip = data.draw(st.sampled_from([0, len(put), len(good)]))
    path = tmp_path / "step-00000001.npz"
    path.write_bytes(good[:place] + put + good[place + skip :])
    try:
        arrays, _ = checkpoint.read(path)
    except ValueError as error:
        assert "step-00000001.npz" in str(error)
    else:
        assert checkpoint.digest(arrays) == content(whole[0])


OTHERS = {
    "recipe": lambda: (ganlib.build(TINY, 3, real_target=0.9), EXAMPLES, {}),
    "seed": lambda: (ganlib.build(TINY, 4), EXAMPLES, {}),
    "order_seed": lambda: (ganlib.build(TINY, 3), EXAMPLES, {"seed": 9}),
    "examples": lambda: (ganlib.build(TINY, 3), EXAMPLES[1:], {}),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_run_of_something_else_is_refused(whole, what):
    gan, examples, options = OTHERS[what]()
    before = content(whole[0])
    with pytest.raises(ValueError, match=f"run_dir: received a run with another {what}"):
        ganlib.train(gan, examples, steps=99, run_dir=whole[0], resume=True, verbose=0, **options)
    assert content(whole[0]) == before


def test_a_run_is_not_written_over(whole):
    with pytest.raises(ValueError, match="which holds a run, accepted a new folder"):
        run(whole[0])


def test_another_network_of_the_same_recipe_is_refused(whole):
    keras = ganlib.backend.keras
    own = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    gan = ganlib.GAN(TINY, 3, generator=own)
    gan.compile()
    with pytest.raises(ValueError, match="a run with another generator"):
        run(whole[0], gan=gan, resume=True)


@pytest.mark.parametrize("known", [False, True])
def test_a_run_of_an_older_ganlib_or_another_keras_is_compared_by_its_variables(known, whole, tmp_path):
    arrays, meta = checkpoint.newest(whole[0])
    if known:  # and made by a Keras that describes a network otherwise
        meta = {**meta, "parts": dict.fromkeys(meta["parts"], "?"), "machine": {**meta["machine"]}}
        meta["machine"]["keras"] = "3.0"
    else:
        del meta["parts"]
    del meta["sha256"]
    checkpoint.write(tmp_path / "step-00000060.npz", arrays, meta)
    assert ganlib.load(tmp_path).steps_done == 60
    keras = ganlib.backend.keras
    own = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    gan = ganlib.GAN(TINY, 3, generator=own)
    gan.compile()
    with pytest.raises(ValueError, match="other variables than the GAN's"):
        run(tmp_path, gan=gan, resume=True)


def test_no_checkpoint_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="a folder with a checkpoint"):
        ganlib.load(tmp_path)


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match=r"run_dir: .* accepted a folder to write in"):
        run(tmp_path / "file" / "run")


def test_a_full_disk_is_said_and_nothing_half_written_stays(whole, tmp_path):
    resource = pytest.importorskip("resource")  # Windows has none
    arrays, meta = checkpoint.newest(whole[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(OSError, match="room to write"):
            checkpoint.write(tmp_path / "step-00000001.npz", arrays, meta)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_another_machine_is_said(tmp_path, monkeypatch, as_fresh):
    run(tmp_path, gan=as_fresh(), callbacks=[Stop(20)])
    here = checkpoint.machine()
    assert here["threads"] >= 1
    assert here["cpu"]
    monkeypatch.setattr(checkpoint, "machine", lambda: {**here, "threads": 64})
    with pytest.warns(UserWarning, match="within rounding, not to the bit: threads"):
        run(tmp_path, gan=as_fresh(), resume=True)


def of_own(g_activation="relu", beta_1=0.5, name=None):
    """A GAN with the recipe's shapes and counts of variables, made otherwise."""
    keras = ganlib.backend.keras
    z = keras.Input((3,), name=name)
    hidden = keras.layers.Dense(8, activation=g_activation)(z)
    own = keras.Model(z, keras.layers.Dense(4)(keras.layers.Add()([hidden, hidden])))
    gan = ganlib.GAN(TINY, 3, generator=own)
    gan.compile(d_optimizer=keras.optimizers.Adam(1e-3, beta_1), steps_per_execution=5)
    return gan


def test_own_networks_and_optimizers_of_equal_shapes_are_told_apart(tmp_path, as_fresh):
    run(tmp_path, gan=of_own(), callbacks=[Stop(20)])
    before = content(tmp_path)
    for change, part in (({"g_activation": "gelu"}, "generator"), ({"beta_1": 0.9}, "d_optimizer")):
        with pytest.raises(ValueError, match=f"received a run with another {part}"):
            run(tmp_path, gan=of_own(**change), resume=True)
        assert content(tmp_path) == before
    run(tmp_path, gan=of_own(name="another"), resume=True, steps=25)  # Keras counts names on, too
    assert content(tmp_path) != before
    with pytest.raises(ValueError, match=r"a generator of your own, .* GAN\(..., generator=...\)"):
        ganlib.load(tmp_path)


class Described(ganlib.backend.keras.Model):
    """What Keras cannot describe, or describes by what JSON has no word for."""

    def __init__(self, config):
        super().__init__()
        self.dense, self.config = ganlib.backend.keras.layers.Dense(4), config

    def call(self, z, training=None):
        return self.dense(z)

    def get_config(self):
        return self.config[0]


@pytest.mark.parametrize("config", [(), ({"kept": {1, 2}},)], ids=["nothing", "a set"])
def test_what_keras_cannot_describe_is_trained_and_resumed(config, tmp_path):
    def own():
        network = Described(config)
        network(np.zeros((1, 3), "f4"))
        gan = ganlib.GAN(TINY.but(ema=0.0), 3, generator=network)
        gan.compile(steps_per_execution=5)
        return gan

    run(tmp_path, gan=own(), steps=10)
    gan = own()
    run(tmp_path, gan=gan, steps=15, resume=True)
    assert gan.steps_done == 15


def test_a_run_of_an_own_optimizer_is_loaded_and_that_is_said(tmp_path):
    gan = ganlib.GAN(TINY, 3)
    gan.compile(d_optimizer=ganlib.models.Adam(1e-3, beta_1=0.7), steps_per_execution=5)
    run(tmp_path, gan=gan, steps=10)
    with pytest.warns(UserWarning, match="The run's d_optimizer is not its recipe's; the GAN's is."):
        loaded = ganlib.load(tmp_path)
    np.testing.assert_array_equal(loaded.sample(3), gan.sample(3))


def test_a_checkpoint_that_may_not_be_read_is_not_put_aside(whole, tmp_path, monkeypatch):
    damaged_copy(whole[0], tmp_path, lambda data: data)
    names = sorted(path.name for path in tmp_path.iterdir())

    def locked(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checkpoint.np, "load", locked)
    with pytest.raises(PermissionError):
        ganlib.load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == names
