"""Repair the zeros one change at a time, over several seeds, and write what was measured to a JSON.

    python tools/measure/zeros.py

Runs that the file holds already are kept; delete the file to start anew.  The last rows train on the
5 923 zeros of full MNIST and are measured on its 980 test zeros.  Lesson 5 reads the file.
"""

from pathlib import Path

from runs import complete

import ganlib
from ganlib.metrics import diversity, features, neighbours

PATH = Path(__file__).resolve().parents[2] / "notebooks" / "measured" / "zeros.json"
RAW, FINAL = ganlib.RECIPES["only-zeros-raw"], ganlib.RECIPES["only-zeros"]
BARE = tuple(layer for layer in FINAL.generator if layer[0] != "BatchNormalization")
CHANGES = {  # the order is the lesson's
    "range": {"pixels": FINAL.pixels, "generator": BARE},
    "beta_1": {"d_optimizer": FINAL.d_optimizer, "g_optimizer": FINAL.g_optimizer},
    "batch norm": {"generator": FINAL.generator},
    "leaky D": {"discriminator": FINAL.discriminator},
}
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


def measure(data, name, seed):
    """Train one variant for its 1 850 steps and return its row."""
    if data == "digits":
        train = real = ganlib.load_digits().only(0).images
    else:
        train, real = (ganlib.load_mnist(split).only(0).images for split in ("train", "test"))
    gan = ganlib.build(variants()[name], seed=seed, xla=False)
    ganlib.train(gan, train, verbose=0)
    fake = gan.sample(500, seed=1)
    table = neighbours(features(real), features(fake))
    return {
        "data": data,
        "variant": name,
        "seed": seed,
        **{key: round(table[key], 3) for key in ("precision", "recall")},
        "diversity": round(diversity(fake), 2),
    }


if __name__ == "__main__":
    wanted = [("digits", name, seed) for seed in range(5) for name in variants()]
    wanted += [("mnist", name, seed) for seed in range(3) for name in ("raw", "+ leaky D")]
    about = {
        "command": "python tools/measure/zeros.py",
        "digits": "500 zeros; 500 samples against the same 500 zeros",
        "mnist": "5 923 training zeros; 500 samples against the 980 test zeros",
        "steps": FINAL.steps,
    }
    complete(PATH, about, ("data", "variant", "seed"), wanted, measure)
