"""Repair the zeros one change at a time, over several seeds, and write what was measured to a JSON.

    python tools/measure_zeros.py

Runs that the file holds already are kept; delete the file to start anew.  The last rows train on the
5 923 zeros of full MNIST and are measured on its 980 test zeros.  Lesson 5 reads the file.
"""

import json
import sys
from pathlib import Path

import ganlib
from ganlib.backend import keras, tf
from ganlib.metrics import diversity, features, neighbours

PATH = Path(__file__).resolve().parent.parent / "notebooks" / "measured" / "zeros.json"
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


def measure(name, seed, train, real):
    """Train one variant for its 1 850 steps and return its row."""
    gan = ganlib.build(variants()[name], seed=seed, xla=False)
    ganlib.train(gan, train, verbose=0)
    fake = gan.sample(500, seed=1)
    table = neighbours(features(real), features(fake))
    return {
        "variant": name,
        "seed": seed,
        **{key: round(table[key], 3) for key in ("precision", "recall")},
        "diversity": round(diversity(fake), 2),
    }


def main():
    """Run what is missing from the plan; the file is written after every run."""
    PATH.parent.mkdir(exist_ok=True)
    old = json.loads(PATH.read_text())["runs"] if PATH.exists() else []
    key = ("data", "variant", "seed")
    done = {tuple(run[name] for name in key): run for run in old}
    wanted = [("digits", name, seed) for seed in range(5) for name in variants()]
    wanted += [("mnist", name, seed) for seed in range(3) for name in ("raw", "+ leaky D")]
    for item in wanted:
        data, name, seed = item
        if item not in done:
            if data == "digits":
                train = real = ganlib.load_digits().only(0).images
            else:
                train, real = (ganlib.load_mnist(split).only(0).images for split in ("train", "test"))
            done[item] = {"data": data, **measure(name, seed, train, real)}
            print(done[item], flush=True)
        about = {
            "command": "python tools/measure_zeros.py",
            "digits": "500 zeros; 500 samples against the same 500 zeros",
            "mnist": "5 923 training zeros; 500 samples against the 980 test zeros",
            "steps": FINAL.steps,
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}, CPU",
        }
        rows = ",\n".join(json.dumps(done[item]) for item in wanted if item in done)
        PATH.write_text(f'{{"about": {json.dumps(about, indent=1)},\n"runs": [\n{rows}\n]}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
