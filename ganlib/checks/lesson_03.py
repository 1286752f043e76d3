"""Checks of lesson 3: labels, losses, the two updates, and a page of 2018 Keras."""

import numpy as np

from ganlib.backend import keras, tf
from ganlib.checks import Wrong, array, number, recognise, task
from ganlib.checks.networks import (
    LATENT_DIM,
    RATE,
    SIZE,
    close,
    d_moves,
    downhill,
    mean_bce,
    noise,
    pair,
    spy,
    statistics,
    trainable,
)


@task(
    "3.1",
    swapped="The two are swapped: real is 1 and fake is 0, and the real ones come first.",
    mixed="The first count rows belong to the real images, the last count rows to the fakes.",
    range="A target is a probability that the image is real: only 0 and 1 here.",
    same="Every row has the same target, so there is nothing to tell apart.",
)
def labels(answer):
    """``labels(count)`` returns D's targets, ``(2 count, 1)``: the real rows first, then the fakes."""
    for count in (1, 4):
        got = array(answer(count), (2 * count, 1), f"labels({count})")
        if not np.isin(got, (0, 1)).all():
            raise Wrong("range")
        if (got == got[0]).all():
            raise Wrong("same")
        if (got[:count] == 0).all() and (got[count:] == 1).all():
            raise Wrong("swapped")
        if not ((got[:count] == 1).all() and (got[count:] == 0).all()):
            raise Wrong("mixed")


def _softplus(x):
    return np.logaddexp(0, x)


REAL = np.array([[2.0], [-1.0], [0.5], [3.0]], "float32")
FAKE = np.array([[-2.0], [1.5], [0.3], [-0.7]], "float32")


def _bce(logits, target):
    return np.mean(_softplus(logits) - target * logits)


def _as_probability(values, target):
    clipped = np.clip(values, 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(clipped) + (1 - target) * np.log(1 - clipped))


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


SURE = np.array([[-200.0]], "float32")
LOSS_HINTS = {
    "sum": "That is a sum over the batch: take the mean, so that a larger batch is no larger loss.",
    "probabilities": "The arguments are logits, not probabilities: any number, and D = sigmoid(logit).",
    "twice": "A sigmoid too many: the loss already takes logits (look for from_logits).",
    "unstable": "A logit of -200 gives infinity: use softplus, or from_logits.",
    "other": "The value is wrong: write the formula on paper for one real and one fake, then compare.",
}


@task(
    "3.2",
    **LOSS_HINTS,
    swapped="The targets are swapped: D is rewarded for calling the real ones fake.",
    halves="That is twice the loss: take the mean over both halves, not their sum.",
    only_real="The fakes are missing.",
    only_fake="The real images are missing.",
    sign="The sign is wrong: a loss is what D makes small, so minus the logarithms.",
)
def d_loss(answer):
    """``d_loss(real_logits, fake_logits)`` returns D's cross-entropy, the mean over both halves."""
    got = number(answer(tf.constant(REAL), tf.constant(FAKE)), "d_loss")
    due = (_bce(REAL, 1) + _bce(FAKE, 0)) / 2
    soft = (_bce(_sigmoid(REAL), 1) + _bce(_sigmoid(FAKE), 0)) / 2
    mistakes = [
        ("sum", 4 * due),
        ("sum", 8 * due),
        ("halves", 2 * due),
        ("sign", -due),
        ("sign", -2 * due),
        ("swapped", (_bce(REAL, 0) + _bce(FAKE, 1)) / 2),
        ("swapped", _bce(REAL, 0) + _bce(FAKE, 1)),
        ("only-real", _bce(REAL, 1)),
        ("only-real", _bce(REAL, 1) / 2),
        ("only-fake", _bce(FAKE, 0)),
        ("only-fake", _bce(FAKE, 0) / 2),
        ("probabilities", (_as_probability(REAL, 1) + _as_probability(FAKE, 0)) / 2),
        ("twice", soft),
        ("twice", 2 * soft),
    ]
    recognise(got, due, mistakes)
    if not np.isfinite(np.asarray(answer(tf.constant(SURE), tf.constant(-SURE)), float)).all():
        raise Wrong("unstable")


@task(
    "3.3",
    **LOSS_HINTS,
    saturating="That is log(1 - D), the one that goes flat while D is sure: lesson 2 shows its slope.",
    target_zero="With target 0 G is praised for being caught: for G's own step its fakes count as real.",
    sign="The sign is wrong: this loss falls when D is fooled less.",
)
def g_loss(answer):
    """``g_loss(fake_logits)`` returns the non-saturating loss of G, a mean."""
    got = number(answer(tf.constant(FAKE)), "g_loss")
    due = _bce(FAKE, 1)
    mistakes = [
        ("sum", 4 * due),
        ("saturating", -_bce(FAKE, 0)),
        ("target-zero", _bce(FAKE, 0)),
        ("sign", -due),
        ("probabilities", _as_probability(FAKE, 1)),
        ("twice", _bce(_sigmoid(FAKE), 1)),
    ]
    recognise(got, due, mistakes)
    if not np.isfinite(np.asarray(answer(tf.constant(SURE)), float)).all():
        raise Wrong("unstable")


STEP_HINTS = {
    "still": "{detail} did not move: is the gradient taken by its trainable variables, and applied?",
    "uphill": "{detail} went up the gradient: the loss rose.",
    "inference": "{detail} was called without training=True: dropout and batch norm then sleep.",
    "size": "{detail} moved in the right direction but by the wrong length: a mean, one step.",
    "direction": "{detail} moved, but not down the gradient of its loss: look at targets and tape.",
    "returned": "The step should return the loss that it went down, as it was before the move.",
}


def _directions(found, due, who):
    """Raise the hint that fits, where a move is not the one that is due."""
    if not np.abs(found).max() > 1e-7:
        raise Wrong("still", who)
    if close(found, due):
        return
    cosine = found @ due / (np.linalg.norm(found) * np.linalg.norm(due))
    if cosine < -0.98:
        raise Wrong("uphill", who)
    raise Wrong("size" if cosine > 0.98 else "direction", who)


@task(
    "3.4",
    **STEP_HINTS,
    g_moved="G's weights moved in D's step: hand the optimizer D's variables only.",
    g_statistics="G's running statistics moved: draw the fakes under keras.StatelessScope().",
    swapped="D learned the opposite: the targets are swapped.",
)
def d_step(answer):
    """``d_step(generator, discriminator, optimizer, real, z)`` moves D once and returns its loss."""
    generator, discriminator = pair()
    real, z = noise(8, *SIZE, seed=1), noise(8, LATENT_DIM, seed=2)
    (loss, due), (_, swapped), (cold_loss, cold), (_, cold_swapped) = d_moves(
        generator, discriminator, real, z
    )
    spy(discriminator).flags.clear()
    before = [trainable(discriminator), trainable(generator), statistics(generator)]
    returned = answer(generator, discriminator, keras.optimizers.SGD(RATE), real, z)
    after = [trainable(discriminator), trainable(generator), statistics(generator)]
    if not np.array_equal(before[1], after[1]):
        raise Wrong("g-moved")
    if not np.array_equal(before[2], after[2]):
        raise Wrong("g-statistics")
    if not all(spy(discriminator).flags):
        raise Wrong("inference", "D")
    move = after[0] - before[0]
    if close(move, swapped) or close(move, cold_swapped):
        raise Wrong("swapped")
    if not close(move, cold):
        _directions(move, due, "D")
    if not np.isclose(number(returned, "d_step"), [loss, cold_loss], rtol=1e-3).any():
        raise Wrong("returned")


@task(
    "3.5",
    **STEP_HINTS,
    d_moved="D's weights moved in G's step: hand the optimizer G's variables only.",
    stopped="G got no gradient: draw the fakes inside the tape, and do not turn them into NumPy.",
    target_zero="G learned to be caught: in its own step its fakes count as real.",
    saturating="That is the slope of log(1 - D): climb log D instead.",
)
def g_step(answer):
    """``g_step(generator, discriminator, optimizer, z)`` moves G once and returns its loss."""
    generator, discriminator = pair(seed=2)
    z = noise(8, LATENT_DIM, seed=3)
    losses = {
        "due": lambda logits: mean_bce(logits, 1.0),
        "target-zero": lambda logits: mean_bce(logits, 0.0),
        "saturating": lambda logits: -mean_bce(logits, 0.0),
    }
    moves = {}
    for name, function in losses.items():
        with keras.StatelessScope(), tf.GradientTape() as tape:
            loss = function(discriminator(generator(z, training=True), training=True))
        moves[name] = float(loss), downhill(tape, loss, generator)
    spy(generator).flags.clear()
    before = trainable(generator), trainable(discriminator)
    try:
        returned = answer(generator, discriminator, keras.optimizers.SGD(RATE), z)
    except ValueError as error:
        if "No gradients provided" in str(error) or "None" in str(error):
            raise Wrong("stopped") from error
        raise
    after = trainable(generator), trainable(discriminator)
    if not np.array_equal(before[1], after[1]):
        raise Wrong("d-moved")
    if not all(spy(generator).flags):
        raise Wrong("inference", "G")
    move = after[0] - before[0]
    for name in ("target-zero", "saturating"):
        if close(move, moves[name][1]):
            raise Wrong(name)
    _directions(move, moves["due"][1], "G")
    if not np.isclose(number(returned, "g_step"), moves["due"][0], rtol=1e-3):
        raise Wrong("returned")


@task(
    "3.6",
    parts="build() should return four things: generator, discriminator, d_optimizer, g_optimizer.",
    shapes="The generator turns z (n, 100) into images (n, 28, 28), D turns those into logits (n, 1).",
    sigmoid="D still ends in a sigmoid: let it end in a logit and leave the sigmoid to the loss.",
    shared="One optimizer serves both networks: its momenta mix. Make a second one.",
    settings="The page asks for Adam with a learning rate of 0.0002 and beta_1 = 0.5, for both.",
    scale="D was shown real images over [{detail}]: scale the pixels to [-1, 1], where tanh draws.",
    still="{detail} never moved in train(): who freezes it?",
)
def page(build, train):
    """``build()`` and ``train(...)`` of the old page, both repaired."""
    parts = build()
    if not isinstance(parts, (tuple, list)) or len(parts) != 4:
        raise Wrong("parts")
    generator, discriminator, d_optimizer, g_optimizer = parts
    if tuple(generator(np.zeros((2, 100), "float32")).shape) != (2, 28, 28):
        raise Wrong("shapes")
    logits = discriminator(np.random.default_rng(0).uniform(-500, 500, (64, 28, 28)).astype("float32"))
    if tuple(logits.shape) != (64, 1):
        raise Wrong("shapes")
    if np.min(logits) >= 0 and np.max(logits) <= 1:
        raise Wrong("sigmoid")
    if d_optimizer is g_optimizer:
        raise Wrong("shared")
    for optimizer in (d_optimizer, g_optimizer):
        rate, beta = float(optimizer.learning_rate), getattr(optimizer, "beta_1", None)
        if not np.isclose(rate, 2e-4, rtol=1e-3) or beta != 0.5:
            raise Wrong("settings")
    _train_moves_both(train)


def _train_moves_both(train):
    """Let ``train`` run on images of pure paper and pure ink, and see who moves and what D is shown."""
    generator, discriminator = pair(seed=3, latent_dim=100)
    generator.layers[-2].set_weights([np.zeros((6, 4)), np.zeros(4)])  # every fake is 0: mid-grey
    before = trainable(generator), trainable(discriminator)
    images = np.repeat(np.array([0, 255], np.uint8), 8)[:, None, None] * np.ones((1, *SIZE), np.uint8)
    optimizers = keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5)
    train(generator, discriminator, *optimizers, images, 3)
    least, most = float(spy(discriminator).least), float(spy(discriminator).most)
    if not np.allclose((least, most), (-1, 1), atol=0.02):
        raise Wrong("scale", f"{least:g}, {most:g}")
    for name, network, old in zip("GD", (generator, discriminator), before, strict=True):
        if np.array_equal(trainable(network), old):
            raise Wrong("still", name)
