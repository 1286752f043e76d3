"""Checks of lesson 7: count the modes, turn in circles, read a dashboard, prove a cure."""

import numpy as np

from ganlib import metrics
from ganlib.checks import Wrong, array, number, recognise_all, task
from ganlib.checks.seeds import CASES, RULES, check_rule
from ganlib.data import points as toys
from ganlib.theory import sigmoid

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
    other="The number is wrong: a mode is found where a good point is nearest to it.",
)
def modes_found(answer):
    """``modes_found(points, centres, sigma)``: how many centres have at least one good point."""
    ring = toys.RING.draw(40, seed=3)[:5]
    stray = np.array([[2.0, 2.0], [8.0, 0.0]])
    cases = []
    for points, centres, sigma in (
        (POINTS[:6], CENTRES, SIGMA),
        (POINTS, CENTRES, SIGMA),
        (ring, toys.RING.centres, toys.RING.sigma),
        (stray, CENTRES, SIGMA),
        (stray[:1] - 0.1, CENTRES, 1.0),
        (POINTS[[0, 2]], np.array([[0.0, 0.0], [4.0, 0.0], [20.0, 0.0]]), SIGMA),
    ):
        got = number(answer(points, centres, sigma), "modes_found")
        found = metrics.modes(points, centres, sigma)
        gaps = np.linalg.norm(points[:, None] - centres[None], axis=2)
        near = (gaps <= 3 * sigma).any(0)
        mistakes = [
            ("near", near.sum()),
            ("strays", len(np.unique(gaps.argmin(1)))),
            ("all", len(centres)),
            ("points", sum(found["counts"])),
            ("lost", len(centres) - found["modes"]),
            ("lost", len(centres) - near.sum()),
            ("share", found["modes"] / len(centres)),
            ("share", near.mean()),
        ]
        cases.append((got, found["modes"], mistakes))
    recognise_all(cases)


@task(
    "7.3",
    alternating="One player saw the other's move: both must move from where they stood.",
    signs="A player moved the wrong way: D lowers ψθ, G raises it.",
    swapped="θ comes first and ψ second, in the arguments and in the result.",
    no_penalty="The penalty is missing: r1/2 · ψ² has the gradient r1 · ψ, and D goes down it.",
    double="The gradient of r1/2 · ψ² is r1 · ψ: there is a factor of 2 too many.",
    wrong_player="The penalty is D's: it moves ψ, not θ.",
    usual="That is the slope of G's usual loss: here both play for softplus(ψθ), so G's slope holds D.",
    other="The step is wrong: write both gradients on paper for θ = 1, ψ = 2, then compare.",
)
def dirac_step(answer):
    """``dirac_step(theta, psi, rate, r1)`` returns the next (θ, ψ), both having moved at once."""
    for theta, psi, rate, r1 in ((1.0, 2.0, 0.1, 0.0), (0.5, -1.5, 0.2, 0.7)):
        got = array(answer(theta, psi, rate, r1), (2,), "dirac_step")
        due = _dirac(theta, psi, rate, r1)
        if np.allclose(got, due, rtol=1e-5):
            continue
        down = sigmoid(psi * theta) * theta
        late = psi - rate * (down + r1 * psi)
        up = theta + rate * sigmoid(psi * theta) * psi
        first = theta + rate * sigmoid(late * theta) * late
        mistakes = {
            "alternating": [(first, late), (up, psi - rate * (sigmoid(psi * up) * up + r1 * psi))],
            "swapped": [due[::-1]],
            "no-penalty": [(up, psi - rate * down)],
            "double": [(up, psi - rate * (down + 2 * r1 * psi))],
            "wrong-player": [(up - rate * r1 * theta, psi - rate * down)],
            "usual": [(theta + rate * (1 - sigmoid(psi * theta)) * psi, late)],
            "signs": [
                (a, b)
                for a in (up, 2 * theta - up)
                for b in (late, psi + rate * down - rate * r1 * psi, 2 * psi - late)
                if (a, b) != (up, late)
            ],
        }
        for hint, pairs in mistakes.items():
            if any(np.allclose(got, pair, rtol=1e-5) for pair in pairs):
                raise Wrong(hint)
        raise Wrong("other")


def _dirac(theta, psi, rate, r1):
    belief = sigmoid(psi * theta)
    return theta + rate * belief * psi, psi - rate * (belief * theta + r1 * psi)


@task(
    "7.4",
    real_part="An eigenvalue here has an imaginary part: its length is what counts.",
    smallest="Growth is decided by the longest eigenvalue, not by the shortest.",
    gradient="That is the matrix of the gradients: the step is the identity plus it times the rate.",
    friction="The penalty is friction: it shortens ψ, so it enters with a minus.",
    half="r1/2 · ψ² has the gradient r1 · ψ: the penalty is halved twice.",
    norm="That is how far one step can stretch: what grows over many steps is an eigenvalue.",
    determinant="The root of the determinant is the eigenvalues' length only while both have the same.",
    belief="At the equilibrium D believes one half: θ and ψ are coupled by rate / 2.",
    other="The length is wrong: linearise the step at θ = ψ = 0, where D believes one half.",
)
def growth(answer):
    """``growth(rate, r1)``: the length of the longest eigenvalue of the Dirac step at θ = ψ = 0."""
    cases = []
    for rate, r1 in ((0.1, 0.0), (0.2, 1.5), (0.5, 0.3)):
        got = number(answer(rate, r1), "growth")
        values = _eigenvalues(rate, r1)
        change = (values - 1) / rate
        mistakes = [
            ("real-part", values.real.max()),
            ("smallest", np.abs(values).min()),
            ("gradient", np.abs(change).max()),
            ("gradient", np.abs(values - 1).max()),
            ("friction", np.abs(_eigenvalues(rate, -r1)).max()),
            ("half", np.abs(_eigenvalues(rate, r1 / 2)).max()),
            ("norm", np.linalg.norm(_step_matrix(rate, r1), 2)),
            ("norm", np.linalg.norm(_step_matrix(rate, r1))),
            ("determinant", np.sqrt(np.abs(values.prod()))),
            ("belief", np.abs(_eigenvalues(rate, r1, 1.0)).max()),
        ]
        cases.append((got, np.abs(values).max(), mistakes))
    recognise_all(cases)


def _step_matrix(rate, r1, belief=0.5):
    return np.array([[1, rate * belief], [-rate * belief, 1 - rate * r1]], complex)


def _eigenvalues(*arguments):
    return np.linalg.eigvals(_step_matrix(*arguments))


NAMES = ("healthy", "collapse", "owner too strong", "oscillation")
DASHBOARDS = {  # modes and good over time, D's loss at the end
    "healthy": [
        ([2, 5, 8, 8, 8], [0.2, 0.5, 0.7, 0.7, 0.72], 0.68),
        ([4, 7, 8, 8, 8], [0.3, 0.6, 0.65, 0.7, 0.7], 0.66),
        ([1, 6, 8, 8, 8], [0.1, 0.6, 0.8, 0.82, 0.81], 0.69),
    ],
    "collapse": [
        ([1, 1, 1, 1, 1], [0.5, 0.9, 0.97, 0.98, 0.98], 0.2),
        ([2, 3, 2, 2, 2], [0.4, 0.7, 0.8, 0.8, 0.82], 0.3),
        ([3, 2, 1, 2, 1], [0.6, 0.9, 0.9, 0.92, 0.94], 0.6),
    ],
    "owner too strong": [
        ([2, 3, 3, 4, 4], [0.01, 0.05, 0.08, 0.1, 0.12], 0.1),
        ([0, 0, 0, 0, 0], [0.0, 0.0, 0.0, 0.0, 0.0], 0.02),
        ([1, 2, 3, 3, 3], [0.05, 0.08, 0.1, 0.1, 0.12], 0.2),
    ],
    "oscillation": [
        ([3, 0, 2, 0, 1], [0.3, 0.0, 0.25, 0.0, 0.15], 0.7),
        ([1, 4, 0, 3, 0], [0.1, 0.35, 0.0, 0.3, 0.0], 0.66),
        ([0, 3, 1, 0, 4], [0.0, 0.3, 0.05, 0.0, 0.3], 0.75),
        ([3, 8, 1, 2, 4], [0.3, 0.5, 0.05, 0.1, 0.45], 0.69),
        ([2, 8, 1, 3, 8], [0.2, 0.6, 0.05, 0.1, 0.55], 0.68),  # eight modes, but only just now
    ],
}


@task(
    "7.5",
    name="Answer with one of: healthy, collapse, owner too strong, oscillation; not {detail}.",
    always="Every dashboard gets the same name.",
    healthy="A healthy run is called ill: all eight modes and a D loss near ln 2 are as good as it gets.",
    collapse="A collapse goes unseen: most samples good, most modes missing, and so it stays.",
    owner="An owner too strong goes unseen: her loss far below ln 2, and few good samples.",
    oscillation="An oscillation goes unseen: D's loss near ln 2, while the good share comes and goes.",
)
def diagnose(answer):
    """``diagnose(modes, good, d_loss)`` names what ails a run, by arrays over time and D's last loss."""
    named = {}
    for name, cases in DASHBOARDS.items():
        named[name] = [answer(np.array(m), np.array(g), d) for m, g, d in cases]
    given = [got for row in named.values() for got in row]
    for got in given:
        if got is None:
            raise Wrong("nothing", "diagnose")
        if not isinstance(got, str) or got not in NAMES:
            raise Wrong("name", repr(got)[:40])
    if len(set(given)) == 1:
        raise Wrong("always")
    for name, hint in zip(NAMES, ("healthy", "collapse", "owner", "oscillation"), strict=True):
        if any(got != name for got in named[name]):
            raise Wrong(hint)


SIZES = [  # samples of other sizes: fewer than five seeds, all better; then more, with one worse and none
    ([1], [8]),
    ([1, 2, 1], [8, 8, 7]),
    ([1, 2, 1, 3], [8, 8, 7, 8]),
    ([1, 2, 1, 3, 2, 4], [8, 8, 7, 8, 8, 3]),
    ([1, 2, 1, 3, 2, 4, 5], [8, 8, 7, 8, 8, 7, 6]),
    ([1, 2, 1, 3, 2, 4, 5, 2, 3, 1], [8, 8, 7, 8, 8, 7, 6, 3, 4, 2]),
]


@task(
    "7.6",
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
