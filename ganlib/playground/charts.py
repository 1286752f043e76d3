"""The curves beside the picture, drawn with Pillow: a few milliseconds where a figure takes a hundred."""

import numpy as np
from PIL import Image, ImageDraw

from ganlib.playground.drawing import GREY, INK, font
from ganlib.plots.colours import D_COLOUR, G_COLOUR, REAL_COLOUR

WIDTH, HEIGHT = 880, 620  # pixels; shown at half of that
TOPS = (1.5, 3.0, 6.0)  # nats, the least that holds the curves; what is above is drawn at the edge


def curves(history, equilibrium):
    """Draw the losses above and D's accuracies below, over the iterations.

    Args:
        history: What `history.Curves.history` returned.
        equilibrium: ``(d_loss, g_loss)`` at the end of a perfect game; dotted lines.
    """
    canvas = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(canvas)
    steps = history["step"]
    both = np.concatenate([history["d_loss"], history["g_loss"], equilibrium])
    top = next((top for top in TOPS if both.max() <= top), TOPS[-1])
    bottom = max(np.floor(min(both.min(), 0)), -TOPS[-1])
    losses = (
        ("d_loss", history["d_loss"], D_COLOUR, False, equilibrium[0]),
        ("g_loss", history["g_loss"], G_COLOUR, True, equilibrium[1]),
    )
    _panel(draw, (44, 340), steps, losses, (bottom, top), "loss (nats); dotted: equilibrium")
    accuracies = (
        ("on real", history["real_accuracy"], REAL_COLOUR, False, 0.5),
        ("on fake", history["fake_accuracy"], G_COLOUR, True, None),
    )
    _panel(draw, (396, 570), steps, accuracies, (0.0, 1.0), "D's accuracy; dotted: guessing")
    last = f"iteration {steps[-1]}" if len(steps) else "no iteration yet"
    draw.text((WIDTH - 10, HEIGHT - 8), last, GREY, font(22), anchor="rs")
    return canvas


def words(history, equilibrium):
    """Return the curves in words, for a reader who cannot see them."""
    if not len(history["step"]):
        return "Curves of losses and accuracies: nothing yet."
    values = {name: history[name][-1] for name in history}
    d_end, g_end = equilibrium
    return (
        f"Curves up to iteration {values['step']}: D's loss {values['d_loss']:.2f}, at equilibrium "
        f"{d_end:.2f}; G's loss {values['g_loss']:.2f}, at equilibrium {g_end:.2f}; D is right about "
        f"{values['real_accuracy']:.0%} of the real and {values['fake_accuracy']:.0%} of the fake."
    )


def _panel(draw, rows, steps, series, limits, title):
    """Draw one pair of axes between two heights: frame, ticks, levels, curves, legend."""
    left, right, (top, bottom) = 70, WIDTH - 14, rows
    low, high = limits

    def height(value):
        return bottom - (np.clip(value, low, high) - low) / (high - low) * (bottom - top)

    for tick in np.linspace(low, high, 5):
        y = float(height(tick))
        draw.line((left, y, right, y), fill="#E6E6E6", width=2)
        draw.text((left - 8, y), f"{tick:g}", GREY, font(20), anchor="rm")
    x, span = right - 6, max(int(steps[-1]), 1) if len(steps) else 1
    for name, values, colour, dashed, level in reversed(series):
        if level is not None:
            _dashes(draw, [(left, height(level)), (right, height(level))], "#777777", 4, 10, 2)
        points = [
            (left + (right - left) * s / span, height(v)) for s, v in zip(steps, values, strict=True)
        ]
        if len(points) > 1:
            _dashes(draw, points, colour, 14, 8) if dashed else draw.line(points, fill=colour, width=3)
        draw.text((x, top - 10), name, INK, font(22), anchor="rs")
        x -= draw.textlength(name, font(22)) + 10
        _dashes(draw, [(x - 50, top - 17), (x, top - 17)], colour, 14 if dashed else 50, 8)
        x -= 70
    draw.text((left, top - 10), title, INK, font(22), anchor="ls")


def _dashes(draw, points, colour, on, off, width=3):
    """Draw a polyline in dashes of ``on`` pixels and gaps of ``off``."""
    points = np.asarray(points, float)
    pieces = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(pieces)])
    for start in np.arange(0, along[-1], on + off):
        end = min(start + on, along[-1])
        inside = along[(along > start) & (along < end)]
        places = np.array([start, *inside, end])
        xy = np.stack([np.interp(places, along, points[:, i]) for i in (0, 1)], 1)
        draw.line([tuple(p) for p in xy.tolist()], fill=colour, width=width)
