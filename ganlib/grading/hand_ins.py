"""Grading: run the checks over hand-ins and write one row a task as CSV.

A hand-in is somebody else's program.  Each runs in a kernel of its own (`ganlib.grading.kernel`), with
limits and with your rights: ``docs/grading.md`` says what that means.
"""

import contextlib
import csv
import json
import math
import os
import pkgutil
import re
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

from ganlib import checks
from ganlib.errors import refuse
from ganlib.grading.kernel import Ended, Kernel, Limits

COLUMNS = ("learner", "lesson", "task", "verdict", "hint", "advice", "file")
LESSONS = [m.name for m in pkgutil.iter_modules(checks.__path__) if m.name.startswith("lesson_")]
LARGEST = 50_000_000  # bytes of a notebook
LIMITS = Limits()


def find(folder):
    """Return the notebooks in a folder and below it, sorted, and the folder; or the one notebook."""
    if folder.is_file():
        return [folder], folder.parent
    paths = sorted(path for path in folder.rglob("*.ipynb") if path.is_file())
    paths = [p for p in paths if not any(part[0] == "." for part in p.relative_to(folder).parts)]
    if not paths:
        todo = "Name the folder that the notebooks are in."
        raise refuse("FOLDER", folder, "a notebook, or a folder with notebooks in it", todo)
    return paths, folder


def read(path):
    """Return the sources of a notebook's code cells.

    Raises:
        ValueError: It is not a notebook of format 4.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        what, todo = "something else", "Ask for the file again, as JupyterLab saves it."
        raise refuse(path.name, what, "a notebook of format 4, under 50 MB", todo) from error


def lesson_of(path, sources):
    """Return the lesson, ``"lesson_03"``: by the file's name (``03_...``), else by what it imports.

    Raises:
        ValueError: Neither names a lesson that has checks.
    """
    named = re.findall(r"(?<!\d)(\d\d)_", path.name)
    named += re.findall(r"ganlib\.checks import lesson_(\d\d)", "\n".join(sources))
    for number in named:
        if f"lesson_{number}" in LESSONS:
            return f"lesson_{number}"
    accepted = f"a name with {LESSONS[0][-2:]}_ to {LESSONS[-1][-2:]}_ in it"
    raise refuse("lesson", path.name, accepted, "Give the file the name of its exercise back.")


def numbers_of(lesson):
    """Return the numbers of a lesson's tasks, read from its source: the grader needs no TensorFlow."""
    source = Path(checks.__file__).with_name(f"{lesson}.py").read_text("utf-8")
    return re.findall(r'^@task\(\s*"([\d.]+)"', source, re.M)


def learner_of(path, root):
    """Return whose it is: the folders below root, else what follows the first dash, else root's name."""
    folder, mine = path.relative_to(root).parent.as_posix(), path.stem.partition("-")[2].strip()
    return folder if folder != "." else mine or root.resolve().name


def grade(path, root, limits=LIMITS, stop=None):
    """Run one hand-in; never stopped by what it holds.

    Args:
        path: A notebook.
        root: The folder that was asked for; the learner's name is found below it.
        limits: A `Limits`.
        stop: An event that ends it early.

    Returns:
        Rows, dicts with the keys of ``COLUMNS``: one for each task of the lesson, or a single one if the
        lesson is not known.  And what it cost: seconds, seconds of processor, peak of memory in bytes.
    """
    sources, lesson, found, trouble, cost = [], "", {}, (), (0.0, 0.0, 0)
    try:
        sources = read(path)
    except ValueError as error:
        trouble = ("unreadable", str(error))
    try:
        lesson = lesson_of(path, sources)
    except ValueError as error:
        trouble = trouble or ("lesson", str(error))
    numbers = numbers_of(lesson) if lesson else [""]
    if not trouble:
        kernel = Kernel(limits, stop or Event())
        trouble = _run(kernel, lesson, numbers, sources, found)
        cost = kernel.cost
    whose, file = (learner_of(path, root), lesson[-2:]), path.relative_to(root).as_posix()
    rows = [(*whose, n, *found.get(n, ("not checked", *trouble)), file) for n in numbers]
    return [dict(zip(COLUMNS, map(_plain, row), strict=True)) for row in rows], cost


def _run(kernel, lesson, numbers, sources, found):
    """Fill ``found`` with verdicts, task by task; return why it holds no more: a hint and its advice."""
    troubles = []
    try:
        with kernel:
            kernel.seat(lesson)
            for place, source in enumerate(sources, 1):
                troubles.append(kernel.run(source, f"Code cell {place}"))
            for number in numbers:
                state, hint, advice = kernel.verdict(number)
                first = next(filter(None, troubles), "") if state == "missing" else ""
                found[number] = state, hint, f"{advice} {first}".strip()
    except Ended as ended:
        return ended.args
    except Exception as error:  # whatever a hand-in makes its kernel say, the others have their turn
        return "kernel", f"Its kernel could not be asked ({type(error).__name__})."
    return "", ""


def _plain(text):
    """Return text that neither a terminal nor a spreadsheet takes for a command."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(text))[:500]
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def check(folder, out=None, jobs=1, limits=LIMITS):
    """``ganlib check``: grade every hand-in, say so on stderr, and write the table.

    Args:
        folder: A `Path`: one notebook, or a folder with notebooks at any depth.
        out: A `Path` for the table, CSV in UTF-8, sorted; None writes it to stdout.
        jobs: How many hand-ins run at a time.
        limits: A `Limits`.

    Returns:
        The exit code: 0, or 130 after Ctrl-C, with the rows of the hand-ins that were done.
    """
    _refuse_what_cannot_work(jobs, limits)
    paths, root = find(folder)
    rows, stop, code = [], Event(), 0
    with _table(out) as file, ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(grade, path, root, limits, stop) for path in paths}
        try:
            while waiting:
                # A signal just before an endless wait would be heard only at its end: hence 1 s.
                done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
                for found, cost in (future.result() for future in done):
                    rows += found
                    print(_line(found, *cost), file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
            code = 130
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["learner"], row["lesson"], row["file"])))
    return code


def _refuse_what_cannot_work(jobs, limits):
    if os.name == "nt":
        raise refuse("system", "Windows", "Linux or macOS", "Run it under WSL.", OSError)
    values = {"--jobs": jobs, "--memory": limits.memory, "--seconds": limits.seconds}
    for name, value in (values | {"--cell-seconds": limits.cell_seconds}).items():
        if not (value > 0 and math.isfinite(value)):
            raise refuse(name, value, "a number above 0", "Name one, or leave it out.")


@contextlib.contextmanager
def _table(out):
    """Open the CSV under another name, and give it its own when all of it is there."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(f"{out.name}.part")
    try:
        if out.is_dir():
            raise IsADirectoryError
        part.touch()
    except OSError as error:
        todo = "Name another one; nothing was run."
        raise refuse("--csv", out, "a file in a folder that can be written in", todo, OSError) from error
    try:
        with open(part, "w", encoding="utf-8-sig", newline="") as file:  # the mark tells spreadsheets
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _line(rows, seconds, cpu, peak):
    passed = sum(row["verdict"] == "passed" for row in rows)
    spent = f"{seconds:.1f} s, {cpu:.1f} s of processor, {peak / 1e6:.0f} MB"
    return f"{rows[0]['file']}: {passed} of {len(rows)} passed ({spent})"
