"""Pictures: arrays in, a figure or a movie out.

Figures show themselves in a notebook, with alternative text, and need no pyplot.  Colours are from the
palette of Okabe and Ito, which survives greyscale printing and colour blindness.
"""

import base64
import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as _Figure
from PIL import Image

D_COLOUR, G_COLOUR, REAL_COLOUR, FAKE_COLOUR = "#0072B2", "#D55E00", "#009E73", "#CC79A7"


class Figure(_Figure):
    """A matplotlib figure that shows itself in Jupyter as a PNG with alternative text.

    Args:
        *args: As for ``matplotlib.figure.Figure``.
        alt: What the picture shows, for a reader who cannot see it.
        **options: As for ``matplotlib.figure.Figure``.
    """

    def __init__(self, *args, alt="", **options):
        super().__init__(*args, layout="constrained", **options)
        self.alt = alt

    def png(self, dpi=96):
        """Return the figure as PNG bytes."""
        out = io.BytesIO()
        with mpl.rc_context({"axes.spines.top": False, "axes.spines.right": False}):
            self.savefig(out, format="png", dpi=dpi)
        small = io.BytesIO()  # a palette of 128 colours: a third of the size, and no eye sees it
        Image.open(out).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
            small, "PNG", optimize=True
        )
        return small.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        text = {"image/png": self.png(), "text/plain": f"<picture: {self.alt}>"}
        return text, {"image/png": {"alt": self.alt}}


class Movie:
    """An animated GIF that shows itself in Jupyter.

    Attributes:
        gif: The file, as bytes.
        alt: What it shows, for a reader who cannot see it.
        width: Pixels over which a notebook stretches it.
    """

    def __init__(self, gif, alt, width):
        self.gif, self.alt, self.width = gif, alt, width

    def save(self, path):
        """Write the GIF and return its path."""
        path = Path(path)
        path.write_bytes(self.gif)
        return path

    def _repr_html_(self):
        code = base64.b64encode(self.gif).decode()
        style = f"width: {self.width}px; image-rendering: pixelated"
        return f'<img alt="{self.alt}" style="{style}" src="data:image/gif;base64,{code}">'

    def __repr__(self):
        return f"<movie: {self.alt}>"


def tile(images, columns=None, gap=2):
    """Lay images out in rows, on paper of value 0 with grey lines between them.

    Args:
        images: ``uint8`` ``(n, height, width)``.
        columns: Images in a row; by default as many as rows.
        gap: Pixels between two images.

    Returns:
        One ``uint8`` image.
    """
    images = np.asarray(images)
    count, height, width = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap), 90, np.uint8)
    for i, image in enumerate(images):
        top, left = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet


def grid(images, columns=None, title=None, alt=None):
    """Show images in a grid.

    Args:
        images: ``uint8`` ``(n, height, width)``.
        columns: Images in a row; by default as many as rows.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    sheet = tile(images, columns)
    height, width = sheet.shape
    scale = min(7.2, width / 42) / width
    alt = alt or f"A grid of {len(images)} images. {title or ''}".strip()
    figure = Figure((width * scale, height * scale + (0.35 if title else 0)), alt=alt)
    axes = figure.add_subplot()
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    if title:
        axes.set_title(title, fontsize=11, loc="left")
    return figure


def strip(frames, labels, columns=None, title=None, alt=None):
    """Show several grids side by side, each under its label: a film for a page.

    Args:
        frames: List of ``uint8`` arrays ``(n, height, width)``.
        labels: A short text for each.
        columns: Images in a row of one grid.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    alt = alt or f"{len(frames)} grids side by side: {', '.join(labels)}. {title or ''}".strip()
    figure = Figure((9.0, 9.0 / len(frames) + 0.7), alt=alt)
    places = np.ravel(figure.subplots(1, len(frames)))
    for axes, frame, label in zip(places, frames, labels, strict=True):
        axes.imshow(tile(frame, columns), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(label, fontsize=10)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def curves(history, equilibrium=None, title=None, alt=None):
    """Show losses above and accuracies below, over the steps of a training.

    Args:
        history: What ``ganlib.train`` returned.
        equilibrium: ``(d_loss, g_loss)`` at the end of a perfect game, drawn as dashed lines;
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
        (upper, "g_loss", G_COLOUR, "-", equilibrium[1]),
        (lower, "real_accuracy", REAL_COLOUR, "-", None),
        (lower, "fake_accuracy", FAKE_COLOUR, "--", None),
    )
    for axes, name, colour, style, level in rows:
        axes.plot(steps, history[name], style, color=colour, linewidth=1.2, label=name)
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
    """
    alt = alt or f"Histograms of D on real and on fake images: {', '.join(rows)}. {title or ''}".strip()
    figure = Figure((9.0, 2.9), alt=alt)
    places = np.ravel(figure.subplots(1, len(rows), sharey=True))
    edges = np.linspace(0, 1, 41)
    for axes, (label, (real, fake)) in zip(places, rows.items(), strict=True):
        for values, sign, colour, name in (
            (real, 1, REAL_COLOUR, "real"),
            (fake, -1, FAKE_COLOUR, "fake"),
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


def dots(rows, xlabel, title=None, alt=None):
    """Show a handful of values a row, one dot a value and a line at their mean: a spread over seeds.

    Args:
        rows: Dict from a label to its values ``(n,)``; the first is drawn on top.
        xlabel: What the values are, with their unit.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    alt = alt or f"Rows of dots, {xlabel}: {', '.join(rows)}. {title or ''}".strip()
    figure = Figure((6.4, 0.9 + 0.3 * len(rows)), alt=alt)
    axes = figure.add_subplot()
    for height, values in enumerate(rows.values()):
        axes.plot(values, np.full(np.shape(values), height), "o", color=D_COLOUR, alpha=0.6, mew=0)
        axes.plot([np.mean(values)] * 2, [height - 0.3, height + 0.3], color="0.15", linewidth=2)
    axes.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=xlabel)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", color="0.9")
    axes.set_axisbelow(True)
    if title:
        axes.set_title(title, fontsize=11, loc="left")
    return figure


def movie(frames, columns=None, seconds=6.0, zoom=1, alt="A movie of generated images."):
    """Return a looping GIF of grids, the last one held for a second.

    Args:
        frames: List of ``uint8`` arrays ``(n, height, width)``.
        columns: Images in a row.
        seconds: Length of the movie.
        zoom: Whole number by which pixels are enlarged in the file; a notebook stretches it anyway.
        alt: Alternative text.
    """
    sheets = [Image.fromarray(tile(frame, columns)) for frame in frames]
    size = (sheets[0].width * zoom, sheets[0].height * zoom)
    sheets = [sheet.resize(size, Image.Resampling.NEAREST).quantize(16) for sheet in sheets]
    return Movie(gif(sheets, seconds), alt, width=3 * sheets[0].width // zoom)


def gif(pictures, seconds):
    """Return Pillow images as bytes of a looping GIF of that length, the last held a second longer."""
    step = max(20, int(1000 * seconds / len(pictures)))
    times = [step] * (len(pictures) - 1) + [step + 1000]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=times, loop=0)
    return out.getvalue()
