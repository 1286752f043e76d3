"""Look for a game in which one-sided label smoothing helps, and write what was measured to a JSON.

    python tools/measure/soft.py

On the ring of lesson 7, twenty seeds at once: the strict owner, and an Adam with a long memory.  And 200
digits to learn from, with a large D and a small one.  Runs that the file holds already are kept; delete
the file to start anew.  Lesson 4 reads it.
"""

from functools import partial
from pathlib import Path

import numpy as np
from runs import complete

import ganlib
from ganlib import losses
from ganlib.backend import tf
from ganlib.recipes import FLATTEN, LOGIT, RECIPES, dense

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "soft.json"
TARGETS = (1.0, 0.9, 0.7)
RING = {
    "strict": {"head_start": 800, "d_steps": 4},
    "long memory": {"beta_1": 0.9},
}
LARGE = (FLATTEN, *dense(1024, "leaky"), *dense(512, "leaky"), LOGIT)
SMALL = RECIPES["small"].discriminator
FEW = {"large D, 200 digits": (LARGE, range(6)), "small D, 200 digits": (SMALL, range(3))}
STEPS = 2000
PLAN = [("ring", game, target, 0) for game in RING for target in TARGETS]
PLAN += [
    ("digits", game, target, seed)
    for game, (_, seeds) in FEW.items()
    for seed in seeds
    for target in TARGETS[:2]
]


def split(digits):
    """Return 200 digits to learn from and 1 000 others to measure with, equally many of each digit."""
    place = np.arange(len(digits.images))
    return digits.images[place % 25 == 1], digits.images[place % 5 == 0]


def on_the_ring(game, target):
    """Return modes and share of good points at the end, lists over twenty seeds."""
    d_loss, g_loss = losses.LOSSES["non-saturating"]
    name = f"real target {target}"  # sweep takes pairs of losses by name
    losses.LOSSES[name] = partial(d_loss, real_target=target, fake_target=0.0), g_loss
    run = ganlib.sweep(ganlib.toys.RING, steps=3000, seeds=20, loss=name, **RING[game])
    good = [round(float(value), 3) for value in run["good"][-1]]
    return {"modes": run["modes"][-1].tolist(), "good": good}


def on_digits(game, target, seed):
    """Return the measures of one GAN."""
    few, others = split(ganlib.load_digits())
    gan = ganlib.build("small", seed=seed, discriminator=FEW[game][0], real_target=target)
    ganlib.train(gan, few, steps=STEPS, verbose=0)
    table = ganlib.metrics.evaluate(gan.sample(1000, seed=1), others)
    row = {name: round(float(table[name]), 3) for name in ("frechet", "precision", "recall")}
    for name, images in (("d_real", few), ("d_held_out", others), ("d_fake", gan.sample(1000, seed=1))):
        logits = gan.discriminator(gan.scale(tf.constant(images)), training=False)
        row[name] = round(float(np.mean(tf.sigmoid(logits))), 3)
    return row


def measure(place, game, target, seed):
    """Return one row of the file."""
    row = on_the_ring(game, target) if place == "ring" else on_digits(game, target, seed)
    return {"place": place, "game": game, "target": target, "seed": seed} | row


if __name__ == "__main__":
    about = {
        "command": "python tools/measure/soft.py",
        "ring": "3 000 updates of G, lists over twenty seeds; strict: 800 steps ahead, then 4 for 1; "
        "long memory: β₁ 0.9",
        "digits": f"recipe small, or with a D of 1 024 and 512 units, {STEPS} steps; "
        "1 000 samples against 1 000 held-out digits",
    }
    complete(PATH, about, ("place", "game", "target", "seed"), PLAN, measure)
