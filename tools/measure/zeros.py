"""Repair the zeros one change at a time, over several seeds, and write what was measured to a JSON.

    python tools/measure/zeros.py

Runs that the file holds already are kept; delete the file to start anew.  The last rows train on the
5 923 zeros of full MNIST and are measured on its 980 test zeros.  The rows "early" look into the raw
recipe on its way: at D's logits after 25 steps, and at G's pixels that are dark for every z.
Lesson 5 reads the file.
"""

from pathlib import Path

import numpy as np
from runs import complete, packed
from sklearn.metrics import pairwise_distances

import ganlib
from ganlib.gan import draw_z
from ganlib.metrics import diversity, features, neighbours
from ganlib.metrics.distances import radii

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "zeros.json"
RAW, FINAL = ganlib.RECIPES["only-zeros-raw"], ganlib.RECIPES["only-zeros"]
BARE = tuple(layer for layer in FINAL.generator if layer[0] != "BatchNormalization")
CHANGES = {  # the order is the lesson's
    "range": {"pixels": FINAL.pixels, "generator": BARE},
    "beta_1": {"d_optimizer": FINAL.d_optimizer, "g_optimizer": FINAL.g_optimizer},
    "batch norm": {"generator": FINAL.generator},
    "leaky D": {"discriminator": FINAL.discriminator},
}
PICTURED = ("+ beta_1", "+ batch norm")  # those that the lesson does not train itself
UNDONE = {
    "range": {"pixels": RAW.pixels, "generator": (*FINAL.generator[:-2], *RAW.generator[-2:])},
    "beta_1": {"d_optimizer": RAW.d_optimizer, "g_optimizer": RAW.g_optimizer},
    "batch norm": {"generator": BARE},
}  # all but the last change is the row before the last


def variants():
    """Return recipes by name: the raw one, each change added to those before, and each left out."""
    recipe, made = RAW, {"raw": RAW}
    for name, change in CHANGES.items():
        recipe = recipe.but(**change)
        made[f"+ {name}"] = recipe
    assert recipe.but(name=FINAL.name, note=FINAL.note) == FINAL
    return made | {f"all but {name}": FINAL.but(**change) for name, change in UNDONE.items()}


def split(digits):
    """Return 250 zeros to train on and the 250 others to measure with: every second one."""
    zeros = digits.only(0).images
    return zeros[::2], zeros[1::2]


def learned(train, unseen, fake):
    """Return which share of the held-out zeros lies in a ball of the fakes, by quarters."""
    apart = pairwise_distances(features(unseen), features(fake))
    inside = (apart < radii(features(fake), 5)).any(1)
    middle = train.mean(0).ravel()
    qualities = {
        "how much ink": unseen.sum((1, 2)),
        "how unlike the mean zero": [-np.corrcoef(image.ravel(), middle)[0, 1] for image in unseen],
        "how alone": np.sort(pairwise_distances(features(unseen), features(train)), 1)[:, 4],
    }
    quarters = {name: np.array_split(np.argsort(values), 4) for name, values in qualities.items()}
    return {name: [round(inside[q].mean(), 3) for q in four] for name, four in quarters.items()}


def dark(gan):
    """Return which pixels G leaves at 0 for each of 20 000 z: booleans (784,)."""
    return gan.generator(draw_z(20_000, 100, 0, 0)).numpy().reshape(20_000, -1).max(0) == 0


def early(seed):
    """Return D's mean logits after 25 steps of the raw recipe, and how many inked pixels are dark."""
    digits = ganlib.load_digits()
    train, _ = split(digits)
    inked = train.reshape(len(train), -1).max(0) > 0
    gan = ganlib.build(RAW, seed=seed, xla=False)
    ganlib.train(gan, train, steps=25, verbose=0)
    fake, first = gan.generator(draw_z(2000, 100, 0, 0)).numpy(), dark(gan) & inked
    mixed = np.random.default_rng(0).permuted(train.reshape(len(train), -1), axis=1).reshape(train.shape)
    asked = {"real zeros": train, "pixels shuffled": mixed, "real fives": digits.only(5).images}
    asked |= {"dimmed": train * (fake.max() / 255), "fakes": fake}
    logits = {name: np.mean(gan.discriminator(np.float32(images))) for name, images in asked.items()}
    ganlib.train(gan, train, steps=75, verbose=0)
    then = dark(gan) & inked
    ganlib.train(gan, train, steps=RAW.steps - 100, verbose=0)
    sets = {"inked": inked, "dark": first, "back": first & ~then, "fresh": then & ~first}
    return {
        "logits": {name: round(float(value), 1) for name, value in logits.items()},
        **{name: int(which.sum()) for name, which in (sets | {"at the end": dark(gan) & inked}).items()},
    }


def measure(data, name, seed):
    """Train one variant for its 1 850 steps and return its row."""
    if data == "early":
        return {"data": data, "variant": name, "seed": seed, **early(seed)}
    if data == "digits":
        train, real = split(ganlib.load_digits())
    else:
        train, real = (ganlib.load_mnist(part).only(0).images for part in ("train", "test"))
    gan = ganlib.build(variants()[name], seed=seed, xla=False)
    ganlib.train(gan, train, verbose=0)
    fake = gan.sample(len(real) if data == "digits" else 500, seed=1)
    table = neighbours(features(real), features(fake))
    row = {
        "data": data,
        "variant": name,
        "seed": seed,
        **{key: round(table[key], 3) for key in ("precision", "recall")},
        "diversity": round(diversity(fake), 2),
    }
    if data == "digits" and name == "+ leaky D":
        row["learned"] = learned(train, real, fake)
    if (data, seed) == ("digits", 0) and name in PICTURED:
        row["images"] = packed(fake[:10])
    return row


if __name__ == "__main__":
    wanted = [("digits", name, seed) for seed in range(5) for name in variants()]
    wanted += [("mnist", name, seed) for seed in range(3) for name in ("raw", "+ leaky D")]
    wanted += [("early", "raw", seed) for seed in range(5)]
    about = {
        "command": "python tools/measure/zeros.py",
        "digits": "250 zeros to train on; 250 samples against the 250 others",
        "mnist": "5 923 training zeros; 500 samples against the 980 test zeros",
        "early": "mean logits after 25 steps; of the pixels inked in some zero, those dark for every z "
        "then; by step 100 back, and newly dark; dark at the end",
        "steps": FINAL.steps,
        "learned": "share of held-out zeros in a ball of the samples, by quarters, from the least up; "
        "alone: by the distance to the fifth nearest training zero",
        "images": "the first ten samples, uint8 28 by 28, zlib, base64",
    }
    complete(PATH, about, ("data", "variant", "seed"), wanted, measure)
