"""Checks of lesson 7: count the modes, does a game grow, read dashboards, prove a cure, find one."""

import json
import random
from pathlib import Path

import numpy as np

from ganlib import metrics
from ganlib.checks import Wrong, check_names, number, recognise_all, task, truth
from ganlib.checks.dirac import ROW, matrix_of, play, round_of
from ganlib.checks.seeds import CASES, RULES, check_rule
from ganlib.data import points as toys

CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
SIGMA = 0.5
# two good at the first, three at the second, a stray nearest the third; one just 3 sigma from the fourth
POINTS = np.array(
    [[0.1, 0], [0, 0.6], [4, 0.2], [4.3, 0], [3.8, -0.1], [0.9, 2.4], [5.5, 4], [9, 9]], "float64"
)


@task(
    "7.1",
    percent="A share lies between 0 and 1: divide by the number of points, and by nothing else.",
    count="That is a count: divide it by the number of points.",
    sigma="The limit is three standard deviations, not one.",
    squared="Distances are compared with squared distances: take the root, or square the limit.",
    box="A distance is the root of the sum of squares: |x| and |y| below the limit make a square.",
    strict="At most 3σ: a point exactly there is good.",
    twice="A point within reach of two centres counts once.",
    bad="That is the share of bad points.",
    other="The share is wrong: for each point, the distance to its nearest centre decides.",
)
def good_share(answer):
    """``good_share(points, centres, sigma)``: the share of points within 3σ of a centre."""
    draws = np.random.default_rng(0).uniform(-1, 5, (400, 2))
    found = []
    for points, sigma in ((draws, 0.3), (draws, 1.0), (POINTS, SIGMA)):
        got = number(answer(points, CENTRES, sigma), "good_share")
        gaps = np.abs(points[:, None] - CENTRES[None])
        least = np.sqrt((gaps**2).sum(2)).min(1)
        due = (least <= 3 * sigma).mean()
        mistakes = [
            ("percent", 100 * due),
            ("count", due * len(points)),
            ("strict", (least < 3 * sigma).mean()),
            ("sigma", (least <= sigma).mean()),
            ("squared", (least**2 <= 3 * sigma).mean()),
            ("box", (gaps.max(2).min(1) <= 3 * sigma).mean()),
            ("twice", (np.sqrt((gaps**2).sum(2)) <= 3 * sigma).sum() / len(points)),
            ("bad", 1 - due),
        ]
        found.append((got, due, mistakes))
    recognise_all(found)


@task(
    "7.2",
    strays="A point far from every centre counts for none: leave out those beyond 3σ.",
    near="A point counts for its nearest centre only: one between two centres does not find both.",
    points="That is the number of good points, not of centres that have one.",
    lost="That is the number of modes that are missing.",
    share="That is a share: the number of modes is asked for.",
    all="That is the number of centres, whatever the points are.",
    one="A heap with fewer than `least` good points is not found: your count asks for one.",
    above="At least `least`: a heap with just so many good points is found.",
    other="The number is wrong: a mode is found where at least `least` good points are nearest to it.",
)
def modes_found(answer):
    """``modes_found(points, centres, sigma, least)``: how many centres have enough good points."""
    ring = toys.RING.draw(60, seed=3)
    stray = np.array([[2.0, 2.0], [8.0, 0.0]])
    cases = []
    for points, centres, sigma, least in (
        (POINTS[:6], CENTRES, SIGMA, 1),
        (POINTS, CENTRES, SIGMA, 1),
        (POINTS, CENTRES, SIGMA, 2),
        (POINTS, CENTRES, SIGMA, 3),
        (ring, toys.RING.centres, toys.RING.sigma, 6),
        (ring[:5], toys.RING.centres, toys.RING.sigma, 1),
        (stray, CENTRES, SIGMA, 1),
        (stray[:1] - 0.1, CENTRES, 1.0, 1),
        (POINTS[[0, 2]], np.array([[0.0, 0.0], [4.0, 0.0], [20.0, 0.0]]), SIGMA, 1),
    ):
        got = number(answer(points, centres, sigma, least), "modes_found")
        found = metrics.modes(points, centres, sigma, least=least)
        gaps = np.linalg.norm(points[:, None] - centres[None], axis=2)
        counts, near = np.array(found["counts"]), (gaps <= 3 * sigma).sum(0)
        nearest = np.bincount(gaps.argmin(1), minlength=len(centres))
        mistakes = [
            ("one", (counts >= 1).sum()),
            ("above", (counts > least).sum()),
            ("near", (near >= least).sum()),
            ("strays", (nearest >= least).sum()),
            ("all", len(centres)),
            ("points", counts.sum()),
            ("points", counts[counts >= least].sum()),
            ("lost", len(centres) - found["modes"]),
            ("share", found["modes"] / len(centres)),
        ]
        cases.append((got, found["modes"], mistakes))
    recognise_all(cases)


@task(
    "7.3",
    real_part="An eigenvalue here has an imaginary part: its length is what counts.",
    smallest="Growth is decided by the longest eigenvalue, not by the shortest.",
    change="That is the matrix of what a round adds: where nothing moves, the factor is 1 and not 0.",
    norm="That is how far one round can stretch: what grows over many rounds is an eigenvalue.",
    determinant="The root of the determinant is the eigenvalues' length only while both have the same.",
    divide="The table holds slopes: divide by how far apart the two starts were.",
    twice="The two starts, one on each side of 0, are 2h apart: your slopes are twice too steep.",
    far="Your starts are too far from 0: near it a round is straight, farther out it bends.",
    early="Nearly: with so many rounds the first still count. Leave them out, or find the four numbers.",
    lost="Many rounds in a row shrink a move to nothing or blow it up: reset its length each round.",
    theta="In yours one of the two moves counts for nothing: is it in the table, treated as the other?",
    other="The factor is wrong: print your table for (θ, ψ) → (θ + 3ψ, ψ/2), and its eigenvalues.",
)
def growth(answer):
    """``growth(step)``: by how much a round multiplies the distance from 0, in the long run."""
    cases, played = [], []

    def noted(step):
        return lambda *at, **named: played.append(at) or step(*at, **named)

    for step in (
        round_of(0.4),
        round_of(0.5, 0.3, True),
        round_of(0.2, 1.5),
        round_of(1.5, 1.1, True, 0.7),
    ):
        raw, matrix = answer(noted(step)), matrix_of(step)
        if np.size(raw) == 1 and np.isinf(np.asarray(raw, float)).any():
            raise Wrong("lost")
        got = number(raw, "growth")
        values = np.linalg.eigvals(matrix.astype(complex))
        far = [_lengths(matrix_of(step, h)) for h in (0.1, 0.5, 1)]
        ahead = [_lengths(np.stack([step(h, 0), step(0, h)], 1) / h) for h in (0.1, 1)]
        mistakes = [
            ("real-part", values.real.max()),
            ("smallest", np.abs(values).min()),
            ("change", _lengths(matrix - np.eye(2))),
            ("norm", np.linalg.norm(matrix, 2)),
            ("norm", np.linalg.norm(matrix)),
            ("determinant", np.sqrt(np.abs(np.linalg.det(matrix)))),
            ("determinant", np.linalg.det(matrix)),
            ("divide", 1e-4 * _lengths(matrix)),
            ("divide", 2e-4 * _lengths(matrix)),
            ("twice", 2 * _lengths(matrix)),
            ("theta", abs(matrix[0, 0])),
            ("theta", np.hypot(*matrix[:, 0])),
            ("theta", np.hypot(*matrix[:, 1])),
            *(("far", length) for length in (*far, *ahead)),
        ]
        cases.append((got, np.abs(values).max(), mistakes))
    try:
        recognise_all(cases)
    except Wrong as wrong:
        if wrong.hint != "other" or len(played) <= 100:  # a table takes few
            raise
        lost = "lost" if any(got == 0 for got, _, _ in cases) else "other"
        raise Wrong("early" if all(np.isclose(*case[:2], 0.01) for case in cases) else lost) from wrong


def _lengths(matrix):
    return np.abs(np.linalg.eigvals(matrix.astype(complex))).max()


HINTS = {
    "healthy": "healthy",
    "circle": "circle",
    "mode dropping": "dropping",
    "owner too strong": "strong",
    "owner too weak": "weak",
    "oscillation": "oscillation",
}
PASSING = [  # made up: all eight heaps, but only at the last look
    ([3, 1, 2, 0, 8, 1, 3, 8], [0.1, 0.02, 0.1, 0.0, 0.5, 0.04, 0.2, 0.55], 0.1),
    ([0, 2, 8, 1, 8, 0, 2, 8], [0.0, 0.1, 0.6, 0.05, 0.52, 0.0, 0.1, 0.6], 0.2),
]


def boards():
    """Return measured runs of lesson 7 as pairs: a name, and what a dashboard showed at eight looks.

    What it showed is a dict of arrays: ``"modes"``, ``"good"``, ``"d_loss"`` and ``"swing"``, how far the
    middle of the points is from 0.
    """
    rows = json.loads(Path(__file__).with_name("dashboards.json").read_text(encoding="utf-8"))
    keys = ("modes", "good", "d_loss", "swing")
    found = [(row["name"], {key: np.array(row[key]) for key in keys}) for row in rows]
    for modes, good, wide in PASSING:
        turns = np.resize([1.0, -1.0], len(modes))
        of_d, middle = np.log(2) + wide * turns, 0.8 + 0.4 * turns
        board = dict(zip(keys, (np.array(modes), np.array(good), of_d, middle), strict=True))
        found.append(("oscillation", board))
    return found


@task(
    "7.4",
    name="Answer with one of: healthy, circle, mode dropping, owner too strong, owner too weak, "
    "oscillation; not {detail}.",
    always="Every dashboard gets the same name.",
    healthy="A healthy run is called {detail}: all eight heaps at each of the last looks, and far more "
    "good points than the blind forger has.",
    circle="A run that knows the circle alone is called {detail}: its good share is the blind "
    "forger's, 0.35, or a few hundredths more.",
    dropping="Mode dropping is called {detail}: most points are good, but heaps stay empty.",
    strong="An owner too strong is called {detail}: her loss is far below ln 2, and few points are good.",
    weak="An owner too weak is called {detail}: at the last looks her loss is ln 2, and few points good.",
    oscillation="An oscillation is called {detail}: its heaps come and go, and may just be there when "
    "you look; and D's loss swings.",
)
def diagnose(answer):
    """``diagnose(modes, good, d_loss, swing)`` names what ails a run, from eight looks at it."""
    named = [(name, answer(*board.values())) for name, board in boards()]
    check_names(named, HINTS, "diagnose", "name")


SIZES = [  # samples of other sizes: fewer than five seeds, all better; then more, with one worse and none
    ([1], [8]),
    ([1, 2, 1], [8, 8, 7]),
    ([1, 2, 1, 3], [8, 8, 7, 8]),
    ([1, 2, 1, 3, 2, 4], [8, 8, 7, 8, 8, 3]),
    ([1, 2, 1, 3, 2, 4, 5], [8, 8, 7, 8, 8, 7, 6]),
    ([1, 2, 1, 3, 2, 4, 5, 2, 3, 1], [8, 8, 7, 8, 8, 7, 6, 3, 4, 2]),
]


@task(
    "7.5",
    mean="A better mean or median is not enough: one seed got worse.",
    one="One better seed is not enough: every seed must be better.",
    few="Fewer than five seeds prove nothing: say False.",
    exact="Five seeds are the least, not all that may be: with seven, each of them better, it is proven.",
    six="Five seeds are enough: at least five, not more than five.",
    ties="Equal is not better.",
    backwards="Before and after are the wrong way round.",
    sorted="Seeds belong together: compare the first with the first, and sort nothing.",
    apart="The worst after need not beat the best before: here each seed is compared with itself.",
    always="The same answer for every case: look at the values.",
    truth="Answer True or False.",
    other="Wrong for {detail}: are there five seeds, and is each of them better?",
)
def proven(answer):
    """``proven(before, after)``: whether a cure raised a measure in every one of at least five seeds."""
    hints = {"paired": "few", "paired-ties": "ties", "paired-backwards": "backwards", "median": "mean"}
    hints |= dict.fromkeys(("best", "worst", "overlap", "any", "first", "last"), "one")
    paired = RULES["paired"]
    mistakes = [("exact", _sized(paired, (5,))), ("six", _sized(paired, range(6, 11)))]
    mistakes += [("one", lambda before, after: np.greater(after, before).sum() >= 5)]
    mistakes += [("few", _sized(paired, range(least, 11))) for least in (2, 3, 4)]
    for name, rule in RULES.items():
        mistakes += [(hints.get(name, name), version) for version in (_sized(rule), rule)]
    cases = [(np.array(before), np.array(after)) for before, after in CASES + SIZES]
    check_rule(answer, cases, _sized(paired), mistakes)


def _sized(rule, sizes=range(5, 11)):
    return lambda before, after: len(before) in sizes and rule(before, after)


NEAR = 0.08  # of the distance from 0 that may be left


@task(
    "7.6",
    row="Return a row: a dict with rate, memory, r1 and in_turn, each of its kind.",
    range="rate and r1 are at least 0, and memory is at least 0 and below 1.",
    none="That is the row that you were given: change one entry.",
    many="You changed {detail} entries: one is all you may.",
    grows="Fresh starts end {detail} times as far from 0 as they began, on average.",
    little="Fresh starts have {detail} of their distance left, on average: that entry changes little. "
    "Try each of the four, and values far from the given one.",
    slow="The right entry, but fresh starts have {detail} of their distance left, on average, and 0.08 "
    "is the most: try smaller and larger values of it.",
)
def cure(answer):
    """``cure(row)`` returns a row with one change that brings the starts home in 100 rounds."""
    got = answer(ROW)
    if got is None:
        raise Wrong("nothing", "cure(row)")
    if not isinstance(got, dict) or set(got) != set(ROW) or truth(got["in_turn"]) is None:
        raise Wrong("row")
    row = {key: number(got[key], key) for key in ("rate", "memory", "r1")}
    row["in_turn"] = truth(got["in_turn"])
    if row["rate"] < 0 or row["r1"] < 0 or not 0 <= row["memory"] < 1:
        raise Wrong("range")
    changed = sum(not np.isclose(row[key], ROW[key], rtol=1e-6, atol=0) for key in ROW)
    if changed != 1:
        raise Wrong("many" if changed else "none", str(changed))
    starts = np.random.default_rng(random.randrange(10**9)).normal(size=(2, 20_000))
    with np.errstate(all="ignore"):
        left = np.nan_to_num(play(row, *starts) / np.hypot(*starts), nan=np.inf).mean()
    if left > NEAR:
        slow = "slow" if row["rate"] != ROW["rate"] else "little"
        raise Wrong("grows" if left >= 0.99 else slow, f"{left:.3g}")
