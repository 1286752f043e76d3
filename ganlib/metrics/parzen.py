"""The Parzen-window estimate: how the first GAN paper measured, kept for history."""

import numpy as np

from ganlib.errors import refuse
from ganlib.metrics.distances import cloud

SIGMAS = np.geomspace(0.1, 1.0, 10)


def parzen(samples, validation, test, sigmas=SIGMAS):
    """Return the log-likelihood of test points under Gaussians around samples.

    The protocol of Goodfellow et al. (2014), section 5: the width sigma is the one that suits the
    validation points best; then the mean over the test points, with its standard error.  Their figure
    for MNIST is 225 ± 2 nats, from 10 000 samples.  Theis et al. (2016), section 3, show why it should
    not be trusted.

    Args:
        samples: ``(m, d)``, pixels in [0, 1].
        validation: ``(v, d)``, the same way.
        test: ``(n, d)``, n ≥ 2.
        sigmas: Widths to try, each > 0.

    Returns:
        A dict: ``log_likelihood`` and ``standard_error`` in nats, ``sigma``.
    """
    samples, validation = cloud("samples", samples, 1), cloud("validation", validation, 1)
    sigmas = np.asarray(sigmas, dtype="float64")
    if not (sigmas > 0).all():
        raise refuse("sigmas", sigmas, "numbers above 0", "A window needs a width.")
    means = [log_density(validation, samples, sigma).mean() for sigma in sigmas]
    best = sigmas[int(np.argmax(means))]
    values = log_density(cloud("test", test), samples, best)
    return {
        "log_likelihood": float(values.mean()),
        "standard_error": float(values.std(ddof=1) / np.sqrt(len(values))),
        "sigma": float(best),
    }


def log_density(points, samples, sigma):
    """Return ``log (1/m) Σ N(x; sample, sigma² I)`` for each point x: ``(n,)``.

    Args:
        points: ``(n, d)``.
        samples: ``(m, d)``.
        sigma: Width, > 0.
    """
    constant = np.log(len(samples)) + samples.shape[1] * np.log(sigma * np.sqrt(2 * np.pi))
    lengths = np.square(samples).sum(1)
    out = []
    for i in range(0, len(points), 500):
        block = points[i : i + 500]
        squares = np.square(block).sum(1)[:, None] + lengths - 2 * block @ samples.T
        powers = np.maximum(squares, 0) / (-2 * sigma**2)
        most = powers.max(1)  # taken out, so that no exponential under- or overflows
        out.append(np.log(np.exp(powers - most[:, None]).sum(1)) + most - constant)
    return np.concatenate(out)
