"""A GAN as a file for a page, read back by a few lines of NumPy that know nothing of Keras."""

import base64
import json

import numpy as np
import pytest

import ganlib
from ganlib import cli, export, recipes
from ganlib.recipes import RECIPES
from tests import tiny

REFUSED = {"dcgan": "Conv2D", "packed": "single images", "spectral": "Spectral", "wine": "single images"}
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def numbers(layer):
    return np.frombuffer(base64.b64decode(layer["weights"]), "<f2").astype(float)


def run(network, x):
    """Compute a network of the file for rows ``(n, d)``."""
    for layer in network:
        if layer["kind"] == "dense":
            kernel = numbers(layer)[: -layer["units"]].reshape(layer["inputs"], layer["units"])
            x = ACTIVATIONS[layer["activation"]](x @ kernel + numbers(layer)[-layer["units"] :])
        elif layer["kind"] == "norm":
            gamma, beta = numbers(layer).reshape(2, -1)
            centred = x - x.mean(1, keepdims=True)
            x = centred / np.sqrt((centred**2).mean(1, keepdims=True) + layer["epsilon"]) * gamma + beta
        elif layer["kind"] == "scale":
            scale, shift = numbers(layer).reshape(2, -1)
            x = x * scale + shift
        elif layer["kind"] == "leaky":
            x = np.where(x < 0, layer["slope"] * x, x)
        else:
            x = ACTIVATIONS[layer["kind"]](x)
    return x


def shaken(gan):
    """Move every number a little: none has its first value, batch norm's mean and variance neither.

    Signs are kept but for the variance's: without negative weights every pixel would be black or white.
    """
    rng = np.random.default_rng(0)
    for network in (gan.generator, gan.discriminator, gan.average):
        for variable in network.variables if network else ():
            if variable.dtype == "float32":
                moved = variable + rng.normal(scale=0.02, size=variable.shape)
                variable.assign(np.abs(moved) if variable.path.endswith("variance") else moved)
    return gan


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_the_same_in_the_file_or_refused_by_name(name, tmp_path):
    gan = ganlib.build(name, seed=1)
    if name in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[name]):
            export.write(tmp_path / "x.json", gan.recipe, [export.moment(gan)])
        assert not list(tmp_path.iterdir())
        return
    shaken(gan)
    export.write(tmp_path / "x.json", gan.recipe, [export.moment(gan)])
    file = json.loads((tmp_path / "x.json").read_text())
    recipe, rng = gan.recipe, np.random.default_rng(2)
    z = rng.normal(size=(100, recipe.latent_dim)).astype("float32")
    if recipe.classes:
        z = gan.named(z, np.arange(100) % recipe.classes).numpy()
    due = np.asarray((gan.average or gan.generator)(z, training=False)).reshape(100, -1)
    images = run(file["moments"][0]["generator"], z.astype(float))
    assert np.abs(images - due).max() < np.ptp(due) / 255  # of the spread: a flat G must not pass
    shown = rng.uniform(*recipe.pixels, (100, *recipe.shape)).astype("float32")
    if recipe.classes:
        shown = gan.named(shown.reshape(100, -1), np.arange(100) % recipe.classes).numpy()
    logits = run(file["moments"][0]["discriminator"], shown.reshape(100, -1).astype(float))
    due = np.asarray(gan.discriminator(shown, training=False))
    assert np.abs(logits - due).max() < np.ptp(due) / 255


def test_the_command_writes_a_script_and_a_trained_run_is_what_is_in_it(tmp_path, capsys):
    run_dir = tmp_path / "run"
    gan = ganlib.build(tiny.IMAGES, seed=0)
    digits = ganlib.load_digits()
    ganlib.train(gan, digits, steps=5, run_dir=run_dir, verbose=0)
    assert cli.main(["export", str(run_dir)]) == 0
    assert "5 steps" in capsys.readouterr().out
    text = (run_dir / "generator.js").read_text()
    assert text.startswith("ganlib({") and text.endswith("});\n")
    file = json.loads(text[len("ganlib(") : -3])
    assert file["moments"][0]["steps"] == 5 and file["format"] == export.FORMAT
    kernel = numbers(file["moments"][0]["generator"][0])
    first = gan.generator.layers[0].get_weights()[0]
    np.testing.assert_allclose(kernel[: first.size], first.ravel(), atol=1e-3)
    assert cli.main(["export", str(run_dir), "--out", str(tmp_path / "x.txt")]) == 1
    assert "path: received x.txt" in capsys.readouterr().err
    assert cli.main(["export", str(tmp_path / "nothing")]) == 1
    gan.save(tmp_path / "mine.keras")
    assert cli.main(["export", str(tmp_path / "mine.keras")]) == 0  # it has no folder to write in
    assert (tmp_path / "mine.js").read_text() == text


def test_what_sixteen_bits_cannot_hold_is_refused():
    gan = ganlib.build("two-layer", seed=0)
    variable = gan.generator.variables[0]
    variable.assign(np.full(variable.shape, 1e5))
    with pytest.raises(ValueError, match="weights: received one of 1e"):
        export.moment(gan)


@pytest.mark.parametrize("norm", ["BatchNormalization", "LayerNormalization"])
@pytest.mark.parametrize("lacking", [("scale",), ("center",), ("scale", "center")])
def test_a_norm_without_scale_or_centre_is_refused_by_name(norm, lacking):
    layers = (*recipes.dense(8), (norm, dict.fromkeys(lacking, False)), *recipes.dense(784, "tanh"))
    gan = ganlib.build("small", generator=(*layers, recipes.IMAGE))
    with pytest.raises(ValueError, match=rf"generator: received a layer \w+ \({norm}\)"):
        export.moment(gan)
