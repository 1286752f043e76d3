"""A recipe for examples of another shape: the ends of both networks follow it, all between stays.

A dense G ends in one unit a pixel; a convolutional one begins with a small picture that its strides make
large.  D flattens what comes, or puts it in order for convolutions.
"""

from math import prod

from ganlib.errors import refuse


def fitted(recipe, shape, networks=("generator", "discriminator")):
    """Return the layers of a recipe's networks, by name, for examples of another shape.

    Args:
        recipe: A `Recipe`.
        shape: ``(height, width)`` or ``(height, width, colours)``; for a recipe of points
            ``(coordinates,)``.
        networks: Which of the two.

    Raises:
        ValueError: No shape, examples of another kind, or networks whose ends are not known.
    """
    sides = shape if isinstance(shape, tuple) else ()
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sides)
    if not whole or len(sides) not in (1, 2, 3):
        todo = "Write, for instance, shape=(32, 32, 3)."
        raise refuse("shape", shape, "(height, width), or (height, width, colours)", todo)
    if len(shape) == 3 and shape[0] in (1, 3, 4) and shape[2] > 4:
        todo = "Put the colours last, in the images too: np.moveaxis(x, 1, -1)."
        raise refuse("shape", shape, "(height, width, colours)", todo)
    if (len(shape) == 1) != (len(recipe.shape) == 1):
        kind, todo = "images", "Take a recipe of points, such as 'wine'."
        if len(recipe.shape) == 1:
            kind, todo = "points", "Take a recipe of images, such as 'small'."
        raise refuse("shape", shape, f"{kind}, as {recipe.name!r} has them", todo)
    made = {"generator": _generator, "discriminator": _discriminator}
    return {name: made[name](recipe, shape) for name in networks}


def _generator(recipe, shape):
    layers, old = list(recipe.generator), recipe.shape
    grown = [options.get("strides", 1) for kind, options in layers if kind == "Conv2DTranspose"]
    start, end = old, shape
    if grown:
        growth = prod(grown) if all(isinstance(n, int) for n in grown) else 0
        if not growth:
            raise _unknown(recipe, shape)
        if shape[0] % growth or shape[1] % growth:
            todo = "Load the images in such a size."
            raise refuse("shape", shape, f"sides that are multiples of {growth}", todo)
        place = next(i for i, (kind, _) in enumerate(layers) if kind == "Reshape")
        start = layers[place][1]["target_shape"]
        end = (shape[0] // growth, shape[1] // growth, *start[2:])
        if start[:2] != (old[0] // growth, old[1] // growth):
            raise _unknown(recipe, shape)
        layers[place] = ("Reshape", {"target_shape": end})
        _set_last(recipe, shape, layers, "Conv2DTranspose", "filters", _plane(old)[2], _plane(shape)[2])
    _set_last(recipe, shape, layers, "Dense", "units", prod(start), prod(end))
    if len(old) > 1:
        _set_last(recipe, shape, layers, "Reshape", "target_shape", old, shape)
    return tuple(layers)


def _set_last(recipe, shape, layers, kind, name, old, new):
    """Change an option of the last layer of a kind, in place, where it is what the old shape asks for."""
    places = [i for i, layer in enumerate(layers) if layer[0] == kind]
    if not places or layers[places[-1]][1].get(name) != old:
        raise _unknown(recipe, shape)
    layers[places[-1]] = (kind, layers[places[-1]][1] | {name: new})


def _discriminator(recipe, shape):
    ordered = ("Reshape", {"target_shape": _plane(shape)})
    first, *rest = recipe.discriminator
    if first == ("Reshape", {"target_shape": _plane(recipe.shape)}):
        return (ordered, *rest)
    return (ordered, first, *rest) if first[0] == "Conv2D" and len(shape) == 2 else recipe.discriminator


def _plane(shape):
    """Return the shape of an image as convolutions take it: height, width, colours."""
    return shape if len(shape) != 2 else (*shape, 1)


def _unknown(recipe, shape):
    todo = (
        "Write both networks for it, and give them too: but(shape=..., generator=..., discriminator=...)."
    )
    return refuse("shape", shape, f"{recipe.shape}, for which {recipe.name!r} is written", todo)
