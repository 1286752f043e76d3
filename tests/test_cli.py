"""The command line, as one would use it."""

import json
import os
import signal
import subprocess
import sys
import threading
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from PIL import Image

import ganlib
from ganlib import checkpoint, recipes
from ganlib.cli import DATA, main
from tests.tiny import IMAGES as TINY
from tests.tiny import POINTS


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "tiny", TINY)


def train(folder, *more):
    return main(["train", "tiny", "--seed", "3", "--out", str(folder), *more])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of 300 steps that nothing stopped."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recipes.RECIPES, "tiny", TINY)
        assert train(folder, "--steps", "300", "--quiet") == 0
    return folder


def content(folder):
    return checkpoint.digest(checkpoint.newest(folder)[0])


def test_train_leaves_pictures_history_and_a_checkpoint(whole):
    names = {path.name for path in whole.iterdir()}
    assert names == {".lock", "grid.png", "movie.gif", "history.jsonl", "step-00000300.npz"}
    assert Image.open(whole / "movie.gif").n_frames == 4  # at 0, 100, 200 and 300 steps
    Image.open(whole / "grid.png").verify()
    rows = [json.loads(line) for line in (whole / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(25, 301, 25))
    assert set(rows[0]) == {"step", "d_loss", "g_loss", "real_accuracy", "fake_accuracy"}


def test_ctrl_c_saves_and_says_how_to_go_on(whole, tmp_path, capsys):
    folder, steps = tmp_path / "run", ["--steps", "300", "--quiet", "--save-every", "0"]
    seen, before = threading.Event(), signal.getsignal(signal.SIGINT)

    def interrupt():
        while not seen.wait(0.002):
            if checkpoint.find(folder):
                os.kill(os.getpid(), signal.SIGINT)
                return

    waiting = threading.Thread(target=interrupt, daemon=True)
    waiting.start()
    try:
        code = train(folder, *steps)
    finally:
        seen.set()
        waiting.join()
    assert code == 130
    said = capsys.readouterr().out
    assert f"everything is saved in {folder}" in said
    assert said.rstrip().endswith("--resume")
    assert int(checkpoint.find(folder)[0].stem[5:]) < 300
    assert signal.getsignal(signal.SIGINT) is before
    assert train(folder, *steps, "--resume") == 0
    assert content(folder) == content(whole)
    assert (folder / "history.jsonl").read_text() == (whole / "history.jsonl").read_text()


def test_a_run_is_not_written_over(whole, capsys):
    assert train(whole, "--steps", "9") == 1
    assert "run_dir: received" in (said := capsys.readouterr().err)
    assert "--resume" in said


def test_another_recipe_does_not_resume_the_run(whole, capsys):
    assert main(["train", "small", "--seed", "3", "--out", str(whole), "--steps", "9", "--resume"]) == 1
    assert (
        "run_dir: received a run with another recipe (name: tiny, now small)" in capsys.readouterr().err
    )


def test_sample_draws_what_the_gan_draws(whole, tmp_path):
    assert (
        main(["sample", str(whole), "--count", "7", "--seed", "5", "--out", str(tmp_path / "a.npy")]) == 0
    )
    images = np.load(tmp_path / "a.npy", allow_pickle=False)
    np.testing.assert_array_equal(images, ganlib.load(whole).sample(7, 5))
    assert main(["sample", str(whole), "--out", str(tmp_path / "a.png")]) == 0
    Image.open(tmp_path / "a.png").verify()


WRONG = {
    "no run": (["sample", "nowhere"], "a folder with a checkpoint"),
    "no images": (["sample", "RUN", "--count", "0"], "--count: received 0, accepted at least 1"),
    "no picture": (["sample", "RUN", "--out", "a.txt"], "a name that ends in .png or .npy"),
    "no recipe": (["train", "smal"], "Did you mean 'small'?"),
    "no length": (["train", "tiny", "--steps", "-5"], "steps: received -5"),
    "no end": (["train", "tiny", "--seconds", "inf"], "seconds: received inf"),
    "no folder": (["train", "tiny", "--steps", "1", "--out", "FILE/x"], "accepted a folder to write in"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_without_a_traceback(
    arguments, message, whole, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("in the way")
    named = {"RUN": str(whole), "FILE/x": str(tmp_path / "file/x")}
    assert main([named.get(word, word) for word in arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ganlib: ")
    assert message in said


@pytest.mark.parametrize("arguments", [[], ["fly"], ["train"], ["train", "tiny", "--epochs", "many"]])
def test_wrong_usage_is_two(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: ganlib" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_and_version_are_zero(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    assert "ganlib" in capsys.readouterr().out


def test_evaluate_promises_no_unseen_digits(capsys):
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Measure a GAN against real digits, and say whether it has seen them." in said


def test_recipes_lists_them_all(capsys):
    assert main(["recipes"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said[1:]] == list(recipes.RECIPES)


def test_every_recipe_names_data_that_there_is():
    assert {row.data for row in recipes.RECIPES.values()} <= set(DATA)


def test_points_have_no_pictures(tmp_path, monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "dots", POINTS.but(data="wine"))
    assert main(["train", "dots", "--steps", "2", "--quiet", "--out", str(tmp_path / "run")]) == 0
    assert {path.suffix for path in (tmp_path / "run").iterdir()} == {"", ".jsonl", ".npz"}


def test_doctor_says_what_is_here(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path))
    monkeypatch.setattr(ganlib.data.digits, "SYSTEM", tmp_path)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "mnist: not here; ganlib.load_mnist()" in said
    (tmp_path / "mnist.npz").write_bytes(b"half")
    assert main(["doctor"]) == 0
    assert "Fetch the file again" in capsys.readouterr().out


def test_doctor_goes_on_whatever_lies_there(capsys, monkeypatch):
    def torn():
        raise KeyError("torn")

    monkeypatch.setattr(ganlib.data, "found", lambda name: ["file"])
    monkeypatch.setattr(ganlib.data, "load_mnist", torn)
    monkeypatch.setattr(ganlib.data, "load_fashion_mnist", torn)  # else it would be fetched
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "  mnist: KeyError: 'torn'" in said and said[-1].startswith("Ready")
    assert "  fashion-mnist: KeyError: 'torn'" in said


def test_doctor_names_a_tensorflow_that_does_not_start(capsys, monkeypatch):
    def broken(name):
        raise ImportError("libtensorflow_cc.so.2: failed to map segment\nfrom shared object")

    monkeypatch.setattr("importlib.import_module", broken)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-2] == "  ImportError: libtensorflow_cc.so.2: failed to map segment from shared object"
    assert said[-1] == "It is installed and does not start."


@pytest.mark.parametrize("error", [KeyError("no\nsuch"), RuntimeError("x" * 999), ZeroDivisionError()])
@pytest.mark.parametrize("command", [["doctor"], ["evaluate", "nowhere"], ["check", "nowhere"]])
def test_no_command_ends_in_a_traceback(command, error, capsys, monkeypatch):
    def fail(options):
        raise error

    monkeypatch.setattr(ganlib.cli, command[0], fail)
    assert main(command) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"ganlib: {type(error).__name__}: ") and said.count("\n") == 1
    assert "(test_cli.py, line " in said and len(said) < 400


NOT_A_RUN = {  # what the newest checkpoint holds -> what is said
    b"PK\x03\x04half": "received BadZipFile: File is not a zip file, accepted a checkpoint",
    b"": "received EOFError",
    b"hello": "There is none before it: begin anew in another folder.",
    None: "received IsADirectoryError",
}


@pytest.mark.parametrize("held", NOT_A_RUN)
def test_evaluate_says_what_is_no_run(held, tmp_path, capsys):
    path = tmp_path / "step-00000010.npz"
    path.mkdir() if held is None else path.write_bytes(held)
    assert main(["evaluate", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert NOT_A_RUN[held] in said and said.count("\n") == 1
    assert main(["evaluate", str(tmp_path.parent)]) == 1
    assert "accepted a folder with a checkpoint" in capsys.readouterr().err


def test_evaluate_looks_for_a_place_for_its_file_first(whole, tmp_path, capsys):
    for out in (tmp_path, tmp_path / "no" / "out.json"):
        assert main(["evaluate", str(whole), "--out", str(out)]) == 1
        assert "--out: received" in (said := capsys.readouterr()).err and said.out == ""


def test_doctor_says_what_is_missing(capsys, monkeypatch):
    def version(name):
        if "tensorflow" in name or name == "jupyterlab":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr("ganlib.doctor.version", version)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "tensorflow is missing: in the course's folder  pip install '.[cpu]'" in said
    assert "which only the notebooks need" in said


def test_a_reader_that_has_left_ends_it_in_silence():
    """Few lines stay in Python's buffer to the end: there, too, nothing is said."""
    read, write = os.pipe()
    os.close(read)
    here = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "ganlib", "recipes"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=here, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")
