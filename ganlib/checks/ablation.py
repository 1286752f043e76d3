"""Discriminators who mind labels or not, for task 8.2, and made-up runs of an ablation, for 8.7."""

import numpy as np

__all__ = ["JUDGE", "JUDGES", "MISTAKES", "TUNE", "judges", "needed_by", "table"]

TUNE, JUDGE = (0, 1, 2), (3, 4, 5)
JUDGES = ("fits", "image", "label", "apart")


def table(seed):
    """Return made-up runs of "full" and five variants, each at three rates with six seeds."""
    random, runs = np.random.default_rng(seed), []
    for variant, harm in zip(("full", *"abcde"), (1, 1.05, 1.3, 1.6, 2.5, 0.5), strict=True):
        best = random.integers(3)
        for place, rate in enumerate((1e-4, 3e-4, 1e-3)):
            level = 20 * harm * (1 + 0.3 * abs(place - best))
            for run in (*TUNE, *JUDGE):
                value = round(float(level * np.exp(0.25 * random.normal())), 1)
                runs.append({"variant": variant, "rate": rate, "seed": run, "frechet": value})
    return [runs[i] for i in random.permutation(len(runs))]


def _values(runs, seeds):
    """Return Fréchet distances by variant and rate, in the order of the seeds."""
    found = {}
    for run in sorted(runs, key=lambda run: run["seed"]):
        if run["seed"] in seeds:
            found.setdefault((run["variant"], run["rate"]), []).append(run["frechet"])
    return found


def needed_by(runs, choose=np.mean, tune=TUNE, judge=JUDGE, rate_of=None, worse=None):
    """Return the needed parts by a rule: how a rate is chosen, on which seeds, and when one is worse."""
    tuned, judged = _values(runs, tune), _values(runs, judge)
    rates = sorted({rate for _, rate in tuned})
    picked = {}
    for variant in sorted({run["variant"] for run in runs}):
        best = min(rates, key=lambda rate: choose(tuned[rate_of or variant, rate]))
        picked[variant] = judged[variant, best]
    worse = worse or (lambda part, full: min(part) > max(full))
    return {name for name in picked if name != "full" and worse(picked[name], picked["full"])}


MISTAKES = (  # hint, and the rule that makes it
    ("all", {"worse": lambda part, full: True}),
    ("seen", {"judge": TUNE}),
    ("tuned", {"tune": JUDGE}),
    ("tuned", {"tune": TUNE + JUDGE}),
    ("shared", {"rate_of": "full"}),
    ("lucky", {"choose": min}),
    ("mean", {"worse": lambda part, full: np.mean(part) > np.mean(full)}),
    ("paired", {"worse": lambda part, full: np.greater(part, full).all()}),
    ("better", {"worse": lambda part, full: max(part) < min(full)}),
)


def judges(seed):
    """Return four discriminators by name, and images and labels to try them on."""
    random = np.random.default_rng(seed)
    often = np.array([14, 12, 10, 9, 8, 7, 6, 5, 5, 4])
    labels = random.permutation(np.repeat(np.arange(10), often))
    kinds, taste = random.normal(size=(10, 16)), random.normal(size=16)
    images = kinds[labels] + 0.4 * random.normal(size=(len(labels), 16))
    liked = (often - often.mean()) / 2  # what is seen often is liked, whatever it is

    def of_image(x):
        return np.asarray(x, float).reshape(-1, 16) @ taste

    def fit(x, y):
        return (np.asarray(x, float).reshape(-1, 16) * kinds[np.asarray(y, int)]).mean(1)

    made = {
        "fits": lambda x, y: of_image(x) + 0.2 * fit(x, y),
        "image": lambda x, y: of_image(x),
        "label": lambda x, y: liked[np.asarray(y, int)],
        "apart": lambda x, y: of_image(x) + liked[np.asarray(y, int)],
    }
    return made, images.reshape(-1, 4, 4), labels
