"""Lay the pages out in a folder, again and again, without ever writing over what is the learner's.

A page is the course's own as long as its cells are what was laid out: `MARK` in the folder holds their
hashes.  Anything else is hers and stays.  Each file is written whole under another name and then renamed,
so a kill at any moment leaves every page as it was or as it is to be.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import ganlib
from ganlib.errors import refuse
from ganlib.questions.kept import MARK
from ganlib.workspace.pages import pages

PART = ".ganlib-part-"  # what a file is called until it is whole
OLD = 3600  # seconds: a part of that age is of a call that was killed


class Done(NamedTuple):
    """What a call of `lay_out` did: the names of the pages."""

    new: list
    renewed: list
    left: list
    beside: list

    def line(self):
        """Return it as one line."""
        words = [
            f"{len(self.new)} new",
            f"{len(self.renewed)} renewed",
            f"{len(self.left)} left because yours",
        ]
        if self.beside:
            words.append(f"{len(self.beside)} of these beside yours in their new version")
        return ", ".join(words)


def lay_out(folder, with_outputs=False, beside=False):
    """Write the course into a folder, or bring a folder up to date.

    Args:
        folder: Where; made if it is not there.
        with_outputs: Keep the lessons' outputs.
        beside: Where the learner changed a page that has a new version since, write that beside hers.

    Returns:
        A `Done`.

    Raises:
        OSError: Something cannot be written, or stands in the way; the message says what to do.  Every
            page is then as it was or as it is to be.
    """
    folder = Path(folder)
    done, files = Done([], [], [], []), pages(with_outputs)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _known(folder)
        for place in {folder, *((folder / name).parent for name in files)}:
            for path in place.glob(f"{PART}*"):
                with contextlib.suppress(FileNotFoundError):  # another call has renamed its own
                    if time.time() - path.stat().st_mtime > OLD:
                        path.unlink()
        for name, data in files.items():
            _page(folder, name, data, known, done, beside)
    except OSError as error:
        where = error.filename2 or error.filename or folder
        todo = "Free or rename what is in the way, or name another folder, and say the same again."
        why = f"{error.strerror or error}, {where}"
        raise refuse("FOLDER", why, "a folder that can be written in", todo, OSError) from error
    return done


def _page(folder, name, data, known, done, beside):
    path, new = folder / name, fingerprint(data)
    here = _seen(path)
    if here is None:
        done.new.append(name)
        _write(path, data, fresh=True)
    elif here == new:
        pass
    elif here == known.get(name) and _write(path, data, was=here):
        done.renewed.append(name)
    else:
        done.left.append(name)
        if beside and known.get(name) != new:
            _beside(path, name, data, new, done)
        return
    _remember(folder, known, name, new)


def _beside(path, name, data, new, done):
    """Write a page's new version beside the learner's; a version that is there already stays."""
    other = path.with_name(f"{path.stem} ({ganlib.__version__} {new[:4]}){path.suffix}")
    if not other.exists():
        done.beside.append(name)
        _write(other, data, fresh=True)


def fingerprint(data):
    """Return a hash of a page's cells and outputs; of all its bytes, if it is no notebook.

    What an editor changes by looking, counts of runs and the notebook's own metadata, is not in it.
    """
    try:
        cells = [
            (cell["cell_type"], "".join(cell["source"]), cell.get("outputs", []))
            for cell in json.loads(data)["cells"]
        ]
        data = json.dumps(_uncounted(cells), sort_keys=True).encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return hashlib.sha256(data).hexdigest()


def _seen(path):
    """Return the fingerprint of a page that lies there, or None."""
    return fingerprint(path.read_bytes()) if path.exists() else None


def _uncounted(cells):
    return [
        (kind, text, [{k: v for k, v in dict(o).items() if k != "execution_count"} for o in outputs])
        for kind, text, outputs in cells
    ]


def _known(folder):
    """Return the hashes of what was laid out: name to hash; nothing where that cannot be read."""
    try:
        found = json.loads((folder / MARK).read_bytes())["pages"]
        return {str(name): str(value) for name, value in found.items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _remember(folder, known, name, value):
    if known.get(name) != value or not (folder / MARK).exists():
        known[name] = value
        text = json.dumps({"ganlib": ganlib.__version__, "pages": known}, indent=1, sort_keys=True)
        _write(folder / MARK, text.encode())


def _write(path, data, fresh=False, was=None):
    """Put a whole file in its place, if nobody has put another there by now; return whether it is.

    Args:
        path: Where.
        data: Its bytes.
        fresh: There must be none yet.
        was: The `fingerprint` of the one that it replaces; by default it may be any.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number, part = tempfile.mkstemp(prefix=PART, dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        if path.exists() if fresh else was and _seen(path) != was:
            return False  # somebody was faster: it is hers
        (os.rename if fresh else os.replace)(part, path)
        return True
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
