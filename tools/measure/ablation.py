"""Leave one ingredient of the recipe `modern` out at a time, and write what each is worth to a JSON.

    GANLIB_DATA=folder python tools/measure/ablation.py

Full MNIST, 5 000 steps, three seeds; 10 000 samples against the 10 000 test images.  Runs that the file
holds already are kept; delete the file to start anew.  Lesson 8 reads it.
"""

import os
from dataclasses import replace
from pathlib import Path

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

from runs import complete

import ganlib
from ganlib.recipes import FLATTEN, IMAGE, LOGIT, MODERN_D, NORM, RECIPES, dense

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "ablation.json"
STEPS, SEEDS = 5000, range(3)
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


def measure(variant, seed):
    """Train one variant and return its row."""
    gan = ganlib.build(MODERN, seed, **VARIANTS[variant])
    ganlib.train(gan, ganlib.load_mnist("train"), steps=STEPS, verbose=0)
    table = ganlib.metrics.evaluate(gan.sample(10_000, seed=1), ganlib.load_mnist("test").images)
    return {"variant": variant, "seed": seed, **{name: round(float(table[name]), 4) for name in KEPT}}


if __name__ == "__main__":
    about = {
        "command": "GANLIB_DATA=folder python tools/measure/ablation.py",
        "train": f"the 60 000 training images of MNIST, {STEPS} steps",
        "measured": "10 000 samples against the 10 000 test images",
        "classifier": ganlib.metrics.classifier.NAME,
    }
    wanted = [(variant, seed) for seed in SEEDS for variant in VARIANTS]
    complete(PATH, about, ("variant", "seed"), wanted, measure)
