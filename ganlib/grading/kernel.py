"""The kernel that a hand-in runs in: fresh, limited, ended with all that it started.

What a learner's cells print plays no part in a verdict, nor do her check cells.  The checks are loaded
before her first cell, out of her way; in the end they are handed the functions that she left behind, by
name, and what they find comes back in the kernel's reply, into which nothing is printed.
"""

import ast
import contextlib
import importlib
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.checks import Task

try:
    import ipykernel  # noqa: F401
    import psutil
    import zmq
    from jupyter_client.connect import write_connection_file
    from jupyter_client.session import Session
except ImportError as error:
    raise ImportError(
        f"{error.name}: not installed. Hand-ins run in Jupyter kernels:  pip install 'ganlib[lab]'"
    ) from error

START, GRACE, TICK = (
    120.0,
    5.0,
    0.1,
)  # seconds: to start, to heed an interrupt, between two looks
LARGEST = 50_000_000  # bytes, of one reply
MARK = "GANLIB_HAND_IN"  # in the environment of all that a hand-in starts


@dataclass(frozen=True)
class Limits:
    """What a hand-in may take.

    Attributes:
        seconds: For all of it, without the start of its kernel.
        cell_seconds: For one cell, and for one check.
        memory: Resident bytes of the kernel and the processes of its session together.
    """

    seconds: float = 600.0
    cell_seconds: float = 120.0
    memory: float = 4e9


class Ended(Exception):
    """The kernel is gone or has to go; the arguments are a hint and its advice."""


def tasks(lesson):
    """Return the tasks of a lesson, such as ``"lesson_03"``, by number and in order."""
    module = importlib.import_module(f"ganlib.checks.{lesson}")
    return {value.number: value for value in vars(module).values() if isinstance(value, Task)}


# ------------------------------------------------------------------ in the kernel


def seat(lesson, mark):
    """Load a lesson's checks before the learner's first cell, and leave her a second, silent copy.

    Args:
        lesson: Such as ``"lesson_03"``.
        mark: The name in ``sys.modules`` under which the grader finds its own copy again.
    """
    import resource

    from IPython import get_ipython

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10**9, 10**9))
    # A hand-in may print without end: nobody listens, and so it costs no memory.
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    here, names = tasks(lesson), get_ipython().user_ns
    for name in ("exit", "quit"):  # IPython's end the kernel, some cells later
        names.pop(name, None)
    for name in [name for name in sys.modules if name.startswith(("ganlib.checks", __name__))]:
        del sys.modules[name]
    importlib.import_module("ganlib.checks").Task.__call__ = lambda task, *answers: None
    sys.modules[mark] = lambda number: judge(here[number], names)


def judge(task, names):
    """Return (state, hint, advice) of one task for the functions found among these names."""
    missing = [name for name in task.answers if name not in names]
    if missing:
        return "missing", "", f"There is no function called {' or '.join(missing)}."
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)
    found = task.verdict(*(names[name] for name in task.answers))
    return found.state, found.hint, found.advice


# ------------------------------------------------------------------ beside the kernel


class Kernel:
    """A fresh kernel in an empty folder of its own.  Leaving the context ends it and all it started.

    Args:
        limits: A `Limits`.
        stop: An event that ends it early.

    Attributes:
        cost: Seconds, seconds of processor, and the peak of resident memory in bytes, so far.
    """

    def __init__(self, limits, stop):
        self.limits, self.stop = limits, stop
        self.mark, self.began, self.cost = secrets.token_hex(16), time.monotonic(), (0.0, 0.0, 0)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ganlib-", ignore_cleanup_errors=True)
        work = Path(self.folder.name, "work")
        work.mkdir()
        key, file = secrets.token_hex(16).encode(), f"{self.folder.name}/kernel.json"
        _, at = write_connection_file(file, transport="ipc", ip=f"{self.folder.name}/k", key=key)
        self.session = Session(key=key)
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger, self.socket.maxmsgsize = 0, LARGEST
        self.socket.connect(f"ipc://{at['ip']}-{at['shell_port']}")
        path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
        own = {MARK: self.mark, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        own |= {"TMPDIR": str(work), "IPYTHONDIR": self.folder.name}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", file, "--HistoryManager.enabled=False"],
            cwd=work,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.deadline = time.monotonic() + START
        return self

    def __exit__(self, *_):
        self.socket.close()
        for _ in range(100):
            family = [process for pid in psutil.pids() if (process := self._own(pid))]
            for process in family:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if not family:
                break
            time.sleep(0.02)
        self.process.wait()  # not before: as long as it is not reaped, no other process has its number
        self.folder.cleanup()

    def _own(self, pid):
        """Return the process if it belongs to this hand-in: by its session, or by its environment."""
        with contextlib.suppress(OSError, psutil.Error):
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            if os.getsid(pid) == self.process.pid or process.environ().get(MARK) == self.mark:
                return process
        return None

    def seat(self, lesson):
        """Load the checks; from here on the time of the hand-in is counted."""
        code = f"__import__('ganlib.grading.kernel', fromlist=['seat']).seat({lesson!r}, {self.mark!r})"
        content, late = self._ask("The start", START, user_expressions={"it": code})
        if late or content["user_expressions"]["it"]["status"] != "ok":
            raise Ended("kernel", f"The kernel did not load the checks of {lesson}.")
        self.deadline = time.monotonic() + self.limits.seconds

    def run(self, source, where):
        """Run a cell of the learner's.  Return what went wrong as a sentence, or ``""``."""
        content, late = self._ask(where, self.limits.cell_seconds, code=source)
        if late:
            return f"{where} took longer than {self.limits.cell_seconds:g} s."
        return f"{where} stopped with {content['ename']}." if content["status"] == "error" else ""

    def verdict(self, number):
        """Return (state, hint, advice) of one task."""
        ask = {"it": f"__import__('sys').modules[{self.mark!r}]({number!r})"}
        where = f"The check of {number}"
        content, late = self._ask(where, self.limits.cell_seconds, user_expressions=ask)
        if late:
            return "not yet", "time", f"This took longer than {self.limits.cell_seconds:g} s."
        it = content.get("user_expressions", {}).get("it", {})
        if it.get("status") != "ok":
            return "not yet", "error", f"Your code stopped with {it.get('ename', 'an error')}."
        state, hint, advice = ast.literal_eval(it["data"]["text/plain"])
        advice = advice.replace(self.folder.name, "...")
        return state, hint, re.sub(r"\b0x[0-9a-f]+", "0x...", advice)  # addresses differ from run to run

    def _ask(self, where, seconds, code="", user_expressions=None):
        """Send a request; return the reply's content and whether it had to be interrupted."""
        content = {"code": code, "silent": not code, "user_expressions": user_expressions or {}}
        content |= {"store_history": bool(code), "allow_stdin": False, "stop_on_error": False}
        sent = self.session.send(self.socket, "execute_request", content)["header"]["msg_id"]
        end, late = min(time.monotonic() + seconds, self.deadline), False
        while True:
            if self.socket.poll(1000 * TICK):
                reply = self.session.recv(self.socket)[1]
                self._look(where)
                if reply["parent_header"].get("msg_id") == sent:
                    return reply["content"], late
            self._look(where)
            if time.monotonic() < end:
                continue
            if late or time.monotonic() >= self.deadline:
                limit = f"{seconds:g} s and could not be interrupted" if late else "was left for it"
                raise Ended("time", f"{where} took longer than {limit}.")
            os.killpg(self.process.pid, signal.SIGINT)
            end, late = time.monotonic() + GRACE, True

    def _look(self, where):
        """Raise `Ended` when the kernel has died or takes too much memory."""
        if self.stop.is_set():
            raise Ended("stopped", "The grading was stopped.")
        kernel, memory = psutil.Process(self.process.pid), 0
        if kernel.status() == psutil.STATUS_ZOMBIE:
            raise Ended("died", f"{where} ended its kernel.")
        for pid in psutil.pids():
            with contextlib.suppress(OSError, psutil.Error):
                if os.getsid(pid) == kernel.pid:
                    memory += psutil.Process(pid).memory_info().rss
        spent = (time.monotonic() - self.began, sum(kernel.cpu_times()[:4]))
        self.cost = (*spent, max(self.cost[2], memory))
        if memory > self.limits.memory:
            raise Ended("memory", f"{where} took more than {self.limits.memory / 1e9:g} GB of memory.")
