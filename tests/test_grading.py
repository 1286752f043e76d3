"""Hand-ins of every kind, graded for real: each in its kernel, and nothing of them is left."""

import ast
import csv
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import psutil
import pytest

from ganlib import checks
from ganlib.backend import keras
from ganlib.cli import main
from ganlib.grading import folder, inside, kernel, names
from ganlib.grading import hand_ins as grading
from tests.waiting import until

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only")


def notebook(folder="solutions", lesson="02", change=None, drop=()):
    """Return a notebook with the cells that hold a key of ``change`` replaced, those of ``drop`` gone."""
    (path,) = (ROOT / folder).glob(f"{lesson}_*.ipynb")
    book = nbformat.read(path, as_version=4)
    book.cells = [cell for cell in book.cells if not any(word in cell.source for word in drop)]
    for word, source in (change or {}).items():
        (cell,) = [cell for cell in book.cells if word in cell.source and cell.cell_type == "code"]
        cell.source = source
    return nbformat.writes(book)


def before(*sources, **options):
    """Return the right solution with cells of its own in front."""
    book = nbformat.reads(notebook(**options), as_version=4)
    book.cells[:0] = map(nbformat.v4.new_code_cell, sources)
    return nbformat.writes(book)


def wrong(place):
    """Return the right solution with the catalogue's wrong answers over its own."""
    book = nbformat.reads(notebook(), as_version=4)
    source = "from tests.wrong_answers.lesson_02 import WRONG\n"
    source += "\n".join(f"{name} = WRONG[{name!r}][{place}][1]" for name in TASKS)
    book.cells.append(nbformat.v4.new_code_cell(source))
    return nbformat.writes(book)


TASKS = ["optimal_d", "value", "jsd", "saturating", "corrected", "divergence", "estimate"]
NUMBERS = [f"2.{i}" for i in range(1, 8)]
PASSED, BLANK, MISSING = ["passed"] * 7, ["not started yet"] * 7, ["missing"] * 7
NOT_CHECKED = ["not checked"] * 7
EMPTY = nbformat.writes(nbformat.v4.new_notebook())
FAKED = """
import ganlib.checks
from ganlib.checks import lesson_02 as check
ganlib.checks.Task.verdict = lambda *_: ganlib.checks.Verdict("2.1", "passed")
for task in vars(check).values():
    if isinstance(task, ganlib.checks.Task):
        task.check = lambda *_: None
check.jsd = print
for i in range(7):
    print(f"2.{i + 1} passed.")
"""
WRITTEN = """
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type(tuple, lambda value, printer, cycle: printer.text("('passed', '', '')"))
"""
FAMILY = """
import os, resource, subprocess, time
assert 0 < resource.getrlimit(resource.RLIMIT_FSIZE)[1] <= 10**9
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
for mine in (False, True):
    child = subprocess.Popen(["sleep", "1000"], start_new_session=mine)
    print(child.pid, file=open({pids!r}, "a"))
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), file=open({pids!r}, "a"), flush=True)
        os.execvp("sleep", ["sleep", "1000"])
    os._exit(0)
while len(open({pids!r}).readlines()) < 3:
    time.sleep(0.01)
"""
ENDLESS = "def optimal_d(p, q):\n    while True:\n        pass"
ENDLESS_ONES = ("endless", "endless answer", "stubborn", "flood")
STUBBORN = """
import time
while True:
    try:
        time.sleep(1000)
    except KeyboardInterrupt:
        pass
"""
HOG = "held = []\nwhile True:\n    held.append(b'x' * 10**7)"
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HOG!r}])"
STUMBLES = (
    "1 / 0",
    "import sys\nsys.exit(3)",
    "exit()",
    "name = input('Your name?')",
    "%no_such_magic",
    "open('here.txt', 'w').write('x')",
)
ADDRESS = {"def value": "def value(*_):\n    raise ValueError(object())"}
SWAPPED = """
def d_loss(real_logits, fake_logits):
    real, fake = tf.nn.softplus(real_logits), tf.nn.softplus(-fake_logits)
    return (tf.reduce_mean(real) + tf.reduce_mean(fake)) / 2
"""


def quick(pids):
    """Return what is handed in by file, and the verdicts that are due."""
    return {
        "right/02_the_math.ipynb": (notebook(), PASSED),
        "blank/02_the_math.ipynb": (notebook("exercises"), BLANK),
        "wrong 0/02_the_math.ipynb": (wrong(0), ["not yet"] * 7),
        "wrong 2/02_the_math.ipynb": (wrong(2), ["not yet"] * 7),
        "empty/02_the_math.ipynb": (EMPTY, MISSING),
        "endless/02_the_math.ipynb": (before("while True: pass"), PASSED),
        "endless answer/02_the_math.ipynb": (
            notebook(change={"def optimal_d": ENDLESS}),
            ["not yet", *PASSED[1:]],
        ),
        "stubborn/02_the_math.ipynb": (before(STUBBORN), NOT_CHECKED),
        "syntax/02_the_math.ipynb": (
            notebook(change={"def jsd": "def jsd(p, q, dx:\n    return 1"}),
            ["passed", "passed", "missing", *PASSED[3:]],
        ),
        "deleted checks/02_the_math.ipynb": (
            notebook(drop=["# NBVAL_CHECK_OUTPUT", "def value"]),
            ["passed", "missing", *PASSED[2:]],
        ),
        "text/02_the_math.ipynb": ("# My homework", NOT_CHECKED),
        "json/02_the_math.ipynb": ('["not", "a", "notebook"]', NOT_CHECKED),
        "exit/02_the_math.ipynb": (before("import os\nos._exit(0)"), NOT_CHECKED),
        "flood/02_the_math.ipynb": (before("while True: print('x' * 10_000)"), PASSED),
        "faked/02_the_math.ipynb": (before(FAKED, folder="exercises"), BLANK),
        "written/02_the_math.ipynb": (before(WRITTEN, folder="exercises"), BLANK),
        "real-time/02_the_math.ipynb": (before("import os\nos.kill(os.getpid(), 40)"), NOT_CHECKED),
        "half/02_the_math.ipynb": (notebook().replace("# NBVAL", "# \\ud83d NBVAL", 1), PASSED),
        "shadow/02_the_math.ipynb": (
            notebook("exercises", change={"lesson_02": "class check: jsd = optimal_d = print"}),
            BLANK,
        ),
        "family/02_the_math.ipynb": (before(FAMILY.format(pids=pids)), PASSED),
        "stumbles/02_the_math.ipynb": (before(*STUMBLES), PASSED),
        "class b/Zoë 李/homework.ipynb": (notebook("exercises"), BLANK),
        "02_the_math-=1+1.ipynb": (notebook("exercises"), BLANK),
        "address/02_the_math.ipynb": (notebook(change=ADDRESS), ["passed", "not yet", *PASSED[2:]]),
        "unknown/99_nothing.ipynb": (EMPTY, ["not checked"]),
        ".ipynb_checkpoints/02_the_math.ipynb": (notebook(), []),
    }


def hogs():
    return {
        "hog/02_the_math.ipynb": (before(HOG), NOT_CHECKED),
        "hog's parent/02_the_math.ipynb": (before(PARENT), NOT_CHECKED),
    }


def fill(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade them all, once: the table, what was due, the folder, and the kernels that there were."""
    folder, kernels, found, due = tmp_path_factory.mktemp("graded"), [], [], {}

    class Recorded(kernel.Kernel):
        def __enter__(self):
            kernels.append(self)
            return super().__enter__()

    short, rest = {}, quick(str(folder / "pids"))
    for name in [name for name in rest if name.split("/")[0] in ENDLESS_ONES]:
        short[name] = rest.pop(name)
    groups = [(rest, ["--cell-seconds", "30", "--jobs", "4"])]  # right ones have time on any machine
    groups += [(short, ["--cell-seconds", "3", "--jobs", "4"]), (hogs(), ["--memory", "0.2"])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "Kernel", Recorded)
        for i, (group, limits) in enumerate(groups):
            due |= group
            fill(folder / f"in {i}", {name: text for name, (text, _) in group.items()})
            out = folder / f"out {i}.csv"
            assert main(["check", str(folder / f"in {i}"), "--csv", str(out), *limits]) == 0
            found += table(out)
    return found, due, folder, kernels


def rows(graded, learner):
    return [row for row in graded[0] if row["learner"] == learner]


def test_every_hand_in_gets_the_verdicts_that_are_due(graded):
    found = {}
    for row in graded[0]:
        found.setdefault(row["file"].removeprefix("'"), []).append(row["verdict"])
    assert found == {name: verdicts for name, (_, verdicts) in graded[1].items() if verdicts}


def test_there_is_a_row_for_each_task_in_order(graded):
    assert [row["task"] for row in rows(graded, "empty")] == NUMBERS
    names = [row["learner"] for row in table(graded[2] / "out 0.csv")]
    assert names == sorted(names)


@pytest.mark.parametrize("place", [0, 2])
def test_wrong_answers_get_the_hints_of_the_catalogue(graded, place):
    catalogue = importlib.import_module("tests.wrong_answers.lesson_02").WRONG
    due = [catalogue[name][place][0] for name in TASKS]
    assert [row["hint"] for row in rows(graded, f"wrong {place}")] == due
    assert all(row["advice"] for row in rows(graded, f"wrong {place}"))


SAID = {
    "hog": ("memory", "Code cell 1 took more than 0.2 GB of memory."),
    "hog's parent": ("memory", "Code cell 1 took more than 0.2 GB of memory."),
    "stubborn": ("time", "Code cell 1 took longer than 3 s and could not be interrupted."),
    "exit": ("died", "Code cell 1 ended its kernel."),
    "endless answer": ("time", "This took longer than 3 s."),
    "text": (
        "unreadable",
        "02_the_math.ipynb: received something else, accepted a notebook of format 4, under 50 MB. "
        "Ask for the file again, as JupyterLab saves it.",
    ),
    "unknown": (
        "lesson",
        "lesson: received 99_nothing.ipynb, accepted a name with one of 01_ to 08_ in it. "
        "Give the file the name of its exercise back.",
    ),
}


@pytest.mark.parametrize("learner", SAID)
def test_the_table_says_why(graded, learner):
    first = rows(graded, learner)[0]
    assert (first["hint"], first["advice"]) == SAID[learner]


def test_a_missing_answer_names_the_cell_that_failed(graded):
    said = {row["task"]: row["advice"] for row in rows(graded, "syntax")}
    assert said["2.3"] == (
        "There is no function called jsd. "
        "Code cell 6 stopped with SyntaxError: '(' was never closed (line 1)."
    )
    assert said["2.4"] == ""
    assert rows(graded, "empty")[0]["advice"] == "There is no function called optimal_d."


def test_names_are_kept_and_formulas_are_not(graded):
    assert {row["lesson"] for row in rows(graded, "class b/Zoë 李")} == {"02"}
    assert {row["file"] for row in rows(graded, "'=1+1")} == {"02_the_math-=1+1.ipynb"}
    assert rows(graded, "address")[1]["advice"].endswith("<object object at 0x...>.")


@pytest.mark.parametrize("sign", "=+-@")
def test_no_cell_is_a_formula(sign):
    assert grading._plain(f"{sign}1+1") == f"'{sign}1+1"


def test_random_numbers_are_the_same_at_each_check(monkeypatch):
    def drawn(draw):
        return checks.Verdict("1.1", "not yet", "other", str(draw()))

    task = SimpleNamespace(answers=("draw",), verdict=drawn)

    def alike(draw):
        return inside.judge(task, {"draw": draw}) == inside.judge(task, {"draw": draw})

    assert alike(lambda: keras.random.uniform(()))
    monkeypatch.delitem(sys.modules, "keras")  # which seeds the others too
    assert alike(random.random) and alike(np.random.rand)


def test_nothing_is_left_of_any_hand_in(graded):
    _, due, folder, kernels = graded
    assert len(kernels) == len(due) - 4  # two that cannot be read, one of no lesson, one not looked at
    for one in kernels:
        assert not Path(one.folder.name).exists()
        assert one.process.returncode is not None
    pids = [int(line) for line in (folder / "pids").read_text().split()]
    assert len(pids) == 3
    for pid in pids:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {Path(name).name for name in due} | {"pids", *(f"out {i}.csv" for i in range(3))}


def test_the_same_hand_ins_give_the_same_table(graded, tmp_path, capsys):
    again = ["address", "wrong 2", "right"]
    names = {name: graded[1][name][0] for name in (f"{who}/02_the_math.ipynb" for who in again)}
    assert main(["check", str(fill(tmp_path, names)), "--jobs", "1"]) == 0
    printed = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert printed == [row for row in graded[0] if row["learner"] in again]


def test_networks_are_judged_too(tmp_path):
    book = notebook(lesson="03", change={"def d_loss": SWAPPED})
    found, (seconds, cpu, peak) = grading.grade(
        fill(tmp_path, {"03_x.ipynb": book}) / "03_x.ipynb", tmp_path
    )
    assert [row["task"] for row in found] == [f"3.{i}" for i in range(1, 7)]
    assert [row["verdict"] for row in found] == [
        "not yet",
        "passed",
        "not yet",
        *PASSED[3:6],
    ]  # 3.3 takes the loss of 3.1
    assert found[0]["hint"] == "swapped"
    assert seconds > 0 and cpu > 1 and 3e8 < peak < 4e9  # TensorFlow was there


def nonsense(*_):
    raise ValueError("Invalid signature")


ROUGH = {  # what goes wrong -> the setting that makes it so, hint, advice
    "all of it": (
        (grading, "LIMITS", kernel.Limits(seconds=1)),
        ("time", "Code cell 1 took longer than was left for it."),
    ),
    "the start": ((kernel, "START", 0.0), ("machine", "The start took longer than was left for it.")),
    "a reply": (
        (kernel.Session, "recv", nonsense),
        ("machine", "ValueError: Invalid signature"),  # it comes before the first cell
    ),
    "its size": (
        (folder, "LARGEST", 10),
        (
            "unreadable",
            "02_x.ipynb: received more, accepted a notebook of format 4, under 50 MB. "
            "Ask for the file again, as JupyterLab saves it, with its outputs cleared.",
        ),
    ),
}


@pytest.mark.parametrize(("setting", "due"), ROUGH.values(), ids=ROUGH)
def test_whatever_goes_wrong_there_is_a_row_for_each_task(setting, due, tmp_path, monkeypatch):
    monkeypatch.setattr(*setting)
    path = fill(tmp_path, {"02_x.ipynb": before("import time\ntime.sleep(1000)")}) / "02_x.ipynb"
    found, _ = grading.grade(path, tmp_path, grading.LIMITS)
    assert [row["task"] for row in found] == NUMBERS
    assert {row["verdict"] for row in found} == {"not checked"}
    assert found[0]["hint"] == due[0] and found[0]["advice"].startswith(due[1])


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "SIGHUP", "SIGINT twice"])
def test_an_end_before_its_time_keeps_what_is_done_and_ends_the_kernels(way, tmp_path):
    slow, fast = before("import time\ntime.sleep(1000)"), notebook("exercises")
    folder = fill(tmp_path / "in", {"a/02_x.ipynb": fast, "b/02_x.ipynb": slow, "c/02_x.ipynb": fast})
    command = [sys.executable, "-m", "ganlib", "check", folder, "--csv", tmp_path / "out.csv"]
    name, *twice = way.split()

    def heard():  # a background job ignores it
        signal.signal(signal.Signals[name], signal.SIG_DFL)

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as running:
        assert running.stderr.readline().startswith("a/02_x.ipynb: 0 of 7 passed (")
        me = psutil.Process(running.pid)
        until(me.children)
        children = me.children()
        running.send_signal(signal.Signals[name])
        if twice:
            time.sleep(0.05)  # the first was heard, and it is not over yet
            running.send_signal(signal.Signals[name])
        assert running.wait(20) == 130
    assert [row["learner"] for row in table(tmp_path / "out.csv")] == ["a"] * 7
    assert not (tmp_path / "out.csv.part").exists()
    assert not any(child.is_running() for child in children)


def test_a_single_notebook_is_named_after_its_dash_or_its_folder(tmp_path, capsys):
    names = {"02_x-Ada-Lovelace.ipynb": "Ada-Lovelace", "02_x.ipynb": "grace"}
    fill(tmp_path / "grace", dict.fromkeys(names, "{}"))
    for name, learner in names.items():
        assert main(["check", str(tmp_path / "grace" / name)]) == 0
        assert {r["learner"] for r in csv.DictReader(capsys.readouterr().out.splitlines())} == {learner}


REFUSED = {
    "nothing there": (["nowhere"], "accepted a notebook, or a folder with notebooks in it"),
    "empty folder": (["empty"], "Name the folder that the notebooks are in."),
    "csv in no folder": (["some", "--csv", "no/out.csv"], "--csv: received no/out.csv, accepted a file"),
    "csv is a folder": (["some", "--csv", "empty"], "Name another one; nothing was run."),
    "no jobs": (["some", "--jobs", "0"], "--jobs: received 0, accepted a number above 0"),
    "no time": (["some", "--cell-seconds", "nan"], "--cell-seconds: received nan"),
    "no memory": (["some", "--memory", "-1"], "--memory: received -1"),
    "endless": (["some", "--seconds", "inf"], "--seconds: received inf"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_work_is_refused_before_anything_runs(
    arguments, message, tmp_path, monkeypatch, capsys
):
    (tmp_path / "empty").mkdir()
    fill(tmp_path / "some", {"02_x.ipynb": "{}"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grading, "grade", lambda *_: pytest.fail("it ran"))
    assert main(["check", *arguments]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("ganlib: ") and message in said.err and said.out == ""
    assert not list(tmp_path.rglob("*.part"))


def test_help_says_that_hand_ins_are_programs(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Hand-ins are programs. They run with your rights" in said


def called(path):
    """Yield the check calls of a notebook: the check's name and the names that it is handed."""
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
                    ("check.", "checks.")
                ):
                    yield node.func.attr, tuple(ast.unparse(argument) for argument in node.args)


@pytest.mark.parametrize("lesson", names.LESSONS)
def test_the_grader_hands_over_what_the_exercise_does(lesson):
    (path,) = (ROOT / "exercises").glob(f"{lesson[-2:]}_*.ipynb")
    here = {task.__name__: task.answers for task in inside.tasks(lesson).values()}
    assert {name: names for name, names in called(path) if name in here} == here
    assert names.numbers_of(lesson) == list(inside.tasks(lesson))
