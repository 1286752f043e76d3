"""What all pictures are made of: a figure with alternative text.

Figures show themselves in a notebook and need no pyplot.
"""

import io
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as _Figure
from PIL import Image, ImageFont


@cache
def font(size):
    """Return matplotlib's own sans-serif font, which is there on every machine."""
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", size)


class Figure(_Figure):
    """A matplotlib figure that shows itself in Jupyter as a PNG with alternative text.

    Args:
        *args: As for ``matplotlib.figure.Figure``.
        alt: What the picture shows, for a reader who cannot see it.
        **options: As for ``matplotlib.figure.Figure``.
    """

    def __init__(self, *args, alt="", **options):
        super().__init__(*args, layout="constrained", **options)
        self.alt, self._still = alt, None

    def png(self, dpi=96):
        """Return the figure as PNG bytes."""
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=dpi)
        small = io.BytesIO()  # a palette of 128 colours: a third of the size, and no eye sees it
        Image.open(out).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
            small, "PNG", optimize=True
        )
        return small.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        text = {"image/png": self.png(), "text/plain": f"<picture: {self.alt}>"}
        return text, {"image/png": {"alt": self.alt}}

    def picture(self, dpi=96, moving=()):
        """Return the figure as a Pillow image, for a film.

        Its parts keep the places that they have in the first one: nothing jumps from moment to moment.

        Args:
            dpi: Pixels to an inch.
            moving: The artists that change from moment to moment, those on top last, the same in each
                call.  All else is drawn once; the default draws everything anew.
        """
        if self._still is None or not moving:
            for artist in moving:
                artist.set_animated(True)  # left out when the figure is drawn
            self.set_dpi(dpi)
            FigureCanvasAgg(self).draw()
            self.set_layout_engine("none")
            self._still = self.canvas.copy_from_bbox(self.bbox)
        self.canvas.restore_region(self._still)
        for artist in moving:
            artist.axes.draw_artist(artist)
        return Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB")
