"""Checks of lesson 1: the owner's belief, loss and step, the forger's loss and step, three forgers."""

import numpy as np

from ganlib.checks import Wrong, array, number, recognise, same, task
from ganlib.data import load_wine
from ganlib.theory import sigmoid

W, B, THETA, RATE = np.array([0.8, -1.3]), 0.6, np.array([0.7, -0.2]), 0.3
REAL = np.array([[0.3, 0.4], [1.1, 1.9], [-0.8, -1.2], [0.1, -0.5], [-1.6, 0.2]])
Z = np.array([[0.5, -1.0], [-1.2, 0.3], [0.2, 0.8], [1.4, 0.6], [-0.3, -0.7]])
FAKE = THETA + Z
FEW = FAKE[:3]  # fewer forged than real bottles: each half has its own mean
HALVES = np.array([0.5, 0.5])


def _logits(x):
    return x @ W + B


@task(
    "1.1",
    logits="Those are logits, any number: the logistic function is missing.",
    forged="That is the belief that a bottle is forged: D is the belief that it is real.",
    no_bias="The bias b is missing.",
    swapped="Each feature has its own weight: w[0] goes with the first, w[1] with the second; then b.",
    guess="A belief says how sure she is, anything from 0 to 1: do not round it.",
    range="A belief lies between 0 and 1: which function did you use?",
    unstable="A logit of -800 or 800 should give a belief near 0 or 1: look for a division inf / inf.",
    other="The value is wrong: compute it for one bottle on paper and compare.",
)
def belief(answer):
    """``belief(x, w, b)`` returns D, ``(n,)``, for bottles ``(n, 2)``."""
    got = array(answer(REAL, W, B), (5,), "belief(x, w, b)")
    logits = _logits(REAL)
    mistakes = [
        ("logits", logits),
        ("forged", sigmoid(-logits)),
        ("no-bias", sigmoid(logits - B)),
        ("swapped", sigmoid(REAL @ W[::-1] + B)),
        ("swapped", sigmoid(REAL @ W * B)),
        ("guess", (logits > 0).astype(float)),
    ]
    if not same(got, sigmoid(logits)) and (got < 0).any() and not same(got, logits):
        raise Wrong("range")
    recognise(got, sigmoid(logits), mistakes)
    with np.errstate(all="ignore"):
        far = np.asarray(answer(1000.0 * np.array([[-1.0, 0], [1, 0]]), W, B), float)
    if not np.allclose(far, (0, 1), atol=1e-6):
        raise Wrong("unstable")


def _owner(d_real, d_fake, share=HALVES):
    """The owner's cross-entropy, with a weight for each half."""
    return -share[0] * np.mean(np.log(d_real)) - share[1] * np.mean(np.log(1 - d_fake))


VALUE_HINTS = {
    "sum": "That is a sum over the bottles: take the mean, so that more bottles are no larger loss.",
    "sign": "The sign is wrong: a loss is what the player makes small, so minus the logarithm.",
    "bits": "That is in bits: use the natural logarithm.",
    "square": "That is the squared error: the lesson's loss is made of logarithms.",
    "other": "The value is wrong: write the formula on paper for two unequal bottles, then compare.",
}


@task(
    "1.2",
    **VALUE_HINTS,
    swapped="The labels are swapped: she pays -log D for a real bottle, -log(1 - D) for a forged one.",
    halves="That is twice the loss: take the mean over both halves, not their sum.",
    only_real="The forged bottles are missing.",
    only_fake="The real bottles are missing.",
    pooled="With 5 real and 3 forged bottles you use one count for both: each half counts the same.",
)
def owner_loss(answer):
    """``owner_loss(real, fake, w, b)`` returns her cross-entropy, the mean over both halves."""
    got = number(answer(REAL, FAKE, W, B), "owner_loss")
    real, fake = sigmoid(_logits(REAL)), sigmoid(_logits(FAKE))
    due, count = _owner(real, fake), len(REAL)
    square = np.array([np.mean((1 - real) ** 2), np.mean(fake**2)])
    mistakes = [
        ("sum", count * due),
        ("sum", 2 * count * due),
        ("sign", -due),
        ("sign", -2 * due),
        ("halves", 2 * due),
        ("swapped", _owner(fake, real)),
        ("swapped", _owner(1 - real, 1 - fake)),
        ("swapped", 2 * _owner(1 - real, 1 - fake)),
        ("bits", due / np.log(2)),
        ("square", square.mean()),
        ("square", square.sum()),
    ]
    for hint, share in (("only-real", [1, 0]), ("only-fake", [0, 1])):
        mistakes += [(hint, _owner(real, fake, share)), (hint, _owner(real, fake, share) / 2)]
    recognise(got, due, mistakes)
    got, few = number(answer(REAL, FEW, W, B), "owner_loss"), fake[: len(FEW)]
    total = 2 * _owner(real, few, (len(real) / 2, len(few) / 2))
    counts = (len(real) + len(few), 2 * len(real), 2 * len(few))
    recognise(got, _owner(real, few), [("pooled", total / count) for count in counts])


def _moved(halves=(1, 1), fake=FAKE, counts=None):
    """Return (w1, w2, b) after a step down her loss on these halves, each divided by twice its count."""
    move = np.zeros(3)
    slopes = sigmoid(_logits(REAL)) - 1, sigmoid(_logits(fake))
    for x, slope, part, count in zip((REAL, fake), slopes, halves, counts or (5, len(fake)), strict=True):
        move -= RATE * part * np.array([*(slope @ x), slope.sum()]) / (2 * count)
    return np.array([*W, B]) + move


STEP_HINTS = {
    "uphill": "That goes up the gradient, and the loss rises: step against it.",
    "rate": "The step has the right direction and the wrong length: is the rate in once, and the mean?",
    "sum": "The step is as many times too long as there are bottles: take the mean.",
    "gradient": "That is the gradient itself: return the parameters after the step.",
    "still": "Nothing moved: return the new values, not the old ones.",
    "mixed": "One mean over everything mixes the two features: average over the bottles only (axis=0).",
    "length": "The direction is right, but the step is {detail} times as long as it should be.",
    "other": "That is no step down the gradient: check the gradient by moving one parameter a little.",
}


def _recognise_step(found, old, due, mistakes):
    """`recognise` for a step; one that is longer by a plain factor is told it, a backward one the way."""
    mistakes = [("still", old), ("uphill", 2 * old - due), *mistakes]
    try:
        recognise(found, due, mistakes)
    except Wrong as wrong:
        move, right = found - old, due - old
        times = move @ right / (right @ right)
        plain = abs(times) > 1e-3 and any(same(k, round(k)) for k in (times, 1 / times))
        if wrong.hint != "other" or not (plain and same(move, times * right)):
            raise
        raise (Wrong("length", f"{times:.3g}") if times > 0 else Wrong("uphill")) from None


@task(
    "1.3",
    **STEP_HINTS,
    pair="Return two things: w of shape (2,) and b, a number.",
    no_bias="w moved rightly, but b did not.",
    halves="The step is twice too long: the loss is the mean over both halves.",
    one_half="Only one half of the bottles pulled: real and forged ones both count.",
    pooled="With 5 real and 3 forged bottles you use one count for both: each half counts the same.",
)
def owner_step(answer):
    """``owner_step(real, fake, w, b, rate)`` returns w and b after one step down her loss."""
    old, due = np.array([*W, B]), _moved()
    found, move = _parameters(answer(REAL, FAKE, W, B, RATE)), due - old
    mistakes = [
        ("mixed", [*(W + move[:2].mean()), due[2]]),
        ("no-bias", [*due[:2], B]),
        ("halves", old + 2 * move),
        ("rate", old + move / RATE),
        ("rate", old + move * RATE),
        ("sum", old + len(REAL) * move),
        ("sum", old + 2 * len(REAL) * move),
        ("gradient", -move / RATE),
        ("gradient", -move),
    ]
    for one in (_moved((1, 0)), _moved((0, 1))):
        mistakes += [("one-half", one), ("one-half", 2 * one - old)]
    _recognise_step(found, old, due, mistakes)
    found = _parameters(answer(REAL, FEW, W, B, RATE))
    pooled = [("pooled", _moved(fake=FEW, counts=(count, count))) for count in (4, 5, 3)]
    recognise(found, _moved(fake=FEW), pooled)


def _parameters(got):
    """Return (w1, w2, b) of what the owner's step returned."""
    if got is None:
        raise Wrong("nothing", "owner_step")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Wrong("pair")
    return np.array([*array(got[0], (2,), "w"), number(got[1], "b")])


@task(
    "1.4",
    **VALUE_HINTS,
    saturating="That is log(1 - D), which goes flat where she is sure: the lesson takes -log D.",
    caught="With -log(1 - D) he is glad to be caught: he wants D near 1.",
    no_theta="The knob is missing: his bottles are theta + z.",
)
def forger_loss(answer):
    """``forger_loss(z, theta, w, b)`` returns the mean of -log D over his bottles."""
    got = number(answer(Z, THETA, W, B), "forger_loss")
    d = sigmoid(_logits(FAKE))
    due = -np.mean(np.log(d))
    mistakes = [
        ("sum", len(Z) * due),
        ("sign", -due),
        ("bits", due / np.log(2)),
        ("square", np.mean((1 - d) ** 2)),
        ("saturating", np.mean(np.log(1 - d))),
        ("caught", -np.mean(np.log(1 - d))),
        ("no-theta", -np.mean(np.log(sigmoid(_logits(Z))))),
    ]
    recognise(got, due, mistakes)


@task(
    "1.5",
    **STEP_HINTS,
    saturating="That is the slope of log(1 - D): climb log D instead.",
    caught="That is the slope of -log(1 - D): he would be glad to be caught.",
    chain="The chain rule stops too early: how much does the logit change with theta?",
    no_theta="His bottles are theta + z: your beliefs are those of z.",
)
def forger_step(answer):
    """``forger_step(z, theta, w, b, rate)`` returns theta after one step down his loss."""
    got = array(answer(Z, THETA, W, B, RATE), (2,), "forger_step")
    d = sigmoid(_logits(FAKE))
    slope = np.mean(d - 1) * W
    mistakes = [
        ("rate", THETA - slope),
        ("rate", THETA - RATE**2 * slope),
        ("sum", THETA - RATE * len(Z) * slope),
        ("gradient", slope),
        ("gradient", RATE * slope),
        ("gradient", -RATE * slope),
        ("saturating", THETA - RATE * np.mean(-d) * W),
        ("caught", THETA - RATE * np.mean(d) * W),
        ("chain", THETA - RATE * np.mean(d - 1)),
        ("mixed", THETA - RATE * slope.mean()),
        ("no-theta", THETA - RATE * np.mean(sigmoid(_logits(Z)) - 1) * W),
    ]
    _recognise_step(got, THETA, THETA - RATE * slope, mistakes)


FORGERS = {  # what each does to a real bottle
    "strong": lambda x: x + np.array([1.2, 0.0]),
    "pale": lambda x: x - np.array([0.0, 0.9]),
    "mirror": lambda x: x * np.array([1.0, -1.0]),
}


def _forger(name, bottles):
    def forge(count, seed):
        return FORGERS[name](bottles[np.random.default_rng(seed).integers(len(bottles), size=count)])

    return forge


@task(
    "1.6",
    index="Return the place of the forger in the list: 0, 1 or 2.",
    one_based="Python counts from 0: the first forger is number 0.",
    easiest="That is the one she beats most easily: take the largest loss, on all the bottles.",
    always="Your answer does not change when the forgers change places: train an owner against each.",
    other="Wrong for the order {detail}: does each owner start afresh, and do you compare her losses?",
)
def unbeaten(answer):
    """``unbeaten(real, forgers)`` returns which of three forgers a trained linear owner cannot beat."""
    bottles = load_wine().points.astype(float)
    orders = [("strong", "mirror", "pale"), ("pale", "strong", "mirror"), ("mirror", "pale", "strong")]
    found = []
    for order in orders:
        with np.errstate(all="ignore"):
            value = answer(bottles, [_forger(name, bottles) for name in order])
        found.append(number(value, "unbeaten"))
        if found[-1] not in (0, 1, 2, 3):
            raise Wrong("index")
    right = [order.index("mirror") for order in orders]
    if found == right:
        return
    if found == [place + 1 for place in right]:
        raise Wrong("one-based")
    if 3 in found:
        raise Wrong("index")
    if len(set(found)) == 1:
        raise Wrong("always")
    named = [order[int(place)] for order, place in zip(orders, found, strict=True)]
    if named == ["strong"] * 3:
        raise Wrong("easiest")
    wrong = next(i for i in range(3) if found[i] != right[i])
    raise Wrong("other", ", ".join(orders[wrong]))
