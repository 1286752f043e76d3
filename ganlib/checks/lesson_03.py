"""Checks of lesson 3: labels, losses, the two updates, and a page of 2018 Keras."""

import numpy as np

from ganlib.backend import keras, tf
from ganlib.checks import Wrong, array, number, recognise, task
from ganlib.checks.logits import FAKE, FAR_HINTS, REAL, SURE, as_probability, bce, check_far
from ganlib.checks.networks import (
    LATENT_DIM,
    RATE,
    SIZE,
    check_calls,
    check_flags,
    check_move,
    check_returned,
    check_shown,
    close,
    d_moves,
    downhill,
    mean_bce,
    noise,
    pair,
    spies,
    statistics,
    trainable,
)
from ganlib.checks.page import check_end, check_rounds
from ganlib.theory import sigmoid


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


LOSS_HINTS = {
    **FAR_HINTS,
    "sum": "That is a sum over the batch: take the mean, so that a larger batch is no larger loss.",
    "probabilities": "The arguments are logits, not probabilities: any number, and D = sigmoid(logit).",
    "twice": "A sigmoid too many: the loss already takes logits (look for from_logits).",
    "other": "The value is wrong: write the formula on paper for two real and two fake logits.",
}


@task(
    "3.2",
    **LOSS_HINTS,
    swapped="The targets are swapped: D is rewarded for calling the real ones fake.",
    halves="That is twice the loss: take the mean over both halves, not their sum.",
    pooled="With 3 real images and 1 fake that is one mean over all 4: each half counts the same.",
    only_real="The fakes are missing.",
    only_fake="The real images are missing.",
    sign="The sign is wrong: a loss is what D makes small, so minus the logarithms.",
)
def d_loss(answer):
    """``d_loss(real_logits, fake_logits)`` returns D's cross-entropy, the mean over both halves."""
    got = number(answer(tf.constant(REAL), tf.constant(FAKE)), "d_loss")
    due = (bce(REAL, 1) + bce(FAKE, 0)) / 2
    soft = (bce(sigmoid(REAL), 1) + bce(sigmoid(FAKE), 0)) / 2
    mistakes = [
        ("sum", len(REAL) * due),
        ("sum", 2 * len(REAL) * due),
        ("halves", 2 * due),
        ("sign", -due),
        ("sign", -2 * due),
        ("swapped", (bce(REAL, 0) + bce(FAKE, 1)) / 2),
        ("swapped", bce(REAL, 0) + bce(FAKE, 1)),
        ("only-real", bce(REAL, 1)),
        ("only-real", bce(REAL, 1) / 2),
        ("only-fake", bce(FAKE, 0)),
        ("only-fake", bce(FAKE, 0) / 2),
        ("probabilities", (as_probability(REAL, 1) + as_probability(FAKE, 0)) / 2),
        ("twice", soft),
        ("twice", 2 * soft),
    ]
    recognise(got, due, mistakes)
    real, fake = REAL[:3], FAKE[:1]
    got = number(answer(tf.constant(real), tf.constant(fake)), "d_loss")
    pooled = (3 * bce(real, 1) + bce(fake, 0)) / 4
    recognise(got, (bce(real, 1) + bce(fake, 0)) / 2, [("pooled", pooled)])
    check_far(answer(tf.constant(SURE), tf.constant(-SURE)), 200)


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
    due = bce(FAKE, 1)
    mistakes = [
        ("sum", len(FAKE) * due),
        ("saturating", -bce(FAKE, 0)),
        ("target-zero", bce(FAKE, 0)),
        ("sign", -due),
        ("probabilities", as_probability(FAKE, 1)),
        ("twice", bce(sigmoid(FAKE), 1)),
    ]
    recognise(got, due, mistakes)
    check_far(answer(tf.constant(SURE)), 200)


STEP_HINTS = {
    "still": "{detail} did not move: is the gradient taken by its trainable variables, and applied?",
    "uphill": "{detail} went up the gradient: the loss rose.",
    "inference": "{detail} was called without training=True: dropout and batch norm then sleep.",
    "scope": "{detail} stood under keras.StatelessScope() and could not keep what it noted in the step.",
    "size": "{detail} moved in the right direction but by the wrong length: a mean, one step.",
    "direction": "{detail} moved, but not down the gradient of its loss: look at targets and tape.",
    "alone": "The step returned {detail}: return the loss alone.",
    "frozen": "{detail}.trainable was left at False: the next step would find nothing to move.",
    "returned": "The step should return the loss that it went down, as it was before the move.",
    "z": "G drew from another z than the one that it was given: hand it on as it is.",
}


@task(
    "3.4",
    **STEP_HINTS,
    g_moved="G's weights moved in D's step: hand the optimizer D's variables only.",
    g_statistics="G's running statistics moved: draw the fakes under keras.StatelessScope().",
    asleep="G.trainable was False while it drew: a batch norm that is frozen sleeps.",
    swapped="D learned the opposite: the targets are swapped.",
    real="D was shown other real images than the given ones: hand them on as they are.",
)
def d_step(answer):
    """``d_step(generator, discriminator, optimizer, real, z)`` moves D once and returns its loss."""
    generator, discriminator = pair()
    real, z = noise(8, *SIZE, seed=1), noise(8, LATENT_DIM, seed=2)
    (loss, due), (_, swapped) = d_moves(generator, discriminator, real, z)
    of_g, of_d = spies(generator, discriminator)
    before = [trainable(discriminator), trainable(generator), statistics(generator)]
    returned = answer(generator, discriminator, keras.optimizers.SGD(RATE), real, z)
    after = [trainable(discriminator), trainable(generator), statistics(generator)]
    if not np.array_equal(before[1], after[1]):
        raise Wrong("g-moved")
    if not np.array_equal(before[2], after[2]):
        raise Wrong("g-statistics")
    check_flags(generator, discriminator)
    if of_g.frozen:
        raise Wrong("asleep")
    check_calls(of_g, "G", kept=False)
    check_shown(of_g, z, "z")
    check_shown(of_d, real, "real")
    check_calls(of_d, "D", kept=True)
    move = after[0] - before[0]
    if close(move, swapped):
        raise Wrong("swapped")
    check_move(move, due, "D")
    check_returned(returned, loss, "d_step")


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
    of_g, of_d = spies(generator, discriminator)
    before = trainable(generator), trainable(discriminator)
    try:
        returned = answer(generator, discriminator, keras.optimizers.SGD(RATE), z)
    except ValueError as error:
        if "No gradients provided" in str(error):
            raise Wrong("stopped") from error
        raise
    after = trainable(generator), trainable(discriminator)
    if not np.array_equal(before[1], after[1]):
        raise Wrong("d-moved")
    check_flags(generator, discriminator)
    check_calls(of_d, "D", kept=False)
    check_calls(of_g, "G", kept=True)
    check_shown(of_g, z, "z")
    move = after[0] - before[0]
    for name in ("target-zero", "saturating"):
        if close(move, moves[name][1]):
            raise Wrong(name)
    check_move(move, moves["due"][1], "G")
    check_returned(returned, moves["due"][0], "g_step")


@task(
    "3.6",
    parts="build() should return four things: generator, discriminator, d_optimizer, g_optimizer.",
    shapes="The generator turns z (n, 100) into images (n, 28, 28), D turns those into logits (n, 1).",
    sigmoid="D still ends in a sigmoid: let it end in a logit and leave the sigmoid to the loss.",
    end="D's logit is bent at its end: let a Dense(1) without an activation be the last layer.",
    shared="One optimizer serves both networks: its momenta mix. Make a second one.",
    reach="G draws from {detail}: let it end in tanh, which reaches from -1 to 1.",
    settings="The page asks for Adam with a learning rate of 0.0002 and beta_1 = 0.5, for both.",
    scale="D was shown real images from {detail}: scale the pixels to [-1, 1], where tanh draws.",
    tones="D's real images have another look: 0 becomes -1, 255 becomes 1, and 51 becomes -0.6.",
    still="{detail} never moved in train(): is its optimizer at work?",
    rounds="In 3 rounds D and G made {detail} steps: one each in a round, and `steps` rounds.",
    order="G moved first: in each round D's step comes before G's.",
    count="z had {detail} rows for a batch of 16 images: as many as there are images.",
    noise="z has {detail}: it should come from N(0, 1), with mean 0 and standard deviation 1.",
    again="The same z came twice: draw a fresh one for each step of each round.",
)
def page(build, train):
    """``build()`` and ``train(...)`` of the old page, both repaired."""
    parts = build()
    if not isinstance(parts, (tuple, list)) or len(parts) != 4:
        raise Wrong("parts")
    generator, discriminator, d_optimizer, g_optimizer = parts
    images = np.random.default_rng(0).uniform(-500, 500, (64, 28, 28)).astype("float32")
    try:
        drawn, logits = generator(1000 * noise(64, 100)), discriminator(images)
        shapes = [tuple(result.shape) for result in (drawn, logits)]
    except Exception as error:  # of the check's own call
        raise Wrong("shapes") from error
    if shapes != [(64, 28, 28), (64, 1)]:
        raise Wrong("shapes")
    if np.min(logits) >= 0 and np.max(logits) <= 1:
        raise Wrong("sigmoid")
    check_end(discriminator, images)
    drawn = np.asarray(drawn)
    if not (drawn.min() < -0.5 and np.abs(drawn).max() <= 1):
        raise Wrong("reach", f"{drawn.min():.3g} to {drawn.max():.3g}")
    if d_optimizer is g_optimizer:
        raise Wrong("shared")
    for optimizer in (d_optimizer, g_optimizer):
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            raise Wrong("parts")
        rate, beta = float(optimizer.learning_rate), getattr(optimizer, "beta_1", None)
        if not np.isclose(rate, 2e-4, rtol=1e-3) or beta != 0.5:
            raise Wrong("settings")
    check_rounds(train)
