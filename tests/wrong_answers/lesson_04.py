"""Wrong answers to lesson 4."""

import numpy as np

from ganlib import theory


def bce(logits, target):
    return np.mean(np.logaddexp(0, logits) - target * logits)


def stack(real, fake, count):
    return np.concatenate([np.full((count, 1), real), np.full((count, 1), fake)])


def noisy(count, smoothing):
    real = np.random.default_rng(0).uniform(1 - smoothing, 1, (count, 1))
    return np.concatenate([real, np.zeros((count, 1))])


def losses(d=lambda r, f, t: (bce(r, t) + bce(f, 0)) / 2, g=lambda f, t: bce(f, 1)):
    return lambda real, fake, target: (d(real, fake, target), g(fake, target))


def equilibrium(d=None, d_loss=None, g_loss=None):
    """The right three numbers but for the named one, a function of the right ones."""

    def answer(target):
        due = theory.equilibrium(target)
        changes = ((d, due.d), (d_loss, due.d_loss), (g_loss, due.g_loss))
        return tuple(change(target, due) if change else value for change, value in changes)

    return answer


def lowest(key, what=np.mean, last=False):
    """Choose the board with the lowest (or highest) figure."""
    return lambda boards: (np.argmax if last else np.argmin)([what(board[key]) for board in boards])


WRONG = {
    "targets": [
        ("swapped", lambda n, s: stack(0.0, 1 - s, n)),
        ("fakes", lambda n, s: stack(1 - s, s, n)),
        ("fakes", lambda n, s: stack(1.0, s, n)),
        ("over", lambda n, s: stack(1 + s, 0.0, n)),
        ("itself", lambda n, s: stack(s, 0.0, n)),
        ("none", lambda n, s: stack(1.0, 0.0, n)),
        ("noisy", noisy),
        ("other", lambda n, s: stack(1 - s / 2, 0.0, n)),
        ("other", lambda n, s: stack(0.9, 0.0, n)),
        ("shape", lambda n, s: stack(1 - s, 0.0, n)[:, 0]),
    ],
    "losses": [
        ("parts", lambda r, f, t: bce(f, 1)),
        ("order", lambda r, f, t: losses()(r, f, t)[::-1]),
        ("leak", losses(g=lambda f, t: bce(f, t))),
        ("leak", losses(g=lambda f, t: t * bce(f, 1))),
        ("two-sided", losses(d=lambda r, f, t: (bce(r, t) + bce(f, 1 - t)) / 2)),
        ("scaled", losses(d=lambda r, f, t: (t * bce(r, 1) + bce(f, 0)) / 2)),
        ("ignored", losses(d=lambda r, f, t: (bce(r, 1) + bce(f, 0)) / 2)),
        ("halves", losses(d=lambda r, f, t: bce(r, t) + bce(f, 0))),
        ("sum", losses(d=lambda r, f, t: len(r) * (bce(r, t) + bce(f, 0)) / 2)),
        ("sum", losses(g=lambda f, t: len(f) * bce(f, 1))),
        ("saturating", losses(g=lambda f, t: -bce(f, 0))),
        ("pooled", losses(d=lambda r, f, t: (len(r) * bce(r, t) + len(f) * bce(f, 0)) / len([*r, *f]))),
        ("other", losses(d=lambda r, f, t: (bce(r, 0) + bce(f, t)) / 2)),
        ("nothing", lambda r, f, t: None),
    ],
    "optimal_d": [
        ("swapped", lambda p, q, a, b: (b * p + a * q) / (p + q)),
        ("bottom", lambda p, q, a, b: (a * p + b * q) / (a * p + q)),
        ("bottom", lambda p, q, a, b: a * p / (a * p + q)),
        ("one-sided", lambda p, q, a, b: a * p / (p + q) + 0 * b),
        ("plain", lambda p, q, a, b: p / (p + q)),
        ("real-only", lambda p, q, a, b: (a * p + b * q) / p),
        ("brackets", lambda p, q, a, b: a * p + b * q / (p + q)),
        ("brackets", lambda p, q, a, b: (a * p + b * q) / p + q),
        ("zero", lambda p, q, a, b: (a * p / q + b) / (p / q + 1)),
        ("complement", lambda p, q, a, b: 1 - (a * p + b * q) / (p + q)),
        ("halved", lambda p, q, a, b: (a * p + b * q) / (2 * (p + q))),
        ("other", lambda p, q, a, b: (a * p - b * q) / (p + q) + 0.01),
    ],
    "equilibrium": [
        ("parts", lambda t: t / 2),
        ("ln2", lambda t: (0.5, np.log(2), np.log(2))),
        ("ln2", equilibrium(g_loss=lambda t, e: np.log(2))),
        ("target", equilibrium(d=lambda t, e: t)),
        ("unsmoothed", equilibrium(d_loss=lambda t, e: (e.fake_loss + e.g_loss) / 2)),
        ("other", equilibrium(d_loss=lambda t, e: 0.7)),
        ("halves", equilibrium(d_loss=lambda t, e: e.real_loss + e.fake_loss)),
        ("real-only", equilibrium(d_loss=lambda t, e: e.real_loss)),
        ("fake-only", equilibrium(d_loss=lambda t, e: e.fake_loss)),
        ("g-smoothed", equilibrium(g_loss=lambda t, e: e.real_loss)),
        ("g-smoothed", equilibrium(g_loss=lambda t, e: -t * np.log(e.d))),
        ("other", equilibrium(g_loss=lambda t, e: -np.log(1 - e.d))),
    ],
    "best_logit": [
        ("probability", lambda t: t),
        ("forward", lambda t: 1 / (1 + np.exp(-t))),
        ("log", np.log),
        ("log", lambda t: -np.log(1 - t)),
        ("sign", lambda t: np.log((1 - t) / t)),
        ("base", lambda t: np.log10(t / (1 - t))),
        ("base", lambda t: np.log2(t / (1 - t))),
        ("odds", lambda t: t / (1 - t)),
        ("other", lambda t: 2.197),
        ("not-finite", lambda t: np.inf),
        ("not-finite", lambda t: np.log(t / 1 - t)),
    ],
    "smoothed": [
        ("index", lambda boards: 3),
        ("index", lambda boards: 0.5),
        ("constant", lambda boards: 1),
        ("plain", lowest("real", last=True)),
        ("plain", lowest("fake")),
        ("two-sided", lowest("real")),
        ("two-sided", lowest("fake", last=True)),
    ],
}
