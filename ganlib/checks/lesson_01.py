"""Checks of lesson 1: the owner's belief, loss and step, a wrong slope, the forgers, a new column."""

import numpy as np

from ganlib.checks import Wrong, array, number, recognise, same, task
from ganlib.checks.bottles import forger, held_out
from ganlib.checks.slopes import LOSSES, SLIPS
from ganlib.data import load_wine
from ganlib.theory import sigmoid

W, B, THETA, RATE = np.array([0.8, -1.3]), 0.65, np.array([0.7, -0.2]), 0.3
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
    times="The bias b is added to the weighted features: it does not multiply them.",
    guess="A belief says how sure she is, anything from 0 to 1: do not round it.",
    range="A belief lies between 0 and 1, and one of yours is below 0: compute one on paper.",
    unstable="A logit of 800 gives a belief within a millionth of 1: is there an inf / inf, or a clip?",
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
        ("times", sigmoid(REAL @ W * B)),
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


@task(
    "1.2",
    sum="That is a sum over the bottles: take the mean, so that more bottles are no larger loss.",
    sign="The sign is wrong: a loss is what the player makes small, so minus the logarithm.",
    bits="That is in bits: use the natural logarithm.",
    square="That is the squared error: the lesson's loss is made of logarithms.",
    other="The value is wrong: write the formula on paper for two unequal bottles, then compare.",
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


def _moved(halves=(1, 1), fake=FAKE, counts=None, rate=RATE):
    """Return (w1, w2, b) after a step down her loss on these halves, each divided by twice its count."""
    move = np.zeros(3)
    slopes = sigmoid(_logits(REAL)) - 1, sigmoid(_logits(fake))
    for x, slope, part, count in zip((REAL, fake), slopes, halves, counts or (5, len(fake)), strict=True):
        move -= rate * part * np.array([*(slope @ x), slope.sum()]) / (2 * count)
    return np.array([*W, B]) + move


STEP_HINTS = {
    "uphill": "That goes up the gradient, and the loss rises: step against it.",
    "rate": "The step has the right direction and the wrong length: is the rate in once, and the mean?",
    "sum": "The step is as many times too long as there are bottles: take the mean.",
    "gradient": "That is the gradient alone, or a multiple of it: return the parameters after the step.",
    "still": "Nothing moved: return the new values, not the old ones.",
    "mixed": "One mean over everything mixes the two features: average over the bottles only (axis=0).",
    "length": "The direction is right, but the step is {detail} times as long as it should be.",
    "other": "The step is wrong: where it starts, its slope (check it by a small move), or its length.",
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
        *(("rate", old + times * move) for times in (RATE, 1 / RATE)),
        *(("sum", old + times * len(REAL) * move) for times in (1, 2)),
        *(("gradient", -move / times) for times in (1, RATE)),
    ]
    for one in (_moved((1, 0)), _moved((0, 1))):
        mistakes += [("one-half", one), ("one-half", 2 * one - old)]
    _recognise_step(found, old, due, mistakes)
    found = _parameters(answer(REAL, FEW, W, B, 0.1))
    ways = [_moved(fake=FEW, counts=counts, rate=0.1) for counts in (None, (4, 4), (5, 5), (3, 3))]
    mistakes = [("pooled", [*one[:2], other[2]]) for one in ways for other in ways]
    recognise(found, ways[0], [*mistakes, ("rate", _moved(fake=FEW))])


def _parameters(got):
    """Return (w1, w2, b) of what the owner's step returned."""
    if got is None:
        raise Wrong("nothing", "owner_step")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Wrong("pair")
    return np.array(
        [*array(got[0], (2,), "the first thing returned, w,"), number(got[1], "the second, b,")]
    )


@task(
    "1.4",
    index="Return the place of the wrong slope: 0, 1 or 2.",
    always="The same place for every order of the pairs: print both slopes of each, and what you return.",
    test="Yours misses more than one kind of slip, or blames a right slope: print the gap of each part "
    "at points without a 0 or a 1. Those of right slopes are near 0.",
    second="A slope is wrong in its second part, unseen: move each parameter by itself, at some points.",
    origin="One slope is right in a part, or at some points: print the gap of each part at a few points, "
    "none with a 0 or a 1.",
    loose="A slope off by a hundredth passes: is your difference nearer than that? Try it on x₁³ + x₂, "
    "whose slope is (3 x₁², 1).",
)
def wrong_slope(answer):
    """``wrong_slope(losses, slopes)`` returns the place of the slope that is not that of its loss."""
    found, named = [], {}
    for turn in (0, 1, 2):
        for name, (place, slopes) in SLIPS.items():
            losses, turned = (list(np.roll(each, turn)) for each in (LOSSES, slopes))
            got = number(answer(losses, turned), "wrong_slope")
            if got not in (0, 1, 2):
                raise Wrong("index")
            found.append(int(got))
            named[name] = named.get(name, True) and got == (place + turn) % 3
    if all(named.values()):
        return
    if len(set(found)) == 1:
        raise Wrong("always")
    missed = [name for name, right in named.items() if not right]
    raise Wrong(missed[0] if len(missed) == 1 else "test")


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
        *(("gradient", times * slope) for times in (1, RATE, -RATE)),
        ("saturating", THETA - RATE * np.mean(-d) * W),
        ("caught", THETA - RATE * np.mean(d) * W),
        ("chain", THETA - RATE * np.mean(d - 1)),
        ("mixed", THETA - RATE * slope.mean()),
        ("no-theta", THETA - RATE * np.mean(sigmoid(_logits(Z)) - 1) * W),
    ]
    _recognise_step(got, THETA, THETA - RATE * slope, mistakes)
    got, slope = array(answer(Z[:3], THETA, W, B, 0.1), (2,), "forger_step"), np.mean(d[:3] - 1) * W
    recognise(got, THETA - 0.1 * slope, [("rate", THETA - RATE * slope), ("sum", THETA - 0.06 * slope)])


@task(
    "1.6",
    index="Return the place of the forger in the list: 0, 1 or 2.",
    one_based="Python counts from 0: the first forger is number 0.",
    easiest="A well-trained owner beats that one most easily: print her loss against each before and "
    "after the steps, and what goes into it, with shapes.",
    always="The same answer for every order of the forgers: print her loss against each, and yours.",
    other="Wrong for the order {detail}: does each owner start afresh, and do you compare her losses?",
)
def unbeaten(answer):
    """``unbeaten(real, forgers)`` returns which of three forgers a trained linear owner cannot beat."""
    bottles = load_wine().points.astype(float)
    orders = [("strong", "mirror", "pale"), ("pale", "strong", "mirror"), ("mirror", "pale", "strong")]
    found = []
    for order in orders:
        with np.errstate(all="ignore"):
            value = answer(bottles, [forger(name, bottles) for name in order])
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


ENOUGH = 0.55  # d_loss that the new columns have to reach


@task(
    "1.7",
    many="{detail} columns: three are the most.",
    alone="A bottle's columns change with the bottles beside it: each row has to be computed by itself.",
    worse="On fresh bottles she does worse than by guessing: d_loss {detail}, where guessing costs 0.69. "
    "Print the least and the largest number of each column.",
    blind="She stays as clueless as before: d_loss {detail} on fresh bottles. What does the mirror "
    "change in a bottle, and what not?",
    near="She sees something: d_loss {detail} on fresh bottles, and 0.55 is due. In a real bottle the "
    "two features go together: how can one number say so?",
)
def columns(answer):
    """``columns(x)`` returns up to three numbers a bottle, from which a linear owner tells the mirror."""
    bottles = load_wine().points.astype(float)
    got = array(answer(bottles), (len(bottles), None), "columns(x)")
    if got.shape[1] > 3:
        raise Wrong("many", str(got.shape[1]))
    few = array(answer(bottles[5:9]), (4, got.shape[1]), "columns(x)")
    if not np.allclose(few, got[5:9]):
        raise Wrong("alone")
    loss = held_out(lambda x: array(answer(x), (len(x), got.shape[1]), "columns(x)"))
    if loss > ENOUGH:
        raise Wrong("worse" if loss > 0.75 else "blind" if loss > 0.68 else "near", f"{loss:.3f}")
