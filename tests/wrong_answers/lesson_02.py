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


def end(**changes):
    right = {"d": 0.5, "accuracy": 0.5, "d_loss": np.log(2), "g_loss": np.log(2)}
    return lambda: {**right, **changes}


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
        ("unstable", lambda x: (np.log(np.maximum(1 - sigmoid(x), 1e-12)), -sigmoid(x))),
        ("unstable", lambda x: (-np.log(1 + np.exp(x)), -np.exp(x) / (1 + np.exp(x)))),
        ("other-loss", lambda x: (softplus(-x), sigmoid(x) - 1)),
        ("flat", lambda x: (-softplus(np.ravel(x)), -sigmoid(np.ravel(x)))),
        ("flat", lambda x: tuple(np.array([[-softplus(v), -sigmoid(v)] for v in x]).T)),
        ("flat", lambda x: ([-softplus(float(v)) for v in x], [-sigmoid(float(v)) for v in x])),
    ],
    "non_saturating": [
        ("pair", lambda x: softplus(-x)),
        ("mean", lambda x: (np.mean(softplus(-x)), np.mean(sigmoid(x) - 1))),
        ("loss-sign", lambda x: (-softplus(-x), sigmoid(x) - 1)),
        ("loss", lambda x: ((1 - sigmoid(x)) ** 2, sigmoid(x) - 1)),
        ("slope-sign", lambda x: (softplus(-x), 1 - sigmoid(x))),
        ("by-d", lambda x: (softplus(-x), -1 / sigmoid(x))),
        ("slope", lambda x: (softplus(-x), -sigmoid(x))),
        ("unstable", lambda x: (-np.log(sigmoid(x)), sigmoid(x) - 1)),
        ("other-loss", lambda x: (-softplus(x), -sigmoid(x))),
        ("caught", lambda x: (softplus(x), sigmoid(x))),
        ("flat", lambda x: (softplus(-x.flatten()), sigmoid(x.flatten()) - 1)),
    ],
    "finished": [
        ("keys", lambda: (0.5, 0.5, np.log(2), np.log(2))),
        ("keys", lambda: {"D": 0.5, "accuracy": 0.5, "d_loss": np.log(2), "g_loss": np.log(2)}),
        ("percent", end(accuracy=50)),
        ("winner", end(accuracy=0.0)),
        ("winner", end(accuracy=1.0)),
        ("belief", end(d=1.0)),
        ("belief", end(d=0.0)),
        ("zero", end(g_loss=0)),
        ("zero", end(d_loss=0.0, g_loss=0.0)),
        ("sum", end(d_loss=2 * np.log(2))),
        ("bits", end(d_loss=1.0, g_loss=1.0)),
        ("value", end(d_loss=-np.log(4))),
        ("d-loss", end(d_loss=0.5)),
        ("g-loss", end(g_loss=0.5)),
        ("not-numbers", end(g_loss="ln 2")),
    ],
}
