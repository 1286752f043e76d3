"""A file of measured runs, one row each: what it holds is kept, what it lacks is measured."""

import base64
import json
import zlib

import numpy as np

from ganlib.backend import keras, tf


def packed(images):
    """Return uint8 images as text: zlib, then base64."""
    return base64.b64encode(zlib.compress(np.uint8(images).tobytes(), 9)).decode()


def complete(path, about, key, wanted, measure):
    """Measure the runs that a file lacks; it is written after every run, so that none is lost.

    Args:
        path: The JSON file, ``{"about": {...}, "runs": [rows]}``.
        about: A dict: the command, the data, and whatever else a reader has to know.
        key: The names of the fields that tell one run from another.
        wanted: The values of these fields, a tuple for each run, in the order of the file.
        measure: Called with the values of one run; returns its row, a dict that holds them too.

    Returns:
        The rows of the wanted runs, in their order.
    """
    old = json.loads(path.read_text("utf-8"))["runs"] if path.exists() else []
    done = {tuple(run[name] for name in key): run for run in old}
    about = about | {"versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}, CPU"}
    for item in wanted:
        if item in done:
            continue
        done[item] = measure(*item)
        print(done[item], flush=True)
        rows = ",\n".join(json.dumps(done[i], ensure_ascii=False) for i in wanted if i in done)
        head = json.dumps(about, indent=1)
        path.write_text(f'{{"about": {head},\n"runs": [\n{rows}\n]}}\n', encoding="utf-8")
    return [done[item] for item in wanted]
