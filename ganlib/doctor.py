"""What this machine has for the course: ``ganlib doctor``."""

import importlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from ganlib import data

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "matplotlib", "mlxtend", "jupyterlab")


def report():
    """Return what is installed and which data is found, as lines, and whether a training can start."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}"
    lines = [f"Python {platform.python_version()} on {system}, {cores} cores"]
    here = {name: number for name in PACKAGES if (number := _version(name))}
    lines += [f"  {name} {number}" for name, number in here.items()]
    need = [name for name in ("keras", "numpy", "matplotlib", "mlxtend") if name not in here]
    if not {"tensorflow", "tensorflow-cpu"} & set(here):
        need.append("tensorflow")
    lines += [f"  {name} is missing: in the course's folder  pip install '.[cpu]'" for name in need]
    if "jupyterlab" not in here:
        lines.append("  jupyterlab is missing, which only the notebooks need:  pip install '.[lab]'")
    sets = (("mnist", data.load_mnist), ("fashion-mnist", data.load_fashion_mnist))
    lines += [f"  {_data(name, load)}" for name, load in sets]
    if not need and (fault := _fault()):
        return [*lines, f"  {fault}", "It is installed and does not start."], False
    lines.append("Something is missing." if need else "Ready: ganlib train small --seconds 30")
    return lines, not need


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _fault():
    """Return why Keras on TensorFlow does not start, as a line; "" if it does."""
    try:
        importlib.import_module("ganlib.backend")
        return ""
    except Exception as error:  # whatever a broken installation raises
        return " ".join(f"{type(error).__name__}: {error}".split())


def _data(name, load):
    """Return what there is of a set, as a line."""
    try:
        files = data.found(name)
        if not files:
            return f"{name}: not here; ganlib.{load.__name__}() fetches it, GANLIB_DATA names its folder"
        load()
        return f"{name}: {', '.join(map(str, files))}, verified"
    except (ValueError, OSError) as error:
        return str(error)
    except Exception as error:  # whatever lies there, the rest of the report is worth having
        return f"{name}: {type(error).__name__}: {error}"
