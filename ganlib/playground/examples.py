"""What the two networks play about: a cloud of points in the plane, or digits."""

import base64
from typing import NamedTuple

import numpy as np

from ganlib import data
from ganlib.data import points
from ganlib.errors import refuse, unknown
from ganlib.recipes import Adam, Recipe, dense, get_recipe

PLANE = Recipe(
    "plane",
    generator=(*dense(64, "leaky"), *dense(64, "leaky"), *dense(2)),
    discriminator=(*dense(64, "leaky"), *dense(64, "leaky"), *dense(1)),
    note="Points in the plane: small enough for hundreds of steps a second.",
    data="points",
    shape=(2,),
    pixels=None,
    latent_dim=2,
    g_optimizer=Adam(1e-3, beta_1=0.5),
    d_optimizer=Adam(1e-3, beta_1=0.5),
)
COUNT = 4000  # points drawn from a distribution that could give any number
HEAPS = points.Mixture(np.array([[-0.7, 0.0], [0.7, 0.0]], "float32"), 0.15)
CELLS = 32  # of a drawing, along each side


class Scene(NamedTuple):
    """Real examples and what is known about them.

    Attributes:
        name: For titles: ``"ring"``, ``"digits"``, ``"your points"``.
        examples: float32 points ``(n, 2)``, or ``uint8`` images ``(n, height, width)``, in colour with a
            further axis of 3.
        recipe: The networks to play with where the learner names none.
        axes: Names of the two axes of a cloud of points.
        modes: The `points.Mixture` that the points were drawn from, or None.
        labels: ``(n,)`` which digit or class each image shows, or None.
        names: Of the classes, where they are no digits.
        within: Points ``(n, 2)`` that the map must show as well, or None.
    """

    name: str
    examples: np.ndarray
    recipe: Recipe
    axes: tuple[str, str] = ("x", "y")
    modes: points.Mixture | None = None
    labels: np.ndarray | None = None
    names: tuple[str, ...] = ()
    within: np.ndarray | None = None

    @property
    def flat(self):
        """Whether the examples are points in the plane."""
        return self.examples.ndim == 2

    @property
    def extent(self):
        """The square that the map shows: left, right, bottom, top, with a margin around the points."""
        shown = [self.examples] if self.within is None else [self.examples, self.within]
        low, high = (end([end(points, 0) for points in shown], 0) for end in (np.min, np.max))
        centre, half = (low + high) / 2, 0.7 * max(float((high - low).max()), 1e-3)
        return tuple(float(v) for v in (*(centre[0] + [-half, half]), *(centre[1] + [-half, half])))


def _wine():
    wines = points.load_wine()
    axes = ("alcohol (standardised)", "colour (standardised)")
    return Scene("wine", wines.points, get_recipe("wine"), axes=axes)


def _digits():
    digits = data.load_digits()
    return Scene("digits", digits.images, get_recipe("small"), labels=digits.labels)


SCENES = {
    "ring": lambda: Scene("ring", points.ring(COUNT), PLANE, modes=points.RING),
    "grid": lambda: Scene("grid", points.grid(COUNT), PLANE, modes=points.GRID),
    "moons": lambda: Scene("moons", points.two_moons(COUNT), PLANE),
    "heaps": lambda: Scene("two heaps", HEAPS.draw(COUNT), PLANE, modes=HEAPS),
    "line": lambda: Scene("line", points.line(COUNT), PLANE),
    "wine": _wine,
    "digits": _digits,
}


def scene(examples):
    """Return the `Scene` of a name, of `data.Digits`, or of the learner's own examples.

    Args:
        examples: A key of ``SCENES``; a `Scene`; `data.Digits`, such as `data.load_images` returns;
            points ``(n, 2)``, any finite numbers; or ``uint8`` images ``(n, height, width)`` or
            ``(n, height, width, 3)``, for which networks are derived.

    Raises:
        ValueError, TypeError: None of these, or numbers that are not finite.
    """
    if isinstance(examples, Scene):
        return examples
    if isinstance(examples, str):
        if examples not in SCENES:
            raise unknown("data", examples, SCENES)
        return SCENES[examples]()
    if isinstance(examples, data.Digits):
        small = get_recipe("small").but(shape=examples.images.shape[1:])
        name = "digits" if type(examples) is data.Digits else "your pictures"
        names = tuple(getattr(examples, "names", ()))
        return Scene(name, examples.images, small, labels=examples.labels, names=names)
    accepted = f"one of {', '.join(SCENES)}; points (n, 2); or uint8 images (n, 28, 28), or in colour"
    try:
        array = np.asarray(examples)
        if array.ndim == 4 and array.shape[3] == 1:
            array = array[..., 0]
        images = array.dtype == np.uint8 and (array.ndim == 3 or array.shape[3:] == (3,)) and array.size
        points = array if images else np.asarray(array, "float32")
    except (TypeError, ValueError) as error:
        todo = "Give numbers in an array."
        raise refuse("data", type(examples).__name__, accepted, todo, TypeError) from error
    if images:
        return Scene("your images", array, get_recipe("small").but(shape=array.shape[1:]))
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise refuse("data", f"shape {points.shape}", accepted, "Give one row for each example.")
    if not np.isfinite(points).all():
        raise refuse("data", "NaN or infinity", "finite points", "Leave those rows out.")
    return Scene("your points", points, PLANE)


def drawn(cells):
    """Return the `Scene` of a drawing: points spread evenly over its painted cells.

    Args:
        cells: 32 x 32 bits, row by row from the top, in base64.

    Raises:
        ValueError: No such text, or nothing is painted.
    """
    try:
        bits = np.unpackbits(np.frombuffer(base64.b64decode(cells, validate=True), "uint8"))
    except ValueError:
        bits = np.zeros(0)
    if len(bits) != CELLS**2:
        raise refuse("drawing", f"{cells[:20]!r}", "what the lab wrote", "Copy the whole text.")
    row, column = np.nonzero(bits.reshape(CELLS, CELLS))
    if len(row) < 2:
        raise refuse("drawing", f"{len(row)} painted cells", "two or more", "Draw on the map first.")
    rng = np.random.default_rng(0)
    which = rng.integers(len(row), size=COUNT)
    inside = rng.uniform(size=(COUNT, 2))
    x, y = column[which] + inside[:, 0], CELLS - row[which] - inside[:, 1]
    return Scene("your drawing", (np.stack([x, y], 1) * 2 / CELLS - 1).astype("float32"), PLANE)
