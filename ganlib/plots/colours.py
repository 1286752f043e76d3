"""The course's colours: D is blue and G orange, in every picture, chart and map, and in the live lab.

They are from the palette of Okabe and Ito, which survives greyscale printing and colour blindness.
"""

from matplotlib.colors import LinearSegmentedColormap

D_COLOUR, G_COLOUR, REAL_COLOUR, FAKE_COLOUR = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
BELIEF = LinearSegmentedColormap.from_list("belief", ["#FFFFFF", "#C6DDEE", "#5FA3D0"])  # D from 0 to 1
