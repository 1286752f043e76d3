import io
import warnings

import numpy as np
import pytest
from matplotlib.quiver import Quiver
from PIL import Image

import ganlib
from ganlib import plots2d
from ganlib.plots import colours
from ganlib.theory import non_saturating_loss, sigmoid
from ganlib.training import Snapshots
from tests import tiny


def tilted(points):
    """A discriminator by hand: logits (n, 1) that rise with the first feature."""
    return 2 * points[:, :1] - 1


@pytest.fixture(scope="module")
def frame():
    fake = np.random.default_rng(0).normal(size=(30, 2))
    return plots2d.look(tilted, fake, limits=(-2, 2), arrows=True, size=41)


def pixels(figure):
    return np.asarray(Image.open(io.BytesIO(figure.png(dpi=60))).convert("RGB")).astype(int)


def test_a_look_holds_the_belief_on_the_lattice_row_by_row(frame):
    axis = np.linspace(-2, 2, 41)
    assert frame.belief.shape == (41, 41)
    np.testing.assert_allclose(frame.belief, np.tile(sigmoid(2 * axis - 1), (41, 1)), atol=1e-6)
    upward = plots2d.look(lambda points: points[:, 1], frame.fake, size=11)
    assert (np.diff(upward.belief[:, 0]) > 0).all()
    assert upward.arrows is None


def test_the_arrows_follow_minus_the_slope_of_the_generator_loss():
    def logits(points):
        x, y = points[:, 0], points[:, 1]
        return np.sin(x) * y + x**2 / 3

    points = np.random.default_rng(1).normal(size=(50, 2))
    x, y = points.T
    slope = np.stack([np.cos(x) * y + 2 * x / 3, np.sin(x)], 1)
    expected = (1 - sigmoid(logits(points)))[:, None] * slope
    found = plots2d.descent(logits, points)
    np.testing.assert_allclose(found, expected, atol=2e-3)
    before = non_saturating_loss(logits(points))
    after = non_saturating_loss(logits(points + 0.01 * found))
    assert (after <= before + 1e-9).all()


def test_keras_networks_are_discriminators_too():
    gan = ganlib.build("wine", seed=1)
    frame = plots2d.look(gan.discriminator, gan.sample(10), size=8, arrows=True)
    assert frame.belief.shape == (8, 8)
    assert frame.arrows.shape == (10, 2)
    axis = np.linspace(-3, 3, 8, dtype="f4")
    lattice = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    due = sigmoid(np.asarray(gan.discriminator(lattice), float)).reshape(8, 8)
    np.testing.assert_allclose(frame.belief, due, atol=1e-6)
    assert np.ptp(due) > 0.01


def test_a_belief_map_shows_real_fake_and_the_line(frame):
    real = np.random.default_rng(2).normal(size=(20, 2))
    figure = plots2d.belief(frame, real, ("alcohol", "colour"), "Sure on the right")
    assert "Sure on the right" in figure.alt
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("alcohol", "colour")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["real", "fake"]
    line = axes.collections[1].get_paths()[0].vertices
    np.testing.assert_allclose(line[:, 0], 0.5, atol=0.06)  # 2x - 1 = 0, up to the lattice
    shown = pixels(figure)
    height, width, _ = shown.shape
    rows = shown[height // 4 : -height // 4].astype(int)
    warm = (rows[:, :, 0] - rows[:, :, 2]).mean(0)  # red beyond blue
    assert warm[width // 6] > 30 and warm[2 * width // 3] < -10  # orange says fake, blue says real
    assert [text.get_text() for text in figure.axes[1].get_yticklabels()] == [
        ".05",
        ".2",
        ".5",
        ".8",
        ".95",
    ]


def test_a_colour_is_as_deep_as_the_logit_is_far_from_zero():
    depths = colours.depth([0.5, sigmoid(1.5), sigmoid(-1.5), 1.0, 0.0])
    np.testing.assert_allclose(depths, [0.5, 0.75, 0.25, 1, 0])
    assert colours.BELIEF(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)


def test_a_belief_of_one_colour_has_no_line():
    frame = plots2d.look(lambda points: np.full(len(points), 4.0), np.zeros((3, 2)))
    figure = plots2d.belief(frame, np.ones((2, 2)))
    assert len(figure.axes[0].collections) == 1


def test_a_strip_has_a_place_for_every_moment(frame):
    figure = plots2d.belief_strip([frame] * 3, ["a", "b", "c"], np.ones((2, 2)), "Three")
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]  # and a bar
    assert "a, b, c" in figure.alt
    with pytest.raises(ValueError, match="zip"):
        plots2d.belief_strip([frame] * 3, ["a", "b"], np.ones((2, 2)))


def test_a_movie_moves(frame):
    other, last = (plots2d.look(tilted, frame.fake + far, limits=(-2, 2)) for far in (1, 2))
    film = plots2d.belief_movie([frame, other, last], ["1", "2", "3"], np.ones((2, 2)), seconds=3)
    gif = Image.open(io.BytesIO(film.gif))
    assert gif.n_frames == 3
    assert gif.info["duration"] == 2000
    first = np.asarray(gif.convert("RGB"))
    gif.seek(1)
    assert (first != np.asarray(gif.convert("RGB"))).any()
    assert 'data-labels="[&quot;1&quot;, ' in film._repr_html_()


def test_lines_draw_every_curve_and_level():
    x = np.linspace(0, 1, 5)
    figure = plots2d.lines(x, {"p": x, "q": 1 - x}, "x", "density", {"ln 2": 0.69}, "Two", log=True)
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["p", "q", "ln 2"]
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(axes.lines[2].get_ydata(), 0.69)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), x)
    assert figure.alt.startswith("Curves of p, q over x.")


def test_snapshots_keep_what_take_returns():
    gan = tiny.plain(ganlib.build(tiny.POINTS))
    film = Snapshots(every=2, take=lambda gan: int(gan.step))
    ganlib.train(gan, np.zeros((16, 2), "float32"), steps=5, verbose=0, callbacks=[film])
    assert film.steps == film.frames == [0, 2, 4, 5]


def drawn_arrows(figure):
    """Return how long each arrow of a picture is, as shares of its map's width, map by map."""
    found = []
    for axes in figure.axes:
        for one in axes.collections:
            if isinstance(one, Quiver):
                found.append(np.hypot(one.U, one.V) / one.scale)
    return found


def test_arrows_have_one_measure_in_all_maps_of_a_picture():
    at, quarter = np.zeros((3, 2)), np.full((8, 8), 0.25)
    ways = [length * np.array([[1.0, 0], [0, 0.5], [0.3, 0.4]]) for length in (1, 0.001, 0)]
    frames = [plots2d.Frame(quarter, (-3, 3), at, way) for way in ways]
    first, second, none = drawn_arrows(plots2d.belief_strip(frames, "abc", at))
    np.testing.assert_allclose(first, [1 / 8, 1 / 16, 1 / 16])
    np.testing.assert_allclose(second, first / 1000)
    assert (none == 0).all()
    assert drawn_arrows(plots2d.belief(frames[2], at)) == []


def test_maps_without_fakes_or_arrows_are_drawn_without_a_warning():
    quarter, nothing = np.full((8, 8), 0.25), np.zeros((0, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for arrows in (None, nothing):
            plots2d.belief(plots2d.Frame(quarter, (-3, 3), nothing, arrows), nothing).picture(40)
