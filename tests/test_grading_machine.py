"""The grader's own trouble is found before the first hand-in, and never looks like a learner's."""

import contextlib
import csv
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ganlib.cli import main
from ganlib.grading import hand_ins, kernel
from tests.test_grading_folder import PASSED, RIGHT, fill, table
from tests.waiting import until

resource = pytest.importorskip("resource")  # Windows has none
ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only")
UNFIT = (
    "ganlib: this machine's kernel: received nothing, accepted one that loads the checks and answers. "
)


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path / "in", {"ada/02_x.ipynb": RIGHT, "bob/02_x.ipynb": RIGHT})


@pytest.fixture
def untouched(monkeypatch):
    monkeypatch.setattr(hand_ins, "grade", lambda *_: pytest.fail("a hand-in was run"))


def run(*arguments, prefix=(), before=None, code="utf-8", **environment):
    command = [*prefix, sys.executable, "-m", "ganlib", *map(str, arguments)]
    here = {**os.environ, "PYTHONPATH": str(ROOT)} | environment
    here = {name: value for name, value in here.items() if value is not None}
    return subprocess.run(
        command, env=here, preexec_fn=before, capture_output=True, encoding=code, check=False
    )


def limited(kind, most):
    return lambda: resource.setrlimit(kind, (most, most))


def test_a_temporary_folder_with_too_long_a_name(folder, tmp_path, monkeypatch, untouched, capsys):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert main(["check", str(folder), "--csv", str(tmp_path / "out.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ganlib: TMPDIR: received ") and "TMPDIR=/tmp ganlib check" in said
    assert "accepted a folder with a name of at most" in said
    assert not list(tmp_path.glob("out.csv*")) and not list(long.iterdir())


def test_the_longest_name_that_is_accepted_works(folder, monkeypatch, capsys):
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        most = 87 if sys.platform == "linux" else 83
        long = Path(short, "y" * (most - len(short) - 1))
        long.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(long))
        assert main(["check", str(folder / "ada")]) == 0
    assert [row["verdict"] for row in csv.DictReader(capsys.readouterr().out.splitlines())] == PASSED


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


DYING = {  # what the kernel's Python does -> what is said
    "echo 'ImportError: no libfoo' >&2; exit 1": (
        "The start ended its kernel. It said: ImportError: no libfoo. Try a kernel by hand"
    ),
    "echo 'OSError: [Errno 28] No space left on device' >&2; exit 1": (
        "The start ended its kernel. It said: OSError: [Errno 28] No space left on device. "
        "Name a temporary folder with room"
    ),
    "kill -9 $$": (
        "The start ended its kernel. It got SIGKILL. "
        "So ends a process when the machine has no memory left. Close other programs"
    ),
    "exit 0": "The start ended its kernel. Try a kernel by hand",
}


@pytest.mark.parametrize("text", DYING)
def test_a_kernel_that_dies_at_its_start(text, folder, tmp_path, monkeypatch, untouched, capsys):
    unlimited = lambda _: (resource.RLIM_INFINITY,) * 2  # noqa: E731
    monkeypatch.setattr(resource, "getrlimit", unlimited)
    monkeypatch.setattr(sys, "executable", script(tmp_path / "python", text))
    assert main(["check", str(folder)]) == 1
    assert capsys.readouterr().err.startswith(UNFIT + DYING[text])


def test_a_kernel_that_never_answers(folder, tmp_path, monkeypatch, untouched, capsys):
    monkeypatch.setattr(kernel, "START", 0.5)
    monkeypatch.setattr(sys, "executable", script(tmp_path / "python", "exec sleep 1000"))
    assert main(["check", str(folder)]) == 1
    assert capsys.readouterr().err.startswith(f"{UNFIT}The start took longer than was left for it.")


def test_a_limit_below_what_the_checks_need(folder, untouched, capsys):
    assert main(["check", str(folder), "--memory", "0.01"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{UNFIT}The start took more than 0.01 GB") and "--memory" in said


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux keeps them")
@pytest.mark.parametrize("files", [8, 20])
def test_no_file_handles(folder, files):
    done = run("check", folder, before=limited(resource.RLIMIT_NOFILE, files))
    assert (done.returncode, done.stdout) == (1, "")
    assert "ulimit -n 1024" in done.stderr
    assert done.stderr.startswith(UNFIT) and len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux keeps them")
def test_no_memory(folder):
    done = run("check", folder, before=limited(resource.RLIMIT_AS, 250_000_000))
    assert (done.returncode, done.stdout) == (1, "")
    assert "ulimit -v unlimited" in done.stderr and "Traceback" not in done.stderr


def namespaces():
    try:
        tried = ["unshare", "--user", "--map-user=12345", "true"]
        return subprocess.run(tried, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not namespaces(), reason="needs a user without an entry: unshare --user")
@pytest.mark.parametrize(
    "home", ["/nowhere/at/all", *(pytest.param(home, marks=pytest.mark.slow) for home in (None, "/proc"))]
)
def test_a_user_without_a_name_and_a_home(home, folder, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    user = ("unshare", "--user", "--map-user=12345")
    more = {"HOME": home, "XDG_CACHE_HOME": None, "GANLIB_CACHE": None, "MPLCONFIGDIR": None}
    more |= {"USER": None, "LOGNAME": None, "KERAS_HOME": None}
    done = run("check", folder, "--csv", tmp_path / "out.csv", prefix=user, **more)
    assert done.returncode == 0, done.stderr
    assert [row["verdict"] for row in table(tmp_path / "out.csv")] == PASSED * 2
    done = run("doctor", prefix=user, **more)
    assert done.returncode == 0 and "Ready: ganlib train" in done.stdout, done.stderr
    assert not list((tmp_path / "here").iterdir())  # no folder called "~"


@pytest.mark.parametrize("code", ["ascii", "cp1252"])
def test_a_name_that_the_console_cannot_print(code, tmp_path):
    folder = fill(tmp_path / "in", {"Zoë 李/homework.ipynb": "{}"})  # of no lesson: no kernel is needed
    here = {"code": code, "PYTHONIOENCODING": f"{code}:strict"}
    done = run("check", folder, "--csv", tmp_path / "out.csv", **here)
    assert done.returncode == 0 and "\\u674e/homework.ipynb: 0 of 1 passed" in done.stderr
    assert {row["learner"] for row in table(tmp_path / "out.csv")} == {"Zoë 李"}
    done = run("check", folder, **here)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2


# ---- a hand-in whose trouble is its own, and what is said then


def with_cell(word, source):
    """Return the right solution with a line above those of the cell that holds a word."""
    book = json.loads(RIGHT)
    (cell,) = [c for c in book["cells"] if c["cell_type"] == "code" and word in "".join(c["source"])]
    cell["source"] = f"{source}\n{''.join(cell['source'])}"
    return json.dumps(book)


def graded(tmp_path, text):
    folder = fill(tmp_path / "one", {"02_x.ipynb": text})
    return hand_ins.grade(folder / "02_x.ipynb", folder)[0]


COLAB = "Code cell 1 stopped with ModuleNotFoundError: No module named 'google"


def test_the_first_cell_that_failed_is_named_in_every_row_that_follows(tmp_path):
    rows = graded(tmp_path, with_cell("import numpy as np", "from google.colab import drive"))
    failed = [row for row in rows if row["verdict"] != "passed"]
    assert len(failed) == 5
    for row in failed:
        assert row["advice"].startswith("Your code stopped with NameError: name 'np' is not defined")
        assert COLAB in row["advice"]
    assert all(row["advice"] == "" for row in rows if row["verdict"] == "passed")


def test_a_hand_in_that_kills_its_kernel_is_told_how_it_ended(tmp_path):
    rows = graded(tmp_path, with_cell("def jsd", "import os\nos.abort()"))
    assert {(row["verdict"], row["hint"]) for row in rows} == {("not checked", "died")}
    assert rows[0]["advice"].startswith("Code cell ") and "It got SIGABRT." in rows[0]["advice"]
    rows = graded(tmp_path, with_cell("def jsd", f"import os\nos.kill(os.getpid(), {signal.SIGKILL})"))
    assert rows[0]["advice"].endswith("So ends a process when the machine has no memory left.")


def test_an_error_of_sixty_megabytes_is_told_as_that(tmp_path):
    rows = graded(tmp_path, with_cell("import numpy as np", "raise ValueError('x' * 60_000_000)"))
    assert {(row["verdict"], row["hint"]) for row in rows} == {("not checked", "kernel")}
    assert rows[0]["advice"].startswith("Code cell 1 answered with more than 50 MB (the text of an error")


DEEP = "import os\nfor _ in range(1500):\n    os.mkdir('x')\n    os.chdir('x')"


def test_folders_within_folders_are_removed_too(tmp_path, monkeypatch):
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    rows = graded(tmp_path, with_cell("import numpy as np", DEEP))
    assert [row["verdict"] for row in rows] == PASSED
    assert not list((tmp_path / "t").iterdir())


def test_no_temporary_folder_at_all(folder, monkeypatch, untouched, capsys):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ganlib: TMPDIR: received [Errno 2] No usable temporary directory found")
    assert "TMPDIR=/var/tmp ganlib check" in said


FULL = "raise OSError(28, 'No space left on device')"


def test_what_the_machine_lacks_in_the_midst_is_no_mistake(tmp_path, capsys):
    """A disk that is full by now: no kernel of its own could know."""
    texts = {"ada": RIGHT, "bob": with_cell("import numpy as np", FULL)}
    folder = fill(tmp_path / "in", {f"{who}/02_x.ipynb": text for who, text in texts.items()})
    assert main(["check", str(folder), "--csv", str(tmp_path / "out.csv")]) == 1
    rows = table(tmp_path / "out.csv")
    assert [row["verdict"] for row in rows if row["learner"] == "ada"] == PASSED
    lost = [row for row in rows if row["learner"] == "bob" and row["verdict"] != "passed"]
    assert {(row["verdict"], row["hint"]) for row in lost} == {("not checked", "machine")}
    assert "No space left on device" in lost[0]["advice"]
    assert "This machine kept some from being checked" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_in_the_midst_stops_nobody_else(folder, tmp_path, monkeypatch):
    made, calls = tempfile.mkdtemp, []

    def mkdtemp(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:  # the first is the preflight's
            raise OSError(28, "No space left on device")
        return made(*arguments, **options)

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    assert main(["check", str(folder), "--csv", str(tmp_path / "out.csv")]) == 1
    rows = table(tmp_path / "out.csv")
    assert {row["hint"] for row in rows if row["learner"] == "ada"} == {"machine"}
    assert [row["verdict"] for row in rows if row["learner"] == "bob"] == PASSED


def test_an_error_of_the_grader_itself_is_one_row(folder, tmp_path, monkeypatch):
    grade = hand_ins.grade

    def stumbles(path, *rest):
        if path.parent.name == "ada":
            raise RuntimeError("a mistake of ours")
        return grade(path, *rest)

    monkeypatch.setattr(hand_ins, "grade", stumbles)
    assert main(["check", str(folder), "--csv", str(tmp_path / "out.csv")]) == 0
    first, *rows = table(tmp_path / "out.csv")
    assert (first["learner"], first["verdict"], first["hint"]) == ("ada", "not checked", "kernel")
    assert "a mistake of ours" in first["advice"] and [row["verdict"] for row in rows] == PASSED


def test_a_learners_own_fault_is_not_the_machines(tmp_path):
    """Too many open files may be the machine's: here the hand-in set the limit itself."""
    few = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
    held = "held = [open('/dev/null') for _ in range(100)]"
    rows = graded(tmp_path, with_cell("import numpy as np", few + held))
    failed = [row for row in rows if row["verdict"] != "passed"]
    assert failed and {(row["verdict"], row["hint"]) for row in failed} == {("not yet", "error")}
    assert "[Errno 24] Too many open files" in failed[0]["advice"]


def test_a_grader_that_is_killed_leaves_no_kernel(tmp_path):
    there = tmp_path / "there"
    sleep = f"open({str(there)!r}, 'w').close()\nimport time\ntime.sleep(1000)"
    slow = with_cell("import numpy as np", sleep)
    path = fill(tmp_path / "in", {"ada/02_x.ipynb": slow})
    command = [sys.executable, "-m", "ganlib", "check", str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until(there.exists)
            kernels = psutil.Process(running.pid).children()
        finally:
            running.kill()
    assert kernels
    psutil.wait_procs(kernels, timeout=20)
    for one in kernels:  # where the first process reaps nobody, a zombie is left
        with contextlib.suppress(psutil.NoSuchProcess):
            assert one.status() == psutil.STATUS_ZOMBIE


def test_the_table_may_go_through_a_link_or_into_a_pipe(folder, tmp_path):
    target, link, pipe = tmp_path / "kept.csv", tmp_path / "link.csv", tmp_path / "pipe"
    target.write_text("old")
    link.symlink_to(target)
    os.mkfifo(pipe)
    with hand_ins._table(link) as file:
        file.write("new")
    assert link.is_symlink() and target.read_text("utf-8-sig") == "new"
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        with hand_ins._table(pipe) as file:
            file.write("through")
        assert read.result(10) == "through" and pipe.is_fifo()


def test_a_name_and_imports_that_differ_get_a_note_above_their_rows(tmp_path, capsys):
    folder = fill(tmp_path / "in", {"ada/03_a_dense_gan.ipynb": RIGHT})
    assert main(["check", str(folder), "--csv", str(tmp_path / "out.csv")]) == 0
    note, *rows = table(tmp_path / "out.csv")
    assert (note["task"], note["verdict"], note["hint"]) == ("", "note", "lesson")
    assert note["advice"] == "Its name says lesson 03, its imports say 02: this is 02."
    assert [row["verdict"] for row in rows] == PASSED and rows[0]["lesson"] == "02"
    assert "7 of 7 passed" in capsys.readouterr().err


def test_the_last_words_are_errors_and_no_heading():
    """Python without memory says ``Exception ignored in: Traceback``, and only then which."""
    one = kernel.Kernel(hand_ins.LIMITS, threading.Event())
    one.heard = b"Exception ignored in: Traceback (most recent call last):\nMemoryError: no room\n"
    assert one.last_words() == "It said: MemoryError: no room."
