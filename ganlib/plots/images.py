"""Images side by side: a grid, a strip of grids, a movie of grids."""

import numpy as np
from PIL import Image, ImageOps

from ganlib.errors import refuse
from ganlib.plots.figures import Figure
from ganlib.plots.films import Movie


def tile(images, columns=None, gap=2):
    """Lay images out in rows, on paper of value 0 with grey lines between them.

    Args:
        images: ``uint8`` ``(n, height, width)``, or ``(n, height, width, 3)`` in colour.
        columns: Images in a row; by default as many as rows.
        gap: Pixels between two images.

    Returns:
        One ``uint8`` image, in colour if they are.

    Raises:
        ValueError: No images, or pixels that are not whole numbers from 0 to 255.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or not images.size:
        todo = "Put a single one into a list: [image]."
        raise refuse("images", f"shape {images.shape}", "(n, height, width), or with colours", todo)
    if images.dtype.kind not in "biu" or images.min() < 0 or images.max() > 255:
        found = f"{images.dtype} from {images.min():g} to {images.max():g}"
        todo = "gan.sample draws such; of pixels from -1 to 1 make them by np.uint8((x + 1) * 127.5)."
        raise refuse("images", found, "whole numbers from 0 to 255", todo)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    count, height, width, *colours = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    size = (rows * (height + gap) + gap, columns * (width + gap) + gap, *colours)
    sheet = np.full(size, 90, np.uint8)
    for i, image in enumerate(images):
        top, left = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet


def grid(images, columns=None, title=None, alt=None):
    """Show images in a grid.

    Args:
        images: ``uint8`` ``(n, height, width)``, or ``(n, height, width, 3)`` in colour.
        columns: Images in a row; by default as many as rows.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    sheet = tile(images, columns)
    height, width = sheet.shape[:2]
    scale = min(7.2, width / 42) / width
    alt = alt or f"A grid of {len(images)} images. {title or ''}".strip()
    room = 0.5 + 0.085 * len(title) if title else 0  # inches: a narrow grid would cut its title
    figure = Figure(
        (max(width * scale, min(room, 7.2)), height * scale + (0.35 if title else 0)), alt=alt
    )
    axes = figure.add_subplot()
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    if title:
        axes.set_title(title, fontsize=11, loc="left")
        axes.set_anchor("W")
    return figure


def strip(frames, labels, columns=None, title=None, alt=None):
    """Show several grids side by side, each under its label: a film for a page.

    Args:
        frames: List of ``uint8`` arrays ``(n, height, width)``, or ``(n, height, width, 3)`` in colour.
        labels: A short text for each.
        columns: Images in a row of one grid.
        title: The picture's message, in a few words.
        alt: Alternative text.
    """
    alt = alt or f"{len(frames)} grids side by side: {', '.join(labels)}. {title or ''}".strip()
    grids = [tile(frame, columns) for frame in frames]
    high = max(grid.shape[0] / grid.shape[1] for grid in grids)
    figure = Figure((9.0, 9.0 / len(grids) * min(high, 1) + 0.7), alt=alt)
    places = np.ravel(figure.subplots(1, len(grids)))
    for axes, grid, label in zip(places, grids, labels, strict=True):
        axes.imshow(grid, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(label, fontsize=10)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def movie(frames, columns=None, seconds=6.0, zoom=1, alt="A movie of generated images.", labels=None):
    """Return a film of grids.

    Args:
        frames: List of ``uint8`` arrays ``(n, height, width)``, or ``(n, height, width, 3)`` in colour.
        columns: Images in a row.
        seconds: Length of the movie.
        zoom: Whole number by which pixels are enlarged in the file; a page stretches it anyway.
        alt: Alternative text.
        labels: A short text for each; by default its number.
    """
    sheets = [Image.fromarray(tile(frame, columns)) for frame in frames]
    tones = 16 if sheets[0].mode == "L" else 256
    large = (ImageOps.scale(sheet, zoom, Image.Resampling.NEAREST) for sheet in sheets)
    sheets = [sheet.quantize(tones) for sheet in large]
    labels = labels or [f"{i + 1} of {len(sheets)}" for i in range(len(sheets))]
    return Movie(sheets, labels, alt, seconds, width=3 * sheets[0].width // zoom)
