"""Train the recipe `modern` for a minute, three seeds on each set of digits, and write how far it gets.

    GANLIB_DATA=folder python tools/measure_modern.py

The minute is one by the clock on two cores that have nothing else to do, compiling included.  10 000
samples against the 10 000 test images, in the eyes of two classifiers: the course's, and a plain one made
here (two strided convolutions, three epochs), which was shown digits only.  Runs that the file holds
already are kept; delete the file to start anew.  Lesson 8 reads it.
"""

import time
from pathlib import Path

import numpy as np
from runs import complete

import ganlib
from ganlib.backend import keras

PATH = Path(__file__).resolve().parent.parent / "notebooks" / "measured" / "modern.json"
SECONDS, SEEDS, SETS = 60, range(3), ("mnist", "digits")
KEPT = ("frechet", "precision", "recall", "density", "coverage")


def plain_classifier(train):
    """Return the features of a small convolutional classifier: images ``(n, 28, 28)`` to ``(n, 64)``."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.Conv2D(32, 5, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(train.images[..., None], train.labels, batch_size=128, epochs=3, verbose=0)
    body = keras.Sequential(network.layers[:-1])
    return lambda images: body.predict(images[..., None], batch_size=1000, verbose=0)


def main():
    train, test = ganlib.load_mnist("train"), ganlib.load_mnist("test")
    sets = {"mnist": train, "digits": ganlib.load_digits()}
    plain = plain_classifier(train)
    some = train.images[np.random.default_rng(0).permutation(len(train.images))[:10_000]]
    seen, judge = plain(test.images), ganlib.metrics.features
    floors = {
        "floor": ganlib.metrics.frechet(judge(test.images), judge(some)),
        "plain_floor": ganlib.metrics.frechet(seen, plain(some)),
    }

    def measure(name, seed):
        gan = ganlib.build("modern", seed)
        cpu = time.process_time()
        ganlib.train(gan, sets[name], seconds=SECONDS, verbose=0)
        cpu = time.process_time() - cpu
        images = gan.sample(10_000, seed=1)
        found = ganlib.metrics.evaluate(images, test.images)
        row = {"set": name, "seed": seed, "steps": gan.steps_done, "cpu_seconds": round(cpu, 1)}
        row |= {key: round(found[key], 4) for key in KEPT}
        row["least_class"] = round(min(found["classes"]), 4)
        row["plain_frechet"] = round(ganlib.metrics.frechet(seen, plain(images)), 4)
        near = ganlib.metrics.neighbours(seen[:3000], plain(images[:3000]))
        return row | {f"plain_{key}": round(near[key], 4) for key in ("recall", "coverage")}

    about = {
        "command": "GANLIB_DATA=folder python tools/measure_modern.py",
        "train": f"{SECONDS} s, two cores: 60 000 training images (mnist), the course's 5 000 (digits)",
        "measured": "10 000 samples against the 10 000 test images",
        "classifier": ganlib.metrics.classifier.NAME,
        **{name: round(value, 4) for name, value in floors.items()},
    }
    complete(PATH, about, ("set", "seed"), [(name, seed) for name in SETS for seed in SEEDS], measure)


if __name__ == "__main__":
    main()
