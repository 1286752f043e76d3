"""What a recipe is: the fields that describe a GAN, and the blocks its networks are written in."""

import json
from dataclasses import asdict, dataclass, fields, replace
from math import inf

from ganlib import sizes
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

    def __post_init__(self):
        rate = self.learning_rate
        if not 0 < rate < inf:
            todo = "Small networks learn with 1e-4 to 1e-2."
            raise refuse("learning_rate", rate, "a number above 0", todo)
        for name, end in {"beta_1": 1, "beta_2": 1, "decay": inf}.items():
            _within(name, getattr(self, name), end)


def _within(name, value, end):
    """Refuse a number that is not in [0, end)."""
    if not 0 <= value < end:
        todo = "Leave it at 0, if in doubt."
        raise refuse(name, value, "a number ≥ 0" + (f" and below {end}" if end < inf else ""), todo)


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
        r1: Weight of the gradient penalty on real examples (Mescheder et al., 2018, eq. 9).  With
            classes the gradient is that in the image and its label, and so for ``r2`` and ``gp``.
        r2: Weight of the same penalty on fakes.
        gp: Weight of the penalty that draws the length of D's slope to 1 between reals and fakes
            (Gulrajani et al., 2017, eq. 3).
        shift: Pixels by which every image is moved at random before D sees it, real or fake; 0 for none
            (Zhao et al., 2020, DiffAugment).
        ema: Decay of the running average of G's weights, which then draws the samples; 0 for none.
            At step t it is at most (1 + t) / (10 + t).
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
    gp: float = 0.0
    shift: int = 0
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
        for name in ("g_optimizer", "d_optimizer"):
            value = getattr(self, name)
            if not isinstance(value, Adam):
                todo = "A Keras optimizer goes to gan.compile(d_optimizer=..., g_optimizer=...)."
                raise refuse(name, repr(value), "a recipes.Adam", todo, TypeError)
        if self.d_update not in ("joint", "separate", "half"):
            raise unknown("d_update", self.d_update, ("joint", "separate", "half"))
        for name, end in {"r1": inf, "r2": inf, "gp": inf, "ema": 1}.items():
            _within(name, getattr(self, name), end)
        if self.pixels is not None and not -inf < self.pixels[0] < self.pixels[1] < inf:
            todo = "Take (-1, 1), or (0, 1) with a sigmoid at G's end."
            raise refuse("pixels", self.pixels, "a number for black and a larger one for white", todo)
        counts = dict.fromkeys(("d_steps", "pack", "batch_size", "latent_dim", "steps"), 1)
        counts |= {"shift": 0, "classes": 0}
        for name, least in counts.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                todo = "Count something." if least else "Leave it at 0, or count something."
                raise refuse(name, value, f"a whole number of at least {least}", todo)
        if self.loss == "wasserstein" and (self.real_target, self.fake_target) != (1, 0):
            name = "fake_target" if self.fake_target else "real_target"
            todo = "A critic has no targets: leave them out."
            raise refuse(name, getattr(self, name), "1 for reals, 0 for fakes with this loss", todo)
        if self.d_update == "separate" and (self.paired or self.r1 or self.r2 or self.gp):
            todo = "Use d_update='joint': these losses need a real and a fake in the same update."
            raise refuse("d_update", "'separate'", "'joint' or 'half' with this loss", todo)
        images = self.pixels is not None and len(self.shape) > 1
        if self.shift and not (images and self.shift < min(self.shape[:2])):
            todo = "Leave it at 0, or move images by a pixel or two."
            raise refuse("shift", self.shift, f"0, or pixels inside images: {self.shape} here", todo)
        if self.classes and self.pack > 1:
            todo = "Choose one: a pack of images has no single label."
            raise refuse("pack", self.pack, "1 in a recipe with classes", todo)
        parts = 2 if self.d_update == "half" else 1
        if self.batch_size % (parts * self.pack):
            todo = "Every part that D sees must be whole: change batch_size or pack."
            raise refuse("batch_size", self.batch_size, f"a multiple of {parts * self.pack}", todo)

    @property
    def paired(self):
        """Whether the loss knows only how far reals lead fakes: no logit is the border between them."""
        return self.loss in ("relativistic", "wasserstein")

    def but(self, **changes):
        """Return a copy with some fields changed; an unknown field is refused by name.

        With another ``shape`` the ends of both networks follow it, unless they are given too:
        ``but(shape=(32, 32, 3))`` is the recipe for colour pictures of 32 by 32.
        """
        names = [field.name for field in fields(self)]
        for name in changes:
            if name not in names:
                raise unknown("recipe field", name, names)
        changes = {name: _of_python(value) for name, value in changes.items()}
        missing = {"generator", "discriminator"} - set(changes)
        if missing and changes.get("shape", self.shape) != self.shape:
            changes |= sizes.fitted(self, changes["shape"], missing)
        return replace(self, **changes)


def _of_python(value):
    """Return NumPy's numbers and arrays as numbers and tuples."""
    value = value.tolist() if hasattr(value, "dtype") else value
    return tuple(map(_of_python, value)) if isinstance(value, list | tuple) else value


def plain(recipe):
    """Return a recipe as JSON would give it back."""
    return json.loads(json.dumps(asdict(recipe)))


def restored(row):
    """Return the recipe that `plain` wrote."""
    row = dict(row)
    for name in ("generator", "discriminator"):
        row[name] = tuple((kind, _tuples(options)) for kind, options in row[name])
    for name in ("g_optimizer", "d_optimizer"):
        row[name] = Adam(**row[name])
    for name in ("shape", "pixels"):
        row[name] = row[name] and tuple(row[name])
    return Recipe(**row)


def _tuples(options):
    return {name: tuple(v) if isinstance(v, list) else v for name, v in options.items()}


def dense(units, activation=None, *, slope=0.2, std=None, batch_norm=None, dropout=None, spectral=False):
    """Return the layers of one dense block: Dense, activation, batch norm, dropout, as given.

    Args:
        units: Width.
        activation: ``"leaky"``, or a name that Keras knows, such as ``"relu"``, ``"silu"`` or ``"tanh"``;
            None for a linear block.
        slope: Slope of the leaky ReLU below zero.
        std: Standard deviation of a normal initialiser; None for Keras's default (Glorot uniform).
        batch_norm: Momentum of the batch normalisation; None for none.
        dropout: Share of units dropped in training; None for none.
        spectral: Divide the kernel by its greatest singular value wherever it is used, so that the block
            stretches nothing: spectral normalisation (Miyato et al., 2018).
    """
    options = {"std": std, "spectral": spectral or None}
    layers = [("Dense", {"units": units} | {k: v for k, v in options.items() if v is not None})]
    if activation == "leaky":
        layers.append(("LeakyReLU", {"negative_slope": slope}))
    elif activation is not None:
        layers.append(("Activation", {"activation": activation}))
    if batch_norm is not None:
        layers.append(("BatchNormalization", {"momentum": batch_norm}))
    if dropout is not None:
        layers.append(("Dropout", {"rate": dropout}))
    return tuple(layers)
