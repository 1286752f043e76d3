"""The course's colours: D is blue and G orange, in every picture, chart and map, and in the live lab.

They are from the palette of Okabe and Ito, which survives greyscale printing and colour blindness.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

D_COLOUR, G_COLOUR, REAL_COLOUR = "#0072B2", "#D55E00", "#009E73"
FAR = 3.0  # the logit at which a map of beliefs is as deep as it gets: D = .95, or .05 on the other side
BELIEF = LinearSegmentedColormap.from_list(
    "belief", ["#F6CBAB", "#FADBC6", "#FFFFFF", "#C4DDF1", "#8ABEE5"]
)  # of the logit from -FAR to FAR: G's orange where D says fake, white at 1/2, D's blue for real


def depth(belief):
    """Return where a belief in [0, 1] stands on `BELIEF`, in [0, 1]: its logit, cut at ``FAR``."""
    belief = np.clip(np.asarray(belief, float), 1e-9, 1 - 1e-9)
    return np.clip(np.log(belief / (1 - belief)), -FAR, FAR) / (2 * FAR) + 0.5


def shades(colour, count):
    """Return ``count`` ≤ 5 depths of a colour: itself, a darker one, a lighter one, and so on."""
    rgb = np.array(to_rgb(colour))
    depths = (rgb, 0.45 * rgb, 1 - 0.65 * (1 - rgb), 0.2 * rgb, 1 - 0.4 * (1 - rgb))
    return [to_hex(one) for one in depths[:count]]
