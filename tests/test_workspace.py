"""A learner's own copy: laid out whole, renewed, and never at the cost of what is hers."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlib import cli
from ganlib.questions.kept import MARK
from ganlib.workspace import layout, pages
from tests import thorough

OLD = {"notebooks/a.ipynb": "one", "notebooks/b.ipynb": "two", "exercises/a.ipynb": "three"}
NEW = {
    "notebooks/a.ipynb": "one",
    "notebooks/b.ipynb": "2",
    "exercises/a.ipynb": "three",
    "notebooks/c.ipynb": "x",
}


def page(text, **more):
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
    }
    return json.dumps(
        {"cells": [cell | more], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def course(texts):
    return {name: page(text) for name, text in texts.items()}


@pytest.fixture
def edition(monkeypatch):
    def set_to(texts):
        monkeypatch.setattr(layout, "pages", lambda with_outputs=False: course(texts))

    set_to(OLD)
    return set_to


def content(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_whole_course_without_its_outputs(tmp_path, capsys):
    pages = [
        path
        for folder in ("notebooks", "exercises")
        for path in (layout_root() / folder).rglob("*")
        if path.suffix in (".ipynb", ".json") and ".ipynb_checkpoints" not in path.parts
    ]
    assert cli.main(["start", str(tmp_path / "course")]) == 0
    assert f"{len(pages)} new, 0 renewed, 0 left" in capsys.readouterr().out
    for folder in ("notebooks", "exercises"):
        here = {path.name for path in (tmp_path / "course" / folder).glob("*.ipynb")}
        assert here == {path.name for path in (layout_root() / folder).glob("*.ipynb")}
    for path in tmp_path.rglob("*.ipynb"):
        notebook = json.loads(path.read_text())
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
        assert "NBVAL" not in path.read_text()
        assert notebook["metadata"]["language_info"]["version"] == sys.version.split()[0]
    assert cli.main(["start", str(tmp_path / "course")]) == 0
    assert "0 new, 0 renewed, 0 left" in capsys.readouterr().out


def layout_root():
    return Path(__file__).parents[1]


def test_who_only_reads_gets_the_pictures(tmp_path):
    layout.lay_out(tmp_path, with_outputs=True)
    text = (tmp_path / "notebooks" / "01_the_wine_forger.ipynb").read_text()
    assert text.count("image/png") > 5
    assert "source_hidden" in text


def test_new_renewed_and_left(tmp_path, edition):
    assert layout.lay_out(tmp_path).new == list(OLD)
    (tmp_path / "notebooks/a.ipynb").write_bytes(page("hers"))
    (tmp_path / "exercises/a.ipynb").unlink()  # a fresh copy is a deletion away
    edition(NEW)
    done = layout.lay_out(tmp_path)
    assert done == (
        ["exercises/a.ipynb", "notebooks/c.ipynb"],
        ["notebooks/b.ipynb"],
        ["notebooks/a.ipynb"],
        [],
    )
    assert done.line() == "2 new, 1 renewed, 1 left because yours"
    assert (tmp_path / "notebooks/a.ipynb").read_bytes() == page("hers")
    assert (tmp_path / "notebooks/b.ipynb").read_bytes() == page("2")


def test_a_new_version_beside_hers(tmp_path, edition):
    layout.lay_out(tmp_path)
    (tmp_path / "notebooks/b.ipynb").write_bytes(page("hers"))
    assert layout.lay_out(tmp_path, beside=True).beside == []  # nothing newer
    edition(NEW)
    assert layout.lay_out(tmp_path, beside=True).beside == ["notebooks/b.ipynb"]
    (other,) = (tmp_path / "notebooks").glob("b (*).ipynb")
    assert other.read_bytes() == page("2")
    other.write_bytes(page("hers as well"))
    assert layout.lay_out(tmp_path, beside=True).beside == []
    assert other.read_bytes() == page("hers as well")


def test_a_course_that_was_renewed_under_one_version_comes_beside_again(tmp_path, edition):
    layout.lay_out(tmp_path)
    (tmp_path / "notebooks/b.ipynb").write_bytes(page("hers"))
    for text in ("2", "3"):
        edition(NEW | {"notebooks/b.ipynb": text})
        for new in (["notebooks/b.ipynb"], []):
            assert layout.lay_out(tmp_path, beside=True).beside == new
    beside = [path.read_bytes() for path in (tmp_path / "notebooks").glob("b (*).ipynb")]
    assert sorted(beside) == [page("2"), page("3")]


def test_a_page_that_is_saved_while_it_is_renewed_is_hers(tmp_path, edition, monkeypatch):
    layout.lay_out(tmp_path)
    edition(NEW)
    path, flush = tmp_path / "notebooks/b.ipynb", os.fsync

    def saved(number):
        path.write_bytes(page("hers"))
        flush(number)

    monkeypatch.setattr(os, "fsync", saved)
    done = layout.lay_out(tmp_path)
    assert (done.renewed, done.left) == ([], ["notebooks/b.ipynb"])
    monkeypatch.undo()
    edition(NEW)
    assert layout.lay_out(tmp_path).left == ["notebooks/b.ipynb"]
    assert path.read_bytes() == page("hers")


def test_the_part_of_another_call_is_left_and_an_old_one_goes(tmp_path, edition):
    layout.lay_out(tmp_path)
    young, old = (tmp_path / f"notebooks/{layout.PART}{name}" for name in ("young", "old"))
    young.write_bytes(b"half")
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * layout.OLD,) * 2)
    layout.lay_out(tmp_path)
    assert young.exists() and not old.exists()


@pytest.mark.parametrize(
    ("change", "hers"),
    [
        (page("two", execution_count=7), False),
        (page("two", metadata={"scrolled": True}), False),
        (page("two", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}]), True),
        (page("two "), True),
        (b"", True),
        (b"\xff{", True),
        (b'{"cells": 3}', True),
    ],
)
def test_what_makes_a_page_hers(tmp_path, edition, change, hers):
    layout.lay_out(tmp_path)
    (tmp_path / "notebooks/b.ipynb").write_bytes(change)
    edition(NEW)
    layout.lay_out(tmp_path)
    assert ((tmp_path / "notebooks/b.ipynb").read_bytes() == change) == hers


def block(path):
    shutil.rmtree(path, ignore_errors=True)
    path.write_text("in the way")


WAYS = {
    "the folder is a file": lambda folder: block(folder),
    "a file where a folder is due": lambda folder: block(folder / "exercises"),
    "a folder where a page is due": lambda folder: (folder / "notebooks/c.ipynb").mkdir(),
    "a folder in the place of the mark": lambda folder: (
        (folder / MARK).unlink(),
        (folder / MARK).mkdir(),
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_stands_in_the_way_is_named(tmp_path, edition, way, capsys):
    folder = tmp_path / "course"
    layout.lay_out(folder)
    edition(NEW)
    way(folder)
    before = content(folder) if folder.is_dir() else {}
    assert cli.main(["start", str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ganlib: FOLDER: received ") and line.endswith("say the same again.")
    if folder.is_dir():
        after = content(folder)
        assert all(
            after[name] in (data, course(NEW).get(name)) for name, data in before.items() if name != MARK
        )
        assert not any(layout.PART in name for name in after)


def test_a_full_disk_leaves_no_half_page(tmp_path, edition, monkeypatch):
    layout.lay_out(tmp_path)
    before = content(tmp_path)
    edition(NEW)

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"^FOLDER: received .*No space left on device"):
        layout.lay_out(tmp_path)
    assert content(tmp_path) == before


def test_a_read_only_folder_is_refused(tmp_path, edition, monkeypatch):
    if os.geteuid() == 0:  # root writes everywhere: let the system call say what it says to others
        monkeypatch.setattr(
            layout.tempfile, "mkstemp", lambda **_: (_ for _ in ()).throw(PermissionError(13, "no"))
        )
    else:
        tmp_path.chmod(0o500)
    with pytest.raises(OSError, match=r"^FOLDER: received"):
        layout.lay_out(tmp_path)


STATES = st.sampled_from(["absent", "old", "new", "hers", "folder", "empty", "broken link"])
MARKS = st.sampled_from(["kept", "gone", "empty", "no JSON", "a list", "other hashes"])


ODD = {"states": st.fixed_dictionaries(dict.fromkeys(NEW, STATES)), "mark": MARKS}


@settings(max_examples=thorough.examples(60), deadline=None)
@given(**ODD, beside=st.booleans())
def test_odd_workspaces_lose_nothing(states, mark, beside):
    """Whatever lies there: one sentence or a layout, and what is not the course's own stays."""
    loses_nothing(states, mark, beside)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(**ODD, beside=st.booleans())
def test_a_thousand_odd_workspaces_lose_nothing(states, mark, beside):
    loses_nothing(states, mark, beside)


def loses_nothing(states, mark, beside):
    kept = layout.pages
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            layout.pages = lambda with_outputs=False: course(OLD)
            layout.lay_out(folder)
            for which, state in states.items():
                disturb(folder / which, state, which)
            {
                "kept": lambda path: None,
                "gone": lambda path: path.unlink(),
                "empty": lambda path: path.write_bytes(b""),
                "no JSON": lambda path: path.write_bytes(b"\xff\xfe["),
                "a list": lambda path: path.write_bytes(b"[1]"),
                "other hashes": lambda path: path.write_bytes(b'{"pages": {"notebooks/a.ipynb": 3}}'),
            }[mark](folder / MARK)
            before = content(folder)
            layout.pages = lambda with_outputs=False: course(NEW)
            try:
                layout.lay_out(folder, beside=beside)
            except OSError as error:
                assert str(error).startswith("FOLDER: received")
            after = content(folder)
        finally:
            layout.pages = kept
    for which, data in before.items():
        untouched = which != MARK and data == page(OLD.get(which, ""))  # the course's own
        assert which == MARK or after[which] == data or (untouched and after[which] == page(NEW[which]))


def disturb(path, state, which):
    path.unlink(missing_ok=True)
    if state == "old":
        path.write_bytes(page(OLD.get(which, "other")))
    if state == "new":
        path.write_bytes(page(NEW[which]))
    if state in ("hers", "empty"):
        path.write_bytes(page("hers") if state == "hers" else b"")
    if state == "folder":
        path.mkdir()
    if state == "broken link":
        path.symlink_to("nowhere")


KILLED = """
import sys
from ganlib.questions import kept
from ganlib.workspace import layout
print("ready", flush=True)
while True:
    layout.lay_out(sys.argv[1])
    kept.add(1, "knob", "past")
"""


@pytest.mark.parametrize("seed", [pytest.param(i, marks=[pytest.mark.slow] * (i > 3)) for i in range(12)])
def test_a_kill_loses_nothing(tmp_path, edition, monkeypatch, seed):
    """A real SIGKILL at any moment: pages are whole, hers is hers, no guess but the last is lost."""
    layout.lay_out(tmp_path)
    hers = tmp_path / "notebooks/00_start_here.ipynb"
    hers.write_bytes(page("hers"))
    environment = os.environ | {"PYTHONPATH": str(layout_root())}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
    )
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.6))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    from ganlib.questions import kept

    whole = pages.pages()
    for name, data in content(tmp_path).items():
        if name in whole and tmp_path / name != hers:
            assert data == whole[name]
    assert hers.read_bytes() == page("hers")
    if (tmp_path / kept.FILE).exists():
        entries, bad = kept.read(tmp_path / kept.FILE)
        assert bad <= 1
        before = len(entries)
    else:
        before = 0
    monkeypatch.chdir(tmp_path)
    kept.add(1, "knob", "straight")
    entries, _ = kept.read(tmp_path / kept.FILE)
    assert len(entries) == before + 1 and entries[-1]["answer"] == "straight"
