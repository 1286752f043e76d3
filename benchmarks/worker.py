"""One engine and one recipe in a process of its own: reads ``STEPS`` lines, answers with seconds."""

import sys
import time

import numpy as np

from ganlib.recipes import get_recipe


def make(engine, recipe, images):
    """Return ``run(steps)`` of an engine; its packages are imported here and nowhere else."""
    if engine == "jax":
        from jax_worker import make

        return make(recipe, images)
    if engine.startswith("torch"):
        from torch_worker import make

        return make(recipe, images, compiled=engine == "torch-compile")
    from keras_workers import make_ganlib, make_tutorial

    return (make_ganlib if engine == "ganlib" else make_tutorial)(recipe, images)


def main(engine, name, images):
    """Answer every line with the seconds, and those of processor time, that so many steps took."""
    run = make(engine, get_recipe(name), np.load(images, allow_pickle=False))
    run(25)  # trace and compile
    run(25)
    print("ready", flush=True)
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        own = run(int(line))
        wall, cpu = own or (time.perf_counter() - start, time.process_time() - cpu)
        print(wall, cpu, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
