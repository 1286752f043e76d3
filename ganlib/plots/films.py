"""A film that a page plays: all moments on a sheet, and a little JavaScript that shows one at a time."""

import base64
import html
import io
import json
import math
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from ganlib.errors import refuse
from ganlib.plots.figures import font

_HERE = Path(__file__).parent


class Movie:
    """Pictures of one size, one after the other, for a page and as a GIF.

    In Jupyter and on a page it has a button to play, one step either way, and a slider to any moment.
    Where a viewer runs no JavaScript, or on paper, all moments stand side by side.

    Attributes:
        pictures: Pillow images of one size.
        labels: A short text for each.
        alt: What it shows, for a reader who cannot see it.
        seconds: How long it plays.
        width: Pixels of one picture on the page.

    Raises:
        ValueError: Not a label for each picture, or pictures of several sizes.
    """

    def __init__(self, pictures, labels, alt, seconds=6.0, width=None):
        self.pictures, self.labels, self.alt = list(pictures), list(labels), alt
        if len(self.labels) != len(self.pictures):
            received, due = f"{len(self.labels)} of them", f"{len(self.pictures)}, one for each picture"
            raise refuse("labels", received, due, "Give each moment its own.")
        sizes = sorted({picture.size for picture in self.pictures})
        if len(sizes) > 1:
            raise refuse("pictures", sizes, "one size", "Show as many images at each moment.")
        self.seconds, self.width = seconds, width or self.pictures[0].width

    @property
    def gif(self):
        """The film as bytes of a GIF that begins again for ever, its last picture a second longer.

        The last picture comes first in the file: it is what a viewer shows that plays no GIF.
        """
        step = max(20, int(1000 * self.seconds / len(self.pictures)))
        times = [step + 1000] + [step] * (len(self.pictures) - 1)
        *others, first = (one.convert("P") if one.mode != "P" else one for one in self.pictures)
        out = io.BytesIO()
        first.save(out, "GIF", save_all=True, append_images=others, duration=times, loop=0)
        return out.getvalue()

    def save(self, path):
        """Write the GIF and return its path."""
        path = Path(path)
        path.write_bytes(self.gif)
        return path

    def _sheet(self):
        """Return a PNG of all with their labels below, how many are in a row, and a row's height."""
        wide, high = self.pictures[0].size
        columns = round(math.sqrt(len(self.pictures) * 1.8 * high / wide))
        columns = min(max(columns, 1), len(self.pictures))
        size = max(7, min(14, wide // 8))
        row, small = high + 2 * size, font(size)
        sheet = Image.new("RGB", (columns * wide, math.ceil(len(self.pictures) / columns) * row), "white")
        draw = ImageDraw.Draw(sheet)
        for i, (picture, label) in enumerate(zip(self.pictures, self.labels, strict=True)):
            x, y = i % columns * wide, i // columns * row
            sheet.paste(picture.convert("RGB"), (x, y))
            draw.text((x + wide / 2, y + high + size), label, "#222222", small, "mm")
        out = io.BytesIO()
        sheet.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue(), columns, row

    def _repr_html_(self):
        sheet, columns, row = self._sheet()
        wide, high = self.pictures[0].size
        facts = {
            "count": len(self.pictures),
            "columns": columns,
            "row": round(row / high, 5),
            "seconds": self.seconds,
            "labels": json.dumps(self.labels),
        }
        facts = "".join(f' data-{name}="{html.escape(str(fact))}"' for name, fact in facts.items())
        size = f"--film-width: {self.width}px; --film-shape: {wide} / {high}"
        size += "; image-rendering: pixelated" if self.width >= 2 * wide else ""
        code = base64.b64encode(sheet).decode()
        image = f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{code}">'
        return f'<div class="ganlib-film"{facts} style="{size}">{image}{_player()}</div>'

    def __repr__(self):
        return f"<movie: {self.alt}>"


@cache
def _player():
    """Return the style, which starts the player once it is there: it does so wherever HTML is shown."""
    script, css = ((_HERE / f"film.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    return f'<style onload="({html.escape(script.strip())})(this.parentNode)">{css}</style>'
