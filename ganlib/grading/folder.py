"""What lies in a folder of hand-ins: every file is a hand-in, or is left out with a reason."""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

from ganlib.errors import refuse
from ganlib.grading.names import learner_of, lessons_said, number_of, told_apart

LARGEST = 50_000_000  # bytes of a notebook
KINDS = {  # how a file begins -> what it is
    rb"\Z": "an empty file",
    rb"PK\x03\x04": "a zip, which has to be unpacked",
    rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ": "an archive, which has to be unpacked",
    rb"%PDF": "a PDF",
    rb"\s*<(!doctype|html|head)": "a web page",
    rb"version https://git-lfs": "a pointer of Git LFS, without the file itself",
    rb'\s*\{.*"worksheets"': "a notebook of format 3",
}


class Found(NamedTuple):
    """What `find` saw.

    Attributes:
        root: The folder; learners are found below it.
        hand_ins: Paths that get rows, sorted.
        left_out: Pairs of a path and the reason, sorted.
        whose: The learner of each path that gets rows.
    """

    root: Path
    hand_ins: list
    left_out: list
    whose: dict


def find(folder):
    """Look through a folder and all below it, or at one file.

    A hand-in is what is a notebook by name or content.  Anything else is one too if something says whose
    it is and its learner has handed in nothing better for its lesson.  Links and hidden files never are.

    Raises:
        ValueError: It does not exist.
    """
    if not folder.exists():
        raise no_hand_in(folder)
    if folder.is_file():
        return Found(folder.parent, [folder], [], told_apart([folder], folder.parent))
    files, left_out = _walk(folder)
    hand_ins = {path for path in files if path.suffix.lower() == ".ipynb" or _is_notebook(path)}
    served = {_who_and_what(path, folder) for path in hand_ins}
    for path in (path for path in files if path not in hand_ins):
        mine, named = _who_and_what(path, folder), learner_of(path, folder)[1]
        if named and not any(_is_better(other, mine) for other in served):
            hand_ins.add(path)
        else:
            left_out.append((path, _what(path)))
    return Found(folder, sorted(hand_ins), sorted(left_out), told_apart(hand_ins, folder))


def _who_and_what(path, folder):
    known = frozenset({number_of(path, folder)} - {""}), frozenset(lessons_said(path.name))
    return learner_of(path, folder)[0], *known


def _is_better(notebook, other):
    """Return whether a notebook may be of the learner and of the lesson of another file."""
    (one, *known), (two, *its) = notebook, other
    nested = f"{one}/".startswith(f"{two}/") or f"{two}/".startswith(f"{one}/")
    return nested and not any(a and b and a.isdisjoint(b) for a, b in zip(known, its, strict=True))


def no_hand_in(folder):
    """Return the exception to raise where there is nothing to grade."""
    todo = "Name the folder that the notebooks are in."
    return refuse("FOLDER", folder, "a notebook, or a folder with notebooks in it", todo)


def _walk(folder):
    """Return the files of a folder, at any depth, and what is not looked at, with the reason."""
    files, left_out = [], []

    def closed(error):
        left_out.append((Path(error.filename), f"it cannot be opened: {error.strerror}"))

    for place, folders, names in os.walk(folder, onerror=closed):
        hidden = [name for name in (*folders, *names) if name.startswith(".")]
        left_out += [(Path(place, name), "hidden") for name in hidden]
        linked = [name for name in folders if Path(place, name).is_symlink() and name not in hidden]
        left_out += [(Path(place, name), "a link to a folder") for name in linked]
        folders[:] = [name for name in folders if name not in {*hidden, *linked}]
        for path in (Path(place, name) for name in names if name not in hidden):
            if path.is_symlink():  # it may name another's work, or any file that the teacher may read
                left_out.append((path, "a link"))
            elif path.is_file():
                files.append(path)
            else:
                left_out.append((path, "not a file"))
    return files, left_out


def _is_notebook(path):
    """Return whether a file is a notebook under another name."""
    try:
        with path.open("rb") as file:
            if b"{" not in file.read(16):  # what else there is need not be read through
                return False
        return read(path) is not None
    except (OSError, ValueError):
        return False


def _what(path):
    try:
        with path.open("rb") as file:
            return _kind(file.read(4096))
    except OSError as error:
        return f"it cannot be opened: {error.strerror}"


def read(path):
    """Return the sources of a notebook's code cells.

    Raises:
        ValueError: It is not a notebook of format 4.
        OSError: It cannot be opened.
    """
    large = path.stat().st_size > LARGEST
    held = b"" if large else path.read_bytes()
    try:
        if large:
            raise ValueError("too large")
        cells = json.loads(held)["cells"]  # UTF-8, UTF-16 or UTF-32, whatever it begins with
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        return [source.encode("utf-8", "replace").decode() for source in sources]  # half an emoji: as "?"
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError) as error:
        way = ", with its outputs cleared" if large else ""
        todo = f"Ask for the file again, as JupyterLab saves it{way}."
        accepted = "a notebook of format 4, under 50 MB"
        raise refuse(path.name, "more" if large else _kind(held), accepted, todo) from error


def _kind(held):
    """Return what a file is that is no notebook, from how it begins."""
    if re.search(rb"^<{7} ", held, re.M):
        return "a file with the marks of a merge conflict"
    known = (what for begin, what in KINDS.items() if re.match(begin, held[:4096], re.I | re.S))
    return next(known, "something else")
