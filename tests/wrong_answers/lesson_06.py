"""Wrong answers to lesson 6."""

import numpy as np

from ganlib import metrics


def gaps(one, two):
    return np.linalg.norm(one[:, None] - two[None], axis=2)


def frechet(
    square=True, shift=1, covariances=1, cross=2, root=True, length=False, entries=False, cov=None
):
    """The distance with one thing wrong."""

    def answer(real, fake):
        one, two = (cov(x) if cov else np.cov(x.T) for x in (real, fake))
        away = np.square(real.mean(0) - fake.mean(0)).sum()
        away = np.sqrt(away) if length else away
        values = np.diag(one @ two) if entries else np.maximum(np.linalg.eigvals(one @ two).real, 0)
        middle = (np.sqrt(values) if root else values).sum()
        found = shift * away + covariances * (np.trace(one) + np.trace(two) - cross * middle)
        return found if square else np.sqrt(found)

    return answer


def with_roots(roots):
    """The distance with its own way to the trace of the root."""

    def answer(real, fake):
        one, two = np.cov(real.T), np.cov(fake.T)
        shift = real.mean(0) - fake.mean(0)
        return shift @ shift + np.trace(one) + np.trace(two) - 2 * roots(one @ two).sum()

    return answer


def of_two(s):
    """The trace of a root by trace and determinant, which holds in two dimensions only."""
    return np.sqrt(np.trace(s) + 2 * np.sqrt(np.linalg.det(s)))


def kl(p, q):
    return (p * np.log(p / q)).sum(-1)


def unmasked(c):
    """A score that spares p = 0 where it is easy, and forgets a digit that never comes."""
    entropy = np.where(c > 0, c * np.log(np.where(c > 0, c, 1)), 0).sum(1)
    return np.exp((entropy - (c * np.log(c.mean(0))).sum(1)).mean())


def near(key):
    return lambda known, found, images: metrics.neighbours(known, found)[key]


def ordered(measure, equal=True):
    """Rank grids by a measure, larger is better, at equal counts or not."""

    def rank(grids, real):
        least = min(map(len, grids)) if equal else None
        known = metrics.features(real)
        values = [measure(known, metrics.features(grid[:least]), grid[:least]) for grid in grids]
        return np.argsort(values)[::-1]

    return rank


def fit(read, draw=True):
    """Measure at all counts, with images drawn at random or not, and read something off."""

    def at_infinity(distance, real, fake, counts):
        rng, found = np.random.default_rng(1), []
        for n in counts:
            one, other = (rng.permutation(x) if draw else x for x in (real, fake))
            found.append(distance(one[:n], other[:n]))
        return read(np.array(counts, float), np.array(found))

    return at_infinity


FOUR = (50, 100, 200, 400)


def strided(distance, real, fake, counts):
    n = np.array(counts)
    found = [distance(*(cloud[:: len(cloud) // k][:k] for cloud in (real, fake))) for k in n]
    return np.polyfit(1 / n, found, 1)[1]


def pairs(real, fake):
    count = min(len(real), len(fake))
    return count, np.linalg.norm(real[:count] - fake[:count], axis=1)


def paired(real, fake, one, two):
    count, near = pairs(real, fake)
    return (near < one[:count]).mean(), (near < two[:count]).mean()


def inside(real, fake, radius):
    return gaps(real, fake) < radius[:, None]


WRONG = {
    "frechet": [
        ("root", frechet(square=False)),
        ("rows", frechet(cov=np.cov)),
        ("flat", with_roots(lambda s: np.sqrt(np.linalg.eigvals(s).astype(complex)))),
        ("symmetric", with_roots(lambda s: np.sqrt(np.abs(np.linalg.eigvalsh(s))))),
        ("symmetric", with_roots(lambda s: np.sqrt(np.maximum(np.linalg.eigvalsh(s), 0)))),
        ("flat", with_roots(lambda s: np.sqrt(np.linalg.eigvals(s).real))),
        ("means", frechet(shift=0)),
        ("covariances", frechet(covariances=0)),
        ("no-root", frechet(root=False)),
        ("once", frechet(cross=1)),
        ("length", frechet(length=True)),
        ("entries", frechet(entries=True)),
        ("biased", frechet(cov=lambda cloud: np.cov(cloud.T, bias=True))),
        ("variances", frechet(cov=lambda cloud: np.diag(cloud.var(0, ddof=1)))),
        ("other", with_roots(of_two)),
        ("other", lambda r, f: np.linalg.norm(np.cov(r.T) - np.cov(f.T))),
        ("shape", lambda r, f: r.mean(0) - f.mean(0)),
    ],
    "radii": [
        ("itself", lambda p, k: np.sort(gaps(p, p), 1)[:, k - 1]),
        ("too-far", lambda p, k: np.sort(gaps(p, p), 1)[:, k + 1]),
        ("farthest", lambda p, k: np.sort(gaps(p, p), 1)[:, -k]),
        ("squared", lambda p, k: np.sort(gaps(p, p), 1)[:, k] ** 2),
        ("mean", lambda p, k: np.sort(gaps(p, p), 1)[:, 1 : k + 1].mean(1)),
        ("copies", lambda p, k: np.sort(np.where(gaps(p, p) == 0, np.inf, gaps(p, p)), 1)[:, k - 1]),
        ("other", lambda p, k: np.sort(gaps(p, p), 0)[0] + 1),
        ("shape", lambda p, k: np.sort(gaps(p, p), 1)[k, :2]),
    ],
    "precision_recall": [
        (
            "swapped",
            lambda r, f, a, b: (
                (gaps(r, f) < b).any(1).mean(),
                (gaps(r, f) < a[:, None]).any(0).mean(),
            ),
        ),
        (
            "radius",
            lambda r, f, a, b: (
                (gaps(r, f) < b).any(0).mean(),
                (gaps(r, f) < a[:, None]).any(1).mean(),
            ),
        ),
        (
            "every",
            lambda r, f, a, b: (
                (gaps(r, f) < a[:, None]).all(0).mean(),
                (gaps(r, f) < b).all(1).mean(),
            ),
        ),
        (
            "radius",
            lambda r, f, a, b: (
                (gaps(r, f) < a[:, None]).any(0).mean(),
                (gaps(r, f) < a[:, None]).any(1).mean(),
            ),
        ),
        (
            "counts",
            lambda r, f, a, b: (
                (gaps(r, f) < a[:, None]).any(0).sum(),
                (gaps(r, f) < b).any(1).sum(),
            ),
        ),
        ("paired", paired),
        ("other", lambda r, f, a, b: (2.0, 3.0)),
        ("shape", lambda r, f, a, b: (gaps(r, f) < b).any(1)),
    ],
    "density_coverage": [
        ("over-k", lambda r, f, a, k: (inside(r, f, a).sum(0).mean(), inside(r, f, a).any(1).mean())),
        (
            "over-k",
            lambda r, f, a, k: (inside(r, f, a).sum(0).mean() / 3, inside(r, f, a).any(1).mean()),
        ),
        (
            "capped",
            lambda r, f, a, k: (min(1, inside(r, f, a).sum(0).mean() / k), inside(r, f, a).any(1).mean()),
        ),
        (
            "swapped",
            lambda r, f, a, k: (inside(r, f, a).any(1).mean(), inside(r, f, a).sum(0).mean() / k),
        ),
        ("precision", lambda r, f, a, k: (inside(r, f, a).any(0).mean(), inside(r, f, a).any(1).mean())),
        (
            "fakes",
            lambda r, f, a, k: (inside(r, f, a).sum(0).mean() / k, inside(r, f, a).any(0).mean()),
        ),
        (
            "total",
            lambda r, f, a, k: (inside(r, f, a).sum(1).mean() / k, inside(r, f, a).any(1).mean()),
        ),
        ("other", lambda r, f, a, k: (5.0, 5.0)),
        ("shape", lambda r, f, a, k: inside(r, f, a).any(1).mean()),
    ],
    "score": [
        ("log", lambda c: kl(c, c.mean(0)).mean()),
        ("entropy", lambda c: np.exp((c * np.log(c)).sum(1).mean())),
        ("reversed", lambda c: np.exp(kl(c.mean(0), c).mean())),
        ("order", lambda c: np.exp(kl(c, c.mean(0))).mean()),
        ("zero", lambda c: np.exp(kl(c, c.mean(0)).mean())),
        ("zero", unmasked),
        ("entropy", lambda c: np.exp(kl(c, np.full(10, 0.1)).mean())),
        ("other", lambda c: 10.0),
        ("shape", lambda c: np.exp(kl(c, c.mean(0)))),
    ],
    "rank": [
        ("counts", ordered(near("coverage"), equal=False)),
        ("precision", ordered(near("precision"))),
        ("recall", ordered(near("recall"))),
        ("density", ordered(near("density"))),
        ("frechet", ordered(lambda known, found, images: -metrics.frechet(known, found))),
        ("diversity", ordered(lambda known, found, images: metrics.diversity(images))),
        ("worst", ordered(lambda *given: -near("coverage")(*given))),
        ("ranks", lambda grids, real: [1, 1, 2]),
        ("inverse", lambda grids, real: np.argsort(ordered(near("coverage"))(grids, real))),
        ("always", lambda grids, real: [1, 2, 0]),
        ("other", lambda grids, real: np.argsort([-int(grid[0].sum()) for grid in grids])),
        ("shape", lambda grids, real: 0),
    ],
    "at_infinity": [
        ("count", fit(lambda n, d: d[-1])),
        ("count", lambda distance, real, fake, counts: distance(real[:400], fake[:400])),
        ("mean", fit(lambda n, d: d.mean())),
        ("line", fit(lambda n, d: np.polyfit(n, d, 1)[1])),
        ("incline", fit(lambda n, d: np.polyfit(1 / n, d, 1)[0])),
        ("two", fit(lambda n, d: np.polyfit(1 / n[-2:], d[-2:], 1)[1])),
        ("square", fit(lambda n, d: np.polyfit(n**-0.5, d, 1)[1])),
        ("drawn", lambda distance, real, fake, counts: distance(real[:77], fake[:77])),
        ("stride", strided),
        ("three", lambda *given: fit(lambda n, d: np.polyfit(1 / n, d, 1)[1])(*given[:3], FOUR)),
        ("same-draw", lambda distance, real, fake, counts: distance(real[:50], fake)),
        (
            "itself",
            lambda distance, real, fake, counts: fit(lambda n, d: np.polyfit(1 / n, d, 1)[1])(
                distance, real, real, counts
            ),
        ),
        ("order", fit(lambda n, d: np.polyfit(1 / n, d, 1)[1], draw=False)),
        ("other", fit(lambda n, d: np.polyfit(1 / n, d, 2)[2])),
        ("nothing", lambda *_: None),
        ("shape", fit(lambda n, d: np.polyfit(1 / n, d, 1))),
    ],
}
