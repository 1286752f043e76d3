"""Measure ganlib against its peers on this machine: ``python benchmarks/run.py --help``.

Every engine trains the same networks on the same images with the same batches and losses, each in a
process of its own.  Rounds alternate between them, so that what else the machine does falls on all; a
figure is the median of the rounds.  Beside them stands what the machine could do at best: the products
of a step at the speed of a large one, and Adam's reads and writes at the speed of a copy.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import ganlib
from ganlib.backend import keras
from ganlib.recipes import RECIPES

HERE = Path(__file__).parent
RESULTS = HERE / "results"
RECIPE_NAMES = ("small", "two-layer", "deep", "smoothed", "batch-norm", "only-zeros-raw", "only-zeros")
ENGINES = ("ganlib", "tutorial", "torch", "torch-compile", "jax")


def ceiling():
    """Return this machine's best: flop/s of a large float32 product and bytes/s of a large copy."""
    a = np.random.default_rng(0).random((2500, 2500), "float32")
    big, copy = np.ones(2**26, "float32"), np.empty(2**26, "float32")
    products, copies = [], []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        products.append(2 * len(a) ** 3 / (time.perf_counter() - start))
        start = time.perf_counter()
        np.copyto(copy, big)
        copies.append(2 * big.nbytes / (time.perf_counter() - start))
    return max(products), max(copies)


def work(recipe):
    """Return the flops of a step's matrix products and the bytes that its Adam updates move."""

    def kernels(layers, width):
        sizes = []
        for kind, options in layers:
            if kind == "Dense":
                sizes.append(width * options["units"])
                width = options["units"]
        return sizes

    g, d = kernels(recipe.generator, recipe.latent_dim), kernels(recipe.discriminator, 784)
    n = recipe.batch_size
    fakes = n // 2 if recipe.d_update == "half" else n
    d_update = 2 * sum(g) * fakes + (6 * sum(d) - 2 * d[0]) * 2 * fakes
    g_update = (6 * sum(g) - 2 * g[0]) * n + 4 * sum(d) * n
    updates = sum(g) + sum(d) * (2 if recipe.d_update == "separate" else 1)
    return d_update + g_update, 7 * 4 * updates  # Adam reads w, m, v, g and writes w, m, v


class Worker:
    """An engine in its own process, or the reason why there is none."""

    def __init__(self, engine, recipe, images, python):
        command = [python, str(HERE / "worker.py"), engine, recipe, images]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        here = {**os.environ, "PYTHONPATH": str(HERE.parent)}  # for a Python without ganlib
        self.process = subprocess.Popen(command, text=True, env=here, **pipes)

    def ready(self):
        if self.process.stdout.readline().strip() == "ready":
            return None
        self.process.wait()
        return (self.process.stderr.read().strip().splitlines() or ["no answer"])[-1]

    def time(self, steps):
        """Return milliseconds and milliseconds of processor time a step."""
        print(steps, file=self.process.stdin, flush=True)
        return [1000 * float(x) / steps for x in self.process.stdout.readline().split()]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def measure(name, pythons, rounds, seconds, images):
    """Return one recipe's row: what every engine took, and the ceiling of this minute."""
    recipe = RECIPES[name]
    row = {"recipe": name, "ms": {}, "rounds": {}, "cpu_ms": {}, "missing": {}}
    workers = {}
    for engine in ENGINES:  # one after the other: their compilers must not disturb each other
        worker = Worker(engine, name, images, pythons[engine.split("-")[0]])
        if reason := worker.ready():
            row["missing"][engine] = reason
        else:
            workers[engine] = worker
    steps = {}
    for engine, worker in workers.items():
        steps[engine] = max(25, 25 * round(1000 * seconds / worker.time(25)[0] / 25))
    taken = {engine: [] for engine in workers}
    for _ in range(rounds):
        for engine, worker in workers.items():
            taken[engine].append(worker.time(steps[engine]))
    for worker in workers.values():
        worker.stop()
    for engine, pairs in taken.items():
        row["ms"][engine] = statistics.median(wall for wall, _ in pairs)
        row["cpu_ms"][engine] = statistics.median(cpu for _, cpu in pairs)
        row["rounds"][engine] = [round(wall, 4) for wall, _ in pairs]
    flops, moved = work(recipe)
    speed, bandwidth = ceiling()
    row["ceiling"] = {"gflops": speed / 1e9, "gbytes": bandwidth / 1e9}
    row["floor_ms"] = 1000 * (flops / speed + moved / bandwidth)
    return row


def ending(digits):
    """Return by how many seconds each of five trainings in a row returns after its last step."""
    ends = []
    watch = keras.callbacks.LambdaCallback(on_train_end=lambda logs: ends.append(time.perf_counter()))
    gan, waits = ganlib.build("small", seed=0), {}
    for turn, steps in enumerate((25, 500, 500, 1000, 3000)):
        ganlib.train(gan, digits, steps=steps, callbacks=[watch], verbose=0)
        waits[f"{turn + 1}: {steps} steps"] = round(time.perf_counter() - ends[-1], 4)
    return waits


def processor():
    """Return the name of the processor."""
    try:
        return re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())[1]
    except OSError:
        return platform.processor()


def file_of(name):
    """Return the file that holds what was measured on a processor of that name."""
    return RESULTS / ("-".join(re.findall(r"[a-z0-9]+", name.lower().replace("(r)", ""))) + ".json")


def table(result):
    """Return the results as Markdown."""
    head = [
        "recipe",
        "ganlib",
        "tutorial",
        "PyTorch",
        "JAX",
        "floor",
        "best peer / ganlib",
        "tutorial / ganlib",
    ]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    ratios = []
    for row in result["recipes"]:
        ms = row["ms"]
        torch = [ms[e] for e in ("torch", "torch-compile") if e in ms]
        jax = ms.get("jax")
        peers = [*torch, *([jax] if jax else [])]
        cells = [f"{ms['ganlib']:.2f}", f"{ms['tutorial']:.1f}"]
        cells += [f"{min(torch):.2f}" if torch else "-", f"{jax:.2f}" if jax else "-"]
        cells.append(f"{row['floor_ms']:.2f}")
        if peers:
            ratios.append(min(peers) / ms["ganlib"])
        cells.append(f"{ratios[-1]:.2f}" if peers else "-")
        cells.append(f"{ms['tutorial'] / ms['ganlib']:.1f}")
        lines.append(f"| {row['recipe']} | " + " | ".join(cells) + " |")
    if "ending" in result:
        longest = max(result["ending"].values())
        lines += ["", f"From `on_train_end` to the return of `ganlib.train`, at most: {longest:.3f} s."]
    if ratios:
        lines += ["", f"Geometric mean of best peer / ganlib: {statistics.geometric_mean(ratios):.2f}."]
    return "\n".join(lines)


def main():
    """Measure, write the JSON, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recipes", nargs="+", default=RECIPE_NAMES, choices=RECIPE_NAMES)
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that has PyTorch")
    parser.add_argument("--jax-python", default=sys.executable, help="a Python that has JAX and optax")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="about, for an engine's round")
    help_out = "rows are replaced in it; else a file in results/ of the processor's name"
    parser.add_argument("--out", type=Path, default=file_of(processor()), help=help_out)
    options = parser.parse_args()
    pythons = {"ganlib": sys.executable, "tutorial": sys.executable}
    pythons |= {"torch": options.torch_python, "jax": options.jax_python}
    rows = {}
    if options.out.exists():
        rows = {row["recipe"]: row for row in json.loads(options.out.read_text())["recipes"]}
    digits = ganlib.load_mnist()
    waits = ending(digits)
    for name in options.recipes:
        images = (digits.only(0) if "zeros" in name else digits).images
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            np.save(file, images)
            file.flush()
            rows[name] = measure(name, pythons, options.rounds, options.seconds, file.name)
        print({k: round(v, 3) for k, v in rows[name]["ms"].items()}, rows[name]["missing"], flush=True)
        machine = {"cpu": processor(), "python": platform.python_version(), "system": platform.system()}
        result = {
            "machine": machine,
            "ending": waits,
            "recipes": [rows[n] for n in RECIPE_NAMES if n in rows],
        }
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


if __name__ == "__main__":
    main()
