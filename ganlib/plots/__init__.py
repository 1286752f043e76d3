"""Pictures: arrays in, a figure or a movie out.

`images` has grids of images, `charts` curves and dots, `plane` maps of D's belief in the plane, `figures`
what they are made of, `films` what moves, `colours` who has which colour.
"""

from ganlib.plots.charts import beliefs, curves, dots, lines
from ganlib.plots.colours import D_COLOUR, G_COLOUR, REAL_COLOUR, shades
from ganlib.plots.figures import Figure
from ganlib.plots.films import Movie
from ganlib.plots.images import grid, movie, strip, tile

__all__ = [
    "D_COLOUR",
    "G_COLOUR",
    "REAL_COLOUR",
    "Figure",
    "Movie",
    "beliefs",
    "curves",
    "dots",
    "grid",
    "lines",
    "movie",
    "shades",
    "strip",
    "tile",
]
