"""The one door: whatever a person hands over is looked at here, before anything is trained.

Images and points, labels, own networks, optimizers.  `ganlib.train`, ``gan.fit``, `ganlib.GAN`, the live
lab and the command line all come through it, so each says the same no in the same words.
"""

import re

import numpy as np

from ganlib import data, losses, models
from ganlib.backend import keras
from ganlib.data import own
from ganlib.errors import refuse, unknown

FOUND, FAINT, WILD = "values in [{}, {}]", "uint8 values in [{}, {}]", "NaN or infinity"
BOUNDED = {
    "sigmoid",
    "hard_sigmoid",
    "tanh",
    "hard_tanh",
    "softsign",
    "softmax",
    "softplus",
    "exponential",
}
BOUNDED |= {"relu", "relu6", "silu", "gelu", "mish"}  # at one side
LABELS = "This recipe tells its networks the labels: hand over ganlib.Digits(images, labels)."


def examples(given, recipe, few=1):
    """Return real examples as an array that the recipe can train on, or say what is wrong with them.

    Args:
        given: ``uint8`` images ``(n, *shape)``, floats in the recipe's range, or `data.Digits`.  An axis
            of 1 for grey, and labels beside the images in a tuple, do no harm.
        recipe: A `Recipe`.
        few: Of fewer images than these all may be dark, or bright.

    Returns:
        ``uint8`` as it came, anything else as float32; ``(n, *shape)``.

    Raises:
        TypeError: Neither numbers nor `data.Digits`.
        ValueError: Wrong shape, no examples, non-finite values, or values that fill a tenth of the range
            or less, or of another range.
    """
    array = own.images(given, recipe.shape)
    of_kind(array.dtype, array.shape, recipe)
    if not len(array):
        raise misshapen(array.shape, recipe)
    if array.dtype == np.uint8:
        least, most = int(array.min()), int(array.max())
        if recipe.pixels is not None and len(array) >= few and faint(least, most):
            raise own.stretched(FAINT.format(least, most), most)
        return array
    if not np.isfinite(array).all():
        raise wild()
    least, most = float(array.min()), float(array.max())
    if recipe.pixels is not None and out_of_range(least, most, recipe, len(array) >= few):
        raise unscaled(FOUND.format(f"{least:g}", f"{most:g}"), recipe)
    return array.astype("float32")


def wild():
    """Return the exception to raise where a value is not finite."""
    return refuse("examples", WILD, "finite numbers", "Clean the data first.")


def out_of_range(least, most, recipe, many=True):
    """Say whether floats between these two are no images in the recipe's range; numbers or tensors.

    Args:
        least: Of all values.
        most: Likewise.
        recipe: A `Recipe` with pixels.
        many: Whether these are so many images that one of them must have a dark and a bright place.
    """
    low, high = recipe.pixels
    halved = (low < 0) & (least >= 0)  # 0 to 1 where -1 to 1 is due
    unlikely = halved | (most - least < (high - low) / 10)
    return (least < low) | (most > high) | (unlikely & many)


def faint(least, most):
    """Say whether ``uint8`` images between these two are nearly of one tone: 1 was meant for white."""
    return most - least < 26  # a tenth of 255


def labels(given, recipe, y=None):
    """Return the labels that a recipe with classes needs, ``(n,)``; None for a recipe without.

    Args:
        given: The examples; `data.Digits` bring their labels along.
        recipe: A `Recipe`.
        y: Whole numbers ``(n,)`` from 0 to ``recipe.classes - 1``, for examples without labels; as a
            column, or a one among zeros for each, too.

    Raises:
        TypeError: There are none.
        ValueError: Not one for each example, or not from 0 to ``recipe.classes - 1``.
    """
    if not recipe.classes:
        return None
    given, accepted = own.paired(given), f"Digits with labels below {recipe.classes}"
    if y is None and not isinstance(given, data.Digits):
        raise refuse("examples", type(given).__name__, accepted, LABELS, TypeError)
    images = given.images if isinstance(given, data.Digits) else given
    y = own.names(given.labels if y is None else y, recipe.classes)
    known = y.dtype.kind in "buif" and np.isin(y, range(recipe.classes)).all()
    if y.shape != (len(images),) or not known:
        error = TypeError if isinstance(given, data.Digits) else ValueError
        found = f"labels {y.ravel()[:9].tolist()} of shape {y.shape}"
        raise refuse("examples", found, f"{accepted}, one for each of {len(images)}", LABELS, error)
    return y


def wanted(names, count, recipe):
    """Return which class each of some drawings shall show, ``(count,)``: all in turn where none is named.

    Raises:
        ValueError: Not one for each, no class of the recipe, or a recipe without classes.
    """
    if not recipe.classes:
        if names is not None:
            raise refuse("labels", names, "None", "This recipe has no classes: take 'conditional'.")
        return None
    found = np.arange(count) % recipe.classes if names is None else np.asarray(names)
    if found.shape != (count,) or not np.isin(found, range(recipe.classes)).all():
        todo = "Name one for each image: labels=[7] * 10 draws ten sevens."
        raise refuse("labels", names, f"{count} of 0 to {recipe.classes - 1}", todo)
    return found.astype("int32")


def rows(batch_size, recipe, devices=1):
    """Return how many examples one step takes: the recipe's own number, or a ``batch_size`` that fits."""
    size = recipe.batch_size * recipe.d_steps if batch_size is None else batch_size
    if isinstance(size, bool) or size != int(size) or size < 1 or size % parts(recipe, devices):
        raise broken(size, recipe, devices)
    return int(size)


def parts(recipe, devices):
    """Return into how many equal parts a batch is cut."""
    return devices * recipe.d_steps * recipe.pack * (2 if recipe.d_update == "half" else 1)


def broken(size, recipe, devices):
    """Return the exception to raise for a batch that cannot be parted."""
    part = parts(recipe, devices)
    accepted = f"a multiple of {part}" if part > 1 else "a whole number ≥ 1"
    on = f" on each of {devices} devices" if devices > 1 else ""
    return refuse("batch_size", size, accepted, f"Every part that D sees must be whole{on}.")


def networks(recipe, generator=None, discriminator=None):
    """Check a person's own networks on a few rows; return the recipe with the z that they take.

    Args:
        recipe: A `Recipe`.
        generator: A built Keras model: z ``(n, latent_dim + classes)`` to ``(n, *shape)``; or None.
        discriminator: Another one: what `models.discriminator` takes, to logits ``(n, 1)``; or None.

    Raises:
        TypeError: No Keras model, or one that is not built.
        ValueError: Another shape, nothing to train, or a discriminator whose ends are no logits.
    """
    if recipe.loss not in losses.LOSSES:
        raise unknown("loss", recipe.loss, losses.LOSSES)
    if generator is not None:
        _model("generator", generator)
        taken = getattr(generator, "input_shape", (None, recipe.latent_dim + recipe.classes))[-1]
        _gives("generator", generator, (taken,), recipe.shape)
        if recipe.pixels is not None:
            _reaches(generator, taken, recipe.pixels)
        recipe = recipe.but(latent_dim=taken - recipe.classes)
    if discriminator is not None:
        _model("discriminator", discriminator)
        taken = models.shown(recipe)
        _gives("discriminator", discriminator, taken, (1,))
        if _squashed(discriminator, taken):
            todo = "Leave the last activation out: the loss applies the sigmoid itself."
            raise refuse("discriminator", "a network that ends in a sigmoid", "logits", todo)
    return recipe


def _model(name, network):
    if not isinstance(network, keras.Model) or not network.built:
        got = type(network).__name__
        todo = "Give it a keras.Input first, so that it is built."
        raise refuse(name, got, "a built keras.Model", todo, TypeError)
    models.single(name, network)
    models.learning(name, network)


def _gives(name, network, taken, wanted):
    """Refuse a network that does not take or give what its place in the game needs."""
    try:
        out = network(np.zeros((2, *taken), "float32"))
    except Exception as error:
        accepted = f"a network that takes (n, {', '.join(map(str, taken))})"
        raise refuse(name, error, accepted, "Change its Input.") from error
    if not hasattr(out, "shape"):
        todo = "Make a keras.Model that ends in one of them."
        raise refuse(name, f"{len(out)} outputs", f"a single one, of shape {tuple(wanted)}", todo)
    given = tuple(out.shape[1:])
    if given != tuple(wanted):
        todo = "Change its last layer, or take other examples."
        raise refuse(name, f"an output of shape {given} for each row", f"{tuple(wanted)}", todo)


def _reaches(generator, taken, pixels):
    """Refuse a generator that stays on one side of the middle, however wild the z: a sigmoid, a ReLU."""
    z = np.random.default_rng(0).normal(0, 1, (128, taken)).astype("float32")
    z[64:] *= 1e4
    out, (low, high) = np.asarray(generator(z)), pixels
    least, most = out.min(), out.max()
    if low < 0 < high and least < most and (least >= 0 or most <= 0):
        found = f"outputs in [{least:.3g}, {most:.3g}], however wild the z"
        todo = "End it in a tanh, not in a sigmoid or a ReLU."
        raise refuse("generator", found, f"{low:g} for black to {high:g} for white", todo)


def _squashed(network, taken):
    """Say whether outputs stop at 0 or ±1, however wild the input: by the last layer, else by trial."""
    last, chain = network, True
    while getattr(last, "layers", None):
        last, chain = last.layers[-1], chain and type(last) is keras.Sequential
    ends = getattr(getattr(last, "activation", None), "__name__", None)
    if ends in BOUNDED:
        return True
    if chain and type(last) is keras.layers.Dense and ends == "linear":
        return False  # a 0 of it is that of units that are off
    wild = np.random.default_rng(0).normal(0, 1e4, (64, *taken)).astype("float32")
    out = np.asarray(network(wild))
    at_one, at_zero = np.abs(np.abs(out) - 1) < 1e-6, np.abs(out) < 1e-6
    from_zero = out.min() >= 0 and (at_zero | at_one).any()
    return bool(out.any() and (from_zero or (np.abs(out).max() <= 1 and at_one.any())))


def optimizers(recipe, d_optimizer=None, g_optimizer=None):
    """Return two Keras optimizers, one a network: those given, the recipe's for None.

    Raises:
        TypeError: No Keras optimizer.
        ValueError: One and the same object twice.
    """
    given = {"d_optimizer": d_optimizer, "g_optimizer": g_optimizer}
    for name, optimizer in given.items():
        if optimizer is not None and not isinstance(optimizer, keras.optimizers.Optimizer):
            todo = "Give an object: keras.optimizers.Adam(1e-3)."
            raise refuse(name, repr(optimizer), "a Keras optimizer, or None", todo, TypeError)
    if d_optimizer is not None and d_optimizer is g_optimizer:
        todo = "Make a second one: shared momenta mix the two networks' gradients."
        raise refuse("g_optimizer", "D's own optimizer", "another object", todo)
    return tuple(given[name] or models.optimizer(getattr(recipe, name)) for name in given)


def of_kind(dtype, shape, recipe):
    """Refuse what are no numbers, or of another shape; a side of which nothing is known is None."""
    if dtype.kind not in "uif":
        todo = "Images are uint8, 0 to 255; scaled images or points are float32."
        todo = "Black and white are 0 and 255: x.astype('uint8') * 255." if dtype.kind == "b" else todo
        raise refuse("examples", dtype, "uint8 or float", todo, TypeError)
    known = shape and len(shape) == len(recipe.shape) + 1
    pairs = zip(shape[1:], recipe.shape, strict=True) if known else ()
    if not known or any(a not in (None, b) for a, b in pairs):
        raise misshapen(shape, recipe)


def misshapen(shape, recipe):
    """Return the exception to raise for examples of another shape."""
    wanted = f"({', '.join(['n', *map(str, recipe.shape)])}) with n ≥ 1"
    return refuse("examples", f"shape {shape}", f"shape {wanted}", own.way(shape, recipe))


def unscaled(found, recipe):
    """Return the exception to raise for floats of another range; ``found`` as ``FOUND`` writes it."""
    (low, high), (least, most) = recipe.pixels, map(float, re.findall(r"[^[, ]+(?=[,\]])", found))
    accepted = f"uint8, or floats over [{low:g}, {high:g}]"
    return refuse("examples", found, accepted, own.unscaled(least, most, low))
