"""Ready-made batches on their way to ``fit``: each is looked at, and refused in the door's own words.

A ``tf.data.Dataset`` is judged by what it says of its batches, then batch for batch as they come.  Those
of an iterator or a Keras ``PyDataset`` are arrays, and go through `inputs` one by one.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import numpy as np

from ganlib import data, inputs
from ganlib.backend import keras, tf
from ganlib.data import own
from ganlib.errors import refuse

FEW = 16  # of fewer images all may be dark, or bright
SIZE, NAMES = "a batch of {}", "a batch with labels {}"
MISSHAPEN = r"Shape of tensor \S+ \[([\d,]*)\] is not compatible"  # TensorFlow's own words


def ready(given):
    """Say whether these are batches already."""
    kinds = (tf.data.Dataset, tf.distribute.DistributedDataset, keras.utils.PyDataset, Iterator)
    return isinstance(given, kinds)


def judged(batches):
    """Return a ``tf.data.Dataset`` whose examples were judged as a whole: its batches go by unseen."""
    batches.judged = True
    return batches


@contextmanager
def watched(given, recipe, devices=1):
    """Yield the batches for ``fit``; what stops it is said in the door's words.

    Raises:
        TypeError, ValueError: A batch that the recipe cannot train on.
    """
    found = []  # Keras and TensorFlow wrap what is raised inside their loops
    try:
        yield _watch(given, recipe, devices, found)
    except Exception as error:
        if found:
            raise found[0] from None
        if isinstance(error, tf.errors.InvalidArgumentError):
            _explain(error.message, recipe, devices)
        raise


def _watch(given, recipe, devices, found):
    check = partial(_checked, recipe=recipe, devices=devices, found=found)
    if getattr(given, "judged", False):
        return given
    if isinstance(given, tf.data.Dataset):
        return data.steady(_dataset(given, recipe, devices))
    if isinstance(given, Iterator):
        first = next(given, None)
        if first is None:
            todo = "Make it anew: an iterator runs through once."
            raise refuse("examples", "an iterator at its end", "one with batches in it", todo)
        first = check(first)
        return (batch for part in ([first], map(check, given)) for batch in part)
    if isinstance(given, keras.utils.PyDataset):
        return Pages(given, check)
    return given


class Pages(keras.utils.PyDataset):
    """A ``PyDataset`` whose batches are checked."""

    def __init__(self, pages, check):
        names = ("workers", "use_multiprocessing", "max_queue_size")
        super().__init__(**{n: getattr(pages, n) for n in names if hasattr(pages, n)})
        self.pages, self.check = pages, check
        check(pages[0])

    @property
    def num_batches(self):
        """As the other says."""
        return self.pages.num_batches

    def __getitem__(self, index):
        return self.check(self.pages[index])

    def on_epoch_begin(self):
        """Tell the other."""
        self.pages.on_epoch_begin()

    def on_epoch_end(self):
        """Tell the other."""
        self.pages.on_epoch_end()


def _parted(batch):
    """Return the examples of a batch and their labels, None where there are none."""
    batch = batch if isinstance(batch, tuple | list) else (batch,)
    return batch[0], batch[1] if len(batch) > 1 else None


def _checked(batch, recipe, devices, found):
    """Return a batch of arrays as ``fit`` needs it, or keep the reason why not and raise it."""
    try:
        given, y = _parted(batch)
        images = inputs.examples(given, recipe, FEW)
        if len(images) % inputs.parts(recipe, devices):
            raise inputs.broken(SIZE.format(len(images)), recipe, devices)
        if not recipe.classes:
            return (images,)
        if y is None:
            raise _unnamed(recipe)
        return images, inputs.labels(images, recipe, y).astype("int32")
    except (TypeError, ValueError) as error:
        found.append(error)
        raise


def _unnamed(recipe, received="batches without labels"):
    accepted = f"pairs of images and labels below {recipe.classes}"
    return refuse("examples", received, accepted, inputs.LABELS, TypeError)


def _dataset(given, recipe, devices):
    images, y = _parted(given.element_spec)
    if isinstance(images, Mapping):
        received, todo = own.keyed(images)
        todo = f"{todo[:-1]}, by dataset.map(lambda row: ...)."
        raise refuse("examples", f"batches: {received}", "batches of images", todo, TypeError)
    sides = None if images.shape.rank is None else _like(tuple(images.shape), recipe)
    inputs.of_kind(np.dtype(images.dtype.as_numpy_dtype), sides or (None, *recipe.shape), recipe)
    if recipe.classes and y is None:
        raise _unnamed(recipe)
    if recipe.classes and y.dtype == tf.string:
        raise _unnamed(recipe, "batches with words for labels")
    parts = inputs.parts(recipe, devices)
    seen = data.as_is(lambda *batch: _seen(batch if len(batch) > 1 else batch[0], recipe, parts))
    return given.map(seen)


def _like(sides, recipe):
    """Return the shape of batches once they have an axis of 1 at their end, or have it no more."""
    if len(sides) == len(recipe.shape) + 2 and sides[-1] in (1, None):
        return sides[:-1]
    return (*sides, 1) if len(sides) == len(recipe.shape) and recipe.shape[-1] == 1 else sides


def _seen(batch, recipe, parts):
    """Return a batch of a dataset, its shape known, and stop where it is not fit."""
    images, y = _parted(batch)
    if images.shape.rank and len(_like(tuple(images.shape), recipe)) < images.shape.rank:
        images = tf.ensure_shape(images, (None, *recipe.shape, 1))[..., 0]
    elif images.shape.rank == len(recipe.shape):
        images = images[..., None]
    images = tf.ensure_shape(images, (None, *recipe.shape))
    size, found = tf.shape(images)[0], []
    if parts > 1:
        found.append(tf.debugging.Assert(size % parts == 0, [tf.strings.format(SIZE, size)]))
    finite = True
    if not images.dtype.is_integer:
        finite = tf.reduce_all(tf.math.is_finite(tf.cast(images, tf.float32)))
        found.append(tf.debugging.Assert(finite, [inputs.WILD]))
    if recipe.pixels is not None:
        raw = images.dtype == tf.uint8
        ends = (tf.reduce_min(images), tf.reduce_max(images))
        least, most = (tf.cast(end, tf.int32 if raw else tf.float32) for end in ends)
        if raw:
            bad = inputs.faint(least, most) & (size >= FEW)
        else:
            bad = inputs.out_of_range(least, most, recipe, size >= FEW) & finite
        words = tf.strings.format(inputs.FAINT if raw else inputs.FOUND, (least, most))
        found.append(tf.debugging.Assert(~bad, [words]))
    if recipe.classes:
        y, known = _names(y, recipe.classes)
        found.append(tf.debugging.Assert(known, [tf.strings.format(NAMES, y, summarize=4)]))
    with tf.control_dependencies(found):
        images = tf.identity(images)
        return (images, tf.cast(tf.identity(y), tf.int32)) if recipe.classes else images


def _names(y, classes):
    """Return labels ``(n,)``, whatever form is clear, and whether each is a class."""
    y = tf.cast(y, tf.float32)
    if y.shape.rank == 2 and y.shape[1] == classes:
        alone = tf.reduce_all((y == 0) | (y == 1)) & tf.reduce_all(tf.reduce_sum(y, 1) == 1)
        return tf.cast(tf.argmax(y, 1), tf.float32), alone
    y = y[:, 0] if y.shape.rank == 2 and y.shape[1] == 1 else tf.ensure_shape(y, (None,))
    return y, tf.reduce_all((y >= 0) & (y < classes) & (y == tf.floor(y)))


def _explain(text, recipe, devices):
    """Raise the door's own exception where TensorFlow stopped at a batch that `_seen` watched."""
    if found := re.search(MISSHAPEN, text):
        raise inputs.misshapen(tuple(map(int, found[1].split(","))), recipe) from None
    if "assertion failed" not in text:
        return
    if found := re.search(re.escape(NAMES).replace(r"\{\}", r"\[.*?\]"), text):
        accepted = f"labels below {recipe.classes}, one for each image"
        raise refuse("examples", found[0], accepted, inputs.LABELS) from None
    if inputs.WILD in text:
        raise inputs.wild() from None
    if found := re.search(SIZE.format(r"\d+"), text):
        raise inputs.broken(found[0], recipe, devices) from None
    if found := re.search(re.escape(inputs.FAINT).replace(r"\{\}", r"(\d+)"), text):
        raise own.stretched(found[0], int(found[2])) from None
    if found := re.search(re.escape(inputs.FOUND).replace(r"\{\}", r"[^],]+"), text):
        raise inputs.unscaled(found[0], recipe) from None
