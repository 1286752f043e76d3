"""Wrong answers to lesson 7."""

import numpy as np


def gaps(points, centres):
    return np.linalg.norm(points[:, None] - centres[None], axis=2)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(theta, psi, rate, r1, *, d=1, g=1, penalty=1.0, on_theta=False, usual=False):
    belief = sigmoid(psi * theta)
    new_theta = theta + g * rate * (1 - belief if usual else belief) * psi
    if on_theta:
        new_theta, penalty = new_theta - rate * r1 * theta, 0
    return new_theta, psi - d * rate * belief * theta - rate * penalty * r1 * psi


def alternating(theta, psi, rate, r1):
    psi = step(theta, psi, rate, r1)[1]
    return theta + rate * sigmoid(psi * theta) * psi, psi


def forger_first(theta, psi, rate, r1):
    theta = step(theta, psi, rate, r1)[0]
    return theta, step(theta, psi, rate, r1)[1]


def matrix(rate, r1, belief=0.5):
    return np.array([[1, rate * belief], [-rate * belief, 1 - rate * r1]])


def lengths(m):
    return np.abs(np.linalg.eigvals(m))


def by(good=0.35, modes=6, loss=0.45, skip=()):
    """The rule of the solution, with a threshold moved or a diagnosis left out."""

    def diagnose(found, share, d_loss):
        if found[-1] == 8 and "healthy" not in skip:
            return "healthy"
        if share[-1] > good and found[-1] < modes and "collapse" not in skip:
            return "collapse"
        if d_loss < loss and "owner" not in skip:
            return "owner too strong"
        return "healthy" if "oscillation" in skip else "oscillation"

    return diagnose


def last_modes(found, share, d_loss):
    """Looks back at the good share, but not at the modes."""
    if found[-1] == 8:
        return "healthy"
    if min(share[-3:]) > 0.35:
        return "collapse"
    return "owner too strong" if d_loss < 0.45 else "oscillation"


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
        ("near", lambda p, c, s: (gaps(p, c) <= 3 * s).any(0).sum()),
        ("strays", lambda p, c, s: len(np.unique(gaps(p, c).argmin(1)))),
        ("points", lambda p, c, s: (gaps(p, c).min(1) <= 3 * s).sum()),
        ("lost", lambda p, c, s: (gaps(p, c) > 3 * s).all(0).sum()),
        ("share", lambda p, c, s: (gaps(p, c) <= 3 * s).any(0).mean()),
        ("all", lambda p, c, s: len(c)),
        ("other", lambda p, c, s: -1),
        ("shape", lambda p, c, s: (gaps(p, c) <= 3 * s).any(0)),
    ],
    "dirac_step": [
        ("alternating", alternating),
        ("alternating", forger_first),
        ("signs", lambda t, p, h, r: step(t, p, h, r, d=-1)),
        ("signs", lambda t, p, h, r: step(t, p, h, r, g=-1)),
        ("swapped", lambda t, p, h, r: step(t, p, h, r)[::-1]),
        ("no-penalty", lambda t, p, h, r: step(t, p, h, 0)),
        ("double", lambda t, p, h, r: step(t, p, h, r, penalty=2)),
        ("wrong-player", lambda t, p, h, r: step(t, p, h, r, on_theta=True)),
        ("usual", lambda t, p, h, r: step(t, p, h, r, usual=True)),
        ("other", lambda t, p, h, r: (t, p)),
        ("shape", lambda t, p, h, r: step(t, p, h, r)[0]),
    ],
    "growth": [
        ("real-part", lambda h, r: np.linalg.eigvals(matrix(h, r)).max()),
        ("norm", lambda h, r: np.linalg.norm(matrix(h, r), 2)),
        ("norm", lambda h, r: np.linalg.norm(matrix(h, r))),
        ("determinant", lambda h, r: np.sqrt(np.linalg.det(matrix(h, r)))),
        ("half", lambda h, r: lengths(matrix(h, r / 2)).max()),
        ("real-part", lambda h, r: np.linalg.eigvals(matrix(h, r)).real.max()),
        ("smallest", lambda h, r: lengths(matrix(h, r)).min()),
        ("gradient", lambda h, r: lengths((matrix(h, r) - np.eye(2)) / h).max()),
        ("friction", lambda h, r: lengths(matrix(h, -r)).max()),
        ("belief", lambda h, r: lengths(matrix(h, r, 1.0)).max()),
        ("other", lambda h, r: 2.0),
        ("shape", lambda h, r: lengths(matrix(h, r))),
    ],
    "diagnose": [
        ("name", lambda m, g, d: "ill"),
        ("name", lambda m, g, d: 1),
        ("always", lambda m, g, d: "collapse"),
        ("healthy", by(skip=("healthy",))),
        ("collapse", by(skip=("collapse",))),
        ("owner", by(skip=("owner",))),
        ("oscillation", by(skip=("oscillation",))),
        ("oscillation", by()),  # the last values alone
        ("oscillation", last_modes),
        ("oscillation", lambda m, g, d: "healthy" if max(m) == 8 else by()(m, g, d)),
        ("nothing", lambda m, g, d: None),
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
}
