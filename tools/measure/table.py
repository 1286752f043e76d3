"""Train and measure the recipes on full MNIST, row by row; what is measured already is kept.

    GANLIB_DATA=folder python tools/measure/table.py [--recipes deep modern] [--seeds 0 1 2]
                                                  [--budget-only] [--out ganlib/metrics/table.json]

Each run gives two rows: at the recipe's own length ("full") and after a CPU time that is the same for
all ("budget", seconds summed over the cores, compiling not counted).  One thread, so that the time
means the same on a busy machine.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

import ganlib
from ganlib import data, metrics, recipes

BUDGET = 30.0  # CPU seconds
CHUNK = 100  # steps between two looks at the clock
SAMPLES = 10_000


def run(name, seed, budget_only, **changes):
    """Yield the two rows of one recipe and seed, the earlier one first.

    Args:
        name: A recipe.
        seed: Whole number ≥ 0.
        budget_only: Leave out the full length where it would come after the budget.
        **changes: Fields of the recipe to change.
    """
    recipe = recipes.get_recipe(name).but(**changes)
    train, test = data.load_mnist("train"), data.load_mnist("test")
    if recipe.data == "zeros":
        train, test = train.only(0), test.only(0)
    gan = ganlib.build(recipe, seed)
    ganlib.train(gan, train, steps=CHUNK, verbose=0)  # compiles
    spent, open_rows = 0.0, {"full", "budget"}
    while open_rows:
        done = gan.steps_done
        ends = {"full": done >= recipe.steps, "budget": spent >= BUDGET}
        for length in sorted(open_rows):
            if ends[length]:
                open_rows.discard(length)
                yield row(gan, test, name, seed, length, spent)
        if budget_only and "budget" not in open_rows:
            return
        start = time.process_time()
        steps = min(CHUNK, recipe.steps - done) if done < recipe.steps else CHUNK
        ganlib.train(gan, train, steps=steps, verbose=0)
        spent += time.process_time() - start


def row(gan, test, name, seed, length, spent):
    """Return one row of the table."""
    start = {"recipe": name, "seed": seed, "length": length}
    start |= {"steps": gan.steps_done, "cpu_seconds": round(spent, 1)}
    return start | numbers(gan.sample(SAMPLES, seed=1), test.images)


def floors():
    """Return the rows of real training against real test images: all digits, and the zeros alone."""
    train, test = data.load_mnist("train"), data.load_mnist("test")
    kinds, rows = {"real digits": (train, test), "real zeros": (train.only(0), test.only(0))}, []
    for name, (some, others) in kinds.items():
        order = np.random.default_rng(0).permutation(len(some.images))  # at random: MNIST has an order
        found = numbers(some.images[order[:SAMPLES]], others.images)
        rows.append({"recipe": name, "seed": 0, "length": "full", **found})
    return rows


def numbers(fake, real):
    """Return the measures, rounded."""
    found = metrics.evaluate(fake, real)
    found["classes"] = [round(share, 4) for share in found["classes"]]
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--recipes", nargs="+", default=list(recipes.RECIPES))
    options.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options.add_argument("--budget-only", action="store_true")
    options.add_argument("--out", default=str(Path(metrics.__file__).with_name("table.json")))
    options = options.parse_args()
    path = Path(options.out)
    rows = json.loads(path.read_text()) if path.exists() else floors()
    for seed in options.seeds:
        for name in options.recipes:
            here = {r["length"] for r in rows if (r["recipe"], r["seed"]) == (name, seed)}
            if here >= ({"budget"} if options.budget_only else {"full", "budget"}):
                continue
            for new in run(name, seed, options.budget_only):
                if new["length"] not in here:
                    rows.append(new)
                    path.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
                    shown = [new[key] for key in ("length", "steps", "cpu_seconds", "frechet")]
                    print(name, seed, *shown, flush=True)


if __name__ == "__main__":
    main()
