"""Wrong answers to lesson 2."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def xlog(a, b):
    """a log b with 0 log 0 = 0."""
    return np.where(a > 0, a * np.log(np.where(a > 0, b, 1)), 0)


def v(p, q, d, dx):
    return np.sum(xlog(p, d) + xlog(q, 1 - d)) * dx


def kl(p, q, dx):
    return np.sum(xlog(p, p / np.where(q > 0, q, 1))) * dx


def js(p, q, dx):
    m = (p + q) / 2
    return (kl(p, m, dx) + kl(q, m, dx)) / 2


def naive_js(p, q, dx):
    m = (p + q) / 2
    return np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx / 2


def nansum_js(p, q, dx):
    """Leaves out a cell wherever one of its two terms is no number."""
    m = (p + q) / 2
    return np.nansum(p * np.log(p / m) + q * np.log(q / m)) * dx / 2


def softplus(x):
    return np.logaddexp(0, x)


def to_loss(shown, convention, **factors):
    """Turn what is shown into the course's d_loss, with a factor of one's own for some conventions."""
    right = {"mean": 1, "sum": 0.5, "value": -0.5, "bits": np.log(2)}
    return (right | factors)[convention] * shown


def classified(powers=(0, 1, 2), steps=3000, pooled=False):
    """Estimate the JSD by a logistic classifier whose logit is a polynomial, by gradient descent."""

    def estimate(real, fake):
        scale = max(np.abs(real).max(), np.abs(fake).max())
        one, other = (np.stack([(x / scale) ** power for power in powers], 1) for x in (real, fake))
        n, m = (len(real) + len(fake),) * 2 if pooled else (2 * len(real), 2 * len(fake))
        w, mean = np.zeros(len(powers)), np.zeros(len(powers))
        for _ in range(steps):
            slope = (sigmoid(one @ w) - 1) @ one / n + sigmoid(other @ w) @ other / m
            mean = 0.9 * mean + slope
            w = w - 1.5 * mean
        return np.log(2) - softplus(-one @ w).sum() / n - softplus(other @ w).sum() / m

    return estimate


def one_replacement(p, q, d, dx):
    """The replacement of the first term serves the second as well."""
    believed = np.where(p > 0, d, 1)
    return np.sum(p * np.log(believed) + q * np.log(1 - believed)) * dx


WRONG = {
    "optimal_d": [
        ("swapped", lambda p, q: q / (p + q)),
        ("ratio", lambda p, q: p / q),
        ("logit", lambda p, q: np.log(p / q)),
        ("guess", lambda p, q: np.round(p / (p + q))),
        ("guess", lambda p, q: (p > q) * 1.0),
        ("p-alone", lambda p, q: p),
        ("p-alone", lambda p, q: p / p.sum()),
        ("other", lambda p, q: p / (p + q) / 2),
        ("other", lambda p, q: p**2 / (p**2 + q**2)),
        ("shape", lambda p, q: (p / (p + q)).mean()),
        ("clipped", lambda p, q: np.clip(p / (p + q), 0.05, 0.95)),
        ("clipped", lambda p, q: np.clip(p / (p + q), 1e-3, 1 - 1e-3)),
        ("zero", lambda p, q: p / q / (1 + p / q)),
    ],
    "value": [
        ("no-dx", lambda p, q, d, dx: v(p, q, d, 1)),
        ("mean", lambda p, q, d, dx: np.mean(xlog(p, d) + xlog(q, 1 - d))),
        ("bits", lambda p, q, d, dx: v(p, q, d, dx) / np.log(2)),
        ("sign", lambda p, q, d, dx: -v(p, q, d, dx)),
        ("loss", lambda p, q, d, dx: -v(p, q, d, dx) / 2),
        ("half", lambda p, q, d, dx: v(p, q, d, dx) / 2),
        ("swapped", lambda p, q, d, dx: v(q, p, d, dx)),
        ("log-d", lambda p, q, d, dx: np.sum((p + q) * np.log(d)) * dx),
        ("unweighted", lambda p, q, d, dx: np.sum(np.log(d) + np.log(1 - d)) * dx),
        ("trapezoid", lambda p, q, d, dx: np.trapezoid(xlog(p, d) + xlog(q, 1 - d), dx=dx)),
        ("nan", lambda p, q, d, dx: np.sum(p * np.log(d) + q * np.log(1 - d)) * dx),
        ("nan", one_replacement),
        ("dropped", lambda p, q, d, dx: v(p[p * q > 0], q[p * q > 0], d[p * q > 0], dx)),
        ("zero", lambda p, q, d, dx: v(np.maximum(p, 0.1), np.maximum(q, 0.1), d, dx)),
        ("nan", lambda p, q, d, dx: float(np.sum(p * np.log(d) + q * np.log(1 - d)) * dx)),
        ("other", lambda p, q, d, dx: np.sum(p * d + q * (1 - d)) * dx),
        ("shape", lambda p, q, d, dx: (xlog(p, d) + xlog(q, 1 - d)) * dx),
    ],
    "jsd": [
        ("no-dx", lambda p, q, dx: js(p, q, 1)),
        ("mean", lambda p, q, dx: js(p, q, 1) / len(p)),
        ("bits", lambda p, q, dx: js(p, q, dx) / np.log(2)),
        ("half", lambda p, q, dx: 2 * js(p, q, dx)),
        ("one-kl", kl),
        ("one-kl", lambda p, q, dx: kl(q, p, dx)),
        ("both-kl", lambda p, q, dx: (kl(p, q, dx) + kl(q, p, dx)) / 2),
        ("mixture", lambda p, q, dx: (kl(p, p + q, dx) + kl(q, p + q, dx)) / 2),
        ("mixture", lambda p, q, dx: kl(p, p + q, dx) + kl(q, p + q, dx)),
        ("root", lambda p, q, dx: np.sqrt(js(p, q, dx))),
        ("sign", lambda p, q, dx: -js(p, q, dx)),
        (
            "trapezoid",
            lambda p, q, dx: (
                np.trapezoid(p * np.log(2 * p / (p + q)), dx=dx) / 2
                + np.trapezoid(q * np.log(2 * q / (p + q)), dx=dx) / 2
            ),
        ),
        ("nan", naive_js),
        ("dropped", lambda p, q, dx: js(p[p * q > 0], q[p * q > 0], dx)),
        ("dropped", nansum_js),
        ("zero", lambda p, q, dx: naive_js(np.maximum(p, 0.1), np.maximum(q, 0.1), dx)),
        ("other", lambda p, q, dx: np.sum(np.abs(p - q)) * dx / 2),
    ],
    "saturating": [
        ("pair", lambda x: -softplus(x)),
        ("pair", lambda x: (np.mean(-softplus(x)), -sigmoid(x))),
        ("pair", lambda x: ("log(1 - D)", "-D")),
        ("mean", lambda x: (np.mean(-softplus(x)), np.mean(-sigmoid(x)))),
        ("loss-sign", lambda x: (softplus(x), -sigmoid(x))),
        ("loss", lambda x: (np.log(1 - np.clip(x, -9, 0.9)), -sigmoid(x))),
        ("slope-sign", lambda x: (-softplus(x), sigmoid(x))),
        ("by-d", lambda x: (-softplus(x), -1 / (1 - sigmoid(x)))),
        ("slope", lambda x: (-softplus(x), sigmoid(x) - 1)),
        ("unstable", lambda x: (np.log(1 - sigmoid(x)), -sigmoid(x))),
        ("unstable", lambda x: (-softplus(x), -np.clip(sigmoid(x), 0.01, 0.99))),
        ("unstable", lambda x: (np.log(np.maximum(1 - sigmoid(x), 1e-12)), -sigmoid(x))),
        ("unstable", lambda x: (-np.log(1 + np.exp(x)), -np.exp(x) / (1 + np.exp(x)))),
        ("other-loss", lambda x: (softplus(-x), sigmoid(x) - 1)),
        ("flat", lambda x: (-softplus(np.ravel(x)), -sigmoid(np.ravel(x)))),
        ("flat", lambda x: tuple(np.array([[-softplus(v), -sigmoid(v)] for v in x]).T)),
        ("flat", lambda x: ([-softplus(float(v)) for v in x], [-sigmoid(float(v)) for v in x])),
    ],
    "corrected": [
        ("backwards", lambda d, s: d * s / (d * s + (1 - d) * (1 - s))),
        ("scaled", lambda d, s: d / (2 * s)),
        ("scaled", lambda d, s: np.clip(d / (2 * s), 0, 1)),
        ("shifted", lambda d, s: d + 0.5 - s),
        ("same", lambda d, s: d),
        ("odds", lambda d, s: d / (1 - d) * (1 - s) / s),
        ("other", lambda d, s: d ** (2 * s)),
        ("shape", lambda d, s: d.mean()),
        ("nothing", lambda d, s: None),
    ],
    "divergence": [
        ("her-loss", lambda shown, c: to_loss(shown, c)),
        ("one", lambda shown, c: np.log(2) - shown),
        ("sum", lambda shown, c: np.log(2) - to_loss(shown, c, sum=1)),
        ("value", lambda shown, c: np.log(2) - to_loss(shown, c, value=-1)),
        ("value", lambda shown, c: np.log(2) - to_loss(shown, c, value=1)),
        ("bits", lambda shown, c: np.log(2) - to_loss(shown, c, bits=1)),
        ("bits", lambda shown, c: 1 - shown if c == "bits" else np.log(2) - to_loss(shown, c)),
        ("sign", lambda shown, c: to_loss(shown, c) - np.log(2)),
        ("sign", lambda shown, c: to_loss(shown, c) + np.log(2)),
        ("other", lambda shown, c: np.log(4) - to_loss(shown, c)),
        ("nothing", lambda shown, c: None),
    ],
    "estimate": [
        ("equal", lambda real, fake: 0.2),
        ("her-loss", lambda real, fake: np.log(2) - classified()(real, fake)),
        ("range", lambda real, fake: abs(real.mean() - fake.mean())),
        ("twice", lambda real, fake: 2 * classified()(real, fake)),
        ("straight", classified(powers=(0, 1))),
        ("pooled", classified(pooled=True)),
        ("early", classified(steps=12)),
        ("early", lambda real, fake: classified()(real, fake) / 2),
        ("range", lambda real, fake: -classified()(real, fake)),
        ("halves", lambda real, fake: 2 * classified()(real, fake) - np.log(2)),
        ("other", lambda real, fake: min(0.69, 1.4 * classified()(real, fake))),
        ("nothing", lambda real, fake: None),
    ],
}
