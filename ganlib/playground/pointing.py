"""In words, what is under a place of the picture."""

import numpy as np

from ganlib.playground.drawing import digit_place, written
from ganlib.playground.frames import CELLS

NEAR = 0.03  # of the map's width


def at(look, x, y):
    """Say what is under a place of the picture.

    Args:
        look: `frames.Frame`.
        x: From the left, in [0, 1].
        y: From the top, in [0, 1].
    """
    return _point(look, x, y) if look.scene.flat else _pixel(look, x, y)


def _point(look, x, y):
    left, right, bottom, top = look.scene.extent
    place = np.array([left + x * (right - left), top - y * (top - bottom)])
    row, column = (min(int(share * CELLS), CELLS - 1) for share in (1 - y, x))
    names = [
        f"{name} {written(value, right - left, 2)}"
        for name, value in zip(look.scene.axes, place, strict=True)
    ]
    said = f"{', '.join(names)}: D believes {look.map[row, column]:.2f}"
    real, fake = (np.linalg.norm(points - place, axis=1) for points in (look.real, look.fake))
    i = int(fake.argmin())
    if not min(real.min(), fake[i]) <= NEAR * (right - left):
        return said + ". No example is near."
    if not fake[i] <= real.min():
        return said + ". Here is a real example."
    return f"{said}. Here is a fake, number {i + 1}: D believes in it by {look.belief[i]:.2f}."


def _pixel(look, x, y):
    """Say which image and which of its pixels; the picture is `drawing`'s rows of images."""
    found = digit_place(len(look.fake), x, y)
    if found is None or found[0] >= len(look.fake):
        return "Between the images."
    i, *shares = found
    image = look.fake[i]
    sides = np.array(image.shape[1::-1])
    across, down = 0.5 + (np.array(shares) - 0.5) * sides.max() / sides  # it is fitted into a square
    said = f"Image {i + 1}: D believes in it by {look.belief[i]:.2f}."
    if not (0 <= across < 1 and 0 <= down < 1):
        return said
    row, column = int(down * image.shape[0]), int(across * image.shape[1])
    return f"{said} Pixel in row {row + 1}, column {column + 1}: {_shade(image[row, column])} of 255."


def _shade(value):
    return " ".join(str(int(v)) for v in np.ravel(value))
