"""The smallest GANs that can be tested: linear ones on points, and one that makes images.

A GAN takes a second to trace and three to compile by XLA.  Where a test asks for one that is as it was
built, and not for another object, `put_back` saves that.
"""

import numpy as np

import ganlib
from ganlib import recipes

POINTS = recipes.Recipe(
    "tiny",
    generator=recipes.dense(2),
    discriminator=(recipes.LOGIT,),
    shape=(2,),
    pixels=None,
    latent_dim=3,
    batch_size=16,
    steps=40,
    xla=False,
)
IMAGES = ganlib.get_recipe("small").but(
    name="tiny",
    generator=(*recipes.dense(8, "leaky", batch_norm=0.8), *recipes.dense(784, "tanh"), recipes.IMAGE),
    discriminator=(recipes.FLATTEN, *recipes.dense(8, "leaky", dropout=0.3), recipes.LOGIT),
    xla=False,
)


def values(gan):
    """Return a copy of everything that the GAN's next step depends on, by name."""
    return {name: np.array(variable) for name, variable in gan.state().items()}


def put_back(gan, values):
    """Bring a GAN to what `values` returned."""
    for name, variable in gan.state().items():
        variable.assign(values[name])
    return gan
