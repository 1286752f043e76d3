"""Draw with the five tutorials' recipes, each as long as in the table, and write a JSON of strips.

    GANLIB_DATA=folder python tools/measure/drawings.py

For each recipe the GAN of seed 0 is trained on full MNIST as in `table.py`, and draws sixteen images
after each of the two numbers of steps that its rows of the table hold: at equal CPU time ("budget") and
at its own length ("full").  Strips that the file holds already are kept, and so is a training that was
broken off, under build/drawings; delete them to start anew.  Lesson 6 shows the strips.
"""

import json
from functools import cache
from pathlib import Path

from runs import complete, packed
from table import BUDGET

import ganlib
from ganlib import metrics

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "notebooks" / "measured" / "drawings.json"
TABLE = Path(metrics.__file__).with_name("table.json")
RECIPES = ("two-layer", "deep", "batch-norm", "only-zeros-raw", "only-zeros", "smoothed")
LENGTHS = ("budget", "full")
SEED, DRAWN, SAMPLES = 0, 16, 10_000


@cache
def steps():
    """Return a dict ``{(recipe, length): steps}``: what the table says of the seed."""
    rows = json.loads(TABLE.read_text("utf-8"))
    return {(r["recipe"], r["length"]): r["steps"] for r in rows if r["seed"] == SEED and "steps" in r}


def plan():
    """Return pairs of recipe and length, the shorter length first."""
    return [
        (name, length) for name in RECIPES for length in sorted(LENGTHS, key=lambda x: steps()[name, x])
    ]


@cache
def started(recipe):
    """Return a GAN and real images to train it on and to compare it with."""
    parts = [ganlib.load_mnist(part) for part in ("train", "test")]
    if ganlib.RECIPES[recipe].data == "zeros":
        parts = [part.only(0) for part in parts]
    return ganlib.build(recipe, SEED), *parts


def measure(recipe, length):
    """Train one GAN on to one of its lengths, and return its row with a strip of what it draws."""
    gan, train, test = started(recipe)
    due = steps()[recipe, length]
    run_dir = ROOT / "build" / "drawings" / recipe
    ganlib.train(gan, train, steps=due, verbose=0, run_dir=run_dir, resume=True, save_every=120)
    distance = metrics.frechet(
        metrics.features(test.images), metrics.features(gan.sample(SAMPLES, seed=1))
    )
    row = {
        "recipe": recipe,
        "length": length,
        "steps": gan.steps_done,
        "frechet": round(float(distance), 1),
    }
    return row | {"images": packed(gan.sample(DRAWN, seed=2))}


if __name__ == "__main__":
    about = {
        "command": "GANLIB_DATA=folder python tools/measure/drawings.py",
        "data": "full MNIST; the GAN of seed 0, trained as in tools/measure/table.py",
        "lengths": f"full: the recipe's own steps; budget: as many as {BUDGET:.0f} s of CPU took there",
        "images": f"{DRAWN} drawings of 28 x 28, uint8: zlib, then base64",
    }
    complete(PATH, about, ("recipe", "length"), plan(), measure)
