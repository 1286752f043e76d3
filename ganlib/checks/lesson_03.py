"""Checks of lesson 3: a loss, who moved, the two updates, a page with six faults, the z of an image."""

import numpy as np

from ganlib.backend import keras, tf
from ganlib.checks import Wrong, array, number, recognise, said, task
from ganlib.checks.logits import FAKE, FAR_HINTS, REAL, SURE, as_probability, bce, check_far
from ganlib.checks.networks import (
    KINDS,
    LATENT_DIM,
    RATE,
    SIZE,
    check_calls,
    check_flags,
    check_move,
    check_returned,
    check_shown,
    close,
    compared,
    d_moves,
    downhill,
    mean_bce,
    noise,
    pair,
    plain_pair,
    spies,
    statistics,
    step_that,
    trainable,
    walked,
    walked_wrongly,
)
from ganlib.checks.page import FAULTS, check_build, check_rounds, repaired_page
from ganlib.theory import sigmoid


@task(
    "3.1",
    **FAR_HINTS,
    sum="That is a sum over the batch: take the mean, so that a larger batch is no larger loss.",
    probabilities="The arguments are logits, not probabilities: any number, and D = sigmoid(logit).",
    twice="A sigmoid too many: the loss already takes logits (look for from_logits).",
    other="The value is wrong: write the formula on paper for two real and two fake logits.",
    constant="The value is right, but a tape finds no slope in it: stay in TensorFlow all the way.",
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
    logits = tf.constant(REAL), tf.constant(FAKE)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.convert_to_tensor(answer(*logits))
    if None in tape.gradient(loss, logits):
        raise Wrong("constant")


@task(
    "3.2",
    index="Return the place of the step in the list: 0, 1, 2 or 3.",
    constant="The same answer for every order of the steps: print what moved in each, and your answer.",
    statistics="That step moves G's running averages: they are arrays of G too, though no trained ones.",
    weights="That step moves a trained array of G: compare the arrays of G before and after.",
    idle="That step moves nothing at all: D should move.",
)
def clean(answer):
    """``clean(steps, fresh)`` returns the place of the step that moves D's weights and nothing else."""
    got, orders = [], [np.roll(list(KINDS), turn) for turn in (2, 0, 3, 1)]
    for seed, order in enumerate(orders):
        place = number(
            answer([step_that(kind) for kind in order], lambda seed=seed: plain_pair(seed)), "clean"
        )
        if place not in range(len(KINDS)):
            raise Wrong("index")
        got.append(int(place))
    picked = [order[place] for order, place in zip(orders, got, strict=True)]
    if set(picked) == {"clean"}:
        return
    if len(set(got)) == 1:
        raise Wrong("constant")
    raise Wrong(KINDS[next(kind for kind in picked if kind != "clean")])


STEP_HINTS = {
    "still": "{detail} did not move: is the gradient taken by its trainable variables, and applied?",
    "uphill": "{detail} went up the gradient: the loss rose.",
    "inference": "{detail} was called without training=True: dropout and batch norm then sleep.",
    "scope": "{detail} stood under keras.StatelessScope() and could not keep what it noted in the step.",
    "size": "{detail} moved in the right direction but by the wrong length: a mean, one step.",
    "direction": "{detail} moved, but not straight down its loss: look at loss, targets and tape.",
    "alone": "The step returned {detail}: return the loss alone.",
    "frozen": "{detail}.trainable was left at False: the next step would find nothing to move.",
    "returned": "The step should return the loss that it went down, as it was before the move.",
    "z": "G drew from another z than the one that it was given: hand it on as it is.",
}


@task(
    "3.3",
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
    "3.4",
    **STEP_HINTS,
    d_moved="D's weights moved in G's step: hand the optimizer G's variables only.",
    stopped="G got no gradient: draw the fakes inside the tape, and do not turn them into NumPy.",
    target_zero="G learned to be caught: in its own step its fakes count as real.",
    saturating="That is the slope of log(1 - D): climb log D instead.",
    d_statistics="D's running averages moved in G's step: D is asked here, and not changed.",
    asleep="D.trainable was False while it judged: a batch norm that is frozen sleeps.",
)
def g_step(answer):
    """``g_step(generator, discriminator, optimizer, z)`` moves G once and returns its loss."""
    check_g_step(answer, d_norm=True)


def check_g_step(answer, d_norm):
    """Let a step of G run, against a D with or without running averages."""
    generator, discriminator = pair(seed=2, d_norm=d_norm)
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
    before = trainable(generator), trainable(discriminator), statistics(discriminator)
    try:
        returned = answer(generator, discriminator, keras.optimizers.SGD(RATE), z)
    except ValueError as error:
        if "No gradients provided" in str(error):
            raise Wrong("stopped") from error
        raise
    after = trainable(generator), trainable(discriminator), statistics(discriminator)
    if not np.array_equal(before[1], after[1]):
        raise Wrong("d-moved")
    check_flags(generator, discriminator)
    if of_d.frozen:
        raise Wrong("asleep")
    if not np.array_equal(before[2], after[2]):
        raise Wrong("d-statistics")
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
    "3.5",
    lines="Return a dict: the number of a line, 1 to {detail}, and the text that it should have.",
    many="You changed {detail} lines: six are wrong, and each can be mended in its place.",
    syntax="With your lines the page is no Python any more: {detail}.",
    sigmoid="Not all yet. Build the networks and print what D says of a few images, whatever they are.",
    scale="Not all yet. Print the least and greatest pixel that D is shown in train(), real and fake.",
    again="Not all yet. Print z in each of three rounds.",
    statistics="Not all yet. Count what moves in D's step: trained arrays and running ones.",
    both="Not all yet. Count what moves in G's step.",
    caught="Not all yet. What does D say of G's fakes before and after some steps of G?",
    saturating="Line 39 has log(1 - D) now: G's usual loss is -log D.",
    broken="{detail} is not as in the lesson: a line that was right is changed, or a wrong one is wrong "
    "in a new way.",
)
def fixes(answer):
    """``fixes()`` returns the lines of the old page that were wrong, mended, by number."""
    repaired = repaired_page(answer())
    try:
        _mended(repaired)
    except Wrong:
        raise
    except Exception as error:
        raise Wrong("error", said(error)) from error


def _mended(page):
    """Raise the hint of a fault that the page still has."""
    check_build(page.build)
    for name, check, *options in (("d_step", d_step.check), ("g_step", check_g_step, False)):
        try:
            check(getattr(page, name), *options)
        except Wrong as wrong:
            raise Wrong(FAULTS.get(wrong.hint, "broken"), name) from wrong
    check_rounds(page.train)


@task(
    "3.6",
    start="Asked for one step you gave back the z that you were given: how many do you take, and does "
    "each start from the z of the last?",
    uphill="z went up the slope: its picture is farther from the image than at the start.",
    sum="Your steps are as many times too long as there are pixels: pay the mean, not the sum.",
    plain="z went down the mean of the difference itself: square it.",
    added="z went to where G draws the image with its sign turned: take the image away from G's picture.",
    size="z moved in the right direction, but by the wrong length.",
    count="That is where {detail} steps lead: take `steps` of them, each from where the last one ended.",
    stale="Each of your slopes is that at the first z: take it where the last step ended.",
    training="G drew with training=True: a batch norm takes the mean of this one picture away from it.",
    g_moved="G moved: nothing but z should.",
    other="A number of z went {detail}. A step takes rate times the slope of the mean square from z.",
)
def find_z(answer):
    """``find_z(generator, image, z, steps, rate)`` goes down from z to the z that draws an image."""
    generator = pair(seed=4)[0]
    generator(noise(64, LATENT_DIM, seed=5), training=True)
    image, start = generator(noise(1, LATENT_DIM, seed=6))[0], noise(1, LATENT_DIM, seed=7)
    for steps, rate in ((1, 0.3), (12, 0.3)):
        due = walked(generator, image, start, steps, rate)
        (watched,) = spies(generator)
        before = trainable(generator), statistics(generator)
        got = array(answer(generator, image, start, steps, rate), tuple(start.shape), "find_z")
        if any(watched.flags):
            raise Wrong("training")
        for old, new in zip(before, (trainable(generator), statistics(generator)), strict=True):
            if not np.array_equal(old, new):
                raise Wrong("g-moved")
        if np.allclose(got, due, atol=1e-3):
            continue
        others = walked_wrongly(generator, image, start, steps, rate)
        if hint := next((hint for hint, z in others if np.allclose(got, z, atol=1e-3)), ""):
            raise Wrong(hint)
        for count in range(1, 2 * steps + 2):
            if np.allclose(got, walked(generator, image, start, count, rate), atol=1e-3):
                raise Wrong("count", str(count))
        towards, went = compared(start.numpy(), got, due)
        raise Wrong("size" if steps == 1 and towards else "other", went)
