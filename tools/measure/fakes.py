"""Do drawn digits help a classifier?  Train it with and without them, and write its accuracy to a JSON.

    GANLIB_DATA=folder python tools/measure/fakes.py

The recipe `conditional` learns n of the course's digits, for its own length, and draws 5 000.  Then the
same small classifier learns, for 2 000 batches of 100, from each of five diets.  Its accuracy is that on
the 10 000 test images of MNIST, which nobody was trained on.  On drawn digits alone Ravuri and Vinyals
(2019) call it the classification accuracy score.  Runs that the file holds already are kept; delete
it to start anew.  Lesson 8 reads it.
"""

import functools
import os
from pathlib import Path

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

import judge
import numpy as np
from runs import complete

import ganlib
from ganlib.backend import keras, tf
from ganlib.data import Digits

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "fakes.json"
COUNTS, SEEDS, DRAWN = (100, 500, 5000), range(5), 5000
BATCH, UPDATES, PIXELS, DEGREES = 100, 2000, 2, 10
DIETS = {  # which halves a batch has, and whether its images are moved
    "real": (("real",), False),
    "real, moved": (("real",), True),
    "real and drawn": (("real", "drawn"), False),
    "real and drawn, moved": (("real", "drawn"), True),
    "drawn": (("drawn",), False),
}


def chosen(count, seed):
    """Return so many of the course's digits, as many of each kind."""
    digits, draw = ganlib.load_digits(), np.random.default_rng(seed)
    rows = [draw.permutation(np.flatnonzero(digits.labels == k))[: count // 10] for k in range(10)]
    rows = np.concatenate(rows)
    return Digits(digits.images[rows], digits.labels[rows])


@functools.lru_cache(1)  # the diets of one count and seed come one after the other
def drawn(count, seed):
    """Return what the conditional GAN draws after it has learned these digits."""
    gan = ganlib.build("conditional", seed)
    ganlib.train(gan, chosen(count, seed), verbose=0)
    labels = np.arange(DRAWN) % 10
    return Digits(gan.sample(DRAWN, seed=1, labels=labels), labels)


def accuracy(parts, moved, seed):
    """Train the classifier on equal parts of a batch, and return its share of right test images."""
    keras.utils.set_random_seed(seed)
    network, draw = judge.network(outputs=10), np.random.default_rng(seed)
    move = keras.Sequential(
        [
            keras.layers.RandomTranslation(PIXELS / 28, PIXELS / 28, "constant", seed=seed),
            keras.layers.RandomRotation(DEGREES / 360, "constant", seed=seed),
        ]
    )
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, UPDATES))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def update(images, labels):
        images = tf.cast(images[..., None], tf.float32) / 255
        images = move(images, training=True) if moved else images
        with tf.GradientTape() as tape:
            value = loss(labels, network(images, training=True))
        optimizer.apply(tape.gradient(value, network.trainable_variables), network.trainable_variables)

    optimizer.build(network.trainable_variables)
    for _ in range(UPDATES):
        rows = [draw.integers(0, len(part.images), BATCH // len(parts)) for part in parts]
        images = np.concatenate([part.images[i] for part, i in zip(parts, rows, strict=True)])
        labels = np.concatenate([part.labels[i] for part, i in zip(parts, rows, strict=True)])
        update(tf.constant(images), tf.constant(labels))
    test = ganlib.load_mnist("test")
    logits = network.predict(test.images[..., None] / np.float32(255), batch_size=1000, verbose=0)
    return (logits.argmax(1) == test.labels).mean()


def measure(count, seed, diet):
    """Feed one diet to a classifier and return its row."""
    halves, moved = DIETS[diet]
    sets = {"real": chosen, "drawn": drawn}
    found = accuracy([sets[half](count, seed) for half in halves], moved, seed)
    return {"count": count, "seed": seed, "diet": diet, "accuracy": round(float(found), 4)}


if __name__ == "__main__":
    about = {
        "command": "GANLIB_DATA=folder python tools/measure/fakes.py",
        "gan": f"conditional, {ganlib.RECIPES['conditional'].steps} steps on the digits; {DRAWN} drawn",
        "classifier": f"two convolutions, {UPDATES} batches of {BATCH}; half real, half drawn where both",
        "moved": f"by up to {PIXELS} pixels and {DEGREES} degrees, at random",
        "measured": "share of right answers on the 10 000 test images",
    }
    wanted = [(n, seed, diet) for seed in SEEDS for n in COUNTS for diet in DIETS]
    complete(PATH, about, ("count", "seed", "diet"), wanted, measure)
