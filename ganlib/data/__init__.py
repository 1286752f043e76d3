"""Real examples: digits and clothes, points in the plane, wines; their files, and batches of them.

`digits` loads images, `pictures` a folder of your own, `points` draws toy sets, `idx` reads files from
elsewhere, `pipeline` makes batches.  Everything named here is loaded on first use.
"""

from importlib import import_module

_HOME = {
    "Digits": "digits",
    "as_is": "pipeline",
    "batches": "pipeline",
    "cache_folder": "digits",
    "found": "digits",
    "load_digits": "digits",
    "load_fashion_mnist": "digits",
    "load_images": "pictures",
    "load_mnist": "digits",
    "load_wine": "points",
    "steady": "pipeline",
    "whole_batches": "pipeline",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"ganlib.data.{_HOME[name]}"), name)
    raise AttributeError(f"module 'ganlib.data' has no attribute {name!r}")
