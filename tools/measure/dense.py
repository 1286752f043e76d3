"""Train the GAN of lesson 3 with one thing changed, count white specks, and write a JSON.

    python tools/measure/dense.py

Three seeds an arm, 1 500 rounds.  Runs that the file holds already are kept; delete the file to start
anew.  Lesson 3 reads it.
"""

from pathlib import Path

import numpy as np
from runs import complete, packed

import ganlib
from ganlib.backend import keras, tf
from ganlib.recipes import RECIPES, Adam

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "dense.json"
SMALL, STEPS, SEEDS, SHOWN = RECIPES["small"], 1500, range(3), 6
BARE = tuple(layer for layer in SMALL.generator if layer[0] != "BatchNormalization")
DROPOUT = (SMALL.discriminator[0], ("Dropout", {"rate": 0.2}), *SMALL.discriminator[1:])
FAST = Adam(5e-3, beta_1=0.5)
ARMS = {  # what is changed in the recipe small; None is no GAN
    "as built": {},
    "convolutional D": {"discriminator": RECIPES["dcgan"].discriminator, "xla": False},
    "squared error, no D": None,
    "D with R1": {"r1": 0.5},
    "D blind to a fifth": {"discriminator": DROPOUT},
    "no batch norm": {"generator": BARE},
    "five D steps": {"d_steps": 5},
    "rates times ten": {"g_optimizer": FAST, "d_optimizer": FAST},
}
SLOPES = ("as built", "convolutional D")
PICTURED = (*SLOPES, "squared error, no D", "no batch norm", "five D steps", "rates times ten")
PLAN = [(arm, seed) for seed in SEEDS for arm in (*ARMS, "modern")]


def split(digits):
    """Return 4 000 digits to train on and 1 000 to measure with: every fifth, 100 of each digit."""
    held_out = np.arange(len(digits.images)) % 5 == 0
    return digits.images[~held_out], digits.images[held_out]


def specks(images):
    """Return how many pixels of an image, on average, are bright (128 or more) beside eight dark ones."""
    paper = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    shifted = [paper[:, 1 + i : 29 + i, 1 + j : 29 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    return float(((images >= 128) & (np.max(shifted, axis=0) < 64)).sum((1, 2)).mean())


def decoded(train, held_out, seed):
    """Train the same G behind a dense encoder, by squared error; return what it makes of others."""
    decoder = ganlib.build(SMALL, seed=seed).generator
    encoder = [keras.Input((28, 28)), keras.layers.Flatten()]
    for number, units in enumerate((256, 128, SMALL.latent_dim)):
        start = keras.initializers.GlorotUniform(seed=10 * seed + number)
        encoder.append(keras.layers.Dense(units, kernel_initializer=start))
        encoder.append(keras.layers.LeakyReLU(negative_slope=0.2))
    model = keras.Sequential([*encoder[:-1], decoder])
    model.compile(keras.optimizers.Adam(5e-4, beta_1=0.5), "mse")
    pairs = ganlib.data.batches(train, SMALL.batch_size, seed=seed).take(STEPS)
    model.fit(pairs.map(lambda x: (scaled(x), scaled(x))), verbose=0)
    mixed = np.random.default_rng(0).permutation(held_out)
    return np.uint8(np.rint((np.asarray(model(scaled(mixed))) + 1) * 127.5))


def slopes(gan, images):
    """Return the slope of D's logit by each pixel of each image: ``(n, 28, 28)``."""
    pixels = gan.scale(tf.constant(images))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logits = gan.discriminator(pixels, training=False)
    return tape.gradient(logits, pixels).numpy()


def smoothness(slope):
    """Return how the slopes of pixels that touch go together: 0 as if drawn by lot, 1 if equal."""
    pairs = [(one[:, :-1].ravel(), one[:, 1:].ravel()) for one in slope]
    return float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))


def around(image, i, j):
    """Return the nine pixels at and around a place."""
    return image[i - 1 : i + 2, j - 1 : j + 2]


def speckled(images, seed=0):
    """Return copies with one white pixel more, in rows and columns 4 to 23, with no ink around it."""
    rng, images = np.random.default_rng(seed), images.copy()
    for image in images:
        clear = [(i, j) for i in range(4, 24) for j in range(4, 24) if not around(image, i, j).any()]
        image[clear[rng.integers(len(clear))]] = 255
    return images


def minded(gan, images):
    """Return by how much one speck lowers D's logit on average, and for which share of images."""
    logits = [
        np.ravel(gan.discriminator(gan.scale(tf.constant(x)), training=False))
        for x in (images, speckled(images))
    ]
    return {
        "speck_costs": round(float((logits[0] - logits[1]).mean()), 3),
        "speck_noticed": round(float((logits[1] < logits[0]).mean()), 3),
        "logit_spread": round(float(logits[0].std()), 3),
    }


def scaled(images):
    """Return pixels from -1 to 1."""
    return tf.cast(images, tf.float32) / 127.5 - 1


def measure(arm, seed):
    """Train one of them and return its row; its first images come compressed."""
    train, held_out = split(ganlib.load_digits())
    row = {"arm": arm, "seed": seed}
    if arm != "modern" and ARMS[arm] is None:
        fake = decoded(train, held_out, seed)
    else:
        gan = ganlib.build("modern" if arm == "modern" else SMALL.but(**ARMS[arm]), seed=seed)
        history = ganlib.train(gan, train, steps=STEPS, verbose=0)
        fake = gan.sample(1000, seed=1)
        row |= {name: round(float(np.mean(history[name][-8:])), 3) for name in history if name != "step"}
        slope = slopes(gan, fake[:200])
        row |= {"smoothness": round(smoothness(slope), 3), **minded(gan, held_out)}
        if seed == 0 and arm in SLOPES:
            greatest = np.abs(slope[:SHOWN]).max((1, 2), keepdims=True)
            row["slopes"] = packed(np.rint(127.5 * (slope[:SHOWN] / greatest + 1)))
    table = ganlib.metrics.evaluate(fake, held_out)
    row |= {"specks": round(specks(fake), 4), "frechet": round(float(table["frechet"]), 1)}
    row["recall"] = round(float(table["recall"]), 3)
    if seed == 0 and arm in PICTURED:
        row["images"] = packed(fake[:SHOWN])
    return row


if __name__ == "__main__":
    about = {
        "command": "python tools/measure/dense.py",
        "arms": f"recipe small with one thing changed, and modern; {STEPS} rounds, 4 000 digits",
        "measured": "1 000 samples (without D: decoded digits) beside the 1 000 held-out digits",
        "specks": "pixels of 128 or more with eight below 64 around them, an image",
        "smoothness": "correlation of the slopes of D's logit by two pixels side by side, at fakes",
        "speck_costs": "by how much D's logit of a held-out digit falls for one white pixel more",
        "speck_noticed": "for which share of them it falls; logit_spread: standard deviation",
        "images, slopes": f"of seed 0 the first {SHOWN}: uint8, zlib, base64; a slope of 0 is at 127.5",
    }
    complete(PATH, about, ("arm", "seed"), PLAN, measure)
