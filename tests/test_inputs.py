"""One door: `train`, ``fit`` in each of its ways, `GAN` and the lab refuse the same in the same words."""

import numpy as np
import pytest

import ganlib
from ganlib import inputs, models
from ganlib.backend import keras, tf
from ganlib.playground.trainer import Trainer
from tests.tiny import plain

RECIPE = ganlib.get_recipe("small")
IMAGES = np.random.default_rng(0).integers(0, 256, (128, 28, 28), "uint8")
FLOATS = (IMAGES / 127.5 - 1).astype("float32")


def dataset(examples):
    return tf.data.Dataset.from_tensor_slices(examples).batch(64)


def stream(examples):
    yield from ((examples[i : i + 64],) for i in (0, 64))  # Keras wants tuples


class Pages(keras.utils.PyDataset):
    def __init__(self, examples):
        super().__init__()
        self.examples = examples

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self.examples[64 * index : 64 * index + 64]


WAYS = {
    "train": lambda gan, examples: ganlib.train(gan, examples, steps=2, verbose=0),
    "an array": lambda gan, examples: gan.fit(examples, verbose=0),
    "a tensor": lambda gan, examples: gan.fit(tf.constant(examples), verbose=0),
    "a dataset": lambda gan, examples: gan.fit(dataset(examples), verbose=0),
    "pairs": lambda gan, examples: gan.fit(
        tf.data.Dataset.zip(dataset(examples), dataset(np.zeros(len(examples), "int32"))), verbose=0
    ),
    "a generator": lambda gan, examples: gan.fit(stream(examples), steps_per_epoch=2, verbose=0),
    "a PyDataset": lambda gan, examples: gan.fit(Pages(examples), verbose=0),
}
WRONG = {
    "0 to 255 as floats": (IMAGES.astype("float32"), r"values in \[.*, 255\], accepted uint8, or floats"),
    "nearly nothing": (FLOATS * 0.01, r"values in \[-0.01, 0.01\], accepted uint8, or floats over"),
    "0 to 1": ((IMAGES / 255).astype("float32"), r"values in \[0, 1\], accepted uint8, or floats over"),
    "0 and 1": (IMAGES // 128, r"uint8 values in \[0, 1\], accepted uint8 over .*: images \* 255"),
    "another size": (IMAGES[:, 1:], r"shape \(.*27, 28\), accepted shape \(n, 28, 28\)"),
    "NaN": (FLOATS * np.nan, "NaN or infinity, accepted finite numbers"),
    "rows of pixels": (IMAGES.reshape(128, -1), r"shape \(.*784\), accepted shape \(n, 28, 28\)"),
}


@pytest.fixture(scope="module")
def gan():
    made = plain(ganlib.build(RECIPE))
    made.fit(IMAGES, verbose=0)
    return made


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("examples", "message"), WRONG.values(), ids=WRONG)
def test_every_way_in_refuses_the_same(gan, way, examples, message):
    before = [v.numpy() for v in gan.generator.variables]
    with pytest.raises(ValueError, match=f"^examples: received {message}.*\\.$"):
        way(gan, examples)
    for old, new in zip(before, gan.generator.variables, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("way", [name for name in WAYS if name not in ("a tensor", "pairs")])
def test_words_are_refused_everywhere(gan, way):
    with pytest.raises(TypeError, match=r"^examples: received .*, accepted uint8 or float"):
        WAYS[way](gan, np.full((128, 28, 28), "7"))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("examples", [IMAGES, FLOATS], ids=["uint8", "floats"])
def test_every_way_in_lets_the_right_thing_pass(gan, way, examples):
    before = gan.steps_done
    way(gan, examples)
    assert gan.steps_done == before + 2


def test_a_bad_batch_late_in_a_dataset_is_refused():
    """It is watched batch for batch, also where XLA compiles the loop; no step of that block is made."""
    gan = ganlib.build("small")
    late = np.concatenate([FLOATS, FLOATS[:64], FLOATS[:64] * np.nan])
    with pytest.raises(ValueError, match=r"^examples: received NaN or infinity, accepted finite numbers"):
        gan.fit(dataset(late), verbose=0)
    assert gan.steps_done == 0


def test_a_few_dark_images_in_a_dataset_are_no_mistake(gan):
    before = gan.steps_done
    gan.fit(tf.data.Dataset.from_tensor_slices(IMAGES[:24] // 16).batch(8), verbose=0)
    assert gan.steps_done == before + 3


@pytest.mark.parametrize("low", [-0.9, 0.02])
def test_a_few_bright_or_flat_images_in_batches_are_no_mistake(gan, low):
    before, few = gan.steps_done, np.random.default_rng(1).uniform(low, low + 0.1, (6, 28, 28))
    few = few.astype("float32")
    gan.fit(tf.data.Dataset.from_tensor_slices(few).batch(2), verbose=0)
    gan.fit(((few[i : i + 2],) for i in (0, 2, 4)), steps_per_epoch=3, verbose=0)
    assert gan.steps_done == before + 6
    with pytest.raises(ValueError, match=r"values in \[.*\], accepted uint8, or floats over \[-1, 1\]"):
        gan.fit(tf.data.Dataset.from_tensor_slices(few + 2).batch(2), verbose=0)


@pytest.mark.parametrize("labels", [np.full(64, "red"), {"kind": np.zeros(64)}], ids=["words", "a dict"])
def test_points_of_a_dataset_may_have_any_labels_beside_them(labels):
    points = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    gan = plain(ganlib.build("wine", batch_size=32))
    gan.fit(tf.data.Dataset.from_tensor_slices((points, labels)).batch(32), verbose=0)
    assert gan.steps_done == 2


def test_points_of_a_dataset_that_are_no_numbers_are_refused_as_such():
    points = np.full((64, 2), np.nan, "float32")
    with pytest.raises(ValueError, match=r"^examples: received NaN or infinity, accepted finite numbers"):
        ganlib.build("wine").fit(tf.data.Dataset.from_tensor_slices(points).batch(32), verbose=0)


def test_words_for_labels_are_said_to_be_words():
    pairs = tf.data.Dataset.from_tensor_slices((IMAGES, np.full(128, "one"))).batch(64)
    with pytest.raises(TypeError, match="received batches with words for labels"):
        ganlib.build("conditional").fit(pairs, verbose=0)


def test_lists_and_digits_are_arrays(gan):
    before = gan.steps_done
    gan.fit(ganlib.Digits(IMAGES, np.zeros(128, "uint8")), verbose=0)
    gan.fit(FLOATS.tolist()[:64], verbose=0)
    assert gan.steps_done == before + 2 + 1


@pytest.mark.parametrize("labels", [np.full(128, 10), np.full(128, -1), np.full(128, 0.5), np.zeros(127)])
def test_labels_that_do_not_fit_are_refused(labels):
    recipe = ganlib.get_recipe("conditional")
    with pytest.raises(ValueError, match="accepted Digits with labels below 10, one for each of 128"):
        inputs.labels(IMAGES, recipe, labels)
    with pytest.raises(TypeError, match="accepted Digits with labels below 10"):
        inputs.labels(IMAGES, recipe)


@pytest.mark.parametrize("size", [3, 0, -4, 2.5, True])
def test_a_batch_that_cannot_be_parted_is_refused(size):
    recipe = RECIPE.but(d_steps=2, pack=2)
    with pytest.raises(ValueError, match=r"batch_size: received .*, accepted a multiple of 4"):
        inputs.rows(size, recipe)
    assert inputs.rows(None, recipe) == 2 * recipe.batch_size
    assert inputs.rows(8, recipe) == 8


# ---- own networks and optimizers: the GAN and the lab say the same


def network(*layers, shape=(28, 28)):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(), *layers])


def last(**options):
    return keras.layers.Dense(1, **options)


class Squash(keras.layers.Layer):
    """A sigmoid whose name nobody knows."""

    def call(self, x):
        """Return numbers between 0 and 1."""
        return keras.ops.sigmoid(x)


def frozen():
    made = network(last())
    made.trainable = False
    return made


NOT_D = {
    "a sigmoid at its end": (lambda: network(last(activation="sigmoid")), "ends in a sigmoid"),
    "a sigmoid of its own": (lambda: network(last(), keras.layers.Activation("sigmoid")), "sigmoid"),
    "a nested one": (lambda: network(keras.Sequential([last(activation="sigmoid")])), "sigmoid"),
    "tanh": (lambda: network(last(activation="tanh")), "sigmoid, accepted logits"),
    "ReLU": (lambda: network(last(activation="relu", kernel_initializer="ones")), "accepted logits"),
    "a sigmoid in a layer of her own": (lambda: network(last(), Squash()), "sigmoid, accepted logits"),
    "two outputs": (
        lambda: network(keras.layers.Dense(2)),
        r"shape \(2,\) for each row, accepted \(1,\)",
    ),
    "not flat": (
        lambda: keras.Sequential([keras.Input((28, 28)), last()]),
        r"shape \(28, 1\) for each row, accepted \(1,\)",
    ),
    "another input": (
        lambda: network(last(), shape=(14, 14)),
        r"accepted a network that takes \(n, 28, 28\)",
    ),
    "frozen": (frozen, "without trainable weights"),
}
DOORS = {
    "the GAN": lambda **networks: ganlib.GAN("small", **networks),
    "the lab": lambda **networks: Trainer(IMAGES, "small", **networks),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize(("make", "message"), NOT_D.values(), ids=NOT_D)
def test_discriminators_that_cannot_play_are_refused(door, make, message):
    with pytest.raises(ValueError, match=f"^discriminator: received .*{message}"):
        door(discriminator=make())


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_generators_that_cannot_play_are_refused(door):
    with pytest.raises(
        ValueError, match=r"^generator: .*shape \(784,\) for each row, accepted \(28, 28\)"
    ):
        door(generator=network(keras.layers.Dense(784), shape=(5,)))
    with pytest.raises(TypeError, match=r"^generator: received Sequential, accepted a built keras.Model"):
        door(generator=keras.Sequential([keras.layers.Dense(784)]))
    with pytest.raises(TypeError, match=r"^discriminator: received str, accepted a built keras.Model"):
        door(discriminator="small")


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_own_networks_that_can_play_are_taken(door):
    """Also a D whose answers are bounded, all alike or often 0, and a G with a z of its own length."""
    generator = network(keras.layers.Dense(784), keras.layers.Reshape((28, 28)), shape=(5,))
    for make in (
        lambda: network(last()),
        lambda: network(last(kernel_initializer="zeros")),
        lambda: network(keras.layers.Dense(8, activation="tanh"), last()),
        lambda: network(keras.layers.Dense(1, activation="relu"), last(kernel_initializer="ones")),
        lambda: models.discriminator("deep"),
    ):
        made = door(generator=generator, discriminator=make())
        assert getattr(made, "gan", made).recipe.latent_dim == 5


@pytest.mark.parametrize("bad", ["adam", keras.optimizers.Adam, 1e-3])
def test_optimizers_are_objects(bad):
    gan = ganlib.GAN("small")
    with pytest.raises(TypeError, match=r"^g_optimizer: received .*, accepted a Keras optimizer"):
        gan.compile(g_optimizer=bad)
    one = keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"^g_optimizer: received D's own optimizer, accepted another"):
        gan.compile(one, one)
