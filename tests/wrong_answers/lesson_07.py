"""Wrong answers to lesson 7."""

import numpy as np


def gaps(points, centres):
    return np.linalg.norm(points[:, None] - centres[None], axis=2)


def counted(points, centres, sigma):
    apart = gaps(points, centres)
    return np.bincount(apart.argmin(1)[apart.min(1) <= 3 * sigma], minlength=len(centres))


def table(step, h=1e-4, width=None):
    """The matrix of a round near 0, by central differences."""
    width = 2 * h if width is None else width
    return np.stack([(np.array(step(*at)) - step(*-at)) / width for at in h * np.eye(2)], 1)


def lengths(m):
    return np.abs(np.linalg.eigvals(m))


def from_the_first(step, rounds=1000):
    """Mean growth of a move over many rounds, its length reset each time, the first ones counted too."""
    move, lengths = np.array([1.0, 0.3]) * 1e-6, []
    for _ in range(rounds):
        after = np.array(step(*move))
        lengths.append(np.hypot(*after) / np.hypot(*move))
        move = after / np.hypot(*after) * 1e-6
    return np.exp(np.mean(np.log(lengths)))


def many_rounds(step):
    """Where three thousand rounds lead: to nothing, or to infinity."""
    at = np.array([1e-4, 1e-4])
    for _ in range(3000):
        at = np.array(step(*at))
    return 0.0 if np.abs(at).max() < 1 else lengths(table(step)).max()


def by(skip=(), last=4, good=0.5):
    """The rule of the solution, with a threshold moved or a diagnosis left out."""

    def diagnose(modes, share, d_loss, swing):
        if modes[-last:].min() == 8:
            name = "healthy" if share[-1] > good else "circle"
        elif share[-last:].min() > 0.3:
            name = "mode dropping"
        elif d_loss[-last:].max() < 0.45:
            name = "owner too strong"
        elif np.abs(d_loss[-last:] - np.log(2)).max() < 0.03:
            name = "owner too weak"
        else:
            name = "oscillation"
        return skip[1] if name in skip[:1] else name

    return diagnose


def least_five(rule):
    return lambda before, after: bool(len(before) >= 5 and rule(before, after))


WRONG = {
    "good_share": [
        ("percent", lambda p, c, s: 100 * (gaps(p, c).min(1) <= 3 * s).mean()),
        ("count", lambda p, c, s: (gaps(p, c).min(1) <= 3 * s).sum()),
        ("sigma", lambda p, c, s: (gaps(p, c).min(1) <= s).mean()),
        ("squared", lambda p, c, s: (gaps(p, c).min(1) ** 2 <= 3 * s).mean()),
        ("box", lambda p, c, s: (np.abs(p[:, None] - c).max(2).min(1) <= 3 * s).mean()),
        ("strict", lambda p, c, s: (gaps(p, c).min(1) < 3 * s).mean()),
        ("twice", lambda p, c, s: (gaps(p, c) <= 3 * s).sum() / len(p)),
        ("bad", lambda p, c, s: (gaps(p, c).min(1) > 3 * s).mean()),
        ("other", lambda p, c, s: (gaps(p, c).max(1) <= 3 * s).mean()),
        ("shape", lambda p, c, s: gaps(p, c).min(1) <= 3 * s),
    ],
    "modes_found": [
        ("near", lambda p, c, s, n: ((gaps(p, c) <= 3 * s).sum(0) >= n).sum()),
        ("strays", lambda p, c, s, n: (np.bincount(gaps(p, c).argmin(1)) >= n).sum()),
        ("points", lambda p, c, s, n: (gaps(p, c).min(1) <= 3 * s).sum()),
        ("lost", lambda p, c, s, n: len(c) - (counted(p, c, s) >= n).sum()),
        ("share", lambda p, c, s, n: (counted(p, c, s) >= n).mean()),
        ("all", lambda p, c, s, n: len(c)),
        ("one", lambda p, c, s, n: (counted(p, c, s) > 0).sum()),
        ("above", lambda p, c, s, n: (counted(p, c, s) > n).sum()),
        ("other", lambda p, c, s, n: -1),
        ("shape", lambda p, c, s, n: (gaps(p, c) <= 3 * s).any(0)),
    ],
    "growth": [
        ("real-part", lambda step: np.linalg.eigvals(table(step)).real.max()),
        ("smallest", lambda step: lengths(table(step)).min()),
        ("lost", many_rounds),
        ("early", from_the_first),
        ("lost", lambda step: np.inf if lengths(table(step)).max() > 1 else lengths(table(step)).max()),
        ("change", lambda step: lengths(table(step) - np.eye(2)).max()),
        ("norm", lambda step: np.linalg.norm(table(step), 2)),
        ("norm", lambda step: np.linalg.norm(table(step))),
        ("determinant", lambda step: np.sqrt(np.abs(np.linalg.det(table(step))))),
        ("determinant", lambda step: np.linalg.det(table(step))),
        ("divide", lambda step: lengths(table(step, width=1.0)).max()),
        ("twice", lambda step: lengths(table(step, width=1e-4)).max()),
        ("far", lambda step: lengths(table(step, h=1.0)).max()),
        ("far", lambda step: lengths(np.stack([step(1, 0), step(0, 1)], 1)).max()),
        ("theta", lambda step: np.hypot(*table(step)[:, 0])),
        ("theta", lambda step: table(step)[0, 0]),
        ("other", lambda step: 2.0),
        ("other", lambda step: np.hypot(*step(3, 4)) / 5),
        ("shape", lambda step: lengths(table(step))),
    ],
    "diagnose": [
        ("name", lambda *_: "ill"),
        ("name", lambda *_: 1),
        ("always", lambda *_: "mode dropping"),
        ("healthy", by(("healthy", "circle"))),
        ("healthy", by(good=0.9)),
        ("circle", by(good=0.2)),  # eight modes are enough
        ("dropping", by(("mode dropping", "owner too strong"))),
        ("strong", by(("owner too strong", "oscillation"))),
        ("weak", by(("owner too weak", "oscillation"))),  # the rule of this course's first edition
        ("weak", by(("owner too weak", "owner too strong"))),
        ("weak", lambda m, g, d, s: "oscillation" if s[-4:].max() > 1 else by()(m, g, d, s)),
        ("oscillation", by(last=1)),  # the last look alone
        ("oscillation", by(("oscillation", "owner too weak"))),
        ("oscillation", lambda m, g, d, s: "healthy" if m[-1] == 8 and g[-1] > 0.5 else by()(m, g, d, s)),
        ("nothing", lambda *_: None),
    ],
    "proven": [
        ("mean", least_five(lambda b, a: a.mean() > b.mean())),
        ("mean", lambda b, a: bool(np.median(a) > np.median(b))),
        ("one", least_five(lambda b, a: (a > b).any())),
        ("one", least_five(lambda b, a: a.max() > b.max())),
        ("few", lambda b, a: bool((a > b).all())),
        ("few", lambda b, a: bool(len(b) >= 4 and (a > b).all())),
        ("few", lambda b, a: bool(len(b) > 1 and (a > b).all())),
        ("exact", lambda b, a: bool(len(b) == 5 and (a > b).all())),
        ("six", lambda b, a: bool(len(b) > 5 and (a > b).all())),
        ("ties", lambda b, a: bool((a >= b).all())),
        ("one", lambda b, a: bool(np.sum(a > b) >= 5)),
        ("ties", least_five(lambda b, a: (a >= b).all())),
        ("backwards", least_five(lambda b, a: (a < b).all())),
        ("sorted", least_five(lambda b, a: (np.sort(a) > np.sort(b)).all())),
        ("apart", least_five(lambda b, a: a.min() > b.max())),
        ("always", lambda b, a: False),
        ("truth", lambda b, a: 1),
        ("nothing", lambda b, a: None),
        ("other", least_five(lambda b, a: (a > b + 0.1).all())),
    ],
    "cure": [
        ("row", lambda row: 2.0),
        ("row", lambda row: {"r1": 2.0}),
        ("row", lambda row: row | {"beta_1": 0.5}),
        ("row", lambda row: row | {"in_turn": "no"}),
        ("range", lambda row: row | {"r1": -1.0}),
        ("range", lambda row: row | {"memory": 1.0}),
        ("none", lambda row: row),
        ("many", lambda row: row | {"rate": 0.4, "memory": 0.5}),
        ("little", lambda row: row | {"memory": 0.5}),
        ("little", lambda row: row | {"memory": 0.0}),
        ("little", lambda row: row | {"in_turn": False}),
        ("little", lambda row: row | {"r1": 10.0}),  # a higher price
        ("grows", lambda row: row | {"r1": 0.0}),
        ("grows", lambda row: row | {"rate": 10.0}),
        ("slow", lambda row: row | {"rate": 0.1}),  # the lesson's
        ("slow", lambda row: row | {"rate": 1.5}),
        ("not-numbers", lambda row: row | {"r1": "two"}),
        ("nothing", lambda row: None),
    ],
}
