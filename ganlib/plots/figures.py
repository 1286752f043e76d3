"""What all pictures are made of: a figure with alternative text, and a movie.

Figures show themselves in a notebook and need no pyplot.
"""

import base64
import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as _Figure
from PIL import Image


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


def gif(pictures, seconds):
    """Return Pillow images as bytes of a looping GIF of that length, the last held a second longer."""
    step = max(20, int(1000 * seconds / len(pictures)))
    times = [step] * (len(pictures) - 1) + [step + 1000]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=times, loop=0)
    return out.getvalue()
