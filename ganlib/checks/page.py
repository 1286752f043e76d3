"""The page of task 3.5, which runs and has six faults, and what it is asked when they are mended."""

from types import SimpleNamespace

import numpy as np

from ganlib.backend import keras, tf
from ganlib.checks import Wrong
from ganlib.checks.networks import SIZE, noise, pair, recorded, spies

__all__ = ["FAULTS", "check_build", "check_rounds", "listing", "old_page", "repaired_page"]

PAGE = '''def build():
    """G turns z into pixels from -1 to 1, D turns images into logits; an optimizer for each."""
    generator = keras.Sequential([
        keras.Input((100,)),
        layers.Dense(128),
        layers.LeakyReLU(negative_slope=0.2),
        layers.BatchNormalization(momentum=0.8),
        layers.Dense(28 * 28, activation="tanh"),
        layers.Reshape((28, 28)),
    ])
    discriminator = keras.Sequential([
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(128),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(1, activation="sigmoid"),
    ])
    d_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
    g_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
    return generator, discriminator, d_optimizer, g_optimizer


def d_step(generator, discriminator, optimizer, real, z):
    """Move D, and only D; return its loss."""
    fake = generator(z, training=True)
    with tf.GradientTape() as tape:
        real_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(real, training=True)))
        fake_loss = tf.reduce_mean(tf.nn.softplus(discriminator(fake, training=True)))
        loss = (real_loss + fake_loss) / 2
    variables = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def g_step(generator, discriminator, optimizer, z):
    """Move G, and only G, down -log D; return it.  (This D keeps no running averages.)"""
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        loss = tf.reduce_mean(tf.nn.softplus(discriminator(fake, training=True)))
    variables = generator.trainable_variables + discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def train(generator, discriminator, d_optimizer, g_optimizer, images, steps):
    """Play rounds on one batch of uint8 images; each step has its own z from N(0, 1)."""
    real = tf.constant(images.astype("float32") / 255)
    for step in range(steps):
        z = tf.random.stateless_normal((2, len(images), 100), seed=(0, 0))
        d_step(generator, discriminator, d_optimizer, real, z[0])
        g_step(generator, discriminator, g_optimizer, z[1])
'''
FAULTS = {  # what the steps of the page are told by the checks of tasks 3.3 and 3.4, and the hint of 3.5
    "g-statistics": "statistics",
    "d-moved": "both",
    "target-zero": "caught",
    "saturating": "saturating",
}
LINES = PAGE.splitlines()


def listing():
    """Return the page with a number before each line."""
    return "\n".join(f"{number:2}  {line}" for number, line in enumerate(LINES, 1))


def old_page(changes=None):
    """Return the page's functions: ``build``, ``d_step``, ``g_step``, ``train``.

    Args:
        changes: Lines to put in the place of others, a text by the number of its line.  A text without
            spaces before it stands where the old one stood.

    Raises:
        SyntaxError: If what comes out is no Python.
    """
    lines = list(LINES)
    for number, text in (changes or {}).items():
        old = lines[number - 1]
        indent = "" if text[:1].isspace() else old[: len(old) - len(old.lstrip())]
        lines[number - 1] = indent + text
    space = {"keras": keras, "layers": keras.layers, "tf": tf, "np": np}
    exec(compile("\n".join(lines), "the old page", "exec"), space)
    return SimpleNamespace(**{name: space[name] for name in ("build", "d_step", "g_step", "train")})


def repaired_page(changes):
    """Return the page with a learner's lines in it, or say what is wrong with what she returned."""
    if changes is None:
        raise Wrong("nothing", "fixes()")
    fits = isinstance(changes, dict) and all(
        isinstance(line, int | np.integer) and 1 <= line <= len(LINES) and isinstance(text, str)
        for line, text in changes.items()
    )
    if not fits:
        raise Wrong("lines", str(len(LINES)))
    changed = [line for line, text in changes.items() if text.strip() != LINES[line - 1].strip()]
    if len(changed) > 6:
        raise Wrong("many", str(len(changed)))
    try:
        return old_page(changes)
    except SyntaxError as error:
        raise Wrong("syntax", f"{error.msg}, line {error.lineno}") from error


def check_build(build):
    """Raise, where the networks or optimizers of the page are not what its docstring says."""
    generator, discriminator, *optimizers = build()
    images = np.random.default_rng(0).uniform(-500, 500, (64, 28, 28)).astype("float32")
    drawn, logits = np.asarray(generator(1000 * noise(64, 100))), np.asarray(discriminator(images))
    if logits.min() >= 0 and logits.max() <= 1:
        raise Wrong("sigmoid")
    settings = [(float(each.learning_rate), each.beta_1) for each in optimizers]
    right = drawn.shape == (64, 28, 28) and logits.shape == (64, 1) and _is_logit(discriminator, images)
    right = right and drawn.min() < -0.5 and np.abs(drawn).max() <= 1
    if not right or optimizers[0] is optimizers[1] or not np.allclose(settings, (5e-4, 0.5), rtol=1e-3):
        raise Wrong("broken", "build")


def _is_logit(discriminator, images):
    """Return whether D's last bias lifts every logit by as much as it rises itself."""
    last = discriminator.trainable_variables[-1]
    before = np.asarray(discriminator(images))
    last.assign_add([1.0])
    lifted = np.asarray(discriminator(images)) - before
    last.assign_sub([1.0])
    return np.allclose(lifted, 1, atol=0.05)


def check_rounds(train):
    """Let ``train`` run on images of black, white and one grey; see who moves, when, and from what."""
    generator, discriminator = pair(seed=3, latent_dim=100)
    generator.layers[-2].set_weights([np.zeros((6, 4)), np.zeros(4)])  # every fake is 0: mid-grey
    moves = []
    of_g, of_d = spies(generator, discriminator)
    images = np.repeat(np.uint8([0, 51, 255]), (8, 4, 4))[:, None, None] * np.ones((1, *SIZE), np.uint8)
    optimizers = recorded("D", moves), recorded("G", moves)
    train(generator, discriminator, *optimizers, images, 3)
    if moves != ["D", "G"] * 3:
        raise Wrong("broken", "the rounds of train")
    judged = of_d.seen.numpy()
    tone = judged[judged[:, 2] > 0.9, 3:].sum(0)  # grey fakes in the same batch change no ratio
    ends = judged[:, 1].min(), judged[:, 2].max()
    if not np.allclose(ends, (-1, 1), atol=0.02) or not np.isclose(
        tone[0] / tone[1], -0.4 / 0.84, atol=0.015
    ):
        raise Wrong("scale")
    _check_noise(of_g.seen.numpy())


def _check_noise(drawn):
    drawn = drawn[drawn[:, 0] > 0]
    rows, mean, square = drawn[:, 0], drawn[:, 3].mean(), drawn[:, 4].mean()
    if (rows != 16).any() or abs(mean) > 0.1 or abs(np.sqrt(square - mean**2) - 1) > 0.1:
        raise Wrong("broken", "the z of train")
    if len(np.unique(drawn[:, 3:].round(6), axis=0)) < 6:
        raise Wrong("again")
