"""The situations of docs/reports.md: each works with the right value, or is refused in words."""

import warnings

import numpy as np
import pytest
from PIL import Image

import ganlib
from ganlib import inputs, models, recipes, streams
from ganlib.backend import keras, tf
from ganlib.grading import folder as hand_ins
from ganlib.grading.names import learner_of
from tests import tiny

callbacks, layers = keras.callbacks, keras.layers
RNG = np.random.default_rng(0)
SMALL = ganlib.get_recipe("small").but(
    name="tiny",
    shape=(4, 4),
    generator=(*recipes.dense(16, "tanh"), ("Reshape", {"target_shape": (4, 4)})),
    discriminator=(recipes.FLATTEN, recipes.LOGIT),
    latent_dim=3,
    batch_size=16,
    xla=False,
)
NAMED = SMALL.but(classes=3, discriminator=(recipes.LOGIT,))
IMAGES = RNG.integers(0, 256, (48, 4, 4), "uint8")
LABELS = np.arange(48) % 3


@pytest.fixture(scope="module")
def gan():
    made = ganlib.GAN(SMALL)
    made.compile(steps_per_execution=1)
    return made


def through(batches, recipe=SMALL):
    """Return what ``fit`` would train on."""
    with streams.watched(batches, recipe) as seen:
        seen = (
            [seen[i] for i in range(seen.num_batches)] if isinstance(seen, streams.Pages) else list(seen)
        )
    return [tuple(map(np.asarray, b)) if isinstance(b, tuple) else (np.asarray(b),) for b in seen]


class Pages(keras.utils.PyDataset):
    def __init__(self, *parts):
        super().__init__()
        self.parts = parts

    def __len__(self):
        return 3

    def __getitem__(self, index):
        found = tuple(part[16 * index : 16 * index + 16] for part in self.parts)
        return found if len(found) > 1 else found[0]


def dataset(*parts):
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0]).batch(16)


def iterator(*parts):
    pages = Pages(*parts)
    return iter([pages[i] for i in range(3)])


WAYS = {"dataset": dataset, "PyDataset": Pages, "iterator": iterator}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


# ---- batches


@every_way
def test_labels_of_batches_are_taken_in_every_clear_form(way):
    for form in (LABELS, LABELS[:, None], LABELS.astype("float32"), np.eye(3)[LABELS]):
        found = through(way(IMAGES, form), NAMED)
        np.testing.assert_array_equal(np.concatenate([names for _, names in found]), LABELS)
        np.testing.assert_array_equal(np.concatenate([images for images, _ in found]), IMAGES)


@every_way
@pytest.mark.parametrize(
    "labels",
    [LABELS + 1, LABELS - 1, LABELS + 0.5, LABELS * 255, 2 * np.eye(3)[LABELS]],
)
def test_labels_of_batches_that_are_no_classes_are_refused(way, labels):
    with pytest.raises(ValueError, match=r"examples: received .*labels .*, accepted .*labels below 3"):
        through(way(IMAGES, labels), NAMED)


@every_way
def test_a_recipe_with_classes_wants_labels_and_another_has_no_use_for_them(way):
    with pytest.raises(TypeError, match="batches without labels, accepted pairs of images and labels"):
        through(way(IMAGES), NAMED)
    words = np.full(48, "cat")
    assert all(len(batch) == 1 for batch in through(way(IMAGES, words)))


@every_way
def test_an_axis_of_one_comes_and_goes(way):
    for images in (IMAGES, IMAGES[..., None]):
        for recipe, due in ((SMALL, IMAGES), (SMALL.but(shape=(4, 4, 1)), IMAGES[..., None])):
            found = np.concatenate([batch[0] for batch in through(way(images), recipe)])
            np.testing.assert_array_equal(found, due)


@every_way
def test_every_batch_is_looked_at_not_the_first_alone(way):
    floats = (IMAGES / 127.5 - 1).astype("float32")
    floats[32:] = floats[32:] / 2 + 0.5
    with pytest.raises(
        ValueError, match=r"values in \[0, 0\.99.*\], accepted uint8, or floats over \[-1"
    ):
        through(way(floats))
    with pytest.raises(ValueError, match=r"received a batch of 16, accepted a multiple of 3"):
        through(way(IMAGES), SMALL.but(pack=3, batch_size=18))


def test_fit_says_it_in_the_same_words(gan):
    floats = (IMAGES / 127.5 - 1).astype("float32")
    floats[32:] = 300
    for way in WAYS.values():
        with pytest.raises(ValueError, match=r"^examples: received values in \[300, 300\]"):
            gan.fit(way(floats), verbose=0)
        before = gan.steps_done
        gan.fit(way(IMAGES[..., None]), verbose=0)
        assert gan.steps_done == before + 3


def test_shapes_that_a_dataset_does_not_tell_are_looked_at():
    anything = tf.data.Dataset.from_tensor_slices(IMAGES).map(
        lambda image: tf.numpy_function(lambda array: array, [image], tf.uint8)
    )
    np.testing.assert_array_equal(through(anything.batch(48))[0][0], IMAGES)
    signature = tf.TensorSpec((None, None, None), tf.uint8)
    other = tf.data.Dataset.from_generator(lambda: iter([IMAGES[:, :3]]), output_signature=signature)
    with pytest.raises(ValueError, match=r"shape \(48, 3, 4\).*build\(recipe, shape=\(3, 4\)\)"):
        through(other)


def test_single_examples_rows_of_a_dict_and_a_spent_iterator_are_named():
    single = tf.data.Dataset.from_tensor_slices(IMAGES)
    with pytest.raises(ValueError, match=r"shape \(4, 4\), accepted .* a dataset into batches"):
        through(single)
    rows = tf.data.Dataset.from_tensor_slices({"image": IMAGES, "label": LABELS}).batch(16)
    with pytest.raises(TypeError, match=r"a dict of image, label, .*row\['image'\], by dataset.map"):
        through(rows)
    with pytest.raises(ValueError, match="an iterator at its end, accepted one with batches in it"):
        through(iter([]))


# ---- arrays and what is none

NO_ARRAYS = {
    "a dict": ({"label": LABELS, "image": IMAGES}, r"a dict of label, image, .*row\['image'\]"),
    "a path": ("photos", r"'photos', .* ganlib.load_images\(folder\)"),
    "nothing": (None, "None, accepted all examples in one array"),
    "a dataset": (dataset(IMAGES), "Batches go to gan.fit"),
    "a generator": ((image for image in IMAGES), "Batches go to gan.fit"),
    "a PyDataset": (Pages(IMAGES), "Batches go to gan.fit"),
}


@pytest.mark.parametrize(("given", "message"), NO_ARRAYS.values(), ids=NO_ARRAYS)
def test_what_is_no_array_is_named(gan, given, message):
    with pytest.raises(TypeError, match=f"^examples: received .*{message}"):
        ganlib.train(gan, given, steps=1, verbose=0)


WAYS_OUT = {
    "colours first": (np.zeros((8, 3, 32, 32), "uint8"), r"moveaxis\(x, 1, -1\)"),
    "transparent": (np.zeros((8, 4, 4, 4), "uint8"), r"x\[\.\.\., :3\]"),
    "a column of labels": (np.zeros((8, 17), "uint8"), r"take the labels out first"),
    "turned": (np.zeros((8, 2, 8), "uint8"), r"shape=\(2, 8\)"),
    "one alone": (IMAGES[0], "put many into one array"),
    "rows": (np.zeros((8, 16), "uint8"), r"x.reshape\(-1, 4, 4\)"),
    "floats to 255": (IMAGES.astype("float32"), "Make them uint8, by astype or tf.cast"),
    "16 bits": (IMAGES.astype("uint16") * 257, r"\(x // 256\).astype\('uint8'\)"),
    "0 to 1": (IMAGES / 255, r"Or 2 \* x - 1"),
}


@pytest.mark.parametrize(("given", "message"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_the_way_out_is_this_datas_own(given, message):
    with pytest.raises(ValueError, match=f"^examples: received .*{message}"):
        inputs.examples(given, SMALL)


def test_black_and_white_as_booleans_have_a_way_out():
    with pytest.raises(TypeError, match=r"received bool, .*x.astype\('uint8'\) \* 255"):
        inputs.examples(IMAGES > 99, SMALL)
    found = inputs.examples((IMAGES > 99).astype("uint8") * 255, SMALL)
    np.testing.assert_array_equal(found > 99, IMAGES > 99)


def test_the_ways_out_lead_out():
    first = RNG.integers(0, 256, (8, 3, 32, 32), "uint8")
    colour = ganlib.get_recipe("small").but(shape=(32, 32, 3))
    with pytest.raises(ValueError, match="moveaxis"):
        inputs.examples(first, colour)  # a reshape would pass, and mix the pixels
    last = inputs.examples(np.moveaxis(first, 1, -1), colour)
    np.testing.assert_array_equal(last[..., 1], first[:, 1])
    wide = IMAGES.astype("uint16") * 257
    eight = inputs.examples((wide // 256).astype("uint8"), SMALL)
    np.testing.assert_array_equal(eight, IMAGES)
    with pytest.raises(ValueError, match=r"shape: received \(3, 32, 32\), .*colours last"):
        ganlib.get_recipe("small").but(shape=(3, 32, 32))


# ---- own networks, own optimizers


def network(*stack, shape=(4, 4)):
    return keras.Sequential([keras.Input(shape), *stack])


@pytest.mark.parametrize("end", ["sigmoid", "relu", "softmax"])
def test_a_generator_that_cannot_draw_black_is_refused(end):
    made = network(layers.Dense(16, activation=end), layers.Reshape((4, 4)), shape=(5,))
    with pytest.raises(ValueError, match=r"generator: received outputs in \[0, .*End it in a tanh"):
        ganlib.GAN(SMALL, generator=made)
    assert ganlib.GAN(SMALL.but(pixels=(0.0, 1.0)), generator=made).recipe.latent_dim == 5


def test_a_generator_of_small_numbers_is_taken():
    small = keras.initializers.RandomNormal(stddev=0.001)
    stack = (layers.LayerNormalization(), layers.Dense(16, "tanh", kernel_initializer=small))
    made = network(layers.Dense(8), *stack, layers.Reshape((4, 4)), shape=(5,))
    assert ganlib.GAN(SMALL, generator=made).own == ("generator",)


def test_a_discriminator_with_several_outputs_is_named():
    image = keras.Input((4, 4))
    flat = layers.Flatten()(image)
    made = keras.Model(image, [layers.Dense(1)(flat), layers.Dense(10)(flat)])
    with pytest.raises(ValueError, match="discriminator: received 2 outputs, accepted a single one"):
        ganlib.GAN(SMALL, discriminator=made)


def test_a_network_that_is_frozen_later_is_refused_before_a_step(gan):
    before = gan.steps_done
    gan.discriminator.trainable = False
    try:
        with pytest.raises(ValueError, match="received a network without trainable weights"):
            gan.fit(IMAGES, verbose=0)
    finally:
        gan.discriminator.trainable = True
    assert gan.steps_done == before


@pytest.mark.parametrize("name", ["optimizer", "loss", "metrics", "loss_fn"])
def test_compile_takes_no_single_loss_or_optimizer(name):
    with pytest.raises(ValueError, match=rf"^{name}: received .*, accepted None\. Give d_optimizer"):
        ganlib.GAN(SMALL).compile(**{name: "adam"})


def test_a_keras_optimizer_is_no_part_of_a_recipe():
    with pytest.raises(TypeError, match=r"g_optimizer: .*goes to gan.compile"):
        ganlib.build("small", g_optimizer=keras.optimizers.Adam(1e-3))
    with pytest.raises(ValueError, match=r"loss: received 'wassertein', .*Did you mean 'wasserstein'"):
        ganlib.build("small", loss="wassertein")
    assert ganlib.get_recipe("small").but(latent_dim=np.int64(7)).latent_dim == 7


class Doubled(layers.Layer):
    def call(self, inputs):
        return 2 * inputs


@pytest.mark.parametrize("layer", [lambda: layers.Lambda(lambda x: 2 * x), Doubled])
def test_what_would_not_load_is_not_saved(layer, tmp_path):
    made = ganlib.GAN(SMALL, discriminator=network(layers.Flatten(), layers.Dense(1), layer()))
    made.compile()
    with pytest.raises(TypeError, match=r"networks that load again\. .*register_keras_serializable"):
        made.save(tmp_path / "gan.keras")
    assert not list(tmp_path.iterdir())


# ---- callbacks and lengths

WATCH = {
    "EarlyStopping": lambda: callbacks.EarlyStopping(patience=1),
    "EarlyStopping of loss": lambda: callbacks.EarlyStopping("loss"),
    "ReduceLROnPlateau": lambda: callbacks.ReduceLROnPlateau("accuracy"),
    "ModelCheckpoint": lambda: callbacks.ModelCheckpoint("best.keras", save_best_only=True),
}


@pytest.mark.parametrize("make", WATCH.values(), ids=WATCH)
def test_a_measure_that_never_comes_is_not_waited_for(gan, make):
    with pytest.raises(ValueError, match=r": monitor: received .*, accepted d_loss, g_loss, real_acc"):
        ganlib.train(gan, IMAGES, epochs=2, callbacks=[make()], verbose=0)


def test_a_measure_of_ones_own_can_be_watched():
    class Measure(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["distance"] = 5.0

    made = ganlib.GAN(SMALL)
    made.compile(steps_per_execution=1)
    stop = callbacks.EarlyStopping("distance", mode="min", patience=1)
    ganlib.train(made, IMAGES, epochs=5, callbacks=[Measure(), stop], verbose=0)
    assert (made.steps_done, stop.stopped_epoch) == (2 * 3, 1)


def test_the_gan_comes_first_and_lengths_are_numbers(gan):
    for wrong in ("small", IMAGES, None):
        with pytest.raises(TypeError, match=r"^gan: received a .*The GAN comes first"):
            ganlib.train(wrong, gan, steps=1)
    for length in ({"steps": 0.5}, {"steps": 2.5}, {"epochs": "3"}, {"seconds": [1]}):
        with pytest.raises(ValueError, match=r"received .*, accepted a positive (whole )?number"):
            ganlib.train(gan, IMAGES, verbose=0, **length)


@pytest.mark.parametrize("count", [0, -1, 2.5, "3", None, True])
def test_counts_and_seeds_are_whole(gan, count):
    with pytest.raises(ValueError, match=r"^count: received .*, accepted a whole number ≥ 1"):
        gan.sample(count)
    if count != 0:
        with pytest.raises(ValueError, match=r"^seed: received .*, accepted a whole number ≥ 0"):
            gan.sample(1, seed=count)
    np.testing.assert_array_equal(gan.sample(np.int64(2)), gan.sample(2))


def test_the_means_are_float32_whatever_the_machine_says():
    keras.config.set_floatx("float16")
    try:
        assert all(mean.dtype == "float32" for mean in ganlib.GAN(tiny.POINTS).means.values())
    finally:
        keras.config.set_floatx("float32")


# ---- folders


def pictures(folder, *places):
    for place in places:
        (folder / place).mkdir(parents=True)
        for i in range(2):
            Image.fromarray(RNG.integers(0, 256, (8, 8), "uint8")).save(folder / place / f"{i}.PNG")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ganlib.load_images(folder, 8)


def test_sub_folders_that_are_no_classes_are_refused_where_classes_are_asked_for(tmp_path):
    conditional = ganlib.get_recipe("conditional")
    for name, places in {"split": ("train/cat", "Test/cat"), "flat": (".",)}.items():
        found = pictures(tmp_path / name, *places) if name == "split" else pictures_flat(tmp_path / name)
        with pytest.raises(ValueError, match=r"folder: .*, accepted a sub-folder for each class"):
            found.recipe(conditional)
        assert found.recipe(ganlib.get_recipe("small")).shape == (8, 8)
    assert pictures(tmp_path / "good", "cat/1", "dog/1").recipe(conditional).classes == 2


def pictures_flat(folder):
    folder.mkdir()
    Image.fromarray(RNG.integers(0, 256, (8, 8), "uint8")).save(folder / "a.JPG")
    return ganlib.load_images(folder, 8)


# ---- hand-ins


def test_renamed_and_numbered_hand_ins_are_found(tmp_path):
    cell = '{"cell_type": "code", "source": ["x = 1"]}'
    for name in ("WMS q3.ipynb", "11111111-2.ipynb", "s1/ps1/ps1.ipynb", "s2/ps1/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"cells": [' + cell + "]}" if path.suffix == ".ipynb" else "none")
    (tmp_path / "s3" / "ps1").mkdir(parents=True)
    found = hand_ins.find(tmp_path)
    assert len(found.hand_ins) == 4 and not found.left_out  # the empty folder stops nothing


def test_a_zip_of_canvas_is_its_learners(tmp_path):
    path = tmp_path / "ada_3143_207797_zipsubmission.zip"
    path.write_bytes(b"PK\x03\x04")
    assert hand_ins.find(tmp_path).hand_ins == [path]
    assert learner_of(path, tmp_path) == ("ada", True)


def test_recipes_own_generators_reach_black_and_white():
    for recipe in ganlib.RECIPES.values():
        if recipe.pixels is not None:
            inputs.networks(recipe, models.generator(recipe), models.discriminator(recipe))


def test_a_discriminator_of_small_answers_is_taken():
    """Numbers near 0 on both sides are logits, not a sigmoid's end."""
    small = keras.initializers.RandomNormal(stddev=1e-7, seed=0)
    stack = (layers.Flatten(), layers.Dense(5, "tanh"), layers.Dense(1, kernel_initializer=small))
    assert ganlib.GAN(SMALL, discriminator=network(*stack)).own == ("discriminator",)
