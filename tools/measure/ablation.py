"""Leave one ingredient of the recipe `modern` out at a time, and write what each is worth to a JSON.

    GANLIB_DATA=folder python tools/measure/ablation.py

Full MNIST, 5 000 steps; 10 000 samples against the 10 000 test images.  Each variant has half, once and
twice the rates of `modern` with seed 0, and seeds 1 and 2 at its own rates and at the best of the three
by seed 0: chosen by one seed, judged by two others.  Runs that the file holds already are kept; delete
the file to start anew.  Lesson 8 reads it.
"""

import os
from dataclasses import replace
from pathlib import Path

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

from runs import complete

import ganlib
from ganlib.recipes import FLATTEN, IMAGE, LOGIT, MODERN_D, NORM, RECIPES, dense

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "ablation.json"
STEPS, RATES = 5000, (0.5, 1.0, 2.0)
TUNE, JUDGES = 0, (1, 2)  # seeds
KEY = ("variant", "rate", "seed")
MODERN = RECIPES["modern"]
BARE = tuple(layer for layer in MODERN.generator if layer != NORM)
BATCH = tuple(("BatchNormalization", {"momentum": 0.9}) if n == NORM else n for n in MODERN.generator)
TANH = (*MODERN.generator[:-3], *dense(784, "tanh"), IMAGE)
LEAKY = (*MODERN.discriminator[:2], *dense(256, "leaky"), *dense(128, "leaky"), LOGIT)
OLD = replace(MODERN.g_optimizer, beta_1=0.5)
# Pictures are twice as far apart: half the slope, a quarter of its square.
SIGNED = {"pixels": (-1.0, 1.0), "generator": TANH, "r1": 4 * MODERN.r1}
VARIANTS = {  # what is different from the recipe
    "modern": {},
    "no pairing": {"loss": "non-saturating"},
    "no R1": {"r1": 0.0},
    "R2 too": {"r2": MODERN.r1},
    "β₁ = .5": {"g_optimizer": OLD, "d_optimizer": OLD},
    "no average": {"ema": 0.0},
    "no layer norm": {"generator": BARE},
    "batch norm": {"generator": BATCH},
    "pixels -1 to 1": SIGNED,
    "leaky D": {"discriminator": LEAKY},
    "z of 64": {"latent_dim": 64},
    "D sees all": {"discriminator": (FLATTEN, *MODERN_D)},
}
KEPT = ("frechet", "precision", "recall", "density", "coverage", "modes", "score")


def measure(variant, rate, seed):
    """Train one variant, both rates multiplied by ``rate``, and return its row."""
    recipe = MODERN.but(**VARIANTS[variant])
    adams = {
        name: replace(adam, learning_rate=rate * adam.learning_rate)
        for name in ("g_optimizer", "d_optimizer")
        for adam in [getattr(recipe, name)]
    }
    gan = ganlib.build(recipe.but(**adams), seed)
    ganlib.train(gan, ganlib.load_mnist("train"), steps=STEPS, verbose=0)
    table = ganlib.metrics.evaluate(gan.sample(10_000, seed=1), ganlib.load_mnist("test").images)
    measured = {name: round(float(table[name]), 4) for name in KEPT}
    return {"variant": variant, "rate": rate, "seed": seed, **measured}


def tuned(runs):
    """Return each variant's best of three rates, by the Fréchet distance of seed 0."""
    rows = [run for run in runs if run["seed"] == TUNE]
    return {
        name: min((run for run in rows if run["variant"] == name), key=lambda run: run["frechet"])["rate"]
        for name in VARIANTS
    }


def plan(best):
    """Return all runs by ``KEY``: one seed at three rates, two more at the old and the best rate."""
    first = [(variant, rate, TUNE) for rate in RATES for variant in VARIANTS]
    first += [(variant, 1.0, seed) for seed in JUDGES for variant in VARIANTS]
    return first + [(name, rate, seed) for seed in JUDGES for name, rate in best.items() if rate != 1]


if __name__ == "__main__":
    about = {
        "command": "GANLIB_DATA=folder python tools/measure/ablation.py",
        "train": f"the 60 000 training images of MNIST, {STEPS} steps",
        "measured": "10 000 samples against the 10 000 test images",
        "classifier": ganlib.metrics.classifier.NAME,
    }
    best = tuned(complete(PATH, about, KEY, plan({}), measure))
    complete(PATH, about, KEY, plan(best), measure)
