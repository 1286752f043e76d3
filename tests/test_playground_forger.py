"""The forger's game: its owner, both rules that play it, and its page."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from ganlib.playground import ForgerGame, forging

RNG = np.random.default_rng(0)
WINE = RNG.normal(size=(150, 2)) @ np.array([[1, 0.5], [0, 0.8]])


def test_the_owner_begins_at_a_half_and_learns():
    game = forging.Forgery(WINE, seed=3)
    far = game.hidden + np.array([3.0, 0.0])
    assert game.offer(far).belief == 0.5
    assert game.offer(far).belief < 0.35
    assert game.believe(game.hidden + game.spread).mean() > game.believe(far + game.spread).mean() + 0.1


@pytest.mark.parametrize("of", [np.log, np.asarray], ids=["log D", "D"])
def test_the_push_is_a_gradient(of):
    game = forging.Forgery(WINE, seed=1)
    for place in ((2.0, 3.0), (6.0, 4.0)):
        game.offer(np.array(place))

    def gained(place):
        return np.mean(of(game.believe(place + game.spread)))

    place, h = np.array([4.0, 7.0]), 1e-5
    by_moving = [(gained(place + h * way) - gained(place - h * way)) / (2 * h) for way in np.eye(2)]
    np.testing.assert_allclose(game.push(place, logarithm=of is np.log), by_moving, atol=1e-8)


def test_the_owner_descends_her_loss_as_keras_does():
    """Thirty steps of plain descent on the mean cross-entropy of both kinds, by Keras."""
    from ganlib.backend import keras

    game = forging.Forgery(WINE, seed=2)
    place = np.array([1.0, 8.0])
    game.offer(place)
    points = np.concatenate([game.hidden + game.spread, place + game.spread]) - forging.WIDE / 2
    owner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    owner.compile(keras.optimizers.SGD(0.3), keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.repeat([1.0, 0.0], len(WINE))
    owner.fit(points, labels, batch_size=len(points), epochs=30, verbose=0)
    belief = 1 / (1 + np.exp(-owner.predict(points, verbose=0)[:, 0]))
    np.testing.assert_allclose(belief, game.believe(points + forging.WIDE / 2), atol=1e-4)


@pytest.mark.parametrize("dials", [1, 2])
@pytest.mark.trains
def test_the_gradient_finds_the_wine_and_a_number_hardly(dials):
    misses = []
    for seed in range(40):
        game, first = forging.Forgery(WINE[:, :dials], seed), np.full(dials, 1.0 + 8 * (seed % 2))
        played = [by(game, first) for by in (forging.by_gradient, forging.by_number)]
        assert game.offers == []  # a copy was played
        assert all(len(one.offers) == one.turns and one.over for one in played)
        misses.append([one.miss() for one in played])
    gradient, number = np.mean(misses, 0)
    assert gradient < 0.8
    assert number > (1.5 if dials == 1 else 3) * gradient


def test_what_is_no_wine_is_refused():
    for wine in (np.zeros(5), np.zeros((5, 3)), np.zeros((1, 2))):
        with pytest.raises(ValueError, match="wine: received shape"):
            forging.Forgery(wine)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("wine", {"wine": WINE[:, 0]}), ("turns", {"turns": 0}), ("seed", {"seed": -1})],
)
def test_a_page_refuses_what_it_cannot_play(name, wrong):
    with pytest.raises(ValueError, match=f"^{name}: received"):
        ForgerGame(**({"wine": WINE} | wrong))


def test_a_single_offer_is_no_three():
    page = ForgerGame(WINE, turns=1)
    page.offer()
    assert "three" not in page._said.value


def green(page):
    """Return how many pixels of the map have the colour of real wine."""
    picture = Image.open(io.BytesIO(page._picture.value)).convert("RGB")
    r, g, b = np.moveaxis(np.asarray(picture, int), -1, 0)
    return ((g - r > 90) & (g - b > 20)).sum()


@pytest.mark.parametrize("dials", [1, 2])
def test_the_page_keeps_the_wine_hidden_until_the_last_offer(dials):
    page = ForgerGame(WINE[:, :dials], turns=3, seed=5)
    assert "14 offers" not in page._said.value
    for count in (1, 2, 3):
        assert page.rival is None and green(page) == 0
        page._dials[0].value = 3.0 + count
        page.offer()
        assert f"Offer {count} of 3" in page._said.value if count < 3 else page.game.over
    assert page._offer.disabled and green(page) > 500
    assert [one.place[0] for one in page.game.offers] == pytest.approx([4.0, 5.0, 6.0])
    np.testing.assert_array_equal(page.rival.offers[0].place, page.game.offers[0].place)
    assert f"{page.game.miss():.2f}" in page._said.value
    assert page._table.value.count("<tr>") == 2
    page.offer()  # nothing more
    assert len(page.game.offers) == 3
    hidden = page.game.hidden
    page.begin()
    assert page.rival is None and not page.game.offers and not page._offer.disabled
    assert (page.game.hidden != hidden).any() and green(page) == 0
    data, words = page._repr_mimebundle_()
    assert data["image/png"][:4] == b"\x89PNG" and words["image/png"]["alt"]


def test_a_click_on_the_map_sets_both_dials():
    page = ForgerGame(WINE)
    page._wire.value = "0.25 0.1"
    assert [dial.value for dial in page._dials] == pytest.approx([2.5, 9.0])


def test_the_pane_over_the_map_knows_where_the_dials_are():
    page = ForgerGame(WINE)
    assert page._wire.value == "0.1000 0.9000"
    page._dials[0].value, page._dials[1].value = 6.0, 4.0
    assert page._wire.value == "0.6000 0.6000"
    for sent in ("0.25 0.1", "0.33333 0.5"):  # what it sent itself is not sent back
        page._wire.value = sent
        assert page._wire.value == sent


def test_every_offer_stands_beside_the_map_in_figures():
    page = ForgerGame(WINE, turns=3)
    for place in (2.0, 6.0):
        page._dials[0].value = place
        page.offer()
    beliefs = [one.belief for one in page.game.offers]
    cells = re.findall(r"<td>(.*?)</td>", page._table.value)
    assert cells == ["2", "6.00", "1.00", f"{beliefs[1]:.2f}", "1", "2.00", "1.00", f"{beliefs[0]:.2f}"]
