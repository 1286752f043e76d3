"""What people hand over as their own data, brought to one form where it is clear what is meant."""

from collections.abc import Mapping, Sequence
from math import prod
from numbers import Number

import numpy as np

from ganlib.data.digits import Digits
from ganlib.errors import refuse
from ganlib.recipes import RECIPES

UNSCALED = (
    "Hand over the uint8 images: the GAN scales them itself. If they are rightly so dark, stretch them."
)


def paired(given):
    """Return a tuple of examples and their labels as `Digits`; anything else as it is.

    Raises:
        TypeError: Two such pairs, as Keras's ``load_data()`` gives them.
    """
    if isinstance(given, Digits) or not (isinstance(given, tuple) and len(given) == 2):
        return given
    first, second = given
    if isinstance(first, tuple):
        todo = "Take one part: (x, y), (x_test, y_test) = load_data(), then x."
        raise refuse("examples", "two sets, as load_data() gives them", "one of them", todo, TypeError)
    if second is None:
        return first
    first, second = _array(first), _array(second)
    labels = len(first.shape) > max(second.ndim, 1) and second.ndim in (1, 2)
    return Digits(first, second) if labels and len(first) == len(second) else given


def images(given, shape):
    """Return examples as an array, grey with or without an axis of 1, as ``shape`` has it."""
    given = paired(given)
    array = given.images if isinstance(given, Digits) else _array(given)
    if array.shape[1:] == (*shape, 1):
        return array[..., 0]
    return array[..., None] if (*array.shape[1:], 1) == tuple(shape) else array


def _array(given):
    array_like = hasattr(given, "__array__") or hasattr(given, "__array_interface__")
    if isinstance(given, str) or not (array_like or isinstance(given, Sequence | Number)):
        raise _no_array(given)
    try:
        return np.asarray(given)
    except (ValueError, TypeError) as error:
        todo = "Bring them to one size first; ganlib.load_images does so with a folder of pictures."
        received = f"a {type(given).__name__} that makes no array"
        raise refuse("examples", received, "examples of one shape", todo, TypeError) from error


def _no_array(given):
    """Return the exception to raise for what holds examples, or tells where they are, and is no array."""
    received = "None" if given is None else f"a {type(given).__name__}"
    todo = "Batches go to gan.fit, as a tf.data.Dataset, a keras PyDataset or an iterator."
    if isinstance(given, Mapping):
        received, todo = keyed(given)
    elif isinstance(given, str) or hasattr(given, "__fspath__"):
        received, todo = f"{str(given)!r}", "A folder of pictures is read by ganlib.load_images(folder)."
    return refuse("examples", received, "all examples in one array", todo, TypeError)


def keyed(given):
    """Return what was received and what to do, where examples lie under a name among others."""
    names = [str(name) for name in given]
    likely = next((name for name in names if name.startswith(("image", "x"))), (names or ["image"])[0])
    return f"a dict of {', '.join(names)}", f"Take the part with the examples: row[{likely!r}]."


def names(labels, classes):
    """Return labels ``(n,)``, also of a column ``(n, 1)``, or of ones among zeros ``(n, classes)``."""
    try:
        labels = np.asarray(labels)
    except ValueError:  # rows of unequal length: objects, which are no labels
        labels = np.array(labels, dtype=object)
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    if labels.ndim == 2 and labels.shape[1] == classes and labels.dtype.kind in "buif":
        alone = np.isin(labels, (0, 1)).all() and (labels.sum(1) == 1).all()
        return labels.argmax(1) if alone else labels
    return labels


def way(shape, recipe):
    """Return what to do with examples ``(n, ...)`` of another shape than the recipe's, as a sentence."""
    sides, due = tuple(shape[1:]), recipe.shape
    if tuple(shape) == due:
        return "That is a single one: put many into one array, or a dataset into batches."
    if not sides or None in sides or shape[0] == 0:
        return "Hand over all examples in one array."
    same = [n for n in sides if n != 1] == [n for n in due if n != 1]  # only ones come or go
    if prod(sides) == prod(due) and (same or 1 in (len(sides), len(due))):
        return f"Reshape them: x.reshape({', '.join(map(str, (-1, *due)))})."
    if sides == (prod(due) + 1,):
        return "That is a column too many: take the labels out first, such as x[:, 1:]."
    if len(due) > 1 and (len(sides) == 2 or (len(sides) == 3 and 1 <= sides[2] <= 4)):
        if sides[2:] == (4,):
            return "Leave out what is transparent: x[..., :3]."
        sides = sides[:2] if sides[2:] == (1,) else sides
        named = repr(recipe.name) if recipe.name in RECIPES else "recipe"
        return f"Take the recipe for such images: ganlib.build({named}, shape={sides})."
    if len(sides) == 3 and sides[0] in (1, 3, 4):
        return "Put the colours last: np.moveaxis(x, 1, -1).  To reshape them would mix the pixels."
    return "Take a recipe for such examples: recipe.but(shape=...)."


def unscaled(least, most, low):
    """Return what to do with floats between two values; ``low`` is the least that is due."""
    if least >= 0 and 1 < most <= 255:
        return "Make them uint8, by astype or tf.cast: the GAN scales those itself."
    if least >= 0 and 255 < most <= 65535:
        return "Make 16 bits 8: (x // 256).astype('uint8'). The GAN scales those itself."
    if least >= 0 and 0.5 < most <= 1 and low == -1:
        return "Hand over the uint8 images: the GAN scales them itself. Or 2 * x - 1."
    return UNSCALED


def stretched(found, most):
    """Return the exception to raise where ``uint8`` images are nearly of one tone."""
    todo = "Look at them first: ganlib.plots.grid(images[:25])."
    if 0 < most < 26:
        todo = f"Stretch them, if 1 is white or they are rightly so dark: images * {255 // most}."
    return refuse("examples", found, "uint8 over 0 to 255", todo)
