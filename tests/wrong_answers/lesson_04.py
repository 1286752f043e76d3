"""Wrong answers to lesson 4."""

import itertools

import numpy as np


def bce(logits, target):
    return np.mean(np.logaddexp(0, logits) - target * logits)


def stack(real, fake, count):
    return np.concatenate([np.full((count, 1), real), np.full((count, 1), fake)])


def noisy(count, smoothing):
    real = np.random.default_rng(0).uniform(1 - smoothing, 1, (count, 1))
    return np.concatenate([real, np.zeros((count, 1))])


def losses(d=lambda r, f, t: (bce(r, t) + bce(f, 0)) / 2, g=lambda f, t: bce(f, 1)):
    return lambda real, fake, target: (d(real, fake, target), g(fake, target))


def told(skip="", instead="right", leak=2.0):
    """Tell the pairs apart by differences; one word is never said, or G is asked at another logit."""

    def fault(pair):
        real, fake, off = np.array([[1.5]]), np.array([[leak]]), np.array([[-1.0]])
        d, g = zip(*(pair(real, fake, t) for t in (0.8, 1.0)), strict=True)
        by_fake = [d[i] - pair(real, off, t)[0] for i, t in enumerate((0.8, 1.0))]
        by_real = d[0] - pair(off, fake, 0.8)[0]
        due = (np.logaddexp(0, 1.5) - np.logaddexp(0, -1.0) - 0.8 * 2.5) / 2
        faults = {
            "leak": not np.isclose(*g),
            "two-sided": not np.isclose(*by_fake),
            "none": np.isclose(*d),
            "scaled": not np.isclose(by_real, due),
        }
        word = next((name for name, found in faults.items() if found and name != skip), "right")
        return instead if faults.get(skip) and word == "right" else word

    return fault


TINY = 1e-9


def signs(far=lambda means, seen: np.abs(means) >= np.abs(seen) - TINY):
    """The share of ways to set the signs that are far, in some sense of the word."""

    def luck(before, after):
        gaps = after - before
        ways = np.array(list(itertools.product((1, -1), repeat=len(gaps))))
        return np.mean(far((ways * gaps).mean(1), gaps.mean()))

    return luck


def unpaired(before, after):
    values, n = np.concatenate([before, after]), len(before)
    hands = [list(hand) for hand in itertools.combinations(range(2 * n), n)]
    gaps = np.array([2 * values[hand].mean() - 2 * values.mean() for hand in hands])
    return np.mean(np.abs(gaps) >= abs(after.mean() - before.mean()) - TINY)


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
    "fault": [
        ("word", lambda pair: "wrong"),
        ("word", lambda pair: 1),
        ("always", lambda pair: "leak"),
        ("right", lambda pair: "leak" if (word := told()(pair)) == "right" else word),
        ("leak", told(leak=0)),  # at logit 0 every target costs ln 2
        ("leak", told(skip="leak")),
        ("two-sided", told(skip="two-sided")),
        ("two-sided", told(skip="two-sided", instead="scaled")),
        ("scaled", told(skip="scaled")),
        ("none", told(skip="none", instead="scaled")),
        ("nothing", lambda pair: None),
    ],
    "ratio": [
        ("plain", lambda d, a, b: d / (1 - d)),
        ("inverse", lambda d, a, b: (a - d) / (d - b)),
        ("one-sided", lambda d, a, b: d / (a - d)),
        ("top", lambda d, a, b: (d - b) / (1 - d)),
        ("inverse", lambda d, a, b: (d - a) / (b - d)),
        ("sign", lambda d, a, b: (d - b) / (d - a)),
        ("share", lambda d, a, b: (d - b) / (a - b)),
        ("other", lambda d, a, b: (d + b) / (a + d)),
        ("shape", lambda d, a, b: ((d - b) / (a - d)).mean()),
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
    "luck": [
        ("one-sided", signs(lambda means, seen: means >= seen - TINY)),
        ("fell", signs(lambda means, seen: np.abs(means) >= seen - TINY)),
        ("strict", signs(lambda means, seen: np.abs(means) > np.abs(seen) + TINY)),
        ("rounding", signs(lambda means, seen: np.abs(means) >= np.abs(seen))),
        ("complement", signs(lambda means, seen: np.abs(means) < np.abs(seen) - TINY)),
        ("count", lambda b, a: signs()(b, a) * 2 ** len(b)),
        ("unpaired", unpaired),
        ("signs", lambda b, a: signs()(0 * b, np.sign(a - b))),
        ("average", lambda b, a: np.mean(a - b)),
        ("other", lambda b, a: 0.05),
        ("other", lambda b, a: 2 * np.mean(a < b)),
        ("shape", lambda b, a: a - b),
        ("nothing", lambda b, a: None),
    ],
}
