"""Checks of lesson 4: smooth targets, where a loss leaks, undone smoothing, dashboards, and luck."""

from itertools import product

import numpy as np

from ganlib import theory
from ganlib.checks import Wrong, array, number, pieces, recognise, recognise_all, task
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
    fakes="The fakes' target is not 0: it stays 0, or D believes a little in anything G draws.",
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
    scaled="Multiplying -log D by the target is not enough: the rest, 1 - target, goes to -log(1 - D).",
    ignored="real_target changes nothing in your d_loss.",
    halves="d_loss is the mean over both halves, not their sum.",
    sum="That is a sum over the batch: take means.",
    saturating="g_loss is log(1 - D), the one that goes flat: climb log D instead.",
    pooled="d_loss is one mean over all rows: with 3 real images and 1 fake each half counts the same.",
    other="{detail} is wrong: a loss is a mean of costs, softplus(l) - t l for a logit l with target t.",
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


def _pair(d_loss=None, g_loss=None):
    """Return a pair of losses of which one or both are written in another way than right."""

    def pair(real_logits, fake_logits, target):
        if np.ndim(target) > 0:  # the code is hidden, so it says what it takes
            shape = f"a target is one number, and {np.shape(target)} is the shape of yours"
            raise ValueError(f"pair(real_logits, fake_logits, target): {shape}")
        real, fake = np.asarray(real_logits, float), np.asarray(fake_logits, float)
        d = (d_loss or _right_d)(real, fake, target)
        return float(d), float(g_loss(fake, target) if g_loss else bce(fake, 1))

    return pair


def _right_d(real, fake, target):
    return (bce(real, target) + bce(fake, 0)) / 2


PAIRS = [  # what is wrong with it, and the pair
    ("right", _pair()),
    ("leak", _pair(g_loss=bce)),
    ("leak", _pair(g_loss=lambda fake, target: target * bce(fake, 1))),
    ("two-sided", _pair(lambda real, fake, t: (bce(real, t) + bce(fake, 1 - t)) / 2)),
    ("two-sided", _pair(lambda real, fake, t: (bce(real, t) + bce(fake, (1 - t) / 3)) / 2)),
    ("scaled", _pair(lambda real, fake, t: (t * bce(real, 1) + bce(fake, 0)) / 2)),
    ("none", _pair(lambda real, fake, t: (bce(real, 1) + bce(fake, 0)) / 2)),
    ("right", _pair(lambda real, fake, t: (bce(real, 0) - t * real.mean() + bce(fake, 0)) / 2)),
]


RIGHT = {  # why a right pair is not what it was called
    "scaled": "in it d_loss has half of a real logit's cost, target times that as real, the rest times "
    "that as fake: at target 0.8 it is 0.096 lower for a real logit of 1.5 than for one of 0",
    "two-sided": "in it d_loss follows a fake logit alike for every target",
    "leak": "in it g_loss is the same for every target",
    "none": "in it d_loss changes with the target, though not at every logit",
}


@task(
    "4.3",
    word="Answer with one of: right, leak, two-sided, scaled, none; not {detail}.",
    always="Every pair was called {detail}: which of its losses follow the real logits, the fake "
    "ones, the target? Change one at a time.",
    right="A right pair was called {detail}.",
    leak="A leak was called {detail}: is g_loss the same for two targets? Try several logits.",
    two_sided="Smoothing on both sides was called {detail}: by how much does d_loss follow a fake logit, "
    "for two targets? Try several logits.",
    scaled="D's real cost times the target was called {detail}: by how much does d_loss follow a real "
    "logit, and by how much should it?",
    none="A pair without any smoothing was called {detail}: does d_loss change at all with the target?",
)
def fault(answer):
    """``fault(pair)`` says where the target goes in a pair of losses whose code is hidden."""
    got = [answer(pair) for _, pair in PAIRS]
    for word in got:
        if word is None:
            raise Wrong("nothing", "fault")
        if not isinstance(word, str) or word not in {name for name, _ in PAIRS}:
            raise Wrong("word", repr(word)[:40])
    if len(set(got)) == 1:
        raise Wrong("always", got[0])
    for word, (due, _) in zip(got, PAIRS, strict=True):
        if word != due:
            raise Wrong(due, f"{word}: {RIGHT[word]}" if due == "right" else word)


@task(
    "4.4",
    plain="That undoes no smoothing: D / (1 - D) is p/q for targets 1 and 0 only.",
    inverse="That is q/p, fakes for one real image: the two targets in each other's place give it too.",
    one_sided="fake_target is missing: with it D does not fall to 0 where there are fakes alone.",
    top="real_target is missing: with it D does not rise to 1 where there are real images alone.",
    sign="The sign is wrong: a ratio of densities is not below 0.",
    share="That is p / (p + q), the share of real images; p/q is asked for.",
    other="The value is wrong: solve D* for p/q, and follow one number through each of your steps.",
)
def ratio(answer):
    """``ratio(d, real_target, fake_target)``: p/q, from what a smoothed D at its best believes."""
    cases = []
    for a, b in ((0.9, 0.1), (0.8, 0.3), (0.9, 0.0)):
        times = np.array([0.05, 0.4, 1.0, 3.0, 17.0])
        d = (a * times + b) / (times + 1)
        got = array(answer(d, a, b), d.shape, "ratio")
        with np.errstate(all="ignore"):
            mistakes = [
                ("plain", d / (1 - d)),
                ("inverse", 1 / times),
                ("one-sided", d / (a - d)),
                ("top", (d - b) / (1 - d)),
                ("sign", -times),
                ("share", times / (times + 1)),
                ("share", (d - b) / (a - b)),
            ]
        cases.append((got, times, mistakes))
    recognise_all(cases)


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
    "4.5",
    index="Return the place of the board in the list: 0, 1 or 2.",
    constant="The same answer for every order of the boards: print what you compute, for all three.",
    plain="That board is not smoothed at all. {detail}",
    two_sided="That board is smoothed on both sides. {detail}",
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
    for seed, (place, (boards, due)) in enumerate(zip(got, cases, strict=True)):
        if place != due:
            said = (
                f"{which}: real up to {board['real'].max():.2f}, fakes from {board['fake'].min():.2f}"
                for which, board in (("yours", boards[place]), ("due", boards[due]))
            )
            detail = f"In check.dashboards({seed}), {'; '.join(said)}. What do your tests say of the two?"
            raise Wrong("plain" if boards[place]["real"].max() > 0.95 else "two-sided", detail)


SAMPLES = (  # without and with a change, a value a seed
    ([1.0, 2.0, 4.0, 8.0], [1.5, 2.2, 5.5, 7.9]),
    ([3.0, 1.0, 2.0, 5.0, 4.0], [3.4, 1.9, 2.6, 5.2, 4.7]),  # each grew
    ([3.4, 1.9, 2.6, 5.2, 4.7], [3.0, 1.0, 2.0, 5.0, 4.0]),  # each fell
    ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, -1.0, 1.0, 0.0, 1.0]),  # many sums are alike
    ([0.6, 0.3, 0.6, 0.3, 0.4], [0.9, 0.2, 0.6, 0.1, 0.8]),  # equal on paper, not in the last digit
    ([9.0, 1.0, 5.0, 7.0, 3.0, 2.0, 8.0], [9.4, 1.3, 5.3, 7.6, 2.8, 2.5, 8.5]),  # seeds differ by more
)


@task(
    "4.6",
    one_sided="Too few ways count with you: each sign is +1 or -1, and a mean that is as far below 0 "
    "counts too.",
    fell="Where the values fell, every way counts with you: how far from 0 is a mean that lies below it?",
    strict="The differences as they came are one of the ways too: count what is at least as far from 0.",
    rounding="Sums that are equal on paper differ in the last digit here: allow for a millionth.",
    unpaired="You mix the values of different seeds: only the sign of each difference is in doubt.",
    signs="You count how many differences have which sign: their sizes count too.",
    complement="That is the share of ways that are nearer to 0: the others are asked for.",
    count="That is a count: divide it by the number of ways.",
    average="That is no share of ways: for each way of the signs take the mean difference, then count.",
    other="The share is wrong: for two seeds write down all ways to set the signs, and count.",
)
def luck(answer):
    """``luck(before, after)``: how often random signs give a mean difference so far from 0."""
    cases = []
    for before, after in SAMPLES:
        gaps = np.subtract(after, before)
        ways = np.array(list(product((1, -1), repeat=len(gaps))))
        means, seen, strictly = (ways * gaps).mean(1), abs(gaps.mean()), 1e-9
        due = np.mean(np.abs(means) >= seen - strictly)
        got = number(answer(np.array(before), np.array(after)), "luck")
        counts = np.abs((ways * np.sign(gaps)).sum(1))
        mistakes = [
            ("one-sided", np.mean(means >= gaps.mean() - strictly)),
            ("one-sided", np.mean(means >= seen - strictly)),
            ("one-sided", np.mean(means <= gaps.mean() + strictly)),
            ("fell", np.mean(np.abs(means) >= gaps.mean() - strictly)),
            ("strict", np.mean(np.abs(means) > seen + strictly)),
            ("rounding", np.mean(np.abs(means) >= seen)),
            ("unpaired", _unpaired(before, after)),
            ("signs", np.mean(counts >= abs(np.sign(gaps).sum()))),
            ("complement", 1 - due),
            ("complement", np.mean(np.abs(means) <= seen + strictly)),
            ("count", due * len(ways)),
            ("average", gaps.mean()),
            ("average", seen),
        ]
        cases.append((got, due, mistakes))
    recognise_all(cases)


def _unpaired(before, after):
    """Return the share of ways to deal all values into two hands that part the means by as much."""
    values, n = np.concatenate([before, after]), len(before)
    hands = np.array([way for way in product((0, 1), repeat=2 * n) if sum(way) == n])
    gaps = hands @ values / n - (1 - hands) @ values / n
    return np.mean(np.abs(gaps) >= abs(np.mean(after) - np.mean(before)) - 1e-9)
