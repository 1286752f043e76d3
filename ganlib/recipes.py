"""The recipes: every GAN of the course as a row of a table.

A recipe is data.  It says which layers the two networks have and by which rules they are trained;
`models` builds the layers and `gan` follows the rules.  A new GAN is a new row here, nothing else.

Five rows come from five public tutorials (2018 to 2023).  Where a tutorial has a mistake, the row is
what its author meant, and ``note`` says what was put right.
"""

from dataclasses import dataclass, fields, replace

from ganlib.errors import refuse, unknown

Layer = tuple[str, dict]  # the name of a layer and its options: ("Dense", {"units": 256})


@dataclass(frozen=True)
class Adam:
    """Settings of one Adam optimizer (Kingma and Ba, 2015, Algorithm 1).

    Attributes:
        learning_rate: Step size, > 0.
        beta_1: Decay of the running mean of the gradient, in [0, 1).
        beta_2: Decay of the running mean of its square, in [0, 1).
        decay: The learning rate at step t is ``learning_rate / (1 + decay * t)``.
    """

    learning_rate: float = 1e-3
    beta_1: float = 0.9
    beta_2: float = 0.999
    decay: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """One GAN: its networks, its data and the rules of its training.

    Attributes:
        name: Key in ``RECIPES``.
        generator: Layers from z to an image; the last one has shape ``shape``.
        discriminator: Layers from an image to one logit.
        note: What the recipe shows, and what was put right in its source.
        data: The data it was made for: ``"digits"``, ``"zeros"`` or ``"wine"``.
        shape: Shape of one real example.
        pixels: The values that 0 and 255 are scaled to before a network sees them; None where the
            examples are points, not images.
        latent_dim: Length of z ~ N(0, I).
        g_optimizer: The generator's optimizer.
        d_optimizer: The discriminator's optimizer; never the same object.
        loss: Key in ``losses.LOSSES``.
        real_target: D's target for real examples; below 1 is one-sided label smoothing
            (Salimans et al., 2016, section 3.4).
        fake_target: D's target for fakes; above 0 is the second side, shown only to be refuted.
        d_update: ``"joint"``: one update on real and fake together; ``"separate"``: one update on the
            real batch, then one on the fakes; ``"half"``: one update on half a batch of each.
        d_steps: Updates of D per update of G: k in Goodfellow et al. (2014), Algorithm 1.
        r1: Weight of the gradient penalty on real examples (Mescheder et al., 2018, eq. 9).
        r2: Weight of the same penalty on fakes.
        ema: Decay of the running average of G's weights, which then draws the samples; 0 for none.
        pack: Examples that D judges together (Lin et al., 2018, PacGAN).
        classes: Labels that both networks are told (Mirza and Osindero, 2014); 0 for none.
        batch_size: Real examples in a batch.
        steps: Length of a full training, in updates of G.
        xla: Compile the step with XLA: faster for dense networks, slower for convolutions on a CPU.
    """

    name: str
    generator: tuple[Layer, ...]
    discriminator: tuple[Layer, ...]
    note: str = ""
    data: str = "digits"
    shape: tuple[int, ...] = (28, 28)
    pixels: tuple[float, float] | None = (-1.0, 1.0)
    latent_dim: int = 100
    g_optimizer: Adam = Adam()
    d_optimizer: Adam = Adam()
    loss: str = "non-saturating"
    real_target: float = 1.0
    fake_target: float = 0.0
    d_update: str = "joint"
    d_steps: int = 1
    r1: float = 0.0
    r2: float = 0.0
    ema: float = 0.0
    pack: int = 1
    classes: int = 0
    batch_size: int = 128
    steps: int = 1000
    xla: bool = True

    def __post_init__(self):
        for name in ("real_target", "fake_target"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                todo = "A target is a probability: 0.9 smooths, 1 does not."
                raise refuse(name, value, "a number in [0, 1]", todo)
        if self.d_update not in ("joint", "separate", "half"):
            raise unknown("d_update", self.d_update, ("joint", "separate", "half"))
        for name in ("d_steps", "pack", "batch_size", "latent_dim", "steps"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise refuse(name, value, "a whole number of at least 1", "Count something.")
        if self.d_update == "separate" and (self.loss == "relativistic" or self.r1 or self.r2):
            todo = "Use d_update='joint': these losses need a real and a fake in the same update."
            raise refuse("d_update", "'separate'", "'joint' or 'half' with this loss", todo)
        if self.classes and self.pack > 1:
            todo = "Choose one: a pack of images has no single label."
            raise refuse("pack", self.pack, "1 in a recipe with classes", todo)
        parts = 2 if self.d_update == "half" else 1
        if self.batch_size % (parts * self.pack):
            todo = "Every part that D sees must be whole: change batch_size or pack."
            raise refuse("batch_size", self.batch_size, f"a multiple of {parts * self.pack}", todo)

    def but(self, **changes):
        """Return a copy with some fields changed; an unknown field is refused by name."""
        names = [field.name for field in fields(self)]
        for name in changes:
            if name not in names:
                raise unknown("recipe field", name, names)
        return replace(self, **changes)


def dense(units, activation=None, *, slope=0.2, std=None, batch_norm=None, dropout=None):
    """Return the layers of one dense block: Dense, activation, batch norm, dropout, as given.

    Args:
        units: Width.
        activation: ``"leaky"``, ``"relu"``, ``"tanh"`` or None for a linear block.
        slope: Slope of the leaky ReLU below zero.
        std: Standard deviation of a normal initialiser; None for Keras's default (Glorot uniform).
        batch_norm: Momentum of the batch normalisation; None for none.
        dropout: Share of units dropped in training; None for none.
    """
    layers = [("Dense", {"units": units} if std is None else {"units": units, "std": std})]
    if activation == "leaky":
        layers.append(("LeakyReLU", {"negative_slope": slope}))
    elif activation is not None:
        layers.append(("Activation", {"activation": activation}))
    if batch_norm is not None:
        layers.append(("BatchNormalization", {"momentum": batch_norm}))
    if dropout is not None:
        layers.append(("Dropout", {"rate": dropout}))
    return tuple(layers)


FLATTEN = ("Flatten", {})
LOGIT = ("Dense", {"units": 1})
IMAGE = ("Reshape", {"target_shape": (28, 28)})
GENTLE = Adam(2e-4, beta_1=0.5)  # the setting of Radford et al. (2016), section 4

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
        generator=(
            *dense(256, "relu", batch_norm=0.9),
            *dense(512, "relu", batch_norm=0.9),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(FLATTEN, *dense(512, "leaky"), *dense(256, "leaky"), LOGIT),
        latent_dim=64,
        g_optimizer=Adam(1e-3, beta_1=0.0, beta_2=0.99),
        d_optimizer=Adam(1e-3, beta_1=0.0, beta_2=0.99),
        loss="relativistic",
        r1=0.3,
        ema=0.998,
        batch_size=64,
        steps=12_000,
        note="Relativistic pairing, a penalty on D's slope at real images, and averaged weights.",
    ),
    Recipe(
        "dcgan",
        generator=(
            ("Dense", {"units": 7 * 7 * 32}),
            ("BatchNormalization", {"momentum": 0.9}),
            ("Activation", {"activation": "relu"}),
            ("Reshape", {"target_shape": (7, 7, 32)}),
            ("Conv2DTranspose", {"filters": 16, "kernel_size": 4, "strides": 2, "padding": "same"}),
            ("BatchNormalization", {"momentum": 0.9}),
            ("Activation", {"activation": "relu"}),
            ("Conv2DTranspose", {"filters": 1, "kernel_size": 4, "strides": 2, "padding": "same"}),
            ("Activation", {"activation": "tanh"}),
            IMAGE,
        ),
        discriminator=(
            ("Reshape", {"target_shape": (28, 28, 1)}),
            ("Conv2D", {"filters": 16, "kernel_size": 4, "strides": 2, "padding": "same"}),
            ("LeakyReLU", {"negative_slope": 0.2}),
            ("Conv2D", {"filters": 32, "kernel_size": 4, "strides": 2, "padding": "same"}),
            ("LeakyReLU", {"negative_slope": 0.2}),
            FLATTEN,
            LOGIT,
        ),
        latent_dim=64,
        g_optimizer=Adam(1e-3, beta_1=0.5),
        d_optimizer=Adam(1e-3, beta_1=0.5),
        batch_size=64,
        steps=2000,
        note="Radford et al. (2016), made small: strided convolutions in place of dense layers.",
    ),
    Recipe(
        "conditional",
        generator=(
            *dense(256, "leaky", batch_norm=0.9),
            *dense(512, "leaky", batch_norm=0.9),
            *dense(784, "tanh"),
            IMAGE,
        ),
        discriminator=(*dense(512, "leaky"), *dense(256, "leaky"), LOGIT),
        latent_dim=64,
        g_optimizer=Adam(5e-4, beta_1=0.5),
        d_optimizer=Adam(5e-4, beta_1=0.5),
        classes=10,
        batch_size=64,
        steps=4000,
        note="Both networks are told the digit: G draws it on request, D asks whether it is one.",
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
