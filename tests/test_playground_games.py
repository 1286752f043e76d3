"""The shop owner's game and the walk through z: scores, ways, sums, and their views."""

import io
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from ganlib import theory
from ganlib.data import Digits
from ganlib.data.pictures import Pictures
from ganlib.gan import GAN, draw_z
from ganlib.playground import counter, explorer, game_drawing, game_views, games, rounds, views, widgets
from ganlib.playground.choices import Choice
from ganlib.playground.trainer import Trainer
from tests.waiting import until

WAIT = 60


@pytest.fixture(scope="module")
def wine():
    return Trainer("wine")


@pytest.fixture(scope="module")
def tiny():
    """Digits whose labels are known, and a generator that has learnt nothing."""
    rng = np.random.default_rng(0)
    digits = Digits(rng.integers(0, 256, (40, 28, 28), "uint8"), np.repeat([3, 7], 20).astype("uint8"))
    lab = views.Playground(digits, "only-zeros", batch_size=8)
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def plane():
    lab = views.Playground("wine")
    yield lab
    lab.close()


def test_a_round_is_dealt_by_its_number(wine):
    one, again, other = games.deal(wine, 0), games.deal(wine, 0), games.deal(wine, 1)
    np.testing.assert_array_equal(one.items, again.items)
    assert not np.array_equal(one.items, other.items)
    counts = [games.deal(wine, number).forged.sum() for number in range(30)]
    assert min(counts) >= 5
    assert max(counts) <= 11
    assert len(set(counts)) > 2


def test_real_bottles_are_real_and_beliefs_are_ds(wine):
    round_ = games.deal(wine, 3, seed=2)
    known = {tuple(point) for point in wine.scene.examples.tolist()}
    assert [tuple(item) in known for item in round_.items.tolist()] == list(~round_.forged)
    logits = np.array(wine.gan.discriminator(round_.items.astype("float32")))[:, 0]
    np.testing.assert_allclose(round_.belief, theory.sigmoid(logits), atol=1e-6)


def a_round(belief=0.3):
    forged = np.arange(16) < 6
    return rounds.Round(9, np.zeros((16, 2)), forged, np.where(forged, belief, 0.8))


def test_scores_by_hand():
    marked = np.zeros(16, bool)
    marked[[0, 1, 2, 10]] = True
    expected = rounds.Score(iteration=9, learner=12, owner=16, forged=6, caught=3, blamed=1)
    assert rounds.score(a_round(), marked) == expected
    assert rounds.score(a_round(belief=0.5), ~a_round().forged).owner == 10
    assert rounds.score(a_round(), ~a_round().forged).learner == 0
    with pytest.raises(ValueError, match="One mark for each bottle"):
        rounds.score(a_round(), [True])


def test_the_way_in_many_dimensions_keeps_its_length():
    rng = np.random.default_rng(0)
    first, last = rng.normal(size=(2, 100))
    first, last = first / np.linalg.norm(first), last / np.linalg.norm(last)
    way = games.between(first, last, np.linspace(0, 1, 9))
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(way[[0, -1]], [first, last], atol=1e-6)
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)
    np.testing.assert_allclose(games.between(first, first, [0.5])[0], first, atol=1e-6)


def test_the_way_in_the_plane_is_straight():
    way = games.between([0, 2], [4, 0], [0, 0.25, 1])
    np.testing.assert_allclose(way, [[0, 2], [1, 1.5], [4, 0]])


def test_the_pad_is_z_itself_in_the_plane_and_normal_on_its_circle_elsewhere():
    np.testing.assert_allclose(games.Walk(2).pad(0.5, -1), [[0.5, -1]])
    np.testing.assert_allclose(games.Walk(1).pad(0.5, -1), [[0.5]])
    lengths = [np.linalg.norm(games.Walk(400, seed).pad(0.6, 0.8)) for seed in range(20)]
    assert np.mean(lengths) == pytest.approx(20, rel=0.05)
    assert games.Walk(100).way(5).shape == (5, 100)


def test_mean_z_of_each_digit(tiny):
    def both(machine):
        z = draw_z(50, 100, 0, games._FAR - 1).numpy()
        fake = machine.gan.draw_images(z).reshape(50, -1).astype(float)
        real = machine.scene.examples.reshape(40, -1).astype(float)
        labels = machine.scene.labels[[np.linalg.norm(real - one, axis=1).argmin() for one in fake]]
        return games.digit_means(machine, count=50), {d: z[labels == d].mean(0) for d in set(labels)}

    found, due = tiny.controller.ask(both).result(WAIT)
    assert found.keys() == due.keys()
    for digit, mean in due.items():
        np.testing.assert_allclose(found[digit], mean, atol=1e-5)


def test_sums_need_labels(wine):
    with pytest.raises(ValueError, match="accepted examples with labels"):
        games.digit_means(wine)


def size(widget):
    return Image.open(io.BytesIO(widget.value)).size


def test_the_game_on_the_page(plane):
    game = game_views.ShopGame(plane, iterations=3)
    assert size(game.counter._picture) == (840, 840)
    game.counter.marks[4].value = True
    assert "1 of 16 marked" in game._said.value
    game._buttons[0].click()
    game.settle()  # a second time changes nothing
    assert len(game.scores) == 1
    score = game.scores[0]
    assert f"<td>{score.learner}</td><td>{score.owner}</td>" in game._table.value
    assert f"{score.learner} of 16 right" in game._said.value
    assert "D believed" in game.counter.marks[0].tooltip
    first = game.round
    assert game.deal().result(WAIT) is None
    assert not game.settled
    assert not game.counter.marked().any()
    assert not np.array_equal(game.round.items, first.items)
    reached = plane.controller.look.figures["iteration"]
    game._buttons[2].click()
    for _ in range(600):
        if game.round.iteration == reached + 3:
            break
        plane.controller.ask(lambda machine: None).result(WAIT)
    assert game.round.iteration == reached + 3
    data, metadata = game._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} == set(data)
    assert metadata["image/png"]["alt"] == game.alt


def test_the_game_with_digits(tiny):
    game = game_views.ShopGame(tiny)
    assert game.counter.marks[0].tooltip == "Image 1: mark as forged"
    game.counter.marks[0].value = True
    game.settle()
    assert size(game.counter._picture) == (840, 840)
    assert "Image 1" not in game.counter.marks[0].tooltip


def test_the_walk_on_the_page(plane):
    walk = explorer.LatentExplorer(plane)
    before = walk._pad.value
    walk._x.value = -2.0
    assert walk.show().result(WAIT) is None
    assert walk._pad.value != before
    before = walk._way.value
    walk._seed.value = 5
    assert walk.show().result(WAIT) is None
    assert walk._way.value != before
    assert "image/png" in walk._repr_mimebundle_()[0]


def test_sums_on_the_page(tiny, monkeypatch):
    walk = explorer.LatentExplorer(tiny)
    assert walk._less.options == walk._more.options == (("3", 3), ("7", 7))
    with monkeypatch.context() as patch:
        patch.setattr(games, "digit_means", lambda machine: {3: 0})
        error = walk.add().result(WAIT)
    assert "G draws no" in str(error)
    assert "G draws no" in walk._note.value
    digit = next(iter(tiny.controller.ask(games.digit_means).result(WAIT)))
    walk._less.value = walk._more.value = digit
    assert walk.add().result(WAIT) is None
    assert "did not work" not in walk._note.value
    assert size(walk._sum)[0] == 840


def test_a_sum_is_the_first_end_less_one_mean_and_another_more(tiny, monkeypatch):
    walk, seen, draw = explorer.LatentExplorer(tiny), [], GAN.draw_images
    less, more = np.random.default_rng(1).normal(size=(2, 100))
    monkeypatch.setattr(games, "digit_means", lambda machine: {3: less, 7: more})
    monkeypatch.setattr(GAN, "draw_images", lambda gan, z: seen.append(np.array(z)) or draw(gan, z))
    walk._less.value, walk._more.value = 3, 7
    assert walk.add().result(WAIT) is None
    z = walk.walk.ends[0]
    due = np.array([z, z - less, z - less + more])
    assert any(one.shape == due.shape and np.allclose(one, due, atol=1e-5) for one in seen)
    walk.close()


@pytest.mark.parametrize("count", [1, 2])
def test_classes_of_pictures_have_their_names(count):
    images = np.random.default_rng(0).integers(0, 256, (8, 28, 28), "uint8")
    pictures = Pictures(images, np.arange(8) % count)
    pictures.names = ("cats", "dogs")[:count]
    lab = views.Playground(pictures, "only-zeros", batch_size=8)
    walk = explorer.LatentExplorer(lab)
    assert hasattr(walk, "_less") == (count == 2)
    if count == 2:
        assert walk._less.options == (("cats", 0), ("dogs", 1))
    lab.close()


def test_a_guest_leaves_the_lab_when_it_is_closed(plane):
    before = set(widgets.w.widget._instances)
    guests = [explorer.LatentExplorer(plane), game_views.ShopGame(plane)]
    assert plane.guests >= set(guests)
    for guest in guests:
        guest.close()
    assert not plane.guests & set(guests)
    plane.controller.ask(lambda machine: None).result(WAIT)
    made = set(widgets.w.widget._instances) - before
    assert not made


def test_a_guest_of_a_closed_lab_is_refused():
    lab = views.Playground("line")
    lab.close()
    for guest in (explorer.LatentExplorer, game_views.ShopGame):
        with pytest.raises(RuntimeError, match="closed: run its cell again"):
            guest(lab)


def test_guests_follow_into_another_game_at_the_same_iteration():
    lab = views.Playground("ring")
    game, walk = game_views.ShopGame(lab), explorer.LatentExplorer(lab)
    lab.begin(Choice("ring", (1, 4), (1, 4)))
    until(lambda: game.counter.scene is lab.scene and walk.scene is lab.scene)
    lab.begin(Choice("wine", (1, 4), (1, 4)))
    until(lambda: game.counter.scene.name == walk.scene.name == "wine")
    assert "failed" not in lab._note.value
    lab.close()


def test_a_training_that_stops_deals_no_round(plane):
    game = game_views.ShopGame(plane, iterations=2)
    number = game.number

    def lost(machine):
        machine.step_both = lambda: 1 / 0

    plane.controller.ask(lost).result(WAIT)
    game.train()
    until(lambda: "division by zero" in game._note.value)
    assert game.number == number
    assert "Training stopped" in plane.controller.note
    plane.controller.ask(lambda machine: delattr(machine, "step_both")).result(WAIT)
    plane.controller.restart().result(WAIT)
    game.close()


def test_many_moves_of_a_slider_are_one_question(plane):
    walk = explorer.LatentExplorer(plane)
    plane.controller.ask(lambda machine: time.sleep(0.3))
    asked = [walk.show() for _ in range(20)]
    assert len({id(one) for one in asked}) == 1
    assert asked[-1].result(WAIT) is None
    walk.close()


def test_an_error_while_showing_is_said(plane):
    walk = explorer.LatentExplorer(plane)
    shown = game_views.ask(walk, lambda machine: 1, lambda answer: 1 / 0)
    assert isinstance(shown.result(WAIT), ZeroDivisionError)
    assert "division by zero" in walk._note.value


def test_the_counter_keeps_up_with_the_lab(plane):
    plane.controller.restart().result(WAIT)
    game = game_views.ShopGame(plane)
    assert game.round.iteration == 0
    plane.controller.run(5).result(WAIT)
    until(
        lambda: "Forged at iteration 5." in game._said.value
    )  # nobody had marked anything: the forger of now
    game.counter.marks[2].value = True
    plane.controller.run(5).result(WAIT)
    until(lambda: "Forged at iteration 5; the lab is at 10" in game._said.value)
    assert game.round.iteration == 5
    assert game.counter.marks[2].value


def test_an_explorer_keeps_up_with_the_lab(plane):
    walk = explorer.LatentExplorer(plane)
    before = walk._way.value
    plane.controller.run(20).result(WAIT)
    until(lambda: walk._way.value != before)


@pytest.mark.parametrize("crowd", [0, 11, 16])
@pytest.mark.parametrize("seed", range(5))
def test_signs_lie_neither_on_each_other_nor_on_a_bottle(seed, crowd):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(16, 2))
    points[: crowd // 2] = points[0] + rng.normal(scale=1e-3, size=(crowd // 2, 2))
    extent = (-4.0, 4.0, -4.0, 4.0)
    seat = game_drawing.seats(points, extent)
    size = np.array(game_drawing.SIGN)
    overlap = (np.abs(seat[:, None] - seat) < size - 1e-9).all(-1) & ~np.eye(16, dtype=bool)
    assert not overlap.any()
    assert (seat >= size / 2 - 1e-9).all()
    assert (seat <= 1 - size / 2 + 1e-9).all()
    bottle = np.clip(game_drawing.placer(extent, 1.0)(points), 0.01, 0.99)
    assert not (np.abs(seat[:, None] - bottle) < size / 2).all(-1).any()


def test_the_owner_without_networks():
    rng = np.random.default_rng(0)
    forged = np.arange(16) < 8
    game = counter.OwnerGame(rng.normal(size=(162, 2)), rng.normal(size=(16, 2)), forged, ("a", "b"))
    for i in (0, 1, 8):
        game.counter.marks[i].value = True
    game.settle()
    assert "9 of 16 right" in game._said.value
    assert "You caught 2 of 8 forged ones and blamed 1 real." in game._said.value
    assert ">D<" not in game._table.value
    assert "image/png" in game._repr_mimebundle_()[0]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bottles", {"bottles": np.zeros((10, 2))}),
        ("forged", {"forged": [1, 2, 3]}),
        ("known", {"known": np.zeros(4)}),
    ],
)
def test_what_does_not_fit_on_the_counter_is_refused(name, change):
    right = {"known": np.eye(2), "bottles": np.zeros((16, 2)), "forged": np.arange(16) < 8}
    with pytest.raises(ValueError, match=f"^{name}: received shape"):
        counter.OwnerGame(**(right | change))


def test_every_bottle_is_on_the_map_and_the_dots_are_counted():
    rng = np.random.default_rng(0)
    bottles = rng.normal(size=(16, 2))
    bottles[3] = 9
    game = counter.OwnerGame(rng.normal(size=(500, 2)), bottles, np.arange(16) < 8)
    left, right, bottom, top = game.counter.scene.extent
    assert left < bottles.min() and right > 9 and bottom < bottles.min() and top > 9
    assert len(game.counter.scene.examples) == 500
    assert "250 of the 500 real ones" in game.where()


@pytest.mark.parametrize(
    "game",
    [
        "OwnerGame(np.eye(2), np.zeros((16, 2)), np.arange(16) < 8)",
        "ForgerGame(np.eye(2)).offer()",
    ],
)
def test_a_game_without_networks_needs_no_tensorflow(game):
    code = (
        "import sys, numpy as np; from ganlib.playground import ForgerGame, OwnerGame\n"
        f"{game}; print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
