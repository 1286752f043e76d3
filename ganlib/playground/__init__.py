"""The live lab for notebooks: watch two networks play, and take the controls.

The way of one step: a button (`views`) posts a command to the `controller`, whose thread takes it up and
asks the `trainer` for a step of its two networks; the thread then takes a frame (`frames`), an array of
what is to be seen, with a sentence (`messages`) in it, and tells those who wait; a painter thread makes a
picture of it (`drawing`, `charts`) and sets an image widget (`widgets`).  `examples` are what the
networks play about, `settings` and `controls` what may be changed, `choices` a game that the learner sets
up and its text, `history` what can be gone back to, `pointing` what is under the pointer.  `rounds`,
`games`, `game_drawing`, `counter`, `game_views` and `explorer` are the owner's game and the walk
through z, `forging` and `forger` the forger's game.  `style` is the page half: `page.css`, and a little
JavaScript for names, pointer and pen.

Example:
    >>> from ganlib.playground import Playground
    >>> Playground("ring")
"""

from importlib import import_module

_HOME = {
    "Controller": "controller",
    "LatentExplorer": "explorer",
    "Trainer": "trainer",
    "ForgerGame": "forger",
    "OwnerGame": "counter",
    "Playground": "views",
    "ShopGame": "game_views",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"ganlib.playground.{_HOME[name]}"), name)
    raise AttributeError(f"module 'ganlib.playground' has no attribute {name!r}")
