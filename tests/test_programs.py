"""Programs that GANs share give the bits of programs of their own, and not all may share them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import ganlib
from ganlib import execution, losses, programs
from ganlib.backend import keras, tf
from ganlib.recipes import LOGIT, Adam, dense
from tests.tiny import IMAGES, POINTS

DIGITS = np.random.default_rng(0).integers(0, 256, (160, 28, 28), "uint8")
CLOUD = np.random.default_rng(1).normal(size=(160, 2)).astype("float32")
TINY = POINTS.but(xla=True, generator=(*dense(4, "leaky"), *dense(2)))
VARIED = [  # all that a step keeps beside weights: running statistics, masks, averages, vectors
    (IMAGES.but(xla=True, ema=0.99, batch_size=20), DIGITS),
    (TINY.but(d_update="separate", d_optimizer=Adam(1e-2, decay=0.1)), CLOUD),
    (TINY.but(discriminator=(*dense(8, "leaky", spectral=True), LOGIT)), CLOUD),
]


@pytest.fixture(autouse=True)
def emptied(monkeypatch):
    monkeypatch.setattr(programs, "_PROGRAMS", {})


@pytest.fixture(scope="module")
def first():
    """The program of `TINY`, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "_PROGRAMS", {})
        trained(ganlib.build(TINY))
        return programs._PROGRAMS


@pytest.fixture
def made(first, emptied, monkeypatch):
    """As if `TINY` had been trained before, by somebody whose program the next takes."""
    monkeypatch.setattr(programs, "_PROGRAMS", dict(first))


@pytest.fixture
def traced(monkeypatch):
    """Note each GAN, or twin of one, on which a program is traced."""
    seen, loop = [], execution.loop

    def noted(gan, *block):
        seen.append(gan)
        return loop(gan, *block)

    monkeypatch.setattr(execution, "loop", noted)
    return seen


def trained(gan, examples=CLOUD, steps=30):
    history = ganlib.train(gan, examples, steps=steps, verbose=0)
    return {**history, **{name: np.array(variable) for name, variable in gan.state().items()}}


def on_its_own(gan, examples=CLOUD, steps=30):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "_making", lambda gan: None)
        return trained(gan, examples, steps)


def assert_equal(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], name)


@pytest.mark.parametrize(("recipe", "examples"), VARIED, ids=["images", "separate", "spectral"])
def test_the_second_of_a_recipe_traces_nothing_and_has_the_bits_of_a_program_of_its_own(
    recipe, examples, traced
):
    trained(ganlib.build(recipe, 3), examples)
    adam = recipe.d_optimizer
    if not adam.decay:  # a schedule is no number: with another one nothing is shared
        adam = replace(adam, learning_rate=adam.learning_rate / 2)
    found = [
        train(ganlib.build(recipe, 4, d_optimizer=adam, steps=7, note="Another."), examples)
        for train in (trained, on_its_own)
    ]
    assert_equal(*found)
    assert len(traced) == 1 + 1  # one for both that share, and the one on its own
    assert len(programs._PROGRAMS) == 1


def test_a_shared_program_follows_what_is_changed_between_two_trainings(made):
    """Weights, learning rates and the step are numbers: they are read at each call."""
    found = []
    for train in (trained, on_its_own):
        gan = ganlib.build(TINY, 7)
        train(gan)
        gan.d_optimizer.learning_rate = 0.05
        gan.generator.set_weights([0.5 * weight for weight in gan.generator.get_weights()])
        found.append(train(gan))
    assert_equal(*found)


def other_rate(gan):
    gan.discriminator.layers[-1].activation = keras.activations.tanh


def frozen(gan):
    gan.generator.layers[0].trainable = False
    gan.compile()


def swapped(gan):
    keras.utils.set_random_seed(0)
    gan.generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    gan.compile()


def own_step(gan):
    gan.update_generator = lambda real, z: tf.constant(7.0)


def own_optimizer(gan):
    gan.compile(g_optimizer=keras.optimizers.SGD(0.1))


@pytest.mark.parametrize(
    "change",
    [
        other_rate,
        own_step,
        *(pytest.param(f, marks=pytest.mark.slow) for f in (frozen, swapped, own_optimizer)),
    ],
)
def test_what_is_not_of_the_same_making_has_a_program_of_its_own(change, made):
    found = []
    for train in (trained, on_its_own):
        gan = ganlib.build(TINY, 7)
        change(gan)
        found.append(train(gan))
    assert_equal(*found)
    with pytest.raises(AssertionError):  # the change is no empty one
        assert_equal(found[0], trained(ganlib.build(TINY, 7)))


def test_other_rules_networks_classes_and_methods_share_nothing(monkeypatch):
    class Louder(ganlib.GAN):
        pass

    def making(gan):
        gan.compile()
        return programs._making(gan)

    plain = making(ganlib.GAN(TINY))
    assert making(ganlib.GAN(TINY, 5)) == making(ganlib.GAN(TINY.but(g_optimizer=Adam(1e-2)))) == plain
    assert making(Louder(TINY)) is None
    own = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert making(ganlib.GAN(TINY, discriminator=own)) is None
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        assert making(ganlib.GAN(TINY)) is None
    changes = [
        {"real_target": 0.9},
        {"d_steps": 2},
        {"latent_dim": 4},
        {"ema": 0.9},
        {"loss": "saturating"},
    ]
    others = [making(ganlib.GAN(TINY.but(**change))) for change in changes]
    monkeypatch.setattr(ganlib.GAN, "scale", lambda gan, images: 2 * images)
    others.append(making(ganlib.GAN(TINY)))
    assert len({plain, *others}) == 1 + len(others)


def test_a_loss_registered_anew_under_its_name_is_compiled_anew(monkeypatch):
    """A learner who mends a loss and runs its cell again trains with the mended one."""
    found = []
    for slope in (1.0, 5.0):
        pair = (lambda real, fake, *targets: losses.wasserstein_d_loss(real, fake), partial(climb, slope))
        monkeypatch.setitem(losses.LOSSES, "mine", pair)
        found.append(trained(ganlib.build(TINY.but(loss="mine", gp=1.0))))
    with pytest.raises(AssertionError):
        assert_equal(*found)
    before = programs._making(ganlib.build(TINY))
    monkeypatch.setattr(losses, "PENALTIES", losses.PENALTIES[:1])
    assert programs._making(ganlib.build(TINY)) != before


def climb(slope, real_logits, fake_logits):
    return losses.binary_cross_entropy(slope * fake_logits, 1.0)


def test_two_trainings_at_once_do_not_meet(made):
    """The lab trains in a thread; the twin's variables are one place for both."""
    alone = [trained(ganlib.build(TINY, seed), steps=300) for seed in (1, 2)]
    start = threading.Barrier(2, timeout=60)

    def train(seed):
        gan = ganlib.build(TINY, seed)
        start.wait()
        return trained(gan, steps=300)

    with ThreadPoolExecutor() as pool:
        for found, due in zip(pool.map(train, (1, 2)), alone, strict=True):
            assert_equal(found, due)


def test_only_the_last_programs_are_kept(monkeypatch):
    monkeypatch.setattr(programs, "MOST", 2)
    for target in (0.7, 0.8, 0.9):
        gan = ganlib.build(TINY, real_target=target)
        programs.shared(gan, execution.loop)
    assert len(programs._PROGRAMS) == 2
    assert programs._making(gan) in programs._PROGRAMS
