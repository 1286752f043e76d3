"""What the learner sees at one moment, as arrays: measured, not yet drawn."""

from dataclasses import dataclass, field

import numpy as np

from ganlib import losses, metrics, theory
from ganlib.backend import tf
from ganlib.gan import draw_z
from ganlib.playground import messages

SHOWN = 256  # points of each kind on the map, and the sample that the figures are measured on
CELLS = 48  # of the map, along each side
MESH = 13  # lines of G's grid, each way
ARROWS = 48


@dataclass(frozen=True)
class Frame:
    """One moment of a game.

    Attributes:
        figures: Everything measured, by name; see `messages.line`.
        fake: What G makes of the fixed z: points ``(256, 2)``, or ``uint8`` images ``(25, 28, 28)``.
        belief: D's belief in each fake shown, ``(n,)``, in (0, 1).
        real: Real points ``(256, 2)``; None for digits.
        map: D's belief over the scene's extent, ``(48, 48)``, first row at the bottom; None for digits.
        mesh: Where G puts a square grid of z: ``(13, 13, 2)``; None for digits.
        arrows: For 48 of the fakes, the way that G's loss pulls them, ``(48, 2)``; None for digits.
        scene: The `examples.Scene` that it belongs to.
    """

    figures: dict = field(repr=False)
    fake: np.ndarray = field(repr=False)
    belief: np.ndarray = field(repr=False)
    real: np.ndarray = field(default=None, repr=False)
    map: np.ndarray = field(default=None, repr=False)
    mesh: np.ndarray = field(default=None, repr=False)
    arrows: np.ndarray = field(default=None, repr=False)
    scene: object = field(default=None, repr=False)


def looker(machine):
    """Return a function of no arguments that looks at a machine as it is then."""
    scene, gan = machine.scene, machine.gan
    some = np.random.default_rng(0).permutation(len(scene.examples))[:SHOWN]
    some = some[: len(some) - len(some) % gan.recipe.pack]
    chosen = scene.examples[some]
    real = gan.scale(tf.constant(chosen))
    z = draw_z(len(some), gan.recipe.latent_dim, machine.settings.seed, 2**40)
    spread = max(messages.spread(real), 1e-12)
    probes = (_cells(scene.extent), _mesh(gan.recipe.latent_dim)) if scene.flat else (None, None)
    measure = _measure(machine, real, z, *probes)

    def look():
        out = {name: value.numpy() for name, value in measure(gan.recipe.loss).items()}
        half = even(gan, np.concatenate([out["real_logits"], out["fake_logits"]]))
        fake, belief = out["fake"], theory.sigmoid(out["fake_logits"][:, 0] - half)
        real_judged, fake_judged = gan.judged(out["real_logits"], out["fake_logits"])
        figures = {
            "iteration": machine.iteration,
            "d_updates": machine.d_updates,
            "turn": machine.turn,
            **dict(zip(machine.curves.NAMES, machine.last.tolist(), strict=True)),
            "real_accuracy": float((real_judged > 0).mean()),
            "fake_accuracy": float((fake_judged < 0).mean()),
            "slope": float(np.linalg.norm(out["pull"].reshape(len(fake), -1), axis=1).mean()),
            "diversity": messages.spread(fake) / spread,
            "modes": None,
        }
        if not scene.flat:
            return Frame(_said(figures), gan.draw_images(z[:25]), belief[:25], scene=scene)
        if scene.modes:
            centres, sigma = scene.modes
            fair = max(1, len(fake) // (4 * len(centres)))  # a quarter of what each mode should get
            found = {"modes": 0, "good": 0.0}  # of networks that are lost
            if np.isfinite(fake).all():
                found = metrics.modes(fake, centres, sigma, least=fair)
            figures["modes"] = (found["modes"], len(centres), found["good"])
        plane = theory.sigmoid(out["map"] - half).reshape(CELLS, CELLS)
        mesh = out["mesh"].reshape(MESH, -1, 2)
        return Frame(_said(figures), fake, belief, chosen, plane, mesh, out["pull"][:ARROWS], scene)

    return look


def judge(gan, examples):
    """Return a logit for each example ``(n, *shape)``; a pack is made of copies of one example."""
    if gan.recipe.pack > 1:
        examples = tf.stack([examples] * gan.recipe.pack, 1)
    return gan.discriminator(examples, training=False)


def even(gan, logits):
    """Return the logit that stands for D = ½: 0; where only leads count there is none, so the mean."""
    return logits.mean() if gan.recipe.paired else 0.0


def _said(figures):
    return {**figures, "line": messages.line(figures)}


def _measure(machine, real, z, cells, mesh):
    """Return a function of a loss's name, traced for each, that asks both networks everything."""
    gan = machine.gan
    drawer = gan.average or gan.generator

    @tf.function
    def measure(loss):
        fake = drawer(z, training=False)
        with tf.GradientTape() as tape:
            tape.watch(fake)
            fake_logits = judge(gan, fake)
            real_logits = judge(gan, real)
            g_loss = losses.LOSSES[loss][1](real_logits, fake_logits)
        pull = -tape.gradient(g_loss, fake) * float(len(z))  # g_loss is a mean: each fake's own slope
        out = {"fake": fake, "fake_logits": fake_logits, "real_logits": real_logits, "pull": pull}
        if cells is not None:
            out |= {"map": judge(gan, cells), "mesh": drawer(mesh, training=False)}
        return out

    return measure


def _cells(extent):
    """Return the middles of the map's cells, ``(48 * 48, 2)``, row by row from the bottom."""
    left, right, bottom, top = extent
    middle = (np.arange(CELLS) + 0.5) / CELLS
    x, y = left + (right - left) * middle, bottom + (top - bottom) * middle
    return tf.constant(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2), tf.float32)


def _mesh(latent_dim):
    """Return a square grid over the first two coordinates of z, the others 0; a line for one alone."""
    along = np.linspace(-2, 2, MESH)
    grid = np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)
    z = np.zeros((MESH * MESH, max(latent_dim, 2)), "float32")
    z[:, :2] = grid
    return tf.constant(z[:, :latent_dim])
