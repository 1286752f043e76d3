"""A GAN of dense layers as one small file that a web page can draw with: 16-bit weights, no Keras.

The file holds one or several moments of a training.  ``tools/make/website/draw.js`` reads it.
"""

import base64
import json
from pathlib import Path

import numpy as np

from ganlib.errors import refuse

FORMAT = "ganlib generator 1"
_NAMED = ("linear", "relu", "sigmoid", "silu", "tanh")  # activations that the page knows
_NOTHING = ("InputLayer", "Flatten", "Dropout")  # layers that do nothing where a network is only asked


def moment(gan, label=None):
    """Return one moment of a training as a dict: both networks, their weights as text.

    The generator is the running average where the recipe has one, as in `GAN.sample`.

    Args:
        gan: A `GAN` whose networks have dense layers alone.
        label: What the page calls this moment; by default its steps.

    Raises:
        ValueError: A layer that the page cannot compute; the message names it.
    """
    networks = {"generator": gan.average or gan.generator, "discriminator": gan.discriminator}
    about = {"steps": gan.steps_done, "label": label or f"{gan.steps_done} steps"}
    return about | {name: _layers(name, one) for name, one in networks.items()}


def document(recipe, moments):
    """Return the whole file as a dict, for ``json``.

    Args:
        recipe: The `Recipe` that all moments have in common.
        moments: What `moment` returned, in the order of the training.
    """
    if recipe.pixels is None or recipe.pack > 1:
        todo = "Export a generator of images, whose D judges one at a time."
        raise refuse("recipe", recipe.name, "a recipe of single images", todo)
    return {
        "format": FORMAT,
        "recipe": recipe.name,
        "latent_dim": recipe.latent_dim,
        "classes": recipe.classes,
        "shape": list(recipe.shape),
        "pixels": list(recipe.pixels),
        "paired": recipe.paired,
        "moments": list(moments),
    }


def write(path, recipe, moments):
    """Write a document to a file and return its size in bytes.

    ``.json`` holds the document itself; ``.js`` hands it to a function ``ganlib`` of the page that loads
    it, which works from the disk as well, where a page may not fetch.
    """
    path = Path(path)
    if path.suffix not in (".js", ".json"):
        raise refuse("path", path.name, "a name that ends in .js or .json", "Rename it.")
    text = json.dumps(document(recipe, moments), separators=(",", ":"))
    path.write_text(f"ganlib({text});\n" if path.suffix == ".js" else text, encoding="utf-8")
    return path.stat().st_size


def _layers(name, network):
    """Return the layers of a network that a page has to compute, in order."""
    return [made for layer in network.layers if (made := _layer(name, layer))]


def _layer(name, layer):
    kind = type(layer).__name__
    values = [np.asarray(v) for v in layer.get_weights()]
    if kind in _NOTHING or kind == "Reshape":
        return None
    if kind == "Dense":
        kernel, *bias = values
        bias = bias or [np.zeros(kernel.shape[1], "float32")]
        return {"kind": "dense", "inputs": kernel.shape[0], "units": kernel.shape[1]} | {
            "activation": _activation(name, layer.activation.__name__),
            "weights": _text(kernel, *bias),
        }
    if kind == "LayerNormalization" and layer.axis in (-1, [-1], (-1,)) and len(values) == 2:
        return {
            "kind": "norm",
            "size": len(values[0]),
            "epsilon": layer.epsilon,
            "weights": _text(*values),
        }
    if kind == "BatchNormalization" and len(values) == 4:
        gamma, beta, mean, variance = (v.astype(float) for v in values)
        scale = gamma / np.sqrt(variance + layer.epsilon)
        return {"kind": "scale", "size": len(scale), "weights": _text(scale, beta - mean * scale)}
    if kind == "LeakyReLU":
        return {"kind": "leaky", "slope": float(layer.negative_slope)}
    if kind == "Activation":
        return {"kind": _activation(name, layer.activation.__name__)}
    can = "Dense, LeakyReLU, Activation, norms over the last axis that learn a scale and a centre"
    raise refuse(name, f"a layer {layer.name} ({kind})", can, "A page computes dense networks alone.")


def _activation(name, word):
    if word not in _NAMED:
        raise refuse(name, f"the activation {word}", ", ".join(_NAMED), "Train with one of these.")
    return word


def _text(*arrays):
    """Return arrays one after the other as base64 of little-endian 16-bit floats."""
    flat = np.concatenate([np.ravel(array) for array in arrays])
    half = flat.astype("<f2")
    if not np.isfinite(half).all():
        todo = "Train with a smaller learning rate: these have run away."
        raise refuse("weights", f"one of {np.abs(flat).max():.3g}", "numbers up to 65504", todo)
    return base64.b64encode(half.tobytes()).decode()
