"""Everything wrong that can be handed over is refused: what, what came, what is accepted, what to do."""

from dataclasses import replace

import numpy as np
import pytest

import ganlib
from ganlib import data, inputs
from ganlib.recipes import Adam, get_recipe

GOOD = np.random.default_rng(0).integers(0, 256, (200, 28, 28), "uint8")


def scaled(low=-1.0, high=1.0):
    return (GOOD / 255 * (high - low) + low).astype("float32")


def with_one(value):
    images = scaled()
    images[3, 4, 5] = value
    return images


EXAMPLES = {
    "nan": (with_one(np.nan), "received NaN or infinity, accepted finite numbers"),
    "infinity": (with_one(-np.inf), "received NaN or infinity, accepted finite numbers"),
    "a scale too small": (scaled(0, 0.004), r"values in \[0, 0.004\].*hand over the uint8"),
    "a scale too large": (
        scaled(0, 255),
        r"values in \[0, 255\], accepted uint8, or floats over \[-1, 1\]",
    ),
    "whole numbers of another type": (GOOD.astype("int64"), r"values in \[0, 255\], accepted uint8"),
    "too few axes": (GOOD.reshape(200, 784), r"shape \(200, 784\), accepted shape \(n, 28, 28\)"),
    "too many axes": (
        GOOD[..., None, None],
        r"shape \(200, 28, 28, 1, 1\), accepted shape \(n, 28, 28\)",
    ),
    "divided by 255": (scaled(0, 1), r"values in \[0, 1\], accepted uint8, or floats over \[-1, 1\]"),
    "0 and 1": (GOOD // 128, r"uint8 values in \[0, 1\], accepted uint8 over 0 to 255.*images \* 255"),
    "grey levels of 16": (GOOD // 16, r"uint8 values in \[0, 15\].*rightly so dark: images \* 17"),
    "nothing but black": (GOOD * 0, r"uint8 values in \[0, 0\].*Look at them first"),
    "colour": (
        np.stack([GOOD] * 3, -1),
        r"shape \(200, 28, 28, 3\).*ganlib.build\('small', shape=\(28, 28, 3\)\)",
    ),
    "pictures of 56 by 56": (
        np.zeros((200, 56, 56), "uint8"),
        r"\(200, 56, 56\), .*build\('small', shape=\(56, 56\)\)",
    ),
    "rows": (GOOD.reshape(200, 784), r"Reshape them: x.reshape\(-1, 28, 28\)"),
    "another size": (GOOD[:, 1:], r"shape \(200, 27, 28\)"),
    "one number": (np.float32(1), r"shape \(\), accepted"),
    "nothing": (GOOD[:0], r"shape \(0, 28, 28\), accepted shape \(n, 28, 28\) with n ≥ 1"),
    "too few": (GOOD[:63], "batch_size: received 64, accepted 1 to the number of examples, 63"),
}


@pytest.fixture(scope="module")
def gan():
    return ganlib.build("small", seed=0)


@pytest.mark.parametrize(("examples", "message"), EXAMPLES.values(), ids=EXAMPLES)
def test_bad_examples_are_refused(gan, examples, message):
    with pytest.raises(ValueError, match=f"(?is){message}") as caught:
        ganlib.train(gan, examples, steps=1, verbose=0)
    assert str(caught.value).endswith(".")  # it ends with what to do


@pytest.mark.parametrize("examples", [np.array(["a"]), GOOD.astype(object), GOOD > 5, GOOD * 1j])
def test_bad_types_are_refused(gan, examples):
    with pytest.raises(TypeError, match=r"examples: received .*, accepted uint8 or float"):
        ganlib.train(gan, examples, steps=1, verbose=0)


def test_two_sets_and_pictures_of_all_sizes_are_refused(gan):
    labels = np.zeros(200, int)
    with pytest.raises(TypeError, match=r"received two sets, as load_data\(\) .*Take one part: \(x, y\)"):
        ganlib.train(gan, ((GOOD, labels), (GOOD, labels)), steps=1, verbose=0)
    with pytest.raises(TypeError, match=r"a list that makes no array, accepted examples of one shape"):
        ganlib.train(gan, [GOOD[0], GOOD[1, 1:]], steps=1, verbose=0)


LENGTHS = {
    "none": ({"epochs": 0}, "epochs: received 0, accepted a positive number"),
    "negative": ({"epochs": -1}, "epochs: received -1"),
    "absurd": ({"epochs": float("inf")}, "epochs: received inf"),
    "no number": ({"seconds": float("nan")}, "seconds: received nan"),
    "negative steps": ({"steps": -3}, "steps: received -3"),
    "two": ({"epochs": 1, "steps": 2}, "length: received epochs and steps, accepted one of them"),
}


@pytest.mark.parametrize(("length", "message"), LENGTHS.values(), ids=LENGTHS)
def test_bad_lengths_are_refused(gan, length, message):
    with pytest.raises(ValueError, match=message):
        ganlib.train(gan, GOOD, verbose=0, **length)


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "64", None, float("nan")])
def test_bad_batch_sizes_are_refused(value):
    with pytest.raises(
        ValueError, match=r"batch_size: received .* accepted a whole number of at least 1"
    ):
        ganlib.build("small", batch_size=value)


NUMBERS = {
    "learning_rate": (0, -1e-3, np.nan, np.inf),
    "beta_1": (-0.1, 1, np.nan),
    "beta_2": (1.5,),
    "decay": (-1e-3, np.inf),
    "r1": (-1.0, np.nan, np.inf),
    "r2": (-1.0,),
    "gp": (np.nan,),
    "ema": (-0.5, 1.0, 2.0),
    "classes": (-3, 2.5),
    "pixels": ((0, 0), (1, -1), (0, np.inf), (np.nan, 1)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_no_training_has_are_refused(name):
    for value in NUMBERS[name]:
        with pytest.raises(ValueError, match=f"^{name}: received .*, accepted "):
            Adam(**{name: value}) if hasattr(Adam(), name) else get_recipe("small").but(**{name: value})


def test_points_are_not_moved_as_images_are():
    with pytest.raises(ValueError, match="shift: received 1"):
        get_recipe("small").but(pixels=None, shift=1)


def test_the_numbers_of_numpy_are_numbers():
    small = get_recipe("small")
    for shape in ((np.int64(32), np.int64(32)), np.array([32, 32]), [32, 32]):
        assert small.but(shape=shape) == small.but(shape=(32, 32))
    assert small.but(r1=np.float32(0.5), classes=np.int64(0)).r1 == 0.5


def test_a_recipe_of_ones_own_is_not_looked_for_in_the_table():
    mine = replace(get_recipe("small"), name="mine")
    with pytest.raises(ValueError, match=r"ganlib.build\(recipe, shape=\(56, 56\)\)"):
        inputs.examples(np.zeros((9, 56, 56), "uint8"), mine)


def test_a_batch_larger_than_the_set_is_refused():
    with pytest.raises(ValueError, match=r"batch_size: received 201, accepted 1 to .* 200"):
        data.batches(GOOD, 201)


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'smoothed'"):
        ganlib.build("smothed")
    with pytest.raises(ValueError, match="Did you mean 'real_target'"):
        ganlib.build("small", real_targt=0.9)


@pytest.mark.parametrize("recipe", [None, 3, ["small"]])
def test_what_is_no_recipe_is_refused(recipe):
    with pytest.raises(TypeError, match="accepted a name or a Recipe"):
        ganlib.build(recipe)


def test_a_refused_training_leaves_the_gan_as_it_was(gan):
    before = {name: np.asarray(v).copy() for name, v in gan.state().items()}
    for examples, _ in EXAMPLES.values():
        with pytest.raises(ValueError):
            ganlib.train(gan, examples, steps=1, verbose=0)
    for name, value in before.items():
        np.testing.assert_array_equal(gan.state()[name], value)


def test_good_examples_are_taken():
    recipe = ganlib.get_recipe("small")
    assert inputs.examples(GOOD, recipe) is GOOD
    np.testing.assert_array_equal(inputs.examples(scaled().astype("float64"), recipe), scaled())
    labels = np.zeros(200, "uint8")
    assert inputs.examples(ganlib.Digits(GOOD, labels), recipe) is GOOD
    for same in (GOOD[..., None], (GOOD, labels), (GOOD[..., None], labels[:, None])):
        np.testing.assert_array_equal(inputs.examples(same, recipe), GOOD)
    colourless = recipe.but(shape=(28, 28, 1))
    np.testing.assert_array_equal(inputs.examples(GOOD, colourless), GOOD[..., None])
    dark = GOOD // 8  # 0 to 31: night, and still a picture
    assert inputs.examples(dark, recipe) is dark
    bright = scaled(-0.1, 1.0)
    np.testing.assert_array_equal(inputs.examples(bright, recipe), bright)
    np.testing.assert_array_equal(inputs.examples(scaled(0, 1), recipe.but(pixels=(0, 1))), scaled(0, 1))


@pytest.mark.parametrize("form", [np.asarray, lambda y: y[:, None], lambda y: np.eye(10)[y], np.float32])
def test_labels_are_taken_in_every_clear_form(form):
    recipe, right = ganlib.get_recipe("conditional"), np.arange(200) % 10
    for found in (
        inputs.labels(GOOD, recipe, form(right)),
        inputs.labels((GOOD, form(right)), recipe),
        inputs.labels(ganlib.Digits(GOOD, form(right)), recipe),
    ):
        np.testing.assert_array_equal(found, right)


@pytest.mark.parametrize(
    "labels", [np.eye(10)[:, ::-1][np.zeros(200, int)] * 2, np.zeros((200, 10)), np.full(200, "a")]
)
def test_labels_that_say_nothing_are_refused(labels):
    with pytest.raises(ValueError, match="examples: received labels"):
        inputs.labels(GOOD, ganlib.get_recipe("conditional"), labels)


@pytest.mark.parametrize("start", [0, 7, 8, 30])
def test_batches_are_full_shuffles_that_can_start_anywhere(start):
    """Every epoch holds each example at most once, all but the remainder, in an order of its own."""
    numbers = np.arange(50)
    draw = [np.asarray(b) for b in data.batches(numbers, 6, seed=1).take(40)]
    epochs = [np.concatenate(draw[i : i + 8]) for i in range(0, 40, 8)]
    for epoch in epochs:
        assert len(np.unique(epoch)) == 48
    assert len({tuple(epoch) for epoch in epochs}) == 5
    later = [np.asarray(b) for b in data.batches(numbers, 6, seed=1, start=start).take(5)]
    np.testing.assert_array_equal(later, draw[start : start + 5])
    other = next(iter(data.batches(numbers, 6, seed=2)))
    assert not np.array_equal(other, draw[0])
