"""The kernel that a hand-in runs in: fresh, limited, ended with all that it started.

What a learner's cells print plays no part in a verdict, nor do her check cells.  The checks are loaded
before her first cell, out of her way (`inside`); in the end they are handed the functions that she left
behind, by name, and what they find comes back in the kernel's reply, into which nothing is printed.
"""

import ast
import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

try:
    import ipykernel  # noqa: F401
    import psutil
    import zmq
    from jupyter_client.connect import write_connection_file
    from jupyter_client.session import Session
except ImportError as error:
    raise ImportError(
        f"{error.name}: not installed. Hand-ins run in Jupyter kernels: in the course's folder  "
        "pip install '.[lab]'"
    ) from error

START = 120.0  # seconds to start
GRACE, TICK = 5.0, 0.1  # seconds to heed an interrupt, and between two looks
LARGEST = 50_000_000  # bytes, of one reply
QUIET = (  # no history, and no pipes of its own: what it says at its end comes straight to us
    "--HistoryManager.enabled=False",
    "--IPKernelApp.outstream_class=None",
    "--IPKernelApp.capture_fd_output=False",
)
WORDS = 10_000  # bytes kept of what a kernel says at its end
TELLING = re.compile(r"Error\b|Exception|Fatal|terminate called|what\(\)|[Aa]bort|Check failed")
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


def _signal(number):
    """Return a signal's name; those of real time have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Ended(Exception):
    """The kernel is gone or has to go; the arguments are a hint and its advice."""


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
        self.folder, self.socket, self.line, self.process = None, None, None, None
        self.seated, self.died, self.heard = False, False, b""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ganlib-", ignore_cleanup_errors=True)
        try:
            self._start(Path(self.folder.name))
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self, folder):
        work, key, file = folder / "work", secrets.token_hex(16).encode(), str(folder / "kernel.json")
        work.mkdir()
        _, at = write_connection_file(file, transport="ipc", ip=str(folder / "k"), key=key)
        self.session = Session(key=key)
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger, self.socket.maxmsgsize = 0, LARGEST
        self.line = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.socket.connect(f"ipc://{at['ip']}-{at['shell_port']}")
        path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
        own = {MARK: self.mark, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        own |= {"TMPDIR": str(work), "IPYTHONDIR": str(folder), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        own |= {"JPY_PARENT_PID": str(os.getpid())}  # it ends itself where the grader is killed
        if not os.path.isabs(os.path.expanduser("~")):  # an account without a home: Jupyter asks for one
            own["HOME"] = str(folder)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", file, *QUIET],
            cwd=work,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True)
        self.listener.start()
        self.deadline = time.monotonic() + START

    def _listen(self, pipe):
        """Keep the end of what is written to the kernel's stderr; what its cells print is not there."""
        with pipe, contextlib.suppress(OSError):
            while said := pipe.read(65536):
                self.heard = (self.heard + said)[-WORDS:]

    def __exit__(self, *_):
        if self.line:
            self.socket.disable_monitor()
            self.line.close()
        if self.socket:
            self.socket.close()
        self.died = bool(self.process) and not self._own(self.process.pid)
        for _ in range(100 if self.process else 0):
            family = [process for pid in psutil.pids() if (process := self._own(pid))]
            for process in family:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if not family:
                break
            time.sleep(0.02)
        if self.process:
            self.process.wait()  # not before: until it is reaped, no other process has its number
            self.listener.join(1)  # no longer: what has fled may hold the pipe open
        try:
            self.folder.cleanup()
        except RecursionError:  # a thousand folders, each in the one before
            subprocess.run(["rm", "-rf", self.folder.name], check=False)

    def last_words(self):
        """Return how the kernel ended, if by itself, and its first and last error: "" if in silence."""
        words, lines = [], self.clean(self.heard.decode(errors="replace")).splitlines()
        if self.died and self.process.returncode < 0:
            words.append(f"It got {_signal(-self.process.returncode)}.")
        if self.died and self.process.returncode == -signal.SIGKILL:
            words.append("So ends a process when the machine has no memory left.")
        lines = [line for line in lines if TELLING.search(line) and "Traceback (most" not in line]
        told = [shorten(line, 180, placeholder=" …") for line in lines]
        words += [f"It said: {line.rstrip('.')}." for line in dict.fromkeys((*told[:1], *told[-1:]))]
        return " ".join(words)

    def clean(self, text):
        """Return text without what differs from run to run: addresses, numbers of cells, the folder."""
        text = text.replace(self.folder.name, "...") if self.folder else text
        text = re.sub(r"\(\d+\.py, line (\d+)\)", r"(line \1)", text)
        return re.sub(r"\b0x[0-9a-f]+", "0x...", text)

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
        code = f"__import__('ganlib.grading.inside', fromlist=['seat']).seat({lesson!r}, {self.mark!r})"
        content, late = self._ask("The start", START, user_expressions={"it": code})
        it = content.get("user_expressions", {}).get("it", {})
        if late or it.get("status") != "ok":
            why = f": {self._error(it)}" if it else "."
            raise Ended("kernel", f"The kernel did not load the checks of {lesson}{why}")
        self.seated, self.deadline = True, time.monotonic() + self.limits.seconds

    def run(self, source, where):
        """Run a cell of the learner's.  Return what went wrong as a sentence, or ``""``."""
        content, late = self._ask(where, self.limits.cell_seconds, code=source)
        if late:
            return f"{where} took longer than {self.limits.cell_seconds:g} s."
        return f"{where} stopped with {self._error(content)}" if content["status"] == "error" else ""

    def _error(self, content):
        """Return the error of a reply as the end of a sentence."""
        lines = [line.strip() for line in str(content.get("evalue", "")).splitlines() if line.strip()]
        text = " … ".join(dict.fromkeys((*lines[:1], *lines[-1:])))
        text = f"{content.get('ename', 'an error')}: {self.clean(text)}".rstrip(": .")
        return shorten(text, 300, placeholder=" …") + "."

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
        return state, hint, self.clean(advice)

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
            if self.line.poll(0):
                self._cut(where)
            if time.monotonic() < end:
                continue
            if late or time.monotonic() >= self.deadline:
                limit = f"{seconds:g} s and could not be interrupted" if late else "was left for it"
                raise Ended("time", f"{where} took longer than {limit}.")
            os.killpg(self.process.pid, signal.SIGINT)
            end, late = time.monotonic() + GRACE, True

    def _cut(self, where):
        """Raise `Ended`: the line ends with the kernel, or where a reply is too large."""
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            self._look(where)
            time.sleep(TICK)
        more = f"more than {LARGEST / 1e6:g} MB (the text of an error, say)"
        raise Ended("kernel", f"{where} answered with {more}, or closed the connection.")

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
