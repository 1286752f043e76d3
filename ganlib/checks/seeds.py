"""Rules by which a change is judged from one measure over seeds, right and wrong ones."""

from math import comb, factorial

import numpy as np

from ganlib.checks import Wrong, follows, truth

RULES = {  # of the values before and after, larger is better
    "apart": lambda before, after: min(after) > max(before),
    "ties": lambda before, after: min(after) >= max(before),
    "paired": lambda before, after: np.greater(after, before).all(),
    "paired-ties": lambda before, after: np.greater_equal(after, before).all(),
    "sorted": lambda before, after: np.greater(sorted(after), sorted(before)).all(),
    "backwards": lambda before, after: max(after) < min(before),
    "paired-backwards": lambda before, after: np.less(after, before).all(),
    "mean": lambda before, after: np.mean(after) > np.mean(before),
    "median": lambda before, after: np.median(after) > np.median(before),
    "best": lambda before, after: max(after) > max(before),
    "worst": lambda before, after: min(after) > min(before),
    "overlap": lambda before, after: max(after) > min(before),
    "any": lambda before, after: np.greater(after, before).any(),
    "first": lambda before, after: after[0] > before[0],
    "last": lambda before, after: after[-1] > before[-1],
}

CASES = [  # before and after, five seeds each; no two of the rules agree on all of them
    ([0.0, 0.01, 0.0, 0.0, 0.02], [0.61, 0.68, 0.6, 0.64, 0.59]),
    ([0.15, 0.35, 0.2, 0.18, 0.3], [0.59, 0.71, 0.6, 0.64, 0.61]),
    ([0.59, 0.71, 0.6, 0.64, 0.61], [0.15, 0.35, 0.2, 0.18, 0.3]),
    ([0.1, 0.1, 0.12, 0.1, 0.5], [0.45, 0.9, 0.9, 0.92, 0.9]),
    ([0.2, 0.3, 0.25, 0.25, 0.1], [0.3, 0.4, 0.5, 0.35, 0.6]),
    ([0.15, 0.3, 0.55, 0.35, 0.65], [0.1, 0.15, 0.15, 0.2, 0.55]),
    ([0.25, 0.35, 0.15, 0.1, 0.35], [0.35, 0.35, 0.55, 0.6, 0.25]),
    ([0.65, 0.6, 0.1, 0.1, 0.2], [0.5, 0.45, 0.1, 0.35, 0.4]),
    ([0.55, 0.4, 0.25, 0.45, 0.6], [0.55, 0.4, 0.3, 0.45, 0.7]),
    ([0.15, 0.4, 0.5, 0.4, 0.35], [0.3, 0.1, 0.55, 0.2, 0.55]),
    ([0.6, 0.15, 0.4, 0.65, 0.55], [0.65, 0.2, 0.45, 0.75, 0.65]),
]


def check_rule(answer, cases, rule, mistakes):
    """Compare a learner's rule with the right one; arguments as for `ganlib.checks.follows`."""
    got = [answer(before, after) for before, after in cases]
    if any(value is None for value in got):
        raise Wrong("nothing", "your function")
    got = [truth(value) for value in got]
    if None in got:
        raise Wrong("truth")
    if len(set(got)) == 1:
        raise Wrong("always")
    follows(got, cases, rule, mistakes)


def chances(n, m):
    """Return the mistakes of task 5.7 and the chance that each comes to."""
    due, orders = 1 / comb(n + m, n), factorial(n + m)
    return [
        ("even", 0.5),
        *(("one", count / (n + m)) for count in (m, n, 1)),
        ("orders", 1 / orders),
        ("both", 2 * due),
        *(("pairs", 0.5**count) for count in (n * m, n, m)),
        *(("swapped", factorial(count) / orders) for count in (n, m)),
        ("rare", due**2),
    ]
