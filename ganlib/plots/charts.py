"""Curves, histograms and dots: what was measured, with units on the axes."""

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import LogFormatter

from ganlib.errors import refuse
from ganlib.plots.colours import D_COLOUR, G_COLOUR, REAL_COLOUR, shades
from ganlib.plots.figures import Figure

LINE_COLOURS = (D_COLOUR, G_COLOUR, REAL_COLOUR, "0.35", "0.6")
STROKES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))


def curves(history, equilibrium=None, title=None, alt=None):
    """Show losses above and accuracies below, over the steps of a training.

    Args:
        history: What ``ganlib.train`` returned.
        equilibrium: ``(d_loss, g_loss)`` at the end of a perfect game, drawn as dotted lines;
            by default ln 2 for both, which holds for targets 1 and 0.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    equilibrium = equilibrium or (np.log(2), np.log(2))
    alt = alt or f"Two plots over training steps: losses and accuracies. {title or ''}".strip()
    figure = Figure((7.2, 4.6), alt=alt)
    upper, lower = figure.subplots(2, sharex=True, height_ratios=(3, 2))
    steps = history["step"]
    rows = (
        (upper, "d_loss", D_COLOUR, "-", equilibrium[0]),
        (upper, "g_loss", G_COLOUR, "--", equilibrium[1]),
        (lower, "real_accuracy", REAL_COLOUR, "-", None),
        (lower, "fake_accuracy", G_COLOUR, "--", None),
    )
    for axes, name, colour, style, level in rows:
        dot = "." if len(steps) == 1 else None  # of a short training there is one entry, and no line
        axes.plot(steps, history[name], style, marker=dot, color=colour, linewidth=1.2, label=name)
        if level is not None:
            axes.axhline(level, color=colour, linestyle=":", linewidth=1)
    lower.axhline(0.5, color="0.4", linestyle=":", linewidth=1)
    lower.set(ylim=(0, 1.03), xlabel="step", ylabel="D's accuracy")
    upper.set(ylabel="loss (nats)")
    upper.legend(loc="upper right", frameon=False, ncols=2)
    lower.legend(loc="lower right", frameon=False, ncols=2)
    if title:
        upper.set_title(title, fontsize=11, loc="left")
    return figure


def beliefs(rows, title=None, alt=None):
    """Show how a discriminator's belief D(x) is spread: real above, fake upside down below.

    Args:
        rows: Dict from a label to ``(real, fake)``, two arrays of beliefs in [0, 1]; side by side.
        title: The picture's message, in a few words.
        alt: Alternative text.

    Raises:
        ValueError: Numbers that are no beliefs, or none.
    """
    for label, values in ((label, np.asarray(part)) for label, pair in rows.items() for part in pair):
        if not (values.size and ((values >= 0) & (values <= 1)).all()):
            found = f"numbers from {values.min():g} to {values.max():g}" if values.size else "none"
            todo = "Of logits take the sigmoid first: theory.sigmoid(logits)."
            raise refuse(f"rows[{label!r}]", found, "beliefs, in [0, 1]", todo)
    alt = alt or f"Histograms of D on real and on fake images: {', '.join(rows)}. {title or ''}".strip()
    figure = Figure((9.0, 2.9), alt=alt)
    places = np.ravel(figure.subplots(1, len(rows), sharey=True))
    edges = np.linspace(0, 1, 41)
    for axes, (label, (real, fake)) in zip(places, rows.items(), strict=True):
        for values, sign, colour, name in (
            (real, 1, REAL_COLOUR, "real"),
            (fake, -1, G_COLOUR, "fake"),
        ):
            share = np.histogram(values, edges)[0] / np.size(values)
            axes.stairs(sign * share, edges, fill=True, color=colour, label=name)
        axes.axhline(0, color="0.3", linewidth=0.8)
        axes.set(xlabel="belief D(x)", xlim=(0, 1))
        axes.set_title(label, fontsize=10, loc="left")
        axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    places[0].set_ylabel("share of images")
    places[-1].legend(frameon=False, fontsize=9)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def dots(rows, xlabel, title=None, alt=None, log=False, spans=None):
    """Show values a row, one dot a value and a line at their mean: a spread over seeds.

    More than a dozen dots in a row stand at different heights, or they would hide each other.

    Args:
        rows: Dict from a label to its values ``(n,)``; the first is drawn on top.
        xlabel: What the values are, with their unit.
        title: The picture's message, in a few words.
        alt: Alternative text.
        log: Whether the values stand on a logarithmic axis; they are > 0 then.
        spans: Dict from a label to ``(low, high)``, where the row's mean may lie: a bar, and a line at 0.
    """
    alt = alt or f"Rows of dots, {xlabel}: {', '.join(rows)}. {title or ''}".strip()
    figure = Figure((6.4, 0.9 + 0.3 * len(rows)), alt=alt)
    axes = figure.add_subplot()
    for height, values in enumerate(rows.values()):
        apart = 0.5 * (np.arange(len(values)) * 0.618 % 1 - 0.5) * (len(values) > 12)
        axes.plot(values, height + apart, "o", color=D_COLOUR, alpha=0.6, mew=0)
        axes.plot([np.mean(values)] * 2, [height - 0.3, height + 0.3], color="0.15", linewidth=2)
    for height, label in enumerate(rows):
        if spans and label in spans:
            axes.plot(spans[label], [height] * 2, color="0.15", linewidth=2)
    if spans:
        axes.axvline(0, color="0.4", linestyle=":", linewidth=1)
    axes.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=xlabel)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    axes.grid(axis="y", color="0.9")
    axes.set_axisbelow(True)
    if title:
        axes.set_title(title, fontsize=11, loc="left")
    return figure


def lines(x, rows, xlabel, ylabel, levels=None, title=None, alt=None, log=False, colours=LINE_COLOURS):
    """Show curves over one axis, each with a colour and a stroke of its own.

    Args:
        x: ``(n,)``.
        rows: Dict from a label to the values ``(n,)`` of its curve; at most five.
        xlabel: What x is, with its unit.
        ylabel: What the curves are, with their unit.
        levels: Dict from a label, or "", to a height at which to draw a thin line; at most three.
        title: The picture's message, in a few words.
        alt: Alternative text.
        log: Whether the upright axis is logarithmic.
        colours: One for each curve, or one name: shades of it, where all curves are one player's.

    Raises:
        ValueError: More curves or levels than there are strokes, or curves than colours.
    """
    most = len(STROKES) if isinstance(colours, str) else min(len(colours), len(STROKES))
    for name, given, most_of in (("rows", rows, most), ("levels", levels or {}, 3)):
        if len(given) > most_of:
            raise refuse(name, f"{len(given)} of them", f"at most {most_of}", "Draw two pictures.")
    colours = shades(colours, len(rows)) if isinstance(colours, str) else colours
    alt = alt or f"Curves of {', '.join(rows)} over {xlabel}. {title or ''}".strip()
    with mpl.rc_context({"axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure((6.4, 3.6), alt=alt)
        axes = figure.add_subplot()
    for (label, values), colour, stroke in zip(rows.items(), colours, STROKES, strict=False):
        axes.plot(x, values, linestyle=stroke, color=colour, linewidth=1.6, label=label)
    for (label, height), stroke in zip((levels or {}).items(), (":", "--", "-."), strict=False):
        axes.axhline(height, color="0.4", linestyle=stroke, linewidth=1, label=label or "_hidden")
    axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    axes.legend(frameon=False, fontsize=9)
    if title:
        axes.set_title(title, fontsize=11, loc="left")
    return figure
