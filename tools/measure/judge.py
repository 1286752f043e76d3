"""Train the digit classifier of ganlib.metrics on full MNIST and write its weights.

    GANLIB_DATA=folder python tools/measure/judge.py [--out classifier.npz] [--epochs 8]

An eleventh output learns to name what is no digit: without it the features take noise for an 8.  It is
dropped from the file.  Prints the accuracy on the test images, the file's SHA-256 and the time.  On one
machine the result is always the same.
"""

import argparse
import hashlib
import time

import numpy as np

from ganlib import data
from ganlib.backend import keras, tf
from ganlib.metrics import classifier

BATCH, JUNK = 128, 30


def network(outputs=11, dropout=0.2):
    """Return the Keras twin of ``classifier.forward``: images ``(n, 28, 28, 1)`` in [0, 1] to logits."""
    kernel = lambda seed: keras.initializers.GlorotUniform(seed=seed)  # noqa: E731
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 5, 2, activation="relu", kernel_initializer=kernel(1)),
            keras.layers.Conv2D(32, 5, 2, activation="relu", kernel_initializer=kernel(2)),
            keras.layers.Flatten(),
            keras.layers.Dropout(dropout, seed=5),
            keras.layers.Dense(64, activation="relu", kernel_initializer=kernel(3)),
            keras.layers.Dropout(dropout, seed=6),
            keras.layers.Dense(outputs, kernel_initializer=kernel(4)),
        ]
    )


def batches(digits, epochs):
    """Yield shuffled batches, each moved by up to two pixels: a digit's place must not matter."""
    draw = np.random.default_rng(0)
    for _ in range(epochs):
        order = draw.permutation(len(digits.images))
        for i in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[i : i + BATCH]
            shift = tuple(draw.integers(-2, 3, 2))
            moved = np.roll(digits.images[rows], shift, (1, 2))
            images = np.concatenate([moved, no_digits(moved[:JUNK], draw)])
            labels = np.concatenate([digits.labels[rows], np.full(JUNK, 10)])
            yield images[..., None].astype("float32") / 255, labels.astype("int32")


def no_digits(images, draw):
    """Return what is no digit: a third each of noise, of shuffled pixels, of shuffled 7 x 7 blocks."""
    noise, pixels, blocks = np.array_split(images, 3)
    noise = draw.integers(0, 256, noise.shape)
    pixels = draw.permuted(pixels.reshape(len(pixels), -1), axis=1).reshape(pixels.shape)
    parts = blocks.reshape(-1, 4, 7, 4, 7).swapaxes(2, 3).reshape(-1, 16, 49)
    parts = np.stack([draw.permutation(image) for image in parts])
    blocks = parts.reshape(-1, 4, 4, 7, 7).swapaxes(2, 3).reshape(blocks.shape)
    return np.concatenate([noise, pixels, blocks])


def train(epochs):
    """Return the weights by name after training."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    digits = data.load_mnist("train")
    steps = epochs * (len(digits.images) // BATCH)
    model = network()
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            value = loss(labels, model(images, training=True))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)

    optimizer.build(model.trainable_variables)
    for images, labels in batches(digits, epochs):
        step(images, labels)
    arrays = [w.numpy() for w in model.trainable_variables]
    arrays[-2:] = arrays[-2][:, :10], arrays[-1][:10]
    shapes = classifier.SHAPES.items()
    return {name: a.reshape(shape) for (name, shape), a in zip(shapes, arrays, strict=True)}


def in_units(arrays, images):
    """Scale the features so that their variances on these images add up to 1 000; logits stay."""
    spread = classifier.forward(images, arrays)[0].var(0, ddof=1).sum()
    scale = np.sqrt(1000 / spread)
    powers = {"dense": scale, "bias3": scale, "logits": 1 / scale}
    return {name: (a * powers.get(name, 1)).astype("float32") for name, a in arrays.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--out", default=str(classifier.PATH))
    options.add_argument("--epochs", type=int, default=8)
    options = options.parse_args()
    start = time.perf_counter()
    test = data.load_mnist("test")
    arrays = in_units(train(options.epochs), test.images)
    np.savez(options.out, **arrays)
    right = classifier.forward(test.images, arrays)[1].argmax(1) == test.labels
    with open(options.out, "rb") as file:
        print("SHA256", hashlib.sha256(file.read()).hexdigest())
    print(f"TEST_ACCURACY {right.mean():.4f}  seconds {time.perf_counter() - start:.0f}")


if __name__ == "__main__":
    main()
