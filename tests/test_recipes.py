"""The rows of the table against the facts of the five tutorials, written down here a second time."""

import numpy as np
import pytest

import ganlib
from ganlib import models
from ganlib.backend import keras
from ganlib.recipes import RECIPES, Adam, get_recipe

LEAKY, ZERO = 0.2, 0.0
GENERATORS = {  # width, slope below zero (1 for linear, None for tanh), batch norm
    "two-layer": [(128, 0.01, False), (784, None, False)],
    "deep": [(256, LEAKY, False), (512, LEAKY, False), (1024, LEAKY, False), (784, None, False)],
    "smoothed": [(256, LEAKY, False), (512, LEAKY, False), (1024, LEAKY, False), (784, None, False)],
    "batch-norm": [(256, LEAKY, True), (512, LEAKY, True), (1024, LEAKY, True), (784, None, False)],
    "only-zeros-raw": [(100, ZERO, False), (150, ZERO, False), (784, ZERO, False)],
}
DISCRIMINATORS = {  # width, slope, dropout
    "two-layer": [(128, 0.01, 0), (1, 1, 0)],
    "deep": [(1024, LEAKY, 0.2), (512, LEAKY, 0.3), (256, LEAKY, 0.3), (128, LEAKY, 0), (1, 1, 0)],
    "smoothed": [(1024, LEAKY, 0.3), (512, LEAKY, 0.3), (256, LEAKY, 0.3), (1, 1, 0)],
    "batch-norm": [(784, LEAKY, 0), (392, LEAKY, 0), (1, 1, 0)],
    "only-zeros-raw": [(150, ZERO, 0), (100, ZERO, 0), (1, 1, 0)],
}
RULES = {  # real target, update of D, batch, steps, learning rate, beta_1, data, pixels
    "two-layer": (1.0, "separate", 128, 10_000, 1e-3, 0.9, "digits", (-1, 1)),
    "deep": (1.0, "joint", 128, 5 * 468, 2e-4, 0.5, "digits", (-1, 1)),
    "smoothed": (0.9, "joint", 128, 50 * 468, 2e-4, 0.5, "digits", (-1, 1)),
    "batch-norm": (1.0, "half", 32, 4000, 2e-4, 0.5, "digits", (-1, 1)),
    "only-zeros-raw": (1.0, "joint", 32, 10 * 185, 1e-3, 0.9, "zeros", (0, 255)),
}


def describe(network):
    """Read a network back as rows of (units, slope, dropout, batch norm)."""
    rows = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            rows.append([layer.units, 1, 0, False])
        elif isinstance(layer, keras.layers.LeakyReLU):
            rows[-1][1] = pytest.approx(layer.negative_slope)
        elif isinstance(layer, keras.layers.Activation):
            rows[-1][1] = {"relu": 0, "tanh": None}[layer.activation.__name__]
        elif isinstance(layer, keras.layers.Dropout):
            rows[-1][2] = pytest.approx(layer.rate)
        elif isinstance(layer, keras.layers.BatchNormalization):
            assert layer.momentum == pytest.approx(0.8)
            rows[-1][3] = True
        else:
            assert isinstance(layer, keras.layers.Flatten | keras.layers.Reshape)
    return rows


def parameters(widths, start, norms=()):
    pairs = zip([start, *widths], widths, strict=False)
    return sum(a * b + b for a, b in pairs) + 4 * sum(norms)


@pytest.mark.parametrize("name", GENERATORS)
def test_networks_are_those_of_the_tutorial(name):
    generator, discriminator = models.generator(name), models.discriminator(name)
    due = GENERATORS[name]
    assert [(u, s, b) for u, s, _, b in describe(generator)] == due
    norms = [u for u, _, b in due if b]
    assert generator.count_params() == parameters([u for u, _, _ in due], 100, norms)
    due = DISCRIMINATORS[name]
    assert [(u, s, d) for u, s, d, _ in describe(discriminator)] == due
    assert discriminator.count_params() == parameters([u for u, _, _ in due], 784)
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == discriminator.input_shape == (None, 28, 28)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("name", RULES)
def test_rules_are_those_of_the_tutorial(name):
    row = RECIPES[name]
    rate, beta_1 = row.g_optimizer.learning_rate, row.g_optimizer.beta_1
    found = (row.real_target, row.d_update, row.batch_size, row.steps, rate, beta_1, row.data, row.pixels)
    assert found == RULES[name]
    assert row.d_optimizer == row.g_optimizer
    assert (row.fake_target, row.d_steps, row.loss, row.latent_dim) == (0.0, 1, "non-saturating", 100)
    assert (row.r1, row.r2, row.ema, row.pack) == (0, 0, 0, 1)
    assert row.g_optimizer.decay == (8e-8 if name == "batch-norm" else 0)


@pytest.mark.parametrize("network", [models.generator, models.discriminator])
def test_first_kernel_of_smoothed_is_drawn_from_a_narrow_normal(network):
    built = network("smoothed", seed=4)
    first, second = [w for w in built.get_weights() if w.ndim == 2][:2]
    assert first.std() == pytest.approx(0.02, rel=0.03) and abs(first.mean()) < 0.001
    assert (np.abs(first) > 0.05).mean() == pytest.approx(0.0124, abs=0.004)  # two tails of 2.5 sigma
    limit = np.sqrt(6 / sum(second.shape))
    assert np.abs(second).max() <= limit and second.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)


def test_seeds_decide_on_the_first_weights():
    one, same, other = (models.generator("small", seed=s).get_weights() for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(
        one[0][:28, :28], models.discriminator("small", seed=1).get_weights()[0][:28, :28]
    )


def test_decay_of_the_learning_rate_is_inverse_in_time():
    optimizer = models.optimizer(Adam(1e-3, 0.5, decay=0.5))
    variable = keras.Variable(0.0)
    optimizer.build([variable])
    for step in range(4):
        assert float(optimizer.learning_rate) == pytest.approx(1e-3 / (1 + 0.5 * step), rel=1e-5)
        optimizer.apply([np.float32(1)], [variable])


def test_unknown_names_are_refused_with_the_nearest_one():
    with pytest.raises(ValueError, match=r"received 'smoothd'.*Did you mean 'smoothed'"):
        ganlib.build("smoothd")
    with pytest.raises(
        ValueError, match=r"recipe field: received 'real_tarket'.*Did you mean 'real_target'"
    ):
        ganlib.build("small", real_tarket=0.9)
    with pytest.raises(TypeError, match="recipe: received int"):
        get_recipe(3)
    with pytest.raises(ValueError, match=r"layer: received 'Desne'.*Did you mean 'Dense'"):
        models.generator(RECIPES["small"].but(generator=(("Desne", {"units": 3}),)))


BAD = [
    ({"real_target": 1.1}, "real_target: received 1.1"),
    ({"fake_target": -0.1}, "fake_target: received -0.1"),
    ({"d_update": "seperate"}, "Did you mean 'separate'"),
    ({"d_steps": 0}, "d_steps: received 0"),
    ({"batch_size": True}, "batch_size: received True"),
    ({"steps": 2.5}, "steps: received 2.5"),
    ({"d_update": "separate", "r1": 1.0}, "d_update: received 'separate'"),
    ({"d_update": "separate", "loss": "relativistic"}, "d_update: received 'separate'"),
    ({"d_update": "separate", "gp": 10.0}, "d_update: received 'separate'"),
    ({"d_update": "separate", "loss": "wasserstein"}, "d_update: received 'separate'"),
    ({"loss": "wasserstein", "real_target": 0.9}, "real_target: received 0.9, accepted 1 for reals"),
    ({"loss": "wasserstein", "fake_target": 0.1}, "fake_target: received 0.1"),
    ({"shift": -1}, "shift: received -1"),
    ({"shift": 1.0}, "shift: received 1.0"),
    ({"shift": 28}, "shift: received 28"),
    (
        {"shape": (2,), "pixels": None, "shift": 1, "generator": (), "discriminator": ()},
        r"inside images: \(2,\) here",
    ),
    ({"d_update": "half", "batch_size": 33}, "a multiple of 2"),
    ({"pack": 3}, "a multiple of 3"),
    ({"pack": 2, "classes": 10}, "pack: received 2"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=lambda value: str(value)[:30])
def test_a_bad_rule_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPES["small"].but(**changes)


def test_a_message_has_four_parts_and_one_line():
    from ganlib.errors import refuse

    error = refuse("size", "x" * 200 + "\n", "1 to 9", "Take 3.", TypeError)
    assert isinstance(error, TypeError)
    assert str(error) == f"size: received {'x' * 77}..., accepted 1 to 9. Take 3."
