"""Every file in a folder of hand-ins ends in a row, or in one line that says why it was left out."""

import csv
import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlib.cli import main
from ganlib.grading import hand_ins
from ganlib.grading.folder import find, read
from ganlib.grading.names import lesson_of

ROOT = Path(__file__).parent.parent
(SOLUTION,) = (ROOT / "solutions").glob("02_*.ipynb")
PASSED = ["passed"] * 7
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only")


def cells(*sources, **more):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources], **more})


def zipped():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.write(SOLUTION, "02_the_math.ipynb")
    return held.getvalue()


def fill(folder, files):
    for name, held in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held.encode() if isinstance(held, str) else held)
    return folder


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def windows(text):
    """Return a notebook as editors of Windows leave it: CRLF in the file and in its cells."""
    book = json.loads(text)
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return json.dumps(book, indent=1).replace("\n", "\r\n")


RIGHT = SOLUTION.read_text("utf-8")
GRADED = {  # what was handed in for a notebook, and is one
    "text/02_the_math.ipynb.txt": RIGHT,
    "json/02_the_math.json": RIGHT,
    "shout/02_THE_MATH.IPYNB": RIGHT,
    "windows/02_the_math.ipynb": windows(RIGHT),
    "mark/02_the_math.ipynb": b"\xef\xbb\xbf" + RIGHT.encode(),
    "wide/02_the_math.ipynb": RIGHT.encode("utf-16"),
    "no name/download": RIGHT,
    "Ada Lovelace_123_assignsubmission_file_/group_03_02_the_math.ipynb": RIGHT,
}
UNREADABLE = {  # what is none, of learners who have handed in nothing better -> what it is
    "zip/02_the_math.zip": (zipped(), "a zip, which has to be unpacked"),
    "renamed/02_the_math.ipynb": (zipped(), "a zip, which has to be unpacked"),
    "rar/work.rar": (b"Rar!\x1a\x07\x00", "an archive, which has to be unpacked"),
    "page/02_the_math.html": ("<!DOCTYPE html><html></html>", "a web page"),
    "print/02_the_math.pdf": (b"%PDF-1.7\n", "a PDF"),
    "empty/02_the_math.ipynb": ("", "an empty file"),
    "old/02_the_math.ipynb": ('{"nbformat": 3, "worksheets": []}', "a notebook of format 3"),
    "git/02_the_math.ipynb": (
        '{\n<<<<<<< HEAD\n"cells": []\n',
        "a file with the marks of a merge conflict",
    ),
    "lfs/02_the_math.ipynb": (
        "version https://git-lfs.github.com/spec/v1\n",
        "a pointer of Git LFS, without the file itself",
    ),
    "code/02_the_math.py": ("print('hello')", "something else"),
    "list/02_the_math.ipynb": ("[]", "something else"),
    "deep/02_the_math.ipynb": ("[" * 100_000, "something else"),
}
LEFT_OUT = {  # what lies about -> the reason
    "readme.txt": ("Hand in until Friday.", "something else"),
    "Ada Lovelace_123_assignsubmission_file_/plot.png": (b"\x89PNG", "something else"),
    "text/02_the_math.pdf": (b"%PDF-1.7", "a PDF"),
    "text/.ipynb_checkpoints/02_the_math.ipynb": (RIGHT, "hidden"),
    ".DS_Store": (b"\0", "hidden"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The table, and the lines of stderr, of all of them."""
    folder = tmp_path_factory.mktemp("graded")
    files = GRADED | {name: held for name, (held, _) in (UNREADABLE | LEFT_OUT).items()}
    fill(folder / "in", files)
    (folder / "in/loop").symlink_to(folder / "in")
    (folder / "in/gone.ipynb").symlink_to(folder / "nowhere")
    with pytest.MonkeyPatch.context() as patch:
        said = io.StringIO()
        patch.setattr("sys.stderr", said)
        assert main(["check", str(folder / "in"), "--csv", str(folder / "out.csv")]) == 0
    return table(folder / "out.csv"), said.getvalue().splitlines()


@pytest.mark.parametrize("name", GRADED)
def test_a_notebook_under_another_name_is_graded(graded, name):
    assert [row["verdict"] for row in graded[0] if row["file"] == name] == PASSED


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_gets_rows_that_say_what_it_is(graded, name):
    found = [row for row in graded[0] if row["file"] == name]
    assert found and {(row["verdict"], row["hint"]) for row in found} == {("not checked", "unreadable")}
    advice = f"{Path(name).name}: received {UNREADABLE[name][1]}, accepted a notebook of format 4"
    assert found[0]["advice"].startswith(advice)


def test_the_others_get_a_line_each(graded):
    left_out = [line for line in graded[1] if ": left out, " in line]
    due = {name: why for name, (_, why) in LEFT_OUT.items()}
    due["text/.ipynb_checkpoints"] = due.pop("text/.ipynb_checkpoints/02_the_math.ipynb")
    due |= {"loop": "a link to a folder", "gone.ipynb": "a link"}
    assert left_out == [f"{name}: left out, {due[name]}" for name in sorted(due, key=Path)]


def test_a_folder_of_other_things_is_refused_with_their_reasons(tmp_path, capsys):
    fill(tmp_path, {"a.txt": "Good morning", "work.zip": zipped()})
    assert main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [
        "a.txt: left out, something else",
        "work.zip: left out, a zip, which has to be unpacked",
    ]
    assert said[2].startswith("ganlib: FOLDER: received")


def test_a_folder_that_is_closed_is_said(tmp_path, monkeypatch):
    fill(tmp_path, {"ada/02_x.ipynb": RIGHT, "shut/02_x.ipynb": RIGHT})
    scandir = os.scandir

    def closed(place="."):
        if Path(place).name == "shut":  # root would open what is closed to others
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", closed)
    assert find(tmp_path).left_out == [(tmp_path / "shut", "it cannot be opened: Permission denied")]


NAMES = st.sampled_from(["02_x.ipynb", "x.json", "y", ".z", "a b.zip", "é.txt", "c-d.ipynb.txt"])
PLACES = st.sampled_from(["", "ada/", "bob/deep/", ".git/"])
HELD = st.binary(max_size=40) | st.sampled_from([cells().encode(), b"{}", zipped(), b"<html>"])


@settings(max_examples=200, deadline=None)
@given(files=st.dictionaries(st.builds(str.__add__, PLACES, NAMES), HELD, min_size=1))
def test_nothing_in_a_folder_is_lost(tmp_path_factory, files):
    folder = fill(tmp_path_factory.mktemp("any"), files)
    found = find(folder)
    left_out = [path for path, _ in found.left_out]
    seen = {*found.hand_ins, *left_out}
    assert len(seen) == len(found.hand_ins) + len(left_out)
    for name in files:
        assert len({folder / name, *(folder / name).parents} & seen) == 1
    for path in found.hand_ins:
        try:
            assert all(isinstance(source, str) for source in read(path))
        except ValueError as error:
            assert "accepted a notebook of format 4" in str(error)


def test_a_link_to_anothers_work_is_left_out(tmp_path):
    root = fill(tmp_path, {"bob/02_x.ipynb": RIGHT})
    (root / "ada").mkdir()
    (root / "ada/02_x.ipynb").symlink_to(root / "bob/02_x.ipynb")
    found = find(root)
    assert found.hand_ins == [root / "bob/02_x.ipynb"]
    assert found.left_out == [(root / "ada/02_x.ipynb", "a link")]


def test_files_below_or_above_a_learners_notebook_are_nobodys(tmp_path):
    files = {"ada/02_x.ipynb": RIGHT, "ada/runs/one/grid.png": "", "bob/exercises/02_x.ipynb": RIGHT}
    root = fill(tmp_path, files | {"bob/guesses.jsonl": "", "cy/notes/02_x.zip": "PK"})
    found = [path.relative_to(root).as_posix() for path in find(root).hand_ins]
    assert found == ["ada/02_x.ipynb", "bob/exercises/02_x.ipynb", "cy/notes/02_x.zip"]


def test_a_notebook_of_another_lesson_or_of_a_namesake_is_nothing_better(tmp_path):
    files = {"ada/02_x.ipynb": RIGHT, "ada/03_x.zip": "PK", "ada/02_x.pdf": "", "ada/plot.png": ""}
    wei = "Li Wei_{}_assignsubmission_file_/02_x.{}".format
    root = fill(tmp_path, files | {wei(11, "ipynb"): RIGHT, wei(11, "pdf"): "", wei(12, "zip"): "PK"})
    found = find(root)
    whose = {path.relative_to(root).as_posix(): who for path, who in found.whose.items()}
    ada = {"ada/02_x.ipynb": "ada", "ada/03_x.zip": "ada"}
    assert whose == ada | {wei(11, "ipynb"): "Li Wei (11)", wei(12, "zip"): "Li Wei (12)"}
    assert set(found.hand_ins) == set(found.whose)


def test_rows_tell_namesakes_apart(tmp_path):
    names = [f"Li Wei_{number}_assignsubmission_file_/02_x.ipynb" for number in (11, 12)]
    fill(tmp_path / "in", dict.fromkeys(names, "{}"))
    assert main(["check", str(tmp_path / "in"), "--csv", str(tmp_path / "out.csv")]) == 0
    whose = {row["file"]: row["learner"] for row in table(tmp_path / "out.csv")}
    assert whose == dict(zip(names, ("Li Wei (11)", "Li Wei (12)"), strict=True))


JOINED = "می\u200cنا"  # its letters are joined as the joiner says
KEPT = [JOINED, "李\u3000伟", "1:22\u202fPM", "Zoë\u00a0Li", "x\u00ady", "\U0001f469\u200d\U0001f393"]
TURNED = ["\n", "\x1b", "\x85", "\u2028", "\u202e", "\u2067", "\u200f", "\u061c", "\udc80"]


def test_a_name_keeps_its_letters_and_a_terminal_its_order():
    assert [hand_ins._plain(name) for name in KEPT] == KEPT
    assert [hand_ins._plain(f"a{one}b") for one in TURNED] == ["a?b"] * len(TURNED)


def test_a_bracket_that_is_never_closed_costs_no_time():
    start = time.process_time()
    lesson_of("02_x.ipynb", ["import ganlib.checks(\n" * 20_000])
    assert time.process_time() - start < 5  # quadratic, it took half a minute
