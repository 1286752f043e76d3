"""What a learner guessed: one line of JSON each, in the workspace, never sent anywhere.

A line is ``{"lesson": 1, "question": "knob", "answer": "past", "time": "2026-11-27T12:00:00+00:00"}``, or
has ``"shown": true`` in place of the answer where the page told what happened.  The last answer before
that is the guess.  Lines are only ever added, each in one write: a kill costs at most the one under way.
"""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

FILE = "guesses.jsonl"
MARK = ".ganlib.json"  # what `ganlib start` leaves in a workspace
_elsewhere = []  # the guesses of a page that stands in no workspace, or in one that cannot be written


def workspace(start=None):
    """Return the workspace that a folder, by default the current one, is in; None outside one."""
    with suppress(OSError):
        here = Path(start or Path.cwd()).resolve()
        return next((f for f in (here, *here.parents) if (f / MARK).is_file()), None)
    return None


def add(lesson, question, answer=None, shown=False):
    """Keep an answer, or that the question's answer was shown.

    Returns:
        Why it could not be written, in words; ``""`` where it was, or where there is no workspace.
    """
    what = {"shown": True} if shown else {"answer": answer}
    entry = {
        "lesson": lesson,
        "question": question,
        **what,
        "time": datetime.now(UTC).isoformat("T", "seconds"),
    }
    folder = workspace()
    if folder is None:
        _elsewhere.append(entry)
        return ""
    try:
        with open(folder / FILE, "ab+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            torn = file.read(1) not in (b"", b"\n")  # a line that a kill cut off
            file.write(b"\n" * torn + json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return ""
    except OSError as error:
        _elsewhere.append(entry)
        return error.strerror or str(error)


def read(path):
    """Return the entries of a file, in order, and how many lines are none."""
    entries, bad = [], 0
    for line in Path(path).read_bytes().split(b"\n"):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            number, question = entry["lesson"], entry["question"]
            good = isinstance(number, int) and isinstance(question, str)
            told = entry.get("shown") is True and "answer" not in entry
            good = good and (told or isinstance(entry["answer"], str | int | float))
        except (ValueError, TypeError, KeyError, RecursionError):
            good = False
        if good:
            entries.append(entry)
        bad += not good
    return entries, bad


def guesses(entries):
    """Return the guesses, a dict of ``(lesson, question)`` to the answer, and the set of those shown."""
    found, shown = {}, set()
    for entry in entries:
        key = entry["lesson"], entry["question"]
        if "answer" not in entry:
            shown.add(key)
        elif key not in shown or key not in found:  # shown counts from the first answer on
            found[key] = entry["answer"]
    return found, shown


def here():
    """Return the guesses of the workspace that the page stands in, and the questions shown."""
    entries, folder = [], workspace()
    if folder is not None:
        with suppress(OSError):
            entries = read(folder / FILE)[0]
    return guesses(entries + _elsewhere)
