"""A recipe derived for images of another size, or in colour: it builds, it trains, it draws them."""

import numpy as np
import pytest

import ganlib
from ganlib import models, recipes, sizes
from ganlib.recipes import RECIPES

IMAGES = [name for name, row in RECIPES.items() if len(row.shape) > 1]
SHAPES = [(32, 32), (32, 32, 3), (28, 28, 3), (20, 36), (4, 8, 3), (28, 28, 1), (64, 64, 3)]


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_both_networks_take_and_give_the_new_shape(name, shape):
    recipe = RECIPES[name].but(shape=shape)
    generator, discriminator = models.generator(recipe), models.discriminator(recipe)
    assert generator.output_shape == (None, *shape)
    assert discriminator.input_shape == (None, *models.shown(recipe))
    assert discriminator.output_shape == (None, 1)
    between = len(recipe.generator), [kind for kind, _ in recipe.generator]
    assert between == (len(RECIPES[name].generator), [kind for kind, _ in RECIPES[name].generator])


@pytest.mark.parametrize("name", IMAGES)
def test_there_and_back_is_the_same_recipe(name):
    recipe = RECIPES[name]
    assert recipe.but(shape=(32, 32, 3)).but(shape=(28, 28)) == recipe
    assert recipe.but(shape=(28, 28)) == recipe


def test_points_have_as_many_coordinates_as_one_likes():
    recipe = RECIPES["wine"].but(shape=(3,))
    assert models.generator(recipe).output_shape == (None, 3)
    assert recipe.discriminator == RECIPES["wine"].discriminator


WRONG = {
    "an odd side": ("dcgan", (30, 32), r"received \(30, 32\), accepted sides that are multiples of 4"),
    "points": ("small", (2,), "accepted images, as 'small' has them. Take a recipe of points"),
    "images": ("wine", (28, 28), "accepted points, as 'wine' has them. Take a recipe of images"),
    "nothing": ("small", (0, 28), r"accepted \(height, width\)"),
    "a number": ("small", 32, r"received 32, accepted \(height, width\)"),
    "words": ("small", ["32", "32"], r"accepted \(height, width\)"),
    "too much": ("small", (2, 32, 32, 3), r"accepted \(height, width\)"),
    "fractions": ("small", (32.0, 32.0), r"accepted \(height, width\)"),
}


@pytest.mark.parametrize(("name", "shape", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_derived_is_said(name, shape, message):
    with pytest.raises(ValueError, match=f"^shape: {'received' if '^' in message else ''}.*{message}"):
        RECIPES[name].but(shape=shape)


def test_networks_with_other_ends_have_to_be_given_too():
    odd = RECIPES["small"].but(generator=(*recipes.dense(28), *recipes.dense(28), recipes.IMAGE))
    with pytest.raises(ValueError, match=r"shape: received \(32, 32\), accepted \(28, 28\), for which"):
        odd.but(shape=(32, 32))
    mine = recipes.dense(1024), recipes.dense(1)
    given = odd.but(shape=(32, 32), generator=mine[0], discriminator=mine[1])
    assert (given.generator, given.discriminator) == mine
    half = RECIPES["dcgan"].but(shape=(30, 30), generator=mine[0])  # D follows, which can
    assert half.discriminator[0] == ("Reshape", {"target_shape": (30, 30, 1)})


def test_a_convolution_that_took_colour_gets_an_axis_for_grey():
    conv = ("Conv2D", {"filters": 4, "kernel_size": 3})
    colour = RECIPES["small"].but(shape=(8, 8, 3), discriminator=(conv, recipes.FLATTEN, recipes.LOGIT))
    assert models.discriminator(colour.but(shape=(9, 9))).input_shape == (None, 9, 9)
    assert sizes.fitted(colour, (9, 9, 3), ["discriminator"]) == {"discriminator": colour.discriminator}


@pytest.mark.parametrize("name", ["small", "dcgan"])
@pytest.mark.trains
def test_colours_are_learned(name):
    """Flat pictures of one colour and some noise: the mean of each channel comes out."""
    noise = np.random.default_rng(0).integers(-20, 21, (256, 8, 8, 3))
    images = (np.array([200, 30, 120]) + noise).astype("uint8")
    gan = ganlib.build(name, seed=1, shape=(8, 8, 3), batch_size=32)
    ganlib.train(gan, images, steps=400, verbose=0)
    drawn = gan.sample(200)
    assert drawn.shape == (200, 8, 8, 3)
    assert (np.abs(drawn.mean((0, 1, 2)) - [200, 30, 120]) < 40).all()
