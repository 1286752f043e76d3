"""Pictures: what is drawn where, and that a reader without eyes gets words."""

import base64
import html
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from ganlib import plots

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)
HISTORY = {
    "step": np.array([10, 20, 30]),
    "d_loss": np.array([0.6, 0.5, 0.4]),
    "g_loss": np.array([0.8, 0.9, 1.0]),
    "real_accuracy": np.array([0.5, 0.6, 0.7]),
    "fake_accuracy": np.array([0.4, 0.6, 0.8]),
}


def test_tile_puts_every_image_in_its_place():
    sheet = plots.tile(IMAGES, columns=4, gap=1)
    assert sheet.shape == (2 * 5 + 1, 4 * 4 + 1)
    for i, image in enumerate(IMAGES):
        top, left = 1 + 5 * (i // 4), 1 + 4 * (i % 4)
        assert np.array_equal(sheet[top : top + 4, left : left + 3], image)
    assert plots.tile(IMAGES).shape == (2 * 6 + 2, 3 * 5 + 2)


def shown(figure):
    data, metadata = figure._repr_mimebundle_()
    return Image.open(io.BytesIO(data["image/png"])), metadata["image/png"]["alt"]


def test_grid_shows_the_sheet_and_says_so():
    figure = plots.grid(IMAGES, columns=3, title="Six")
    picture, alt = shown(figure)
    assert alt == "A grid of 6 images. Six"
    assert np.array_equal(figure.axes[0].images[0].get_array(), plots.tile(IMAGES, 3))
    assert picture.height > 50 and picture.width > 50  # the title has room
    picture, _ = shown(plots.grid(IMAGES, columns=3))
    rows, columns = plots.tile(IMAGES, 3).shape
    assert picture.height / picture.width == pytest.approx(rows / columns, rel=0.1)
    assert plots.grid(IMAGES, alt="words").alt == "words"


def test_strip_has_a_grid_for_each_label():
    figure = plots.strip([IMAGES, IMAGES[:4]], ["early", "late"], title="Two")
    assert [axes.get_title() for axes in figure.axes] == ["early", "late"]
    assert figure.alt == "2 grids side by side: early, late. Two"
    with pytest.raises(ValueError):
        plots.strip([IMAGES], ["early", "late"])


def test_curves_hold_the_history_and_the_equilibrium():
    figure = plots.curves(HISTORY, equilibrium=(0.688, 0.7985))
    upper, lower = figure.axes
    lines = {line.get_label(): line for axes in (upper, lower) for line in axes.lines}
    for name in ("d_loss", "g_loss", "real_accuracy", "fake_accuracy"):
        assert np.array_equal(lines[name].get_xdata(), HISTORY["step"])
        assert np.array_equal(lines[name].get_ydata(), HISTORY[name])
    levels = {float(line.get_ydata()[0]) for line in upper.lines if line.get_linestyle() == ":"}
    assert levels == {0.688, 0.7985}
    level = [
        line.get_ydata()[0] for line in plots.curves(HISTORY).axes[0].lines if line.get_linestyle() == ":"
    ]
    assert level == pytest.approx([np.log(2)] * 2)
    assert upper.get_ylabel() == "loss (nats)" and lower.get_xlabel() == "step"


def test_movie_loops_over_the_frames_and_holds_the_last(tmp_path):
    frames = [np.full((4, 5, 5), value, np.uint8) for value in (0, 100, 250)]
    movie = plots.movie(frames, seconds=3, zoom=2, alt="Getting lighter.")
    file = Image.open(movie.save(tmp_path / "m.gif"))
    assert (file.n_frames, file.info["loop"], file.size) == (3, 0, (32, 32))
    times = []
    for i, value in enumerate((250, 0, 100)):  # the file's first is what a viewer shows that plays none
        file.seek(i)
        times.append(file.info["duration"])
        assert abs(int(np.asarray(file.convert("L"))[10, 10]) - value) < 12
    assert times == [2000, 1000, 1000]
    assert repr(movie) == "<movie: Getting lighter.>"
    with pytest.raises(ValueError, match="labels: received 2 of them"):
        plots.movie(frames, labels=["a", "b"])


def test_only_what_moves_is_drawn_again_and_the_picture_is_the_same():
    pictures = {}
    for kind in ("all anew", "what moves"):
        figure = plots.Figure((3, 2))
        axes = figure.add_subplot()
        axes.plot([0, 4], [1, 1], color="0.5")
        (line,), (dot,) = axes.plot([], [], lw=3), axes.plot([], [], "o", color="black")
        axes.set(xlim=(-1, 5), ylim=(-1, 5), title="moving", xlabel="x")
        pictures[kind] = []
        for at in (1, 2, 3):
            line.set_data([0, at], [0, at])
            dot.set_data([at], [at])
            moving = (line, dot) if kind == "what moves" else ()
            pictures[kind].append(np.asarray(figure.picture(60, moving)))
    np.testing.assert_array_equal(pictures["all anew"], pictures["what moves"])
    assert (pictures["what moves"][0] != pictures["what moves"][2]).any()


def test_a_film_has_all_moments_on_one_sheet_each_over_its_label():
    """A page shows one cell of the sheet: where the script looks is where the picture is."""
    tones = np.linspace(0, 250, 7).astype(int)
    movie = plots.movie(
        [np.full((4, 6, 6), tone, np.uint8) for tone in tones], zoom=5, alt="Light & dark"
    )
    page = movie._repr_html_()
    facts = dict(re.findall(r'data-(\w+)="(.*?)"', page))
    assert facts["count"] == "7" and json.loads(html.unescape(facts["labels"])) == [
        f"{i} of 7" for i in range(1, 8)
    ]
    assert 'alt="Light &amp; dark"' in page
    code = re.search(r"data:image/png;base64,([\w+/=]+)", page)[1]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(code))).convert("L"), int)
    wide, high = movie.pictures[0].size
    columns, row = int(facts["columns"]), float(facts["row"]) * high
    assert sheet.shape[1] == columns * wide
    for i, picture in enumerate(movie.pictures):
        x, y = i % columns * wide, round(i // columns * row)
        part = sheet[y : y + high, x : x + wide]
        assert np.abs(part - np.asarray(picture.convert("L"), int)).max() < 12
        assert (sheet[y + high : y + round(row), x : x + wide] < 128).any()  # words


def test_a_film_keeps_labels_apart_whatever_stands_in_them():
    picture = Image.new("L", (8, 8))
    page = plots.Movie([picture] * 3, ["D | G", "one\nline", 'a "b" <c>'], "x")._repr_html_()
    kept = html.unescape(re.search(r'data-labels="(.*?)"', page)[1])
    assert json.loads(kept) == ["D | G", "one\nline", 'a "b" <c>']


def test_a_film_of_different_counts_is_refused():
    counts = [np.zeros((n, 6, 6), np.uint8) for n in (4, 9)]
    with pytest.raises(ValueError, match="one size"):
        plots.movie(counts)


def luminance(colour):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_lines_stand_out_from_paper():
    """WCAG 2, 1.4.11: a contrast of at least 3 to 1 for what carries meaning."""
    for colour in (plots.D_COLOUR, plots.G_COLOUR, plots.REAL_COLOUR):
        assert 1.05 / (luminance(colour) + 0.05) >= 3


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: plots.grid(np.zeros((2, 4, 4)) - 0.5), "float64 from -0.5 to -0.5, .*x \\+ 1"),
        (lambda: plots.grid(np.full((2, 4, 4), 300)), "int64 from 300 to 300"),
        (lambda: plots.strip([np.full((2, 4, 4), np.nan)], ["now"]), "float64 from nan to nan"),
        (lambda: plots.grid(np.zeros((4, 4), "uint8")), r"shape \(4, 4\), .*\[image\]"),
        (lambda: plots.grid(np.zeros((0, 4, 4), "uint8")), r"shape \(0, 4, 4\)"),
        (lambda: plots.beliefs({"now": ([0.1], [2.5, -1])}), r"rows\['now'\]: .* from -1 to 2.5"),
        (lambda: plots.beliefs({"now": ([np.nan], [0.5])}), "from nan to nan"),
        (lambda: plots.beliefs({"now": ([], [0.5])}), "received none"),
        (lambda: plots.lines([1], {key: [1] for key in "abcdef"}, "x", "y"), "rows: received 6 of them"),
        (
            lambda: plots.lines([1], {key: [1] for key in "abc"}, "x", "y", colours=("red", "blue")),
            "most 2",
        ),
        (
            lambda: plots.lines([1], {"a": [1]}, "x", "y", dict(zip("abcd", range(4), strict=True))),
            "levels: received 4",
        ),
    ],
)
def test_what_would_be_a_wrong_picture_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_a_history_of_one_entry_is_seen():
    names = ("step", "d_loss", "g_loss", "real_accuracy", "fake_accuracy")
    upper, lower = plots.curves({name: np.array([1.0]) for name in names}).axes
    drawn = [
        line.get_marker() for axes in (upper, lower) for line in axes.lines if line.get_label() in names
    ]
    assert drawn == ["."] * 4


def test_a_title_has_room_over_a_single_image():
    title = "What G drew after 4 000 steps"
    figure = plots.grid(np.zeros((1, 28, 28), "uint8"), title=title)
    figure.canvas.draw()
    (axes,) = figure.axes
    room = axes.get_title(loc="left"), axes._left_title.get_window_extent()
    assert room[0] == title and room[1].x1 <= figure.bbox.x1 + 1
    assert axes.get_window_extent().width > 40  # pixels: the image is seen
