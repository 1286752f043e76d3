"""Pictures of games in the plane: the discriminator's belief as a map, the examples on it.

A belief is coloured by its logit, orange where D says fake and blue where she says real, white with a
line where D = 1/2.  Real examples are green dots, fakes orange crosses: colour is never the only sign.
"""

from typing import NamedTuple

import numpy as np

from ganlib.plots.charts import lines
from ganlib.plots.colours import BELIEF, G_COLOUR, REAL_COLOUR, depth
from ganlib.plots.figures import Figure
from ganlib.plots.films import Movie
from ganlib.theory import sigmoid

__all__ = [
    "BELIEF",
    "Frame",
    "belief",
    "belief_movie",
    "belief_strip",
    "descent",
    "lines",
    "look",
]

FLAT = 1e-3  # a belief that varies by less than this over the whole map has no line: it would be rounding


class Frame(NamedTuple):
    """One moment of a game in the plane.

    Attributes:
        belief: D on a square lattice, ``(size, size)``, in [0, 1]; rows run upwards.
        limits: The lattice reaches from ``limits[0]`` to ``limits[1]`` in both axes.
        fake: The fakes at that moment, ``(n, 2)``.
        arrows: Where D's slope would move each of them, ``(n, 2)``; or None.
    """

    belief: np.ndarray
    limits: tuple[float, float]
    fake: np.ndarray
    arrows: np.ndarray | None = None


def look(discriminator, fake, limits=(-3.0, 3.0), arrows=False, size=64):
    """Take a `Frame`: ask a discriminator what it believes everywhere.

    Args:
        discriminator: Maps points, float32 ``(n, 2)``, to logits ``(n, 1)`` or ``(n,)``.
        fake: Points, ``(n, 2)``.
        limits: Least and greatest value of both axes.
        arrows: Whether to take the generator's gradient at every fake.
        size: Points of the lattice along one side.
    """
    axis = np.linspace(*limits, size, dtype="float32")
    lattice = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    belief = sigmoid(_logits(discriminator, lattice)).reshape(size, size)
    fake = np.asarray(fake, "float32")
    return Frame(belief, limits, fake, descent(discriminator, fake) if arrows else None)


def descent(discriminator, points, step=1e-2):
    """Return which way the non-saturating loss ``-log D`` falls at each point, by central differences.

    This is ``(1 - D) dl/dx`` for the logit l: the push that the generator gets at its output.

    Args:
        discriminator: As for `look`.
        points: ``(n, 2)``.
        step: Half the distance between the two evaluations.

    Returns:
        ``(n, 2)``.
    """
    points = np.asarray(points, "float32")
    slope = [
        (_logits(discriminator, points + move) - _logits(discriminator, points - move)) / (2 * step)
        for move in step * np.eye(2, dtype="float32")
    ]
    return (1 - sigmoid(_logits(discriminator, points)))[:, None] * np.stack(slope, 1)


def _logits(discriminator, points):
    return np.asarray(discriminator(points), dtype=float).reshape(len(points))


def belief(frame, real, names=("first feature", "second feature"), title=None, alt=None):
    """Show one moment: the belief as a map, real examples, fakes, and their arrows if it has any.

    The longest arrow is an eighth of the map.

    Args:
        frame: What `look` returned.
        real: Real examples, ``(n, 2)``.
        names: Names of the axes, with units.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    alt = alt or f"A map of D's belief with real and fake points on it. {title or ''}".strip()
    figure = Figure((5.6, 4.8), alt=alt)
    axes = figure.add_subplot()
    shades = _draw(axes, frame, real, _longest([frame]))
    axes.set(xlabel=names[0], ylabel=names[1])
    axes.legend(loc="upper right", fontsize=8, framealpha=0.9)
    _bar(figure, shades, axes)
    if title:
        axes.set_title(title, fontsize=11, loc="left")
    return figure


def belief_strip(frames, labels, real, title=None, alt=None, names=("", "")):
    """Show several moments side by side, each under its label: a film for a page.

    Args:
        frames: List of `Frame`.
        labels: A short text for each.
        real: Real examples, ``(n, 2)``.
        title: The picture's message, in a few words.
        alt: Alternative text.
        names: Names of the axes; of the upright one at the first map alone.
    """
    alt = alt or f"{len(frames)} maps of D's belief: {', '.join(labels)}. {title or ''}".strip()
    figure = Figure((9.0, 9.0 / len(frames) + (0.5 if title else 0.25)), alt=alt)
    places = np.ravel(figure.subplots(1, len(frames)))
    longest = _longest(frames)
    for axes, frame, label in zip(places, frames, labels, strict=True):
        shades = _draw(axes, frame, real, longest, size=0.5)
        axes.set(xticks=[], yticks=[])
        axes.set_xlabel(names[0], fontsize=8)
        axes.set_title(label, fontsize=10)
    places[0].set_ylabel(names[1], fontsize=8)
    _bar(figure, shades, places)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def _bar(figure, shades, axes):
    """Say beside one map or several which colour is which belief."""
    shown = (0.05, 0.2, 0.5, 0.8, 0.95)
    bar = figure.colorbar(shades, ax=axes, ticks=depth(shown), aspect=30, pad=0.02)
    bar.ax.set_yticklabels([f"{d:.2g}".lstrip("0") for d in shown], fontsize=8)
    bar.set_label("D's belief: real", fontsize=8)


def belief_movie(frames, labels, real, seconds=6.0, alt="A movie of D's belief and the fakes on it."):
    """Return a film of the moments.

    Args:
        frames: List of `Frame`.
        labels: A short text for each.
        real: Real examples, ``(n, 2)``.
        seconds: Length of the movie.
        alt: Alternative text.
    """
    figure, pictures, longest = Figure((4.0, 3.4)), [], _longest(frames)
    axes = figure.add_subplot()
    for frame in frames:
        axes.clear()
        shades = _draw(axes, frame, real, longest, size=0.7)
        axes.set(xticks=[], yticks=[])
        if not pictures:
            _bar(figure, shades, axes)
        pictures.append(figure.picture(dpi=76))
    return Movie(pictures, labels, alt, seconds, width=352)


def _longest(frames):
    """Return the length of the longest arrow of all the frames: one measure for all maps of a picture."""
    arrows = [frame.arrows for frame in frames if frame.arrows is not None]
    return max((float(np.linalg.norm(one, axis=1).max(initial=0)) for one in arrows), default=0.0)


def _draw(axes, frame, real, longest, size=1.0):
    """Draw one frame; return the map, for a colour bar."""
    low, high = frame.limits
    box = {"extent": (low, high, low, high)}
    axes.set_facecolor("0.6")  # seen where D has no number
    shades = axes.contourf(depth(frame.belief), cmap=BELIEF, levels=np.linspace(0, 1, 33), **box)
    if frame.belief.min() < 0.5 < frame.belief.max() and np.ptp(frame.belief) > FLAT:
        axes.contour(frame.belief, levels=[0.5], colors="0.15", linewidths=1.2 * size, **box)
    axes.plot(*np.transpose(real), ".", color=REAL_COLOUR, markersize=5 * size, label="real")
    axes.plot(
        *np.transpose(frame.fake), "x", color=G_COLOUR, markersize=4.5 * size, mew=size, label="fake"
    )
    if frame.arrows is not None and longest > 0:
        style = {"color": "0.15", "width": 0.004, "angles": "xy", "zorder": 3, "scale": 8 * longest}
        axes.quiver(*np.transpose(frame.fake), *np.transpose(frame.arrows), **style)
    axes.set(xlim=frame.limits, ylim=frame.limits, aspect="equal")
    return shades
