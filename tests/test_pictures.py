"""A folder of pictures is data: read, trained on, drawn, by functions and by the command line."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import ganlib
from ganlib import plots
from ganlib.cli import main
from ganlib.data.pictures import Pictures
from ganlib.playground import examples
from ganlib.playground.trainer import Trainer
from tests import thorough


def scenery(rng, height=48, width=64):
    """Return something like a photograph: sky, a hill, a sun, and grain."""
    y, x = np.mgrid[:height, :width] / height
    sky = np.stack([90 + 80 * y, 140 + 60 * y, 230 - 40 * y], -1)
    hill = y > 0.6 + 0.15 * np.sin(rng.uniform(2, 6) * x + rng.uniform(0, 6))
    sun = (x - rng.uniform(0.2, 1.1)) ** 2 + (y - rng.uniform(0.1, 0.4)) ** 2 < 0.008
    sky[hill], sky[sun] = rng.normal([70, 120, 40], 10), [250, 240, 150]
    return np.clip(sky + rng.normal(0, 6, sky.shape), 0, 255).astype("uint8")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Two hundred of them, JPEG and PNG, in two folders."""
    folder, rng = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for i in range(200):
        path = folder / ("sea" if i % 2 else "hills") / f"{i:03}.{'jpg' if i % 4 < 2 else 'png'}"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(scenery(rng)).save(path)
    return folder


def load(*args, **options):
    """Load without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ganlib.load_images(*args, **options)


def test_a_folder_is_loaded_in_order_with_its_labels(photos):
    pictures = load(photos, 32)
    assert isinstance(pictures, Pictures) and isinstance(pictures, ganlib.Digits)
    assert (pictures.images.shape, pictures.images.dtype) == ((200, 32, 32, 3), np.uint8)
    assert pictures.names == ("hills", "sea") and pictures.left_out == ()
    assert pictures.labels.tolist() == [0] * 100 + [1] * 100
    assert not pictures.images.flags.writeable
    assert load(photos, (16, 24), colour=False).images.shape == (200, 16, 24)
    assert load(photos / "sea").names == ("sea",)


def test_the_middle_is_taken_and_nothing_is_squeezed(tmp_path):
    wide = np.zeros((20, 60), "uint8")
    wide[:, 20:40] = 200
    Image.fromarray(wide).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load(tmp_path, 20).images, np.full((1, 20, 20), 200))


def test_what_has_the_size_already_is_kept_to_the_bit(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), "uint8")
    for i, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{i}.png")
    np.testing.assert_array_equal(load(tmp_path).images, images)
    np.testing.assert_array_equal(load(tmp_path, colour=True).images, np.stack([images] * 3, -1))


def tall(value):
    image = np.zeros((8, 4, 3), "uint8")
    image[:4] = value
    return Image.fromarray(image)


def turned(path):
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    tall(200).save(path, exif=exif)


KINDS = {  # how it is written -> its upper and its lower half
    "L": (lambda path: tall(200).convert("L").save(path), [200, 0]),
    "one bit": (lambda path: tall(255).convert("1").save(path), [255, 0]),
    "palette": (lambda path: tall(204).convert("P").save(path), [204, 0]),
    "16 bits": (
        lambda path: Image.fromarray(np.repeat([51400, 0], 16).reshape(8, 4).astype("uint16")).save(path),
        [200, 0],
    ),
    "transparent": (
        lambda path: Image.merge("LA", [tall(0).convert("L"), tall(255).convert("L")]).save(path),
        [0, 255],
    ),
    "turned": (turned, [0, 200]),
    "CMYK": (
        lambda path: tall(255).convert("CMYK").save(path.with_suffix(".jpg"), quality=100),
        [255, 0],
    ),
    "moving": (
        lambda path: tall(200).save(path, save_all=True, append_images=[tall(90)]),
        [200, 0],
    ),
}


@pytest.mark.parametrize(("write", "halves"), KINDS.values(), ids=KINDS)
def test_every_kind_of_file_gives_the_tones_that_one_sees(write, halves, tmp_path):
    write(tmp_path / "a.png")
    found = load(tmp_path, (8, 4), colour=False).images[0].astype(int)
    assert np.abs(found[:3] - halves[0]).max() <= 2 and np.abs(found[5:] - halves[1]).max() <= 2


def test_grey_stays_grey_and_one_colour_makes_all_colour(tmp_path):
    Image.fromarray(np.full((9, 9), 77, "uint8")).convert("RGB").save(tmp_path / "a.png")
    assert load(tmp_path, 9).images.shape == (1, 9, 9)
    Image.new("RGB", (9, 9), "red").save(tmp_path / "b.png")
    images = load(tmp_path, 9).images
    assert images[:, 0, 0].tolist() == [[77, 77, 77], [255, 0, 0]]


def test_broken_files_are_named_and_counted_and_the_rest_is_there(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        Image.fromarray(scenery(rng)).save(tmp_path / f"{name}.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:900])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "labels.csv").write_text("a,b")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    Image.new("L", (9, 9)).save(tmp_path / "moved.gif")
    Image.new("1", (12_000, 10_000)).save(tmp_path / "vast.png")
    with pytest.warns(
        UserWarning, match=r"5 of 7 files are left out: cut.jpg \(image file is trunc"
    ) as w:
        pictures = ganlib.load_images(tmp_path)
    assert len(w) == 1 and len(pictures.images) == 2
    why = {path.name: reason for path, reason in pictures.left_out}
    assert set(why) == {"cut.jpg", "empty.png", "labels.csv", "moved.gif", "vast.png"}
    assert why["labels.csv"] == why["empty.png"] == why["moved.gif"] == "no PNG or JPEG"
    assert why["vast.png"] == "12000 by 10000 pixels, more than 100,000,000"
    for i in range(9):
        (tmp_path / f"x{i}").write_text("no picture")
    with pytest.warns(UserWarning, match=r"14 of 16 .*, 9 more\."):
        ganlib.load_images(tmp_path)


def test_what_is_no_folder_of_pictures_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"folder: received .*nowhere, accepted a folder. Name"):
        ganlib.load_images(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"empty, accepted a folder with PNG or JPEG pictures. Put"):
        ganlib.load_images(tmp_path)
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match=r"accepted a folder .*\. notes.txt \(no PNG or JPEG\)\."):
        ganlib.load_images(tmp_path)


@pytest.mark.parametrize("size", [0, -3, 2.5, True, (28,), (28, 28, 3), "28", (28, 0), 10_000])
def test_sizes_that_are_none_are_refused(size, photos):
    with pytest.raises(ValueError, match=r"size: received .*, accepted pixels of a side"):
        ganlib.load_images(photos, size)


@settings(max_examples=thorough.examples(100), deadline=None)
@given(files=st.dictionaries(st.sampled_from("ab.cd"), st.binary(max_size=200), min_size=1))
def test_no_file_stops_it(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    Image.new("L", (4, 4)).save(folder / "good.png")
    whole = (folder / "good.png").read_bytes()
    for name, held in files.items():
        (folder / f"{name}1").write_bytes(whole[: len(held)] + held)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pictures = ganlib.load_images(folder, 4)
    assert len(pictures.images) + len(pictures.left_out) == 1 + len(files) - ("." in files)


# ---- all that follows


@pytest.fixture(scope="module")
def run(photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    command = ["train", "small", "--data", str(photos), "--size", "32", "--steps", "200"]
    assert main([*command, "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.mark.trains
def test_one_command_trains_on_a_folder_and_draws_it(run, photos, tmp_path):
    real = load(photos, 32).images
    gan = ganlib.load(run)
    drawn = gan.sample(100)
    assert gan.recipe.shape == (32, 32, 3) and drawn.shape == (100, 32, 32, 3)
    apart = np.abs(drawn.mean((0, 1, 2)) - real.mean((0, 1, 2)))
    assert apart.max() < 25  # the colours of the photographs
    top, bottom = drawn[:, :8].mean((0, 1, 2)), drawn[:, -8:].mean((0, 1, 2))
    assert top[2] > 150 > bottom[2]  # blue above, none below
    grid, movie = Image.open(run / "grid.png"), Image.open(run / "movie.gif")
    assert np.ptp(np.asarray(grid.convert("RGB")).astype(int), axis=2).max() > 60
    assert movie.n_frames == 3
    assert main(["sample", str(run), "--out", str(tmp_path / "a.png"), "--count", "9"]) == 0
    Image.open(tmp_path / "a.png").verify()


def test_the_run_goes_on_and_is_not_measured_as_digits(run, photos, capsys):
    more = ["train", "small", "--data", str(photos), "--size", "32", "--steps", "210", "--quiet"]
    assert main([*more, "--out", str(run), "--resume"]) == 0
    assert ganlib.load(run).steps_done == 210
    assert main(["evaluate", str(run)]) == 1
    said = capsys.readouterr().err
    assert "'small' for images of shape (32, 32, 3), accepted one that draws digits" in said
    assert "The digit classifier cannot judge them" in said


def without_xla(monkeypatch, name):
    """What is asked is the same without it, and a program takes seconds to compile."""
    monkeypatch.setitem(ganlib.RECIPES, name, ganlib.RECIPES[name].but(xla=False))


def test_a_folder_with_labels_suits_a_recipe_with_classes(photos, tmp_path, monkeypatch):
    without_xla(monkeypatch, "conditional")
    out = tmp_path / "run"
    command = ["train", "conditional", "--data", str(photos), "--steps", "25", "--quiet"]
    assert main([*command, "--out", str(out)]) == 0
    gan = ganlib.load(out)
    assert gan.recipe.classes == 2 and gan.sample(4, labels=[0, 0, 1, 1]).shape == (4, 28, 28, 3)


def test_a_small_folder_gets_a_small_batch_and_left_out_files_a_line(tmp_path, capsys, monkeypatch):
    without_xla(monkeypatch, "batch-norm")
    rng = np.random.default_rng(0)
    for i in range(11):
        Image.fromarray(scenery(rng)).save(tmp_path / f"{i}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    out = tmp_path / "run"
    assert main(["train", "batch-norm", "--data", str(tmp_path), "--steps", "2", "--out", str(out)]) == 0
    assert ganlib.load(out).recipe.batch_size == 10  # half batches
    assert "ganlib: 1 of 12 files are left out: notes.txt (no PNG" in capsys.readouterr().err


REFUSED = {
    "no folder": (["small", "--data", "nowhere"], "--data (no such folder): received 'nowhere'"),
    "nearly a name": (["small", "--data", "digit"], "Did you mean 'digits'?"),
    "a size for digits": (["small", "--size", "32"], "--size: received 32, accepted none for data"),
    "points": (["wine", "--data", "FOLDER"], "accepted points, as 'wine' has them"),
    "an odd size": (["dcgan", "--data", "FOLDER", "--size", "30"], "sides that are multiples of 4"),
    "no size": (["small", "--data", "FOLDER", "--size", "-1"], "size: received -1, accepted pixels"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trained_on_is_said_by_the_command(arguments, message, photos, capsys):
    assert main(["train", *[str(photos) if word == "FOLDER" else word for word in arguments]]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ganlib: ") and message in said


@pytest.mark.parametrize("colour", [True, False])
def test_pictures_stand_side_by_side_in_grids_strips_and_movies(colour, photos, tmp_path):
    images = load(photos, 12, colour=colour).images[:6]
    sheet = plots.tile(images, 3, gap=1)
    assert sheet.shape == (2 * 13 + 1, 3 * 13 + 1, 3)[: 3 if colour else 2]
    np.testing.assert_array_equal(sheet[14:26, 14:26], images[4])
    for figure in (plots.grid(images), plots.strip([images, images], ["a", "b"])):
        assert figure.png()[:4] == b"\x89PNG"
    movie = Image.open(plots.movie([images, images[::-1]]).save(tmp_path / "m.gif"))
    movie.seek(1)  # the last picture comes first in the file
    found = np.asarray(movie.convert("RGB"))[2:14, 2:14].astype(int)
    due = images[0].astype(int) if colour else np.stack([images[0].astype(int)] * 3, -1)
    assert np.abs(found - due).mean() < 12


def test_the_lab_plays_with_them(photos):
    pictures = load(photos, 16)
    for those in (pictures, load(photos, 16, colour=False).images[..., None]):
        machine = Trainer(those, batch_size=8)
        machine.step_both()
        assert machine.look().fake.shape[1:3] == (16, 16)
    one, other = examples.scene(pictures), examples.scene(pictures.images)
    np.testing.assert_array_equal(one.examples, other.examples)
    assert one.recipe == other.recipe and one.name == "your pictures"
