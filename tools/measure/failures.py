"""Produce the failures of lesson 7 at full length, with what helps and what does not, and write a JSON.

    python tools/measure/failures.py

On the ring ten seeds an arm, 3 000 updates of G.  On digits five seeds an arm: a GAN that has 500 digits
to learn from, looked at six times.  Runs that the file holds already are kept, so a broken-off
measurement goes on where it stopped; delete the file to start anew.  Lesson 7 reads it.
"""

from pathlib import Path

import numpy as np
from runs import complete

import ganlib
from ganlib.backend import tf
from ganlib.recipes import FLATTEN, RECIPES

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "failures.json"
STRICT = {"head_start": 800, "d_steps": 4}
CRITIC = {"loss": "wasserstein", "d_steps": 5}
STEPS, FRAMES, SEEDS = 3000, 30, 10
RING = {  # what is changed in the usual game, where D and G take turns with equal rates
    "usual game": {},
    "head start only": {"head_start": 800},
    "four steps only": {"d_steps": 4},
    "strict": STRICT,
    "strict, R1 0.01": STRICT | {"r1": 0.01},
    "strict, R1 0.1": STRICT | {"r1": 0.1},
    "strict, R1 1": STRICT | {"r1": 1.0},
    "strict, R1 10": STRICT | {"r1": 10.0},
    "strict, D's rate a tenth": STRICT | {"d_rate": 1e-4},
    "strict, pack 2": STRICT | {"pack": 2},
    "strict, pack 4": STRICT | {"pack": 4},
    **{f"strict, spectral {most}": STRICT | {"spectral": float(most)} for most in (1, 5, 25)},
    "usual game, spectral 1": {"spectral": 1.0},
    "strict, saturating": STRICT | {"loss": "saturating"},
    "strict, saturating, R1 0.1": STRICT | {"loss": "saturating", "r1": 0.1},
    "D's rate a hundredth": {"d_rate": 1e-5},
    "WGAN-GP, gp 0.1": CRITIC | {"gp": 0.1},
    "WGAN-GP, gp 1": CRITIC | {"gp": 1.0},
    "WGAN-GP, gp 10": CRITIC | {"gp": 10.0},
}
MEMORY = {
    f"β₁ {beta_1}, rate {rate}" + f", R1 {r1}" * bool(r1): {
        "beta_1": beta_1, "g_rate": rate, "d_rate": rate, "r1": r1
    }
    for beta_1, r1 in ((0.0, 0.0), (0.5, 0.0), (0.9, 0.0), (0.9, 0.1), (0.9, 1.0))
    for rate in (0.001, 0.002, 0.004)
}  # fmt: skip
MEMORY |= {
    f"β₁ 0.9, rate {rate}, spectral 1": {
        "beta_1": 0.9, "g_rate": rate, "d_rate": rate, "spectral": 1.0
    }
    for rate in (0.001, 0.004)
}  # fmt: skip
SMALL = RECIPES["small"]
DROPOUT = (FLATTEN, ("Dropout", {"rate": 0.5}), *SMALL.discriminator[1:])
DIGITS = {"nothing": {}, "dropout": {"discriminator": DROPOUT}, "shift": {"shift": 2}, "R1": {"r1": 0.5}}
LOOKS, DIGIT_SEEDS = (250, 500, 1000, 2000, 4000, 8000), range(5)
PLAN = [("ring", arm, 0) for arm in RING] + [("memory", arm, 0) for arm in MEMORY]
PLAN += [("digits", arm, seed) for seed in DIGIT_SEEDS for arm in DIGITS]


def split(digits):
    """Return 500 digits to learn from and 1 000 others to ask about, equally many of each digit."""
    place = np.arange(len(digits.images))
    return digits.images[place % 10 == 1], digits.images[place % 5 == 0]


def on_the_ring(changes, come_and_go=False):
    """Return a row of lists over seeds: what was measured at the end, and over the last twenty looks.

    ``swing`` is how far the middle of G's points is from that of the ring, their mean; if asked for,
    ``good_least`` and ``good_most`` are the least and the greatest share of good points.
    """
    run = ganlib.sweep(ganlib.toys.RING, steps=STEPS, seeds=SEEDS, frames=FRAMES, **changes)
    row = {"modes": run["modes"][-1].tolist()}
    row |= {name: rounded(run[name][-1]) for name in ("good", "d_loss", "accuracy", "lead", "push")}
    row["swing"] = rounded(np.linalg.norm(run["points"].mean(2)[-20:], axis=2).mean(0))
    if come_and_go:
        late = run["good"][-20:]
        row |= {"good_least": rounded(late.min(0)), "good_most": rounded(late.max(0))}
    return row


def on_digits(arm, seed):
    """Return the row of one GAN: lists over looks."""
    few, others = split(ganlib.load_digits())
    gan = ganlib.build(SMALL.but(**DIGITS[arm], xla=False), seed=seed)
    row = {name: [] for name in ("d_real", "d_held_out", "d_fake", "frechet", "recall")}
    for steps in LOOKS:
        ganlib.train(gan, few, steps=steps - gan.steps_done, verbose=0)
        fake = gan.sample(1000, seed=1)
        table = ganlib.metrics.evaluate(fake, others)
        for name, images in (("d_real", few), ("d_held_out", others), ("d_fake", fake)):
            logits = gan.discriminator(gan.scale(tf.constant(images)), training=False)
            row[name].append(rounded(tf.sigmoid(logits).numpy().mean()))
        row["frechet"].append(round(float(table["frechet"]), 1))
        row["recall"].append(rounded(table["recall"]))
    return row


def rounded(values):
    """Return three digits of numbers, as JSON can have them."""
    return np.vectorize(lambda value: float(f"{value:.3g}"))(values).tolist()


def measure(game, arm, seed):
    """Return one row of the file."""
    if game == "digits":
        row = on_digits(arm, seed)
    else:
        row = on_the_ring((RING | MEMORY)[arm], come_and_go=game == "memory")
    return {"game": game, "arm": arm, "seed": seed} | row


if __name__ == "__main__":
    floor = ganlib.metrics.evaluate(*split(ganlib.load_digits()))["frechet"]
    about = {
        "command": "python tools/measure/failures.py",
        "ring, memory": f"{SEEDS} seeds a row, {STEPS} updates of G; lists over seeds",
        "digits": f"recipe small, 500 digits; lists over looks after {LOOKS} updates of G",
        "measured": "frechet and recall: 1 000 samples against 1 000 held-out digits; d_: mean belief",
        "floor": f"the 500 digits themselves have a frechet of {floor:.0f}",
    }
    complete(PATH, about, ("game", "arm", "seed"), PLAN, measure)
