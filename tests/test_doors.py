"""Whatever is handed over is taken as what it is, or refused in words: nothing else happens."""

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import ganlib
from ganlib import inputs, streams
from ganlib.backend import keras, tf
from tests import thorough

RECIPES = {
    "-1 to 1": ganlib.get_recipe("small").but(shape=(2, 3)),
    "0 to 1": ganlib.get_recipe("conditional").but(shape=(2, 3)),
    "0 to 255": ganlib.get_recipe("only-zeros-raw").but(shape=(2, 3)),
    "colour": ganlib.get_recipe("dcgan").but(shape=(4, 4, 3)),
    "points": ganlib.get_recipe("wine"),
}
SHAPES = [(2, 3), (2, 3, 1), (6,), (3, 2), (4, 4, 3), (4, 4), (2,), (1,), ()]
KINDS = ["uint8", "float32", "float64", "int64", "bool", "U1", "O", "float16", "complex64"]
NUMBERS = [0, 1, 0.5, -1, 2, 15, 255, 256, np.nan, np.inf, 1e30]


@st.composite
def given_examples(draw):
    """Draw an array of some kind and shape, alone, in a list, or beside labels."""
    count, shape, kind = (
        draw(st.integers(0, 4)),
        draw(st.sampled_from(SHAPES)),
        draw(st.sampled_from(KINDS)),
    )
    numbers = draw(arrays.arrays("float64", (count, *shape), elements=st.sampled_from(NUMBERS)))
    with np.errstate(all="ignore"):
        array = numbers.astype(kind)
    forms = {
        "array": lambda: array,
        "list": array.tolist,
        "tuple": lambda: (array, np.arange(count)),
        "two sets": lambda: ((array, np.arange(count)),) * 2,
        "digits": lambda: ganlib.Digits(array, np.arange(count)),
        "ragged": lambda: [array, array[:, :1] if array.ndim > 1 else 3],
        "number": lambda: 3,
        "nothing": lambda: None,
        "words": lambda: "digits",
    }
    return forms[draw(st.sampled_from(sorted(forms)))]()


def refused(error):
    """Say whether a message has its four parts."""
    text = str(error)
    return ": received " in text and ", accepted " in text and text.endswith(".")


@settings(max_examples=thorough.examples(300), deadline=None)
@given(given_examples(), st.sampled_from(sorted(RECIPES)))
@example(np.zeros((3, 2, 3), "uint8"), "-1 to 1")
@example(np.linspace(0, 1, 18).reshape(3, 2, 3), "-1 to 1")
def test_examples_are_right_or_refused(examples, name):
    recipe = RECIPES[name]
    try:
        found = inputs.examples(examples, recipe)
    except (ValueError, TypeError) as error:
        assert refused(error)
        return
    assert found.dtype in (np.uint8, np.float32) and found.shape == (len(found), *recipe.shape)
    assert len(found) and np.isfinite(found).all()
    if recipe.pixels is None:
        return
    low, high = (0, 255) if found.dtype == np.uint8 else recipe.pixels
    least, most = float(found.min()), float(found.max())
    assert low <= least and most <= high and most - least >= 0.1 * (high - low)
    assert not (low < 0 <= least)


@st.composite
def given_labels(draw):
    kind, shape = draw(st.sampled_from(KINDS)), draw(st.sampled_from([(4,), (4, 1), (4, 10), (3,), ()]))
    numbers = draw(arrays.arrays("float64", shape, elements=st.sampled_from([*NUMBERS, 3, 9, 10])))
    if draw(st.booleans()) and shape == (4, 10):
        numbers = np.eye(10)[draw(st.lists(st.integers(0, 9), min_size=4, max_size=4))]
    with np.errstate(all="ignore"):
        return draw(st.sampled_from([lambda x: x, np.ndarray.tolist]))(numbers.astype(kind))


@settings(max_examples=thorough.examples(300), deadline=None)
@given(given_labels(), st.booleans())
@example([None, 1, "a", 2.5], False)
@example([0j, 0j, 0j, 0j], False)
@example([[1, 0], [1]], True)
def test_labels_are_right_or_refused(labels, digits):
    images, recipe = np.arange(24, dtype="uint8").reshape(4, 2, 3), RECIPES["0 to 1"]
    try:
        if digits:
            found = inputs.labels(ganlib.Digits(images, labels), recipe)
        else:
            found = inputs.labels(images, recipe, labels)
    except (ValueError, TypeError) as error:
        assert refused(error)
        return
    assert found.shape == (4,) and set(np.asarray(found, float)) <= set(range(10))
    if np.ndim(labels) == 1:
        assert np.array_equal(np.asarray(found, float), np.asarray(labels, float))


@settings(max_examples=thorough.examples(300), deadline=None)
@given(
    st.sampled_from(sorted(ganlib.RECIPES)),
    st.one_of(
        st.tuples(*[st.integers(-2, 40)] * 2),
        st.lists(st.sampled_from([0, 1, 3, 8, 28, 32, True, 2.0, None, "8"]), max_size=4).map(tuple),
    ),
)
def test_a_shape_is_derived_or_refused(name, shape):
    try:
        recipe = ganlib.get_recipe(name).but(shape=shape)
    except ValueError as error:
        assert refused(error)
        return
    assert recipe.shape == shape and recipe.but(shape=ganlib.get_recipe(name).shape) == ganlib.get_recipe(
        name
    )


# ---- batches


@st.composite
def given_batches(draw):
    """Draw three batches of images, some of them wrong, with labels or without, in each form."""
    shape, kind = (
        draw(st.sampled_from([(2, 3), (2, 3, 1), (3, 2), (6,)])),
        draw(st.sampled_from(KINDS[:4])),
    )
    numbers = [0, 1, 0.5, -1, 255, np.nan]
    whole = arrays.arrays("float64", (6, *shape), elements=st.sampled_from(numbers))
    with np.errstate(all="ignore"):
        images = draw(whole).astype(kind)
    names = draw(arrays.arrays("float64", (6,), elements=st.sampled_from([0, 1, 9, 10, -1, 0.5, np.nan])))
    labels = draw(st.sampled_from(["none", "numbers", "column", "ones"]))
    forms = {"none": (), "numbers": (names,), "column": (names[:, None],)}
    forms["ones"] = (np.eye(10)[np.nan_to_num(names).astype(int) % 10],)
    return [images, *forms[labels]], draw(st.sampled_from(["dataset", "iterator", "pages"]))


class Halves(keras.utils.PyDataset):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return tuple(part[2 * index : 2 * index + 2] for part in self.parts)


@settings(max_examples=thorough.examples(30), deadline=None)
@given(given_batches(), st.sampled_from(["-1 to 1", "0 to 1"]))
def test_batches_are_right_or_refused(batches, name):
    (parts, form), recipe = batches, RECIPES[name]
    pages = Halves(parts)
    given = {"pages": pages, "iterator": (pages[i] for i in range(3))}
    given["dataset"] = tf.data.Dataset.from_tensor_slices(tuple(parts)).batch(2)
    try:
        with streams.watched(given[form], recipe) as seen:
            seen = [seen[i] for i in range(3)] if form == "pages" else list(seen)
    except (ValueError, TypeError) as error:
        assert refused(error)
        return
    for batch in seen:
        images, *labels = map(np.asarray, batch if isinstance(batch, tuple) else (batch,))
        assert images.shape[1:] == recipe.shape
        if images.dtype != np.uint8:
            least, most = float(images.min()), float(images.max())
            assert not inputs.out_of_range(least, most, recipe, many=False)  # two may be dark or bright
        assert len(labels) == bool(recipe.classes)
        assert all(set(y) <= set(range(10)) for y in labels)


# ---- networks

ENDS = [None, "sigmoid", "tanh", "relu", "softmax", "softplus", "leaky_relu", "hard_sigmoid", "silu"]


@cache
def network(shape, middle, units, end, flat):
    """Build a network once; its numbers are drawn anew for each example."""
    stack = [keras.layers.Flatten(), keras.layers.Dense(5, middle), keras.layers.Dense(units, end)]
    stack += [] if flat else [keras.layers.Reshape((units // 3, 3))]
    return keras.Sequential([keras.Input(shape), *stack])


def drawn(made, rate, seed):
    numbers = np.random.default_rng(seed)
    made.set_weights([numbers.normal(0, rate, weight.shape) for weight in made.get_weights()])
    return made


@settings(max_examples=thorough.examples(100), deadline=None)
@given(
    st.sampled_from([(2, 3), (3, 2), (6,)]),
    st.sampled_from([None, "relu", "tanh"]),
    st.sampled_from([1, 1, 1, 2]),
    st.sampled_from(ENDS),
    st.sampled_from([0.0, 1e-3, 0.05, 1.0, 30.0]),
    st.integers(0, 2**20),
)
def test_a_discriminator_ends_in_logits_or_is_refused(shape, middle, units, end, rate, seed):
    made = drawn(network(shape, middle, units, end, True), rate, seed)
    try:
        inputs.networks(RECIPES["-1 to 1"], discriminator=made)
    except ValueError as error:
        assert refused(error)
        right = shape == (2, 3) and units == 1 and end in (None, "leaky_relu")
        assert not right or middle == "relu"  # whose five units may all be silent
        return
    assert units == 1 and end in (None, "leaky_relu")  # behind a Flatten any shape of six will do


@settings(max_examples=thorough.examples(100), deadline=None)
@given(
    st.sampled_from([(3,), (7,)]),
    st.sampled_from([None, "tanh"]),
    st.sampled_from([6, 6, 6, 9]),
    st.sampled_from(ENDS),
    st.booleans(),
    st.sampled_from([0.0, 1e-3, 0.05, 1.0]),
    st.integers(0, 2**20),
)
def test_a_generator_reaches_black_and_white_or_is_refused(shape, middle, units, end, flat, rate, seed):
    made = drawn(network(shape, middle, units, end, flat), rate, seed)
    one_sided = end in ("sigmoid", "relu", "softmax", "softplus", "hard_sigmoid")
    try:
        recipe = inputs.networks(RECIPES["-1 to 1"], generator=made)
    except ValueError as error:
        assert refused(error)
        assert units != 6 or flat or one_sided
        return
    assert units == 6 and not flat and recipe.latent_dim == shape[0]
    assert not one_sided or rate == 0.0


@pytest.mark.parametrize("end", ["sigmoid", "tanh"])
def test_a_bounded_end_is_seen_however_small_the_weights(end):
    made = drawn(network((2, 3), "tanh", 1, end, True), 1e-9, 0)
    with pytest.raises(ValueError, match="accepted logits"):
        inputs.networks(RECIPES["-1 to 1"], discriminator=made)
