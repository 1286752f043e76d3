"""The recipes: every GAN of the course as a row of a table.

A recipe is data.  It says which layers the two networks have and by which rules they are trained;
`models` builds the layers and `gan` follows the rules.  A new GAN is a new row here, nothing else.

Five rows come from five public tutorials (2018 to 2023).  Where a tutorial has a mistake, the row is
what its author meant, and ``note`` says what was put right.
"""

from ganlib.errors import refuse, unknown
from ganlib.recipe import Adam, Layer, Recipe, dense

__all__ = ["RECIPES", "Adam", "Layer", "Recipe", "dense", "get_recipe"]

FLATTEN = ("Flatten", {})
LOGIT = ("Dense", {"units": 1})
HALVING = {"kernel_size": 4, "strides": 2, "padding": "same"}  # or doubling, where transposed
RELU = ("Activation", {"activation": "relu"})
IMAGE = ("Reshape", {"target_shape": (28, 28)})
GENTLE = Adam(2e-4, beta_1=0.5)  # the setting of Radford et al. (2016), section 4
NO_MOMENTUM = Adam(2e-3, beta_1=0.0, beta_2=0.99)
MODERN = Adam(2.8e-3, beta_1=0.0, beta_2=0.99)  # twice the batch, so √2 times the rate
NORM = ("LayerNormalization", {})
CRITIC = Adam(4e-3, beta_1=0.0, beta_2=0.99)
MODERN_G = (*dense(256), NORM, RELU, *dense(512), NORM, RELU, *dense(784, "sigmoid"), IMAGE)
MODERN_D = (*dense(256, "silu"), *dense(128, "silu"), LOGIT)
BATCH_NORM_G = (*dense(256, batch_norm=0.9), RELU, *dense(512, batch_norm=0.9), RELU)

_ROWS = (
    Recipe(
        "small",
        generator=(
            *dense(128, "leaky", batch_norm=0.8),
            *dense(256, "leaky", batch_norm=0.8),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(FLATTEN, *dense(256, "leaky"), *dense(128, "leaky"), LOGIT),
        g_optimizer=Adam(5e-4, beta_1=0.5),
        d_optimizer=Adam(5e-4, beta_1=0.5),
        batch_size=64,
        steps=4000,
        note="The course's own: what lesson 3 builds by hand, small enough for half a minute.",
    ),
    Recipe(
        "two-layer",
        generator=(*dense(128, "leaky", slope=0.01), *dense(784, "tanh"), IMAGE),
        discriminator=(FLATTEN, *dense(128, "leaky", slope=0.01), LOGIT),
        d_update="separate",
        steps=10_000,
        note="The smallest. Its source left D's width open; 128 mirrors the generator.",
    ),
    Recipe(
        "deep",
        generator=(
            *dense(256, "leaky"),
            *dense(512, "leaky"),
            *dense(1024, "leaky"),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(
            FLATTEN,
            *dense(1024, "leaky", dropout=0.2),
            *dense(512, "leaky", dropout=0.3),
            *dense(256, "leaky", dropout=0.3),
            *dense(128, "leaky"),
            LOGIT,
        ),
        g_optimizer=GENTLE,
        d_optimizer=GENTLE,
        steps=2340,
        note="Put right: the middle layer of G has its activation; G trains with D's setting, not with "
        "a default Adam; 5 epochs are 5 x 468 batches, not 5 x 128.",
    ),
    Recipe(
        "smoothed",
        generator=(
            *dense(256, "leaky", std=0.02),
            *dense(512, "leaky"),
            *dense(1024, "leaky"),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(
            FLATTEN,
            *dense(1024, "leaky", std=0.02, dropout=0.3),
            *dense(512, "leaky", dropout=0.3),
            *dense(256, "leaky", dropout=0.3),
            LOGIT,
        ),
        g_optimizer=GENTLE,
        d_optimizer=GENTLE,
        real_target=0.9,
        steps=23_400,
        note="One-sided label smoothing. Put right: each network has an optimizer of its own.",
    ),
    Recipe(
        "batch-norm",
        generator=(
            *dense(256, "leaky", batch_norm=0.8),
            *dense(512, "leaky", batch_norm=0.8),
            *dense(1024, "leaky", batch_norm=0.8),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(FLATTEN, *dense(784, "leaky"), *dense(392, "leaky"), LOGIT),
        g_optimizer=Adam(2e-4, beta_1=0.5, decay=8e-8),
        d_optimizer=Adam(2e-4, beta_1=0.5, decay=8e-8),
        d_update="half",
        batch_size=32,
        steps=4000,
        note="Batch normalisation in G. Put right: the real half batch is drawn at random, not cut from "
        "an unshuffled array.",
    ),
    Recipe(
        "only-zeros-raw",
        generator=(
            *dense(100, "relu"),
            *dense(150, "relu"),
            *dense(784, "relu"),
            IMAGE,
        ),
        discriminator=(FLATTEN, *dense(150, "relu"), *dense(100, "relu"), LOGIT),
        data="zeros",
        pixels=(0.0, 255.0),
        batch_size=32,
        steps=1850,
        note="As it stood: raw pixels, a generator that ends in ReLU. It fails, and lesson 5 says why.",
    ),
    Recipe(
        "only-zeros",
        generator=(
            *dense(100, "relu", batch_norm=0.8),
            *dense(150, "relu", batch_norm=0.8),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(FLATTEN, *dense(150, "leaky"), *dense(100, "leaky"), LOGIT),
        g_optimizer=Adam(1e-3, beta_1=0.5),
        d_optimizer=Adam(1e-3, beta_1=0.5),
        data="zeros",
        batch_size=32,
        steps=1850,
        note="Repaired: pixels in [-1, 1] and tanh at the end of G, beta_1 of 0.5, batch norm in G, "
        "leaky D.  Lesson 5 makes the four changes one at a time.",
    ),
    Recipe(
        "wine",
        generator=(*dense(32, "leaky"), *dense(32, "leaky"), *dense(2)),
        discriminator=(*dense(32, "leaky"), *dense(32, "leaky"), LOGIT),
        data="wine",
        shape=(2,),
        pixels=None,
        latent_dim=2,
        g_optimizer=Adam(1e-3, beta_1=0.5),
        d_optimizer=Adam(1e-3, beta_1=0.5),
        batch_size=64,
        steps=2000,
        note="Lesson 1: forges the alcohol and the colour of wines, points in the plane.",
    ),
    Recipe(
        "modern",
        generator=MODERN_G,
        discriminator=(FLATTEN, ("Dropout", {"rate": 0.2}), *MODERN_D),
        pixels=(0.0, 1.0),
        latent_dim=32,
        g_optimizer=MODERN,
        d_optimizer=MODERN,
        loss="relativistic",
        r1=0.5,
        ema=0.999,
        batch_size=128,
        steps=7000,
        note="Relativistic pairing, a penalty on D's slope at real images, averaged weights, layer norm "
        "in G, a smooth D, pixels from 0 to 1, a fifth of which D does not get to see.",
    ),
    Recipe(
        "dcgan",
        generator=(
            ("Dense", {"units": 7 * 7 * 32}),
            ("BatchNormalization", {"momentum": 0.9}),
            RELU,
            ("Reshape", {"target_shape": (7, 7, 32)}),
            ("Conv2DTranspose", {"filters": 16, **HALVING}),
            ("BatchNormalization", {"momentum": 0.9}),
            RELU,
            ("Conv2DTranspose", {"filters": 1, **HALVING}),
            ("Activation", {"activation": "tanh"}),
            IMAGE,
        ),
        discriminator=(
            ("Reshape", {"target_shape": (28, 28, 1)}),
            ("Conv2D", {"filters": 16, **HALVING, "use_bias": False}),
            ("LeakyReLU", {"negative_slope": 0.2}),
            ("Conv2D", {"filters": 32, **HALVING, "use_bias": False}),
            ("LeakyReLU", {"negative_slope": 0.2}),
            FLATTEN,
            LOGIT,
        ),
        latent_dim=64,
        xla=False,
        g_optimizer=NO_MOMENTUM,
        d_optimizer=NO_MOMENTUM,
        batch_size=64,
        steps=2000,
        note="Radford et al. (2016), made small: strided convolutions in place of dense layers; Adam is "
        "that of `modern`, at a rate for half its batch.",
    ),
    Recipe(
        "conditional",
        generator=(*BATCH_NORM_G, *dense(784, "sigmoid"), IMAGE),
        discriminator=MODERN_D,
        pixels=(0.0, 1.0),
        latent_dim=64,
        g_optimizer=NO_MOMENTUM,
        d_optimizer=NO_MOMENTUM,
        r1=0.5,
        ema=0.999,
        classes=10,
        batch_size=64,
        steps=4000,
        note="Both networks are told the digit: G draws it on request, D asks whether it is one. The "
        "rest is near `modern`, without pairing and dropout; with batch norm G learns sooner to obey.",
    ),
    Recipe(
        "wasserstein",
        generator=MODERN_G,
        discriminator=(FLATTEN, *MODERN_D),
        pixels=(0.0, 1.0),
        latent_dim=32,
        g_optimizer=CRITIC,
        d_optimizer=CRITIC,
        loss="wasserstein",
        gp=10.0,
        d_steps=3,
        ema=0.999,
        batch_size=64,
        steps=3000,
        note="Gulrajani et al. (2017), WGAN-GP: a critic whose slope is drawn to 1 takes three steps for "
        "one of G. Her loss, turned round, says how far the fakes are. The networks are `modern`'s.",
    ),
    Recipe(
        "spectral",
        generator=(*BATCH_NORM_G, *dense(784, "tanh"), IMAGE),
        discriminator=(
            FLATTEN,
            *dense(256, "leaky", spectral=True),
            *dense(128, "leaky", spectral=True),
            *dense(1, spectral=True),
        ),
        latent_dim=32,
        g_optimizer=CRITIC,
        d_optimizer=Adam(8e-3, beta_1=0.0, beta_2=0.99),
        d_steps=3,
        ema=0.999,
        batch_size=64,
        steps=4000,
        note="Miyato et al. (2018): no layer of D stretches anything, so no slope is above 1: no "
        "penalty is needed. Held so, she takes three steps for one of G.",
    ),
)

RECIPES = {row.name: row for row in _ROWS}


def get_recipe(recipe):
    """Return the recipe of that name; a ``Recipe`` is returned as it is.

    Raises:
        ValueError: The name is unknown; the nearest known one is suggested.
        TypeError: Neither a name nor a ``Recipe``.
    """
    if isinstance(recipe, Recipe):
        return recipe
    if not isinstance(recipe, str):
        todo = f"Write, for instance, recipe={next(iter(RECIPES))!r}."
        raise refuse("recipe", type(recipe).__name__, "a name or a Recipe", todo, TypeError)
    if recipe not in RECIPES:
        raise unknown("recipe", recipe, RECIPES)
    return RECIPES[recipe]
