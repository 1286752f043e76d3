"""Train with and without label smoothing, same seeds, and write what was measured to a JSON.

    python tools/measure/smoothing.py

Runs that the file holds already are kept, so a broken-off measurement goes on where it stopped; delete
the file to start anew.  Lesson 4 reads it.
"""

from pathlib import Path

import numpy as np
from runs import complete

import ganlib
from ganlib.backend import tf

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "smoothing.json"
TARGETS = {"none": (1.0, 0.0), "one-sided": (0.9, 0.0), "two-sided": (0.9, 0.1)}
PLAN = [  # recipe, steps, seeds, smoothing
    ("small", 700, range(8), ("none", "one-sided", "two-sided")),
    ("small", 4000, range(8), ("none", "one-sided", "two-sided")),
]
KEPT = ("frechet", "precision", "recall", "density", "coverage", "modes", "diversity")


def split(digits):
    """Return 4 000 digits to train on and 1 000 to measure with: every fifth, 100 of each digit."""
    held_out = np.arange(len(digits.images)) % 5 == 0
    return digits.images[~held_out], digits.images[held_out]


def measure(recipe, steps, seed, smoothing):
    """Train one GAN and return its row."""
    real_target, fake_target = TARGETS[smoothing]
    train, held_out = split(ganlib.load_digits())
    changes = {"real_target": real_target, "fake_target": fake_target, "xla": False}
    gan = ganlib.build(recipe, seed=seed, **changes)
    history = ganlib.train(gan, train, steps=steps, verbose=0)
    fake = gan.sample(1000, seed=1)
    table = ganlib.metrics.evaluate(fake, held_out)
    belief = {
        name: tf.sigmoid(gan.discriminator(gan.scale(tf.constant(images)), training=False)).numpy()
        for name, images in (("real", train[::4]), ("held_out", held_out), ("fake", fake))
    }
    last = len(history["step"]) // 4
    return {
        "recipe": recipe,
        "steps": steps,
        "seed": seed,
        "smoothing": smoothing,
        **{name: round(float(table[name]), 4) for name in KEPT},
        **{f"d_{name}": round(float(values.mean()), 4) for name, values in belief.items()},
        "d_real_over_95": round(float((belief["real"] > 0.95).mean()), 4),
        "d_fake_under_05": round(float((belief["fake"] < 0.05).mean()), 4),
        "d_loss": round(float(history["d_loss"][-last:].mean()), 4),
        "g_loss": round(float(history["g_loss"][-last:].mean()), 4),
    }


if __name__ == "__main__":
    wanted = [
        (recipe, steps, seed, smoothing)
        for recipe, steps, seeds, names in PLAN
        for seed in seeds
        for smoothing in names
    ]
    about = {
        "command": "python tools/measure/smoothing.py",
        "train": "4 000 of the 5 000 digits of load_digits",
        "measured": "1 000 samples against the 1 000 held-out digits; losses: last quarter",
        "targets": TARGETS,
    }
    complete(PATH, about, ("recipe", "steps", "seed", "smoothing"), wanted, measure)
