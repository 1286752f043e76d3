"""Checks of lesson 6: the learner writes the metrics, and they are tried on known cases."""

import numpy as np

from ganlib import metrics
from ganlib.checks import Wrong, array, number, recognise, recognise_all, task
from ganlib.checks.grids import CASES, COUNTS, CURVES, MISTAKES, curve, grids, mean_apart
from ganlib.metrics.distances import radii as ball_radii


def _clouds(seed=0, size=3):
    draw = np.random.default_rng(seed)
    mix, shift = draw.normal(size=(size, size)), np.resize([0.5, 0.0, -0.3], size)
    return draw.normal(size=(40, size)) @ mix, draw.normal(size=(27, size)) @ mix.T * 0.9 + shift


@task(
    "6.1",
    root="That is the root of the distance: the formula gives a square, and papers quote it so.",
    means="The means are missing: two clouds of one shape in two places are not equal.",
    covariances="That is the distance of the means alone: does the covariance of each cloud come in?",
    no_root="The cross term wants the square root of S₁S₂, not S₁S₂ itself.",
    entries="np.sqrt takes the root of each entry: the root of a matrix goes by its eigenvalues.",
    biased="These covariances divide by n: those of np.cov divide by n - 1.",
    once="The cross term counts twice: −2 (S₁S₂)^½.",
    length="The distance of the means enters squared.",
    variances="Only the variances enter: how the features of a cloud go together counts too.",
    symmetric="S₁S₂ is not symmetric, and eigvalsh and eigh take it to be: use np.linalg.eigvals.",
    flat="In a cloud that fills not all dimensions some eigenvalues are 0, and rounding puts them below, "
    "or makes them complex: one real number is due.",
    rows="Your code stops where the clouds differ in size: take the mean of each by itself, and np.cov "
    "has features in rows, rowvar=False.",
    other="The value is wrong: print its four terms for two clouds of two dimensions, one tilted.",
)
def frechet(answer):
    """``frechet(real, fake)``: the Fréchet distance between two clouds."""
    for real, fake in (_clouds(0), _clouds(1), _clouds(2, 2), _clouds(4, 5)):
        try:
            got = number(answer(real, fake), "frechet")
        except ValueError:
            number(answer(real[: len(fake)], fake), "frechet")  # with equal counts it does not stop
            raise Wrong("rows") from None
        one, two = np.cov(real.T), np.cov(fake.T)
        shift = np.square(real.mean(0) - fake.mean(0)).sum()
        traces, product = np.trace(one) + np.trace(two), one @ two
        cross = _roots(np.linalg.eigvals(product).real)
        due = shift + traces - 2 * cross
        by_n = [(len(cloud) - 1) / len(cloud) for cloud in (real, fake)]
        biased = by_n[0] * np.trace(one) + by_n[1] * np.trace(two) - 2 * np.sqrt(np.prod(by_n)) * cross
        mistakes = [
            ("root", np.sqrt(due)),
            ("entries", shift + traces - 2 * np.sqrt(np.diag(product)).sum()),
            ("biased", shift + biased),
            ("variances", shift + traces - 2 * np.sqrt(np.diag(one) * np.diag(two)).sum()),
            ("means", traces - 2 * cross),
            ("covariances", shift),
            ("no-root", shift + traces - 2 * np.trace(product)),
            ("once", shift + traces - cross),
            ("length", np.sqrt(shift) + traces - 2 * cross),
            ("symmetric", shift + traces - 2 * np.sqrt(np.abs(np.linalg.eigvalsh(product))).sum()),
            ("symmetric", shift + traces - 2 * _roots(np.linalg.eigvalsh(product))),
        ]
        recognise(got, due, mistakes)
    lift = np.random.default_rng(2).normal(size=(3, 9))  # three dimensions of nine are filled
    real, fake = (cloud @ lift for cloud in _clouds())
    with np.errstate(invalid="ignore"):
        flat = np.asarray(answer(real, fake), complex)
    if flat.imag.any() or not np.isclose(flat, metrics.frechet(real, fake), rtol=2e-3):
        raise Wrong("flat")


def _roots(values):
    return np.sqrt(np.maximum(values, 0)).sum()


@task(
    "6.2",
    itself="The nearest point of a cloud to a point is the point itself: it does not count.",
    too_far="That is one neighbour too far: index 0 is the point itself, index k its k-th neighbour.",
    farthest="That counts from the far end: sort upwards.",
    squared="These are squared distances: take the root.",
    mean="The k-th distance is asked for, not the mean of the first k.",
    copies="Another point in the same place counts, with distance 0: leave out the point itself only.",
    other="The radii are wrong: print your distances for three points, and what you take from each row.",
)
def radii(answer):
    """``radii(points, k)``: each point's distance to its k-th neighbour, ``(n,)``."""
    for k in (3, 1):
        points = _clouds()[0]
        got = array(answer(points, k), (len(points),), f"radii(points, {k})")
        gaps = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)
        mistakes = [
            ("itself", gaps[:, k - 1]),
            ("too-far", gaps[:, k + 1]),
            ("farthest", gaps[:, -k]),
            ("farthest", gaps[:, -k - 1]),
            ("squared", gaps[:, k] ** 2),
            ("mean", gaps[:, 1 : k + 1].mean(1)),
            ("mean", gaps[:, : k + 1].mean(1)),
        ]
        recognise(got, gaps[:, k], mistakes)
    found = answer(points[[0, 0, 1, 2, 3]], 1)
    if not np.allclose(array(found, (5,), "radii(points, 1)")[:2], 0, atol=1e-6):
        raise Wrong("copies")


@task(
    "6.3",
    swapped="The two are swapped: precision asks about fakes, recall about reals.",
    radius="The wrong balls: precision takes those around the reals, recall those around the fakes.",
    every="One ball is enough: any, not all.",
    counts="Shares are asked for, from 0 to 1: divide by the number of fakes, and of reals.",
    paired="A point is compared with all points of the other cloud, not with that of its index.",
    other="The pair is wrong: print the distances (reals down, fakes across), which of them lie inside a "
    "ball, then both shares.",
)
def precision_recall(answer):
    """``precision_recall(real, fake, real_radius, fake_radius)``: two shares."""
    cases = [_shares(answer, *_clouds(seed)) for seed in (0, 3)]
    if any(any(got) for got, _, _ in cases):
        recognise_all(cases)
    real, fake = _clouds()
    one, two = ball_radii(real, 3), ball_radii(fake, 3)
    gaps = np.linalg.norm(real[:, None] - fake[None], axis=2)
    wide = array(answer(real, fake, 4 * one, 4 * two), (2,), "precision_recall")
    reached = (gaps < 4 * one[:, None]).any(0).mean(), (gaps < 4 * two[None]).any(1).mean()
    every = (gaps < 4 * one[:, None]).all(0).mean(), (gaps < 4 * two[None]).all(1).mean()
    recognise(wide, reached, [("every", every)])
    recognise_all(cases)


def _shares(answer, real, fake):
    """Return what an answer gives for two clouds, what is due, and what mistakes lead to."""
    one, two = ball_radii(real, 3), ball_radii(fake, 3)
    got = array(answer(real, fake, one, two), (2,), "precision_recall")
    gaps = np.linalg.norm(real[:, None] - fake[None], axis=2)
    by_real, by_fake = gaps < one[:, None], gaps < two[None]
    due = by_real.any(0).mean(), by_fake.any(1).mean()
    count = min(len(real), len(fake))
    near = np.linalg.norm(real[:count] - fake[:count], axis=1)
    mistakes = [
        ("swapped", due[::-1]),
        ("radius", (by_fake.any(0).mean(), by_real.any(1).mean())),
        ("radius", (due[0], by_real.any(1).mean())),
        ("radius", (by_fake.any(0).mean(), due[1])),
        ("counts", (by_real.any(0).sum(), by_fake.any(1).sum())),
        ("paired", ((near < one[:count]).mean(), (near < two[:count]).mean())),
    ]
    return got, due, mistakes


@task(
    "6.4",
    over_k="Density is a number of balls over k, the argument.",
    capped="Density may exceed 1: many balls can lie around one fake.",
    swapped="The two are swapped: density comes first.",
    precision="That is precision: density counts the balls, not whether there is one.",
    fakes="Coverage is a share of the reals: how many of their balls hold a fake?",
    total="Density is a mean over the fakes, not over the reals.",
    other="The pair is wrong: for each fake count real balls around it; for each real ask for a fake.",
)
def density_coverage(answer):
    """``density_coverage(real, fake, real_radius, k)``: density and coverage."""
    real, fake = _clouds()
    for k, fakes in ((3, fake), (5, real.mean(0) + 0.1 * fake)):
        radius = ball_radii(real, k)
        got = array(answer(real, fakes, radius, k), (2,), "density_coverage")
        inside = np.linalg.norm(real[:, None] - fakes[None], axis=2) < radius[:, None]
        density, coverage = inside.sum(0).mean() / k, inside.any(1).mean()
        mistakes = [
            ("capped", (min(density, 1), coverage)),
            ("capped", (np.minimum(inside.sum(0) / k, 1).mean(), coverage)),
            ("over-k", (k * density, coverage)),
            ("over-k", (k * density / 3, coverage)),
            ("swapped", (coverage, density)),
            ("precision", (inside.any(0).mean(), coverage)),
            ("fakes", (density, inside.any(0).mean())),
            ("total", (inside.sum(1).mean() / k, coverage)),
        ]
        recognise(got, (density, coverage), mistakes)


@task(
    "6.5",
    log="That is the mean of KL: the score is its exponential.",
    entropy="The marginal is missing: KL compares each row with the mean of the rows.",
    reversed="KL is not symmetric: weigh with p(y|x), and put p(y) below the line.",
    order="First the mean of KL over the images, then the exponential.",
    zero="A probability of 0, or a digit that never comes, gave NaN: neither adds to the sum.",
    other="The score is wrong: ten certain, different rows must give 10, ten equal rows 1.",
)
def score(answer):
    """``score(chances)``: the classifier score of probabilities ``(n, 10)``."""
    chances = np.random.default_rng(0).dirichlet(np.full(10, 0.3), 50)
    chances = (chances + 1e-3) / (1 + 1e-2)
    got = number(answer(chances), "score")
    marginal = chances.mean(0)
    kl = (chances * np.log(chances / marginal)).sum(1)
    mistakes = [
        ("log", kl.mean()),
        ("entropy", np.exp((chances * np.log(chances)).sum(1).mean())),
        ("entropy", np.exp(-(chances * np.log(chances)).sum(1).mean())),
        ("entropy", np.exp((chances * np.log(10 * chances)).sum(1).mean())),
        ("reversed", np.exp((marginal * np.log(marginal / chances)).sum(1).mean())),
        ("order", np.exp(kl).mean()),
    ]
    recognise(got, metrics.classifier_score(chances), mistakes)
    with np.errstate(all="ignore"):
        for count in (10, 5):  # digits that come, each of them certain
            certain = np.asarray(answer(np.eye(10)[np.arange(20) % count]), float)
            if not np.isfinite(certain).all():
                raise Wrong("zero")
            if not np.isclose(certain, count, rtol=1e-3):
                raise Wrong("other")


@task(
    "6.6",
    ranks="Return the places of the three grids in order, each of them once.",
    always="The same order for every three grids: look at the images.",
    worst="The order is upside down: best first.",
    inverse="That is each grid's rank, in the list's order: return the places, the best one's first.",
    counts="One grid has five times as many images, coverage grows with the number.",
    precision="That goes by precision: a grid of one good shape, over and over, would win.",
    recall="That goes by recall: grids of noise have huge balls, and in those lie many real digits.",
    density="That goes by density: a grid of one good shape would win.",
    frechet="By the Fréchet distance the order is yours: it puts one kind of digit before a fifth of all "
    "kinds. If you go by coverage: round which cloud are the balls, and of how many images?",
    diversity="That goes by diversity: noise would win.",
    other="Wrong for `checks.grids({detail})`: print your numbers: how many real balls does each reach?",
)
def rank(answer):
    """``rank(grids, real)``: the places of three grids of images, from best to worst."""
    cases, got = [grids(case) for case in range(len(CASES))], []
    for made, real, _ in cases:
        got.append([int(place) for place in array(answer(made, real), (3,), "rank")])
        if sorted(got[-1]) != [0, 1, 2]:
            raise Wrong("ranks")
    due = [order for _, _, order in cases]
    if got == due:
        return
    if got[0] == got[1] == got[2]:
        raise Wrong("always")
    if [np.argsort(order).tolist() for order in got] == due:
        raise Wrong("inverse")
    for hint, rule in MISTAKES.items():
        if all(rule(made, real) == order for (made, real, _), order in zip(cases, got, strict=True)):
            raise Wrong(hint)
    raise Wrong("other", str(next(i for i in range(len(cases)) if got[i] != due[i])))


@task(
    "6.7",
    count="That is the distance at one of the counts: it still holds what few images add.",
    mean="That is the mean over the counts: what few images add is still in it.",
    line="Your line goes over n: over 1/n the points lie near a line, to be read at 1/n = 0.",
    incline="That is the slope of the line: its value at 1/n = 0 is asked for.",
    two="That takes two of the counts: fit the line through all of them.",
    square="Your line goes over 1/√n: what few images add to a Fréchet distance falls like 1/n.",
    same_draw="`distance` was handed {detail}: n of the real ones and n of the fakes are due.",
    drawn="You measured {detail} points of a cloud, and that is none of the counts.",
    itself="You measure one cloud against itself, 0 but for chance: draw from real, and draw from fake.",
    order="You take the first n, and here they come in order: draw n at random.",
    stride="You take every so-many-th, and here large and small take turns: draw n at random.",
    three="With three counts in place of four it is wrong: go by `counts`, whatever they are.",
    other="Fit distance = a + b / n by least squares over all counts, and return a: {detail}.",
)
def at_infinity(answer):
    """``at_infinity(distance, real, fake, counts)``: the distance without what few images add."""
    random = np.random.default_rng(0)
    real, fake, n, cases = *random.normal(size=(2, 800, 3)), np.array(COUNTS), []
    curves = [end + slope / n + off for end, slope, off in CURVES]
    for d in curves:
        got, fitted = number(answer(curve(d), real, fake, list(COUNTS)), "at_infinity"), {}
        for power in (-1, 1, -0.5):
            fitted[power] = np.polyfit((1.0 * n) ** power, d, 1)
        mistakes = [("count", value) for value in d]
        mistakes += [("mean", d.mean()), ("line", fitted[1][1]), ("square", fitted[-0.5][1])]
        mistakes += [("incline", fitted[-1][0]), ("incline", fitted[1][0])]
        for i, j in ((2, 3), (0, 3), (0, 1)):
            mistakes.append(("two", (n[j] * d[j] - n[i] * d[i]) / (n[j] - n[i])))
        cases.append((got, fitted[-1][1], mistakes))
    off = next((i for i, (got, due, _) in enumerate(cases) if not np.isclose(got, due)), 0)
    of_n = ", ".join(f"{value:.6g} at {count}" for value, count in zip(curves[off], COUNTS, strict=True))
    got, due, _ = cases[off]
    seen = f"with distances of {of_n} yours is {got:.4g} where {due:.4g} is due"
    recognise_all(cases, seen)
    rising = np.sort(random.normal(size=(800, 2)), axis=0)
    moved = rising[::-1] + np.array([3.0, 0.0])
    got = number(answer(mean_apart, rising, moved, list(COUNTS)), "at_infinity")
    if got < 1:
        raise Wrong("itself")
    if not np.isclose(got, 9, atol=4):
        raise Wrong("order")
    woven = [cloud.reshape(2, 400, 2).swapaxes(0, 1).reshape(800, 2) for cloud in (rising, moved)]
    if not np.isclose(number(answer(mean_apart, *woven, list(COUNTS)), "at_infinity"), 9, atol=4):
        raise Wrong("stride")
    got = number(answer(curve(curves[-1]), real, fake, list(COUNTS[1:])), "at_infinity")
    if not np.isclose(got, np.polyfit(1 / n[1:], curves[-1][1:], 1)[1]):
        raise Wrong("three")
