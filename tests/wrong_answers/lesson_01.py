"""Wrong answers to lesson 1."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


def overflowing(x, w, b):
    e = np.exp(x @ w + b)
    return e / (1 + e)


def d(x, w, b):
    return sigmoid(x @ w + b)


def halves(real, fake, w, b):
    return -np.mean(np.log(d(real, w, b))), -np.mean(np.log(1 - d(fake, w, b)))


def logs(real, fake, w, b):
    return -np.log(d(real, w, b)), -np.log(1 - d(fake, w, b))


def gradient(real, fake, w, b, real_part=1, fake_part=1):
    real_slope = real_part * (d(real, w, b) - 1)
    fake_slope = fake_part * d(fake, w, b)
    by_w = (real_slope @ real / len(real) + fake_slope @ fake / len(fake)) / 2
    return by_w, (real_slope.mean() + fake_slope.mean()) / 2


def step(factor=1.0, power=1, bias=1, **parts):
    """The owner's step with one thing wrong."""

    def move(real, fake, w, b, rate):
        by_w, by_b = gradient(real, fake, w, b, **parts)
        return w - factor * rate**power * by_w, b - bias * factor * rate**power * by_b

    return move


def in_place(real, fake, w, b, rate):
    by_w, by_b = gradient(real, fake, w, b)
    w -= rate * by_w
    return w, b - rate * by_b


def pooled_step(count):
    """The owner's step with one count for both halves."""

    def move(real, fake, w, b, rate):
        x = np.concatenate([real, fake])
        slope = np.concatenate([d(real, w, b) - 1, d(fake, w, b)])
        return w - rate * slope @ x / count(real, fake), b - rate * slope.sum() / count(real, fake)

    return move


def lessons_own_step(w_by, b_by):
    """The lesson's step for equal counts; of w and of b: who is counted, real, fake or each its own."""

    def move(real, fake, w, b, rate):
        counts = {"r": (len(real),) * 2, "f": (len(fake),) * 2, "o": (len(real), len(fake))}
        (n, m), (i, j) = counts[w_by], counts[b_by]
        by_real, by_fake = d(real, w, b) - 1, d(fake, w, b)
        w = w - rate * (by_real @ real / n + by_fake @ fake / m) / 2
        return w, b - rate * (by_real.sum() / i + by_fake.sum() / j) / 2

    return move


def swapped_features(real, fake, w, b, rate):
    by_w, by_b = gradient(real, fake, w, b)
    return w - rate * by_w[::-1], b - rate * by_b


def scalar_lesson(real, fake, w, b, rate):
    """The lesson's step, for bottles that are one number."""
    return w - rate * np.mean((d(real, w, b) - 1) * real + d(fake, w, b) * fake) / 2, b


def mixed(real, fake, w, b, rate):
    by_w, by_b = gradient(real, fake, w, b)
    return w - rate * by_w.mean(), b - rate * by_b


def slope(z, theta, w, b):
    return np.mean(d(theta + z, w, b) - 1) * w


def turn(factor=1.0, power=1):
    """The forger's step with one thing wrong."""
    return lambda z, theta, w, b, rate: theta - factor * rate**power * slope(z, theta, w, b)


def turn_in_place(z, theta, w, b, rate):
    theta -= rate * slope(z, theta, w, b)
    return theta


def printed(slopes):
    """The one that looks unlike the others, by its name."""
    names = [slope.__name__ for slope in slopes]
    return min(range(3), key=lambda i: names.count(names[i]))


def trained(real, fake, steps=500):
    w, b = np.zeros(2), 0.0
    for _ in range(steps):
        w, b = step()(real, fake, w, b, 0.3)
    return w, b


def losses(real, forgers, steps=500):
    fakes = [forger(len(real), 0) for forger in forgers]
    return [np.mean(halves(real, fake, *trained(real, fake, steps))) for fake in fakes]


def by_correlation(real, forgers):
    """The first feature alone: the pale one has it right as well."""
    means = [abs(forger(20_000, 0)[:, 0].mean() - real[:, 0].mean()) for forger in forgers]
    colours = [forger(20_000, 0)[:, 1].mean() for forger in forgers]
    return int(np.argmin([m if c < -0.3 else 9 for m, c in zip(means, colours, strict=True)]))


def by_spread(real, forgers):
    gaps = [np.linalg.norm(forger(5000, 0).std(0) - real.std(0)) for forger in forgers]
    return int(np.argmax(gaps))


def moved(points=((0.3, -0.8), (-1.1, 0.6)), parts=2, near=1e-4, h=1e-4):
    """Check slopes by moving, at some points, in some parts, or not so strictly."""

    def wrong_slope(losses, slopes):
        worst = []
        for loss, slope in zip(losses, slopes, strict=True):
            off = 0
            for point in map(np.array, points):
                for j, step in enumerate(h * np.eye(2)[:parts]):
                    found = (loss(point + step) - loss(point - step)) / (2 * h)
                    off = max(off, abs(found - slope(point)[j]))
            worst.append(off)
        return int(np.argmax([off if off > near else 0 for off in worst]))

    return wrong_slope


WRONG = {
    "belief": [
        ("logits", lambda x, w, b: x @ w + b),
        ("forged", lambda x, w, b: 1 - d(x, w, b)),
        ("no-bias", lambda x, w, b: sigmoid(x @ w)),
        ("swapped", lambda x, w, b: sigmoid(x @ w[::-1] + b)),
        ("times", lambda x, w, b: sigmoid(x @ w * b)),
        ("guess", lambda x, w, b: np.round(d(x, w, b))),
        ("range", lambda x, w, b: np.tanh(x @ w + b)),
        ("unstable", overflowing),
        ("other", lambda x, w, b: np.exp(-((x @ w + b) ** 2))),
        ("shape", lambda x, w, b: sigmoid(x * w + b)),
        ("shape", lambda x, w, b: sigmoid(x @ w + b).mean()),
        ("error", lambda x, w, b: sigmoid(w @ x + b)),
    ],
    "owner_loss": [
        ("sum", lambda *a: np.sum(logs(*a)) / 2),
        ("sum", lambda *a: np.sum(logs(*a))),
        ("sign", lambda *a: -np.mean(halves(*a))),
        ("halves", lambda *a: np.sum(halves(*a))),
        ("swapped", lambda real, fake, w, b: np.mean(halves(fake, real, w, b))),
        ("swapped", lambda real, fake, w, b: np.mean(halves(real, fake, -w, -b))),
        ("only-real", lambda *a: halves(*a)[0]),
        ("only-fake", lambda *a: halves(*a)[1]),
        ("bits", lambda *a: np.mean(halves(*a)) / np.log(2)),
        ("square", lambda real, fake, w, b: np.mean([(1 - d(real, w, b)) ** 2, d(fake, w, b) ** 2])),
        ("other", lambda real, fake, w, b: np.mean(np.abs([1 - d(real, w, b), d(fake, w, b)]))),
        ("shape", lambda *a: np.concatenate(logs(*a))),
        ("pooled", lambda *a: np.concatenate(logs(*a)).mean()),
        ("pooled", lambda real, *a: sum(map(np.sum, logs(real, *a))) / (2 * len(real))),
        ("pooled", lambda real, fake, *a: sum(map(np.sum, logs(real, fake, *a))) / (2 * len(fake))),
        ("error", lambda *a: np.mean(sum(logs(*a))) / 2),
    ],
    "owner_step": [
        ("uphill", step(factor=-1)),
        ("rate", step(power=0)),
        ("rate", step(power=2)),
        ("rate", step(factor=0.3, power=0)),
        ("sum", step(factor=5)),
        ("sum", step(factor=10)),
        ("gradient", lambda real, fake, w, b, rate: gradient(real, fake, w, b)),
        ("still", lambda real, fake, w, b, rate: (w, b)),
        ("pair", lambda *a: step()(*a)[0]),
        ("changed", in_place),
        ("no-bias", step(bias=0)),
        ("halves", step(factor=2)),
        ("length", step(factor=0.5)),
        ("uphill", step(factor=-2)),
        ("one-half", step(fake_part=0)),
        ("one-half", step(real_part=0)),
        ("mixed", mixed),
        ("other", swapped_features),
        ("pooled", pooled_step(lambda real, fake: len(real) + len(fake))),
        ("pooled", pooled_step(lambda real, fake: 2 * len(real))),
        ("pooled", pooled_step(lambda real, fake: 2 * len(fake))),
        *(("pooled", lessons_own_step(*counts)) for counts in ("ro", "fo", "or", "of", "rf", "fr")),
        ("nothing", lambda *a: None),
        ("shape", lambda *a: step()(*a)[::-1]),
        ("error", scalar_lesson),
    ],
    "wrong_slope": [
        ("index", lambda losses, slopes: 3),
        ("index", lambda losses, slopes: losses[0](np.ones(2))),
        ("always", lambda losses, slopes: 1),
        ("test", lambda losses, slopes: int(np.argmax([slope(np.ones(2))[0] for slope in slopes]))),
        ("test", lambda losses, slopes: moved()(losses, [lambda x, f=f: 2 * f(x) for f in slopes])),
        ("always", lambda losses, slopes: printed(slopes)),
        ("second", moved(parts=1)),
        ("origin", moved(points=((0.0, 0.4),))),
        ("origin", moved(points=((1.0, 1.0),))),
        ("loose", moved(near=0.05)),
        ("nothing", lambda losses, slopes: None),
        ("shape", lambda losses, slopes: [True, False, True]),
    ],
    "forger_step": [
        ("uphill", turn(factor=-1)),
        ("rate", turn(power=0)),
        ("rate", turn(power=2)),
        ("rate", turn(factor=0.3, power=0)),
        ("sum", lambda z, *rest: turn(factor=len(z) / 5)(z, *rest)),
        ("sum", turn(factor=5)),
        ("gradient", lambda z, theta, w, b, rate: slope(z, theta, w, b)),
        ("still", lambda z, theta, w, b, rate: theta),
        ("changed", turn_in_place),
        ("saturating", lambda z, theta, w, b, rate: theta + rate * np.mean(d(theta + z, w, b)) * w),
        ("caught", lambda z, theta, w, b, rate: theta - rate * np.mean(d(theta + z, w, b)) * w),
        ("other", turn(factor=0.37)),
        ("chain", lambda z, theta, w, b, rate: theta - rate * np.mean(d(theta + z, w, b) - 1)),
        ("mixed", lambda z, theta, w, b, rate: theta - rate * slope(z, theta, w, b).mean()),
        ("no-theta", lambda z, theta, w, b, rate: theta - rate * slope(z, 0, w, b)),
        ("length", turn(factor=0.5)),
        ("uphill", turn(factor=-0.5)),
        ("other", lambda z, theta, w, b, rate: theta - rate * slope(z, theta, w, b)[::-1]),
        ("shape", lambda *a: turn()(*a)[:, None]),
    ],
    "unbeaten": [
        ("index", lambda real, forgers: 7),
        ("index", lambda real, forgers: max(losses(real, forgers, 20))),
        ("one-based", lambda real, forgers: int(np.argmax(losses(real, forgers))) + 1),
        ("index", lambda real, forgers: int(np.argmin(losses(real, forgers))) + 1),
        ("easiest", lambda real, forgers: int(np.argmin(losses(real, forgers)))),
        ("always", lambda real, forgers: int(np.argmax(losses(real, forgers, 0)))),
        ("always", lambda real, forgers: 1),
        ("other", by_correlation),
        ("other", by_spread),
        ("shape", losses),
        ("nothing", lambda real, forgers: None),
    ],
    "columns": [
        ("worse", lambda x: x[:, :1] / x[:, 1:]),
        ("blind", lambda x: x),
        ("blind", lambda x: x**2),
        ("blind", lambda x: np.column_stack([x[:, 0], x[:, 1], x[:, 1] ** 2])),
        ("blind", lambda x: np.abs(x)),
        ("near", lambda x: np.abs(x[:, :1] - x[:, 1:])),
        ("near", lambda x: np.sign(x[:, :1] * x[:, 1:])),
        ("near", lambda x: np.column_stack([x.min(1), x.max(1)])),
        ("many", lambda x: np.column_stack([x, x**2])),
        ("alone", lambda x: (x[:, :1] - x[:, 0].mean()) * (x[:, 1:] - x[:, 1].mean())),
        ("shape", lambda x: x[:, 0] * x[:, 1]),
        ("shape", lambda x: x.T),
        ("not-finite", lambda x: np.log(x - 99)),
        ("nothing", lambda x: None),
    ],
}
