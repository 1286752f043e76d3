"""Make every small mistake in every solution, and see that its check finds it and says so.

    python tools/prove/mutants.py                     every task
    python tools/prove/mutants.py --tasks 2.1 8.5
    python tools/prove/mutants.py --sample 150        print so many of the caught, with their advice
    python tools/prove/mutants.py --jobs 2            two tasks at a time, each in a process of its own

A mutant is a solution with one mistake (`mutations`).  Its check must find it, within ``--seconds``, and
not stumble.  Those that no learner could tell from the solution stand in ``equivalent.toml``, with the
reason.  Prints a table; fails where anything is left that nobody has explained.
"""

import argparse
import importlib
import json
import multiprocessing
import random
import re
import sys
import time
import tomllib
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import wraps
from pathlib import Path
from queue import SimpleQueue

import nbformat
from mutations import mutants

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("equivalent.toml")
FALLBACKS = ("other", "direction", "loss", "slope")  # hints that name no mistake
LONGEST = 300  # letters of advice
FAILURES = ("survived", "crashed", "slow")


@dataclass(frozen=True)
class Exercise:
    """A task and its solution.

    Attributes:
        number: ``"3.1"``.
        module: Where its check is, ``"ganlib.checks.lesson_03"``.
        check: The check's name there.
        setup: The sources that it needs before: the page's first cell and all of its answers.
        answers: The source of each function that the check is handed, by name.
    """

    number: str
    module: str
    check: str
    setup: tuple
    answers: dict


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: advice, ``"specific"``, a ``"case"`` or ``"general"``, or a failure."""

    task: str
    kind: str
    change: str
    fate: str
    hint: str = ""
    advice: str = ""
    seconds: float = 0.0


def exercises(wanted=()):
    """Return the tasks of every solution, or those whose numbers are given."""
    from ganlib.checks import Task

    found = []
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        first, *cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        cells = [c.source for c in cells if "### BEGIN SOLUTION" in c.source]
        named = {re.search(r"def (\w+)", source).group(1): source for source in cells}
        module = f"ganlib.checks.lesson_{path.name[:2]}"
        for name, check in vars(importlib.import_module(module)).items():
            if isinstance(check, Task) and (not wanted or check.number in wanted):
                answers = {answer: named[answer] for answer in check.answers}
                found.append(Exercise(check.number, module, name, (first.source, *cells), answers))
    if unknown := set(wanted) - {exercise.number for exercise in found}:
        raise SystemExit(f"no such task: {', '.join(sorted(unknown))}")
    return found


def verdict(exercise, name="", source=""):
    """Return what the check says of the solution with one function replaced, as ``(fate, hint, advice)``.

    Runs in a process of its own.
    """
    from ganlib.checks import Task, Wrong

    check, stumbles = getattr(importlib.import_module(exercise.module), exercise.check), []

    @wraps(check.check)
    def watched(*answers):
        try:
            check.check(*answers)
        except (Wrong, NotImplementedError):
            raise
        except (Exception, SystemExit) as error:
            frames = traceback.extract_tb(error.__traceback__)
            if not any(frame.filename == "answer" for frame in frames):
                stumbles.append(f"{type(error).__name__}: {error}"[:LONGEST])
            raise

    space = {}
    for cell in exercise.setup:
        exec(compile(cell, "answer", "exec"), space)
    given = {each: space[each] for each in exercise.answers}
    if source:
        space = dict(space)
        exec(compile(source, "answer", "exec"), space)
        given[name] = space[name]
    try:
        found = Task(check.number, watched, check.hints).verdict(*given.values())
    except BaseException as error:
        return "crashed", "", f"{type(error).__name__}: {error}"[:LONGEST]
    if found.state == "passed":
        return "survived", "", ""
    if stumbles or len(found.advice) > LONGEST or "\n" in found.advice or "{detail}" in found.advice:
        return "crashed", found.hint, (stumbles or [found.advice])[0]
    case = " is due" in found.advice or found.advice.startswith("Wrong for")
    fate = ("case" if case else "general") if found.hint in FALLBACKS else "specific"
    return fate, found.hint, found.advice


def work(pipe):
    """Answer with verdicts, one at a time, until nothing more comes."""
    import ganlib.backend

    warnings.simplefilter("ignore")  # a mutant divides by 0 and says so
    ganlib.backend.tf.get_logger().setLevel("ERROR")
    while True:
        start, found = time.perf_counter(), verdict(*pipe.recv())
        pipe.send((*found, time.perf_counter() - start))


class Worker:
    """A process that judges mutants; one that takes too long is killed, and a new one goes on."""

    def __init__(self, seconds=5.0, tries=2):
        self.seconds, self.tries = seconds, tries
        self.process = self.ready = None

    def judge(self, exercise, name="", source=""):
        """Return fate, hint, advice and seconds of one mutant; of the solution if there is no source."""
        for _ in range(self.tries):  # a second time in a fresh process: the machine may have been busy
            if self.process is None or self.ready != exercise.number:
                self._prepare(exercise)
            if found := self._ask(self.seconds, exercise, name, source):
                return found
        return "slow", "", "", self.seconds

    def close(self):
        if self.process:
            self.process.kill()
            self.process.join()
        self.process = None

    def _prepare(self, exercise):
        """Let the solution pass first, so that nothing is counted that is done once."""
        if self.process is None:
            spawn = multiprocessing.get_context("spawn")
            self.pipe, other = spawn.Pipe()
            self.process = spawn.Process(target=work, args=(other,), daemon=True)
            self.process.start()
        found = self._ask(120, exercise)
        if found is None or found[0] != "survived":
            raise RuntimeError(f"The solution of {exercise.number} does not pass: {found}")
        self.ready = exercise.number

    def _ask(self, seconds, *question):
        self.pipe.send(question)
        try:
            if self.pipe.poll(seconds):
                return self.pipe.recv()
        except EOFError:
            self.close()
            return "crashed", "", "The process ended.", 0.0
        self.close()
        return None


def examined(exercise, worker):
    """Yield the outcome of each mutant of a task."""
    for name, source in exercise.answers.items():
        for mutant in mutants(source):
            fate, hint, advice, seconds = worker.judge(exercise, name, mutant.source)
            found = Outcome(exercise.number, mutant.kind, mutant.change, fate, hint, advice)
            yield replace(found, seconds=round(seconds, 2))


def side_by_side(wanted, seconds, jobs):
    """Yield the outcomes of each exercise, in order, as ``jobs`` workers find them."""
    workers, free = [Worker(seconds) for _ in range(jobs)], SimpleQueue()
    for worker in workers:
        free.put(worker)

    def whole(exercise):
        worker = free.get()
        try:
            return list(examined(exercise, worker))
        finally:
            free.put(worker)

    with ThreadPoolExecutor(jobs) as threads:
        yield from threads.map(whole, wanted)
    for worker in workers:
        worker.close()


def explanations(path=EXPLAINED):
    """Return the changes that need not be found: reasons by task and change."""
    groups = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        (task, change): group["why"]
        for task, rows in groups.items()
        for group in rows
        for change in group["changes"]
    }


def excused(outcome, explained):
    """Return whether a mutant survived for a reason that is known."""
    return outcome.fate == "survived" and (outcome.task, outcome.change) in explained


def table(outcomes, explained):
    """Return the counts of each task and of all, as lines of text."""
    lines = ["task  mutants  specific  case  general  explained  survived  crashed  slow  slowest"]
    for task in [*dict.fromkeys(o.task for o in outcomes), "all"]:
        rows = [o for o in outcomes if task in (o.task, "all")]
        fates = ["explained" if excused(o, explained) else o.fate for o in rows]
        counts = [fates.count(f) for f in ("specific", "case", "general", "explained", *FAILURES)]
        widths = (9, 10, 6, 9, 11, 10, 9, 6)
        cells = (f"{count:{width}}" for count, width in zip((len(rows), *counts), widths, strict=True))
        lines.append(f"{task:4}{''.join(cells)}{max(o.seconds for o in rows):9.1f}")
    return lines


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--tasks", nargs="+", default=())
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--jobs", type=int, default=1, help="tasks at a time")
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--keep", type=Path, help="a JSON file for every outcome")
    options = options.parse_args()
    explained, outcomes = explanations(), []
    for found in side_by_side(exercises(options.tasks), options.seconds, options.jobs):
        print(table(found, explained)[1], flush=True)
        outcomes += found
    print(*table(outcomes, explained)[:1], table(outcomes, explained)[-1], sep="\n")
    if options.keep:
        options.keep.write_text(json.dumps([asdict(o) for o in outcomes], indent=1, ensure_ascii=False))
    caught = [o for o in outcomes if o.fate not in FAILURES]
    for o in random.Random(0).sample(caught, min(options.sample, len(caught))):
        print(f"- {o.task} [{o.hint}] {o.change}\n  {o.advice}")
    left = [o for o in outcomes if o.fate in FAILURES and not excused(o, explained)]
    for o in left:
        print(f"{o.task} {o.fate}: {o.change} {o.advice}")
    made = {(o.task, o.change) for o in outcomes if o.fate == "survived"}
    tasks = {o.task for o in outcomes}
    stale = [key for key in explained if key[0] in tasks and key not in made]
    for key in stale:
        print("explained, but no survivor:", *key)
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
