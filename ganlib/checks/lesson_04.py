"""Checks of lesson 4: smooth targets, losses that do not leak, D*, and what a dashboard shows."""

import numpy as np

from ganlib import theory
from ganlib.checks import Wrong, array, number, pieces, recognise, same, task
from ganlib.checks.logits import FAKE, REAL, bce


def _several(answer, names, name):
    """Return an answer of several numbers, which have names, as floats."""
    if answer is None:
        raise Wrong("nothing", name)
    parts = pieces(answer)
    if parts is None or len(parts) != len(names):
        raise Wrong("parts")
    return [number(part, each) for part, each in zip(parts, names, strict=True)]


@task(
    "4.1",
    swapped="The two are swapped: the real rows come first, and only they are smoothed.",
    fakes="The fakes are smoothed too: their target stays 0, or D believes a little in anything G draws.",
    over="A target over 1 asks D for more than certainty: smoothing pulls the real target down.",
    itself="The real target is not the amount of smoothing: smoothing 0.1 makes of 1 what is left, 0.9.",
    none="Nothing is smoothed: look at the second argument.",
    noisy="The rows of one half differ: every real image has the same target.",
    other="The real target is wrong: start from 1 and take the amount of smoothing away.",
)
def targets(answer):
    """``targets(count, smoothing)`` returns D's targets, ``(2 count, 1)``: real rows first."""
    for count, smoothing in ((4, 0.25), (1, 0.1)):
        got = array(answer(count, smoothing), (2 * count, 1), f"targets({count}, {smoothing})")
        real, fake = got[:count], got[count:]
        if (got > 1).any():
            raise Wrong("over")
        if (real == 0).all() and (fake > 0.5).all():
            raise Wrong("swapped")
        if np.ptp(real) > 1e-6 or np.ptp(fake) > 1e-6:
            raise Wrong("noisy")
        if (fake != 0).any():
            raise Wrong("fakes")
        if np.allclose(real, smoothing):
            raise Wrong("itself")
        if np.allclose(real, 1):
            raise Wrong("none")
        if not np.allclose(real, 1 - smoothing):
            raise Wrong("other")


@task(
    "4.2",
    parts="Return two numbers: d_loss, g_loss.",
    order="The two are in the wrong order: first d_loss, then g_loss.",
    leak="The smoothing leaks into g_loss: G's own target is 1, whatever D's is.",
    two_sided="The fakes are smoothed too: only the real target changes.",
    scaled="Multiplying -log D by the target is not enough: what it lacks to 1 goes to -log(1 - D).",
    ignored="real_target changes nothing in your d_loss.",
    halves="d_loss is the mean over both halves, not their sum.",
    sum="That is a sum over the batch: take means.",
    saturating="g_loss is log(1 - D), the one that goes flat: climb log D instead.",
    pooled="d_loss is one mean over all rows: with 3 real images and 1 fake each half counts the same.",
    other="{detail} is wrong: softplus(l) - t l is the cost of logit l with target t.",
)
def losses(answer):
    """``losses(real_logits, fake_logits, real_target)`` returns D's smoothed loss and G's loss."""
    for target in (0.9, 0.7):
        got = _several(answer(REAL, FAKE, target), ("d_loss", "g_loss"), "losses")
        d, g = (bce(REAL, target) + bce(FAKE, 0)) / 2, bce(FAKE, 1)
        fake = bce(FAKE, 0)
        d_mistakes = [
            ("order", g),
            ("ignored", (bce(REAL, 1) + fake) / 2),
            ("two-sided", (bce(REAL, target) + bce(FAKE, 1 - target)) / 2),
            ("scaled", (target * bce(REAL, 1) + fake) / 2),
            ("halves", 2 * d),
            ("sum", len(REAL) * d),
            ("sum", 2 * len(REAL) * d),
        ]
        recognise(got[0], d, d_mistakes, "d_loss")
        g_mistakes = [
            ("leak", bce(FAKE, target)),
            ("leak", target * g),
            ("saturating", -fake),
            ("sum", len(FAKE) * g),
        ]
        recognise(got[1], g, g_mistakes, "g_loss")
        real, fake = bce(REAL[:3], target), bce(FAKE[:1], 0)
        got = _several(answer(REAL[:3], FAKE[:1], target), ("d_loss", "g_loss"), "losses")
        recognise(got[0], (real + fake) / 2, [("pooled", (3 * real + fake) / 4)], "d_loss")


P = np.array([0.5, 0.2, 0.2, 0.1])
Q = np.array([0.1, 0.3, 0.2, 0.4])


@task(
    "4.3",
    swapped="The targets are swapped: real_target goes with p, fake_target with q.",
    bottom="The targets stand below the line too: below it are only p and q.",
    one_sided="fake_target is missing: it brings q above the line.",
    plain="The targets are missing: that is p / (p + q).",
    real_only="q is missing below the line.",
    brackets="What stands above the line needs brackets, and what stands below it too.",
    zero="Where one of the two densities is 0, yours is no number or a wrong one.",
    complement="That is 1 - D*: the belief that the image is fake.",
    halved="Half of what is due: p and q are weighted alike above and below the line.",
    other="The value is wrong: find the minimum of -a log D - b log(1 - D), with a = alpha p + beta q.",
)
def optimal_d(answer):
    """``optimal_d(p, q, real_target, fake_target)`` returns D*, of the shape of p."""
    for a, b in ((0.8, 0.3), (0.9, 0.0)):
        got = array(answer(P, Q, a, b), P.shape, "optimal_d")
        due = (a * P + b * Q) / (P + Q)
        mistakes = [
            ("plain", P / (P + Q)),
            ("one-sided", a * P / (P + Q)),
            ("swapped", (b * P + a * Q) / (P + Q)),
            ("bottom", (a * P + b * Q) / (a * P + Q)),
            ("bottom", a * P / (a * P + Q)),
            ("complement", 1 - due),
            ("halved", due / 2),
            ("real-only", (a * P + b * Q) / P),
            ("brackets", a * P + b * Q / (P + Q)),
            ("brackets", (a * P + b * Q) / P + Q),
            ("brackets", a * P + b * Q / P + Q),
        ]
        recognise(got, due, mistakes)
    with np.errstate(all="ignore"):
        if not same(answer(np.array([0.0, 0.4]), np.array([0.2, 0.0]), 0.9, 0.1), (0.1, 0.9)):
            raise Wrong("zero")


@task(
    "4.4",
    parts="Return three numbers: d, d_loss, g_loss.",
    ln2="{detail} is that of a game without smoothing: D ends lower, and both losses follow from D.",
    target="D ends at half of the real target, not at the target: half of what it sees is fake.",
    halves="d_loss is the mean over both halves, not their sum.",
    unsmoothed="d_loss has D right but the target 1: what the target lacks to 1 goes to -log(1 - D).",
    real_only="d_loss is the real part alone: the fakes count too.",
    fake_only="d_loss is the fake part alone: the real images count too.",
    g_smoothed="G's own target is 1: g_loss is -log D, nothing more.",
    other="{detail} is wrong: put D* for q = p into the two losses.",
)
def equilibrium(answer):
    """``equilibrium(real_target)`` returns D, d_loss and g_loss of a perfect game."""
    for target in (0.9, 0.8):
        got = _several(answer(target), ("d", "d_loss", "g_loss"), "equilibrium")
        d, d_loss, real, fake, g_loss, _ = theory.equilibrium(target)
        recognise(got[0], d, [("ln2", 0.5), ("target", target)], "d")
        d_mistakes = [
            ("ln2", np.log(2)),
            ("halves", real + fake),
            ("unsmoothed", (fake - np.log(d)) / 2),
            ("unsmoothed", fake - np.log(d)),
            ("real-only", real),
            ("fake-only", fake),
        ]
        recognise(got[1], d_loss, d_mistakes, "d_loss")
        smoothed = -target * np.log(d) - (1 - target) * np.log(1 - d)
        g_mistakes = [("ln2", np.log(2)), ("g-smoothed", smoothed), ("g-smoothed", -target * np.log(d))]
        recognise(got[2], g_loss, g_mistakes, "g_loss")


@task(
    "4.5",
    probability="That is the belief, not the logit: which logit l has sigmoid(l) = target?",
    forward="That is the sigmoid of the target: here it has to be undone, not applied.",
    log="That is the logarithm of the target alone: the logit compares it with the rest.",
    sign="The sign is wrong: a target over one half is reached by a logit above 0.",
    base="The base is wrong: logits are measured with the natural logarithm.",
    not_finite="{detail} is infinite: brackets, or is it the logarithm of 0?",
    odds="These are the odds: take their logarithm.",
    other="The value is wrong: where is the slope of softplus(l) - t l equal to 0?",
)
def best_logit(answer):
    """``best_logit(real_target)`` returns the logit at which a real image costs D least."""
    for target in (0.9, 0.75, 0.6, 0.3):
        got = number(answer(target), "best_logit")
        due = np.log(target / (1 - target))
        mistakes = [
            ("probability", target),
            ("forward", 1 / (1 + np.exp(-target))),
            ("log", np.log(target)),
            ("log", -np.log(1 - target)),
            ("sign", -due),
            ("base", due / np.log(10)),
            ("base", due / np.log(2)),
            ("odds", target / (1 - target)),
        ]
        recognise(got, due, mistakes)


def dashboards(seed=0):
    """Return three boards in a random order and the place of the one-sided one.

    A board is a dict: ``"real"`` and ``"fake"``, D's beliefs in 400 images of each, taken from a D at its
    best.  One board has targets 1 and 0, one 0.9 and 0, one 0.9 and 0.1.
    """
    random = np.random.default_rng(seed)
    boards = []
    for real_target, fake_target in ((1.0, 0.0), (0.9, 0.0), (0.9, 0.1)):
        board, shift = {}, random.uniform(1.2, 2.5)
        for name, side in (("real", shift), ("fake", -shift)):
            x = random.normal(side, 1, 400)
            p, q = (np.exp(-((x - centre) ** 2) / 2) for centre in (shift, -shift))
            board[name] = theory.optimal_d(p, q, real_target, fake_target)
        boards.append(board)
    order = random.permutation(3)
    return [boards[i] for i in order], int(np.flatnonzero(order == 1)[0])


@task(
    "4.6",
    index="Return the place of the board in the list: 0, 1 or 2.",
    constant="The same answer for every order of the boards: look at the numbers in them.",
    plain="That board is not smoothed at all: its D comes as near to 1 on real images as it can.",
    two_sided="That board is smoothed on both sides: look at its fakes too.",
)
def smoothed(answer):
    """``smoothed(boards)`` returns the place of the one-sided board among three."""
    cases = [dashboards(seed) for seed in range(12)]
    got = []
    for boards, _ in cases:
        place = number(answer(boards), "smoothed")
        if place not in (0, 1, 2):
            raise Wrong("index")
        got.append(int(place))
    if got == [place for _, place in cases]:
        return
    if len(set(got)) == 1:
        raise Wrong("constant")
    for place, (boards, due) in zip(got, cases, strict=True):
        if place != due:
            raise Wrong("plain" if boards[place]["real"].max() > 0.95 else "two-sided")
