"""The smallest GANs that can be tested: linear ones on points, and one that makes images."""

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
