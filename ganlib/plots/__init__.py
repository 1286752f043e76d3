"""Pictures: arrays in, a figure or a movie out.

`images` has grids of images, `charts` curves and dots, `plane` maps of D's belief in the plane, `figures`
what they are made of and the colours of the two players.
"""

from ganlib.plots.charts import beliefs, curves, dots, lines
from ganlib.plots.figures import (
    D_COLOUR,
    FAKE_COLOUR,
    G_COLOUR,
    REAL_COLOUR,
    Figure,
    Movie,
    gif,
)
from ganlib.plots.images import grid, movie, strip, tile

__all__ = [
    "D_COLOUR",
    "FAKE_COLOUR",
    "G_COLOUR",
    "REAL_COLOUR",
    "Figure",
    "Movie",
    "beliefs",
    "curves",
    "dots",
    "gif",
    "grid",
    "lines",
    "movie",
    "strip",
    "tile",
]
