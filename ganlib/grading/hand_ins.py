"""Grading: run the checks over hand-ins and write one row a task as CSV.

A hand-in is somebody else's program.  Each runs in a kernel of its own (`ganlib.grading.kernel`), with
limits and with your rights: ``docs/grading.md`` says what that means.
"""

import contextlib
import csv
import math
import os
import re
import signal
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event

from ganlib.errors import refuse
from ganlib.grading.folder import find, no_hand_in, read
from ganlib.grading.kernel import Ended, Kernel, Limits
from ganlib.grading.machine import at_fault, refuse_unfit, what_of
from ganlib.grading.names import learner_of, lesson_of, numbers_of

COLUMNS = ("learner", "lesson", "task", "verdict", "hint", "advice", "file")
LIMITS = Limits()
UNSEEN = re.compile(  # controls, ends of lines, what turns the order of letters, halves of letters
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def grade(path, root, limits=LIMITS, stop=None, learner=None):
    """Run one hand-in; never stopped by what it holds.

    Args:
        path: A notebook, or what was handed in for one.
        root: The folder that was asked for; the learner's name is found below it.
        limits: A `Limits`.
        stop: An event that ends it early.
        learner: Whose it is; by default what its path says.

    Returns:
        Rows, dicts with the keys of ``COLUMNS``: one for each task of the lesson, or a single one if the
        lesson is not known, and a note where its name speaks of another lesson than its imports.  And
        what it cost: seconds, seconds of processor, peak of memory in bytes.
    """
    lesson, note, sources, trouble = _known(path)
    numbers = numbers_of(lesson) if lesson else [""]
    found, cost = {}, (0.0, 0.0, 0)
    if not trouble:
        kernel = Kernel(limits, stop or Event())
        trouble = _run(kernel, lesson, numbers, sources, found)
        cost = kernel.cost
    whose, file = (learner or learner_of(path, root)[0], lesson[-2:]), path.relative_to(root).as_posix()
    rows = [_row(*whose, n, *found.get(n, ("not checked", *trouble)), file) for n in numbers]
    if note:
        rows.insert(0, _row(*whose, "", "note", "lesson", note, file))
    return rows, cost


def _graded(path, found, limits, stop):
    """`grade`, and a row where that itself fails: the others have their turn."""
    whose = found.whose[path]
    try:
        return grade(path, found.root, limits, stop, whose)
    except Exception as error:
        file = path.relative_to(found.root).as_posix()
        return [_row(whose, "", "", "not checked", "kernel", what_of(error), file)], (0.0, 0.0, 0)


def _row(*values):
    return dict(zip(COLUMNS, map(_plain, values), strict=True))


def _known(path):
    """Return a lesson, a note on that, the sources, and why they cannot be run: a hint and its advice."""
    lesson, note, sources, trouble = "", "", [], ()
    try:
        sources = read(path)
    except ValueError as error:
        trouble = ("unreadable", str(error))
    except OSError as error:
        trouble = ("machine", f"It cannot be opened: {error.strerror}.")
    try:
        lesson, note = lesson_of(path.name, sources)
    except ValueError as error:
        trouble = trouble or ("lesson", str(error))
    return lesson, note, sources, trouble


def _run(kernel, lesson, numbers, sources, found):
    """Fill ``found`` with verdicts, task by task; return why it holds no more: a hint and its advice."""
    troubles = []
    try:
        with kernel:
            kernel.seat(lesson)
            for place, source in enumerate(sources, 1):
                troubles.append(kernel.run(source, f"Code cell {place}"))
            first = next(filter(None, troubles), "")
            for number in numbers:
                found[number] = _with_reason(*kernel.verdict(number), first)
    except Exception as error:  # whatever a hand-in makes its kernel say, the others have their turn
        hint, why = error.args if isinstance(error, Ended) else ("kernel", what_of(error))
        if not kernel.seated and hint != "stopped":  # nothing of the hand-in has run yet
            hint = "machine"
        return hint, f"{why} {kernel.last_words() if hint in ('died', 'machine') else ''}".strip()
    return "", ""


def _with_reason(state, hint, advice, first):
    """Return a verdict with the first cell that failed, where it may follow from that."""
    if state == "missing" or (state == "not yet" and hint == "error"):
        advice = f"{advice} {first}".strip()
        if at_fault(advice):
            return "not checked", "machine", advice
    return state, hint, advice


def _plain(text):
    """Return text that neither a terminal nor a spreadsheet takes for a command."""
    text = UNSEEN.sub("?", str(text))[:500]
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def check(folder, out=None, jobs=1, limits=LIMITS):
    """``ganlib check``: grade every hand-in, say so on stderr, and write the table.

    Args:
        folder: A `Path`: one notebook, or a folder with notebooks at any depth.
        out: A `Path` for the table, CSV in UTF-8, sorted; None writes it to stdout.
        jobs: How many hand-ins run at a time.
        limits: A `Limits`.

    Returns:
        The exit code: 0; 1 where this machine kept something from being checked; or 130 after Ctrl-C, a
        plain kill or a closed terminal, with the rows of the hand-ins that were done.

    Raises:
        OSError: The table cannot be written, or this machine cannot run a kernel; nothing was run.
        ValueError: There is no hand-in, or a limit makes no sense.
    """
    _refuse_what_cannot_work(jobs, limits)
    found, stop = find(folder), Event()
    for path, why in found.left_out:
        _say(f"{_plain(path.relative_to(folder).as_posix())}: left out, {why}")
    if not found.hand_ins:
        raise no_hand_in(folder)
    with _table(out) as file:
        if lessons := sorted({lesson for path in found.hand_ins if (lesson := _known(path)[0])}):
            refuse_unfit(lessons, limits, stop)
        rows, code = _grade_all(found, jobs, limits, stop)
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["learner"], row["lesson"], row["file"])))
    if code == 0 and any(row["hint"] == "machine" for row in rows):
        _say("This machine kept some from being checked: their rows say why, under the hint machine.")
        return 1
    return code


def _grade_all(found, jobs, limits, stop):
    """Return the rows of all hand-ins that were done, and 0, or 130 where it was ended before."""
    with ThreadPoolExecutor(jobs) as pool, _ended_by(signal.default_int_handler) as end_by:
        all_of_them = [pool.submit(_graded, path, found, limits, stop) for path in found.hand_ins]
        waiting, code = set(all_of_them), 0
        try:
            while waiting:
                # A signal just before an endless wait would be heard only at its end: hence 1 s.
                done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
                for some, cost in (future.result() for future in done):
                    _say(_line(some, *cost))
        except KeyboardInterrupt:
            end_by(signal.SIG_IGN)  # a second one would leave kernels behind, and no table
            stop.set()
            pool.shutdown(cancel_futures=True)
            code = 130
        made = [future.result()[0] for future in all_of_them if not future.cancelled()]
    return [row for rows in made if all(row["hint"] != "stopped" for row in rows) for row in rows], code


@contextlib.contextmanager
def _ended_by(handler):
    """Let a plain kill and a closed terminal do what Ctrl-C does; yield what changes that."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heard = [one for one, now in before.items() if now in (signal.SIG_DFL, signal.default_int_handler)]

    def set_all(to):
        with contextlib.suppress(ValueError):  # only the main thread hears signals
            for one in heard:
                signal.signal(one, to)

    set_all(handler)
    try:
        yield set_all
    finally:
        with contextlib.suppress(ValueError):
            for one in heard:
                signal.signal(one, before[one])


def _say(line):
    with contextlib.suppress(OSError):  # nobody listens any more: the table is still to be written
        print(line, file=sys.stderr, flush=True)


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
    given, out = out, out.resolve()  # a link stays one: what it names is written
    if out.exists() and not (out.is_file() or out.is_dir()):  # a device or a pipe cannot be replaced
        with open(out, "w", encoding="utf-8", newline="") as file:
            yield file
        return
    part = out.with_name(f"{out.name}.part")
    try:
        if out.is_dir():
            raise IsADirectoryError
        part.touch()
    except OSError as error:
        todo = "Name another one; nothing was run."
        raise refuse(
            "--csv", given, "a file in a folder that can be written in", todo, OSError
        ) from error
    try:
        with open(part, "w", encoding="utf-8-sig", newline="") as file:  # the mark tells spreadsheets
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _line(rows, seconds, cpu, peak):
    rows = [row for row in rows if row["verdict"] != "note"]
    passed = sum(row["verdict"] == "passed" for row in rows)
    spent = f"{seconds:.1f} s, {cpu:.1f} s of processor, {peak / 1e6:.0f} MB"
    return f"{rows[0]['file']}: {passed} of {len(rows)} passed ({spent})"
