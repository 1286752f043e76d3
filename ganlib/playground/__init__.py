"""The live lab for notebooks: watch two networks play, and take the controls.

`machine` holds the networks, `controller` runs them in a thread, `drawing` makes pictures, and `views`,
the only module that imports ipywidgets, puts them on the page.  Each is loaded on first use.

Example:
    >>> from ganlib.playground import Playground
    >>> Playground("ring")
"""

from importlib import import_module

_HOME = {
    "Controller": "controller",
    "LatentExplorer": "game_views",
    "Machine": "machine",
    "Playground": "views",
    "ShopGame": "game_views",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"ganlib.playground.{_HOME[name]}"), name)
    raise AttributeError(f"module 'ganlib.playground' has no attribute {name!r}")
