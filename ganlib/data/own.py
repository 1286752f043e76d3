"""What people hand over as their own data, brought to one form where it is clear what is meant."""

from math import prod

import numpy as np

from ganlib.data.digits import Digits
from ganlib.errors import refuse


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
    try:
        return np.asarray(given)
    except (ValueError, TypeError) as error:
        todo = "Bring them to one size first; ganlib.load_images does so with a folder of pictures."
        received = f"a {type(given).__name__} that makes no array"
        raise refuse("examples", received, "examples of one shape", todo, TypeError) from error


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
    sides = tuple(shape[1:])
    if not sides or None in sides or not shape[0]:
        return "Hand over all examples in one array."
    if prod(sides) == prod(recipe.shape):
        return f"Reshape them: x.reshape({', '.join(map(str, (-1, *recipe.shape)))})."
    if len(recipe.shape) > 1 and (len(sides) == 2 or sides[2:] in ((1,), (3,))):
        sides = sides[:2] if sides[2:] == (1,) else sides
        return f"Take the recipe for such images: ganlib.build({recipe.name!r}, shape={sides})."
    return "Take a recipe for such examples: recipe.but(shape=...)."


def stretched(found, most):
    """Return the exception to raise where ``uint8`` images are nearly of one tone."""
    todo = "Look at them first: ganlib.plots.grid(images[:25])."
    if 0 < most < 26:
        todo = f"Stretch them, if 1 is white or they are rightly so dark: images * {255 // most}."
    return refuse("examples", found, "uint8 over 0 to 255", todo)
