"""Generative adversarial networks in a form that can be read.

``ganlib`` holds the models and the training loop of the course.  Everything named here is loaded on
first use, so ``import ganlib`` is quick and needs neither TensorFlow nor Jupyter.

Example:
    >>> import ganlib
    >>> digits = ganlib.load_digits()
    >>> gan = ganlib.build("batch-norm", seed=10)
    >>> history = ganlib.train(gan, digits, epochs=5)
    >>> ganlib.plots.grid(gan.sample(25, seed=0))
"""

from importlib import import_module

__version__ = "0.2.0"

_HOME = {  # public name -> the module it lives in
    "RECIPES": "recipes",
    "Recipe": "recipes",
    "get_recipe": "recipes",
    "Digits": "data.digits",
    "load_digits": "data.digits",
    "load_mnist": "data.digits",
    "load_fashion_mnist": "data.digits",
    "load_images": "data.pictures",
    "load_wine": "data.points",
    "GAN": "gan",
    "build": "gan",
    "train": "training",
    "load": "checkpoints.checkpoint",
    "sweep": "experiments.sweep",
}
_MODULES = {  # public name -> the module that it is
    "checks": "checks",
    "checkpoint": "checkpoints.checkpoint",
    "data": "data",
    "gan": "gan",
    "losses": "losses",
    "metrics": "metrics",
    "models": "models",
    "playground": "playground",
    "plots": "plots",
    "plots2d": "plots.plane",
    "recipes": "recipes",
    "theory": "theory",
    "toys": "data.points",
    "training": "training",
}

__all__ = sorted({*_HOME, *_MODULES})


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"ganlib.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"ganlib.{_MODULES[name]}")
    raise AttributeError(f"module 'ganlib' has no attribute {name!r}")


def __dir__():
    return __all__
