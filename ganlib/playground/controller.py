"""Run a machine in a thread of its own, and let any number of threads command it.

Commands are put in a queue and obeyed between two steps, in the order in which they came; each returns a
``concurrent.futures.Future``.  So only one thread ever touches the networks.  A command waits for the
step under way, or for the command: ten steps, or a film.  Paused, the thread sleeps on the queue.
"""

import atexit
import queue
import threading
import time
import weakref
from concurrent.futures import Future

from ganlib.errors import refuse, whole
from ganlib.playground.history import Meter

PAUSED, PLAYING, FAILED, CLOSED = "paused", "playing", "failed", "closed"
SLOW = 2.0  # iterations a second
_LATER = object()  # what an action returns whose Future is settled later
_LIVE = weakref.WeakSet()


@atexit.register
def close_all():
    """Close every controller: a kernel that ends leaves no thread behind."""
    for controller in list(_LIVE):
        controller.close()


class Controller:
    """A machine that plays in a thread.

    Args:
        machine: `Trainer`, or anything with its methods.  From here on it belongs to the thread: reach
            it through the commands, or through `ask`.
        fps: Looks a second while it plays, at most.
        share: Part of the time that looking may take while it plays, in (0, 1]: slow looks come rarer.
        patience: Seconds of play without a command after which it pauses by itself.

    Attributes:
        state: ``"paused"``, ``"playing"``, ``"failed"`` or ``"closed"``.
        error: The exception that stopped the training, or None.
        note: A sentence for the learner about the last command, or why it stopped, or "".
        pauses: How many times `pause` was obeyed.
        look: The latest `frames.Frame`; ``serial`` counts them.
        speed: Iterations a second, measured over the last stretch of play; 0.0 while paused.
    """

    def __init__(self, machine, fps=10.0, share=0.2, patience=900.0):
        for name, value, most in (("fps", fps, 60), ("share", share, 1)):
            if not 0 < value <= most:
                raise refuse(name, value, f"a number above 0, up to {most}", "Or leave it out.")
        self._machine, self.fps, self.share, self.patience = machine, fps, share, patience
        self.state, self.error, self.note, self.speed = PAUSED, None, "", 0.0
        self.look, self.serial, self.pauses = None, 0, 0
        self.settings, self.moments = machine.settings, machine.moments()
        self.history, self.equilibrium = machine.curves.history(), machine.equilibrium()
        self._commands, self._changed = queue.SimpleQueue(), threading.Condition()
        self._left, self._run, self._closing = None, None, False  # iterations to play; Future of `run`
        self._settled = []  # Futures and their outcomes, to be told after the next look
        self._gap, self._heard, self._next_look, self._meter = 0.0, time.monotonic(), 0.0, Meter()
        self._thread = threading.Thread(target=self._work, name="ganlib-playground", daemon=True)
        _LIVE.add(self)
        self._thread.start()

    def play(self):
        """Play until told to pause."""
        return self._post(self._play, None)

    def run(self, iterations):
        """Play so many iterations, then pause; the Future is done at the pause.

        Its result is the iteration reached, which is less than asked where a pause came first.
        """
        return self._post(self._play, whole("iterations", iterations, 1))

    def pause(self):
        """Stop after the step under way."""
        return self._post(self._pause, True)

    def step_d(self, times=1):
        """Pause, and update D alone, so many times."""
        return self._post(self._step, "step_d", whole("times", times, 1))

    def step_g(self, times=1):
        """Pause, and update G alone, so many times."""
        return self._post(self._step, "step_g", whole("times", times, 1))

    def step_both(self, times=1):
        """Pause, and play one iteration, so many times."""
        return self._post(self._step, "step_both", whole("times", times, 1))

    def slow(self, on=True):
        """Play two iterations a second, or as many as there is time for."""
        return self._post(setattr, self, "_gap", 1 / SLOW if on else 0.0)

    def set(self, **changes):
        """Change `Settings`; the result names those that act only at the next restart."""
        return self._post(self._set, changes)

    def restart(self):
        """Go back to the beginning; a machine that plays plays on."""
        return self._post(self._again, "restart")

    def rewind(self, iteration):
        """Go back to the last remembered moment at or before an iteration, and pause."""
        return self._post(self._again, "rewind", whole("iteration", iteration))

    def swap(self, make):
        """Pause and take the machine that ``make()`` returns; what it raises leaves the old one there."""
        return self._post(self._swap, make)

    def ask(self, question):
        """Call ``question(machine)`` between two steps; the Future has its answer."""
        return self._post(self._ask, question)

    def close(self, timeout=10.0):
        """End the thread.  Commands still waiting are refused.  May be called twice, from any thread."""
        with self._changed:
            self._closing = True
        self._commands.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def wait(self, condition, timeout=30.0):
        """Wait until ``condition(self)`` is true after some change; return whether it became true."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    def alive(self):
        """Return whether the thread still runs."""
        return self._thread.is_alive()

    def _post(self, action, *arguments):
        done = Future()
        with self._changed:
            if self._closing:
                done.set_exception(_gone())
            else:
                self._commands.put((done, action, arguments))
        return done

    def _work(self):
        try:
            self._publish()
            while not self._closing:
                command = self._receive()
                if command is not None:
                    self._obey(*command)
                elif self.state == PLAYING:
                    self._advance()
        finally:
            self._end()

    def _receive(self):
        """Return the next command; while playing, None when there is none by the next step's time."""
        try:
            if self.state != PLAYING:
                return self._commands.get()
            return self._commands.get(timeout=self._gap) if self._gap else self._commands.get_nowait()
        except queue.Empty:
            return None

    def _obey(self, done, action, arguments):
        if not done.set_running_or_notify_cancel():
            return
        self._heard = time.monotonic()
        if action != self._ask and self.state != FAILED:  # why it stopped is not a question's to wipe
            self.note = ""
        try:
            result = action(*arguments)
        except Exception as error:
            self.note = self.note or str(error)
            self._settled.append((done, None, error))
        else:
            if result is _LATER:
                self._run = done
            else:
                self._settled.append((done, result, None))
        self._publish()

    def _advance(self):
        now = time.monotonic()
        try:
            self._machine.step_both()
        except Exception as error:
            self._fail(error)
        else:
            if self._left is not None:
                self._left -= 1
            if self._left == 0:
                self._pause()
            elif now - self._heard > self.patience:
                self._pause()
                self.note = f"Paused by itself: {self.patience / 60:.0f} minutes without a command."
        if self.state != PLAYING or now >= self._next_look:
            self._publish()

    def _publish(self):
        """Take a frame and tell those who wait; one that fails is said in words, like a failed step."""
        start = time.monotonic()
        self.speed = self._meter.read(start, self._machine.iteration, self.state == PLAYING)
        try:
            look, history = self._machine.look(), self._machine.curves.history()
        except Exception as error:
            if self.state != FAILED:  # else the first reason is the one to say
                self._fail(error)
            look, history = self.look, self.history
        with self._changed:
            self.look, self.history, self.serial = look, history, self.serial + 1
            self.settings, self.moments = self._machine.settings, self._machine.moments()
            self.equilibrium = self._machine.equilibrium()
            self._changed.notify_all()
        self._settle()
        self._next_look = start + max(1 / self.fps, (time.monotonic() - start) / self.share)

    def _fail(self, error):
        self.error, self.state = error, FAILED
        self.note = f"Training stopped: {error} ({type(error).__name__})"
        self._finish(error=error)

    def _finish(self, error=None):
        """Note the outcome of `run`, where one is open."""
        run, self._run, self._left = self._run, None, None
        if run is not None:
            self._settled.append((run, self._machine.iteration, error))

    def _settle(self):
        """Tell the Futures, now that everybody can see what came of the commands."""
        settled, self._settled = self._settled, []
        for done, result, error in settled:
            done.set_result(result) if error is None else done.set_exception(error)

    def _end(self):
        self.state, self.speed, self._closing = CLOSED, 0.0, True
        self._finish(error=_gone())
        while not self._commands.empty():
            done, *_ = self._commands.get() or (Future(),)
            if done.set_running_or_notify_cancel():
                self._settled.append((done, None, _gone()))
        with self._changed:
            self.serial += 1
            self._changed.notify_all()
        self._settle()
        self._machine = self.error = None  # the page may stay in memory: the networks do not

    # ---- actions, in the thread ----

    def _ready(self):
        if self.state == FAILED:
            raise RuntimeError(f"{self.error} Press restart or rewind: the networks are not usable now.")

    def _play(self, iterations):
        self._ready()
        self._finish()
        self._left, self.state = iterations, PLAYING
        return None if iterations is None else _LATER

    def _ask(self, question):
        return question(self._machine)

    def _pause(self, asked=False):
        self.pauses += asked
        if self.state == PLAYING:
            self.state = PAUSED
        self._finish()

    def _step(self, name, times):
        self._ready()
        self._pause()
        try:
            for _ in range(times):
                getattr(self._machine, name)()
        except Exception as error:
            self._fail(error)
            raise

    def _swap(self, make):
        self._pause()
        self._machine, self.error, self.state, self.note = make(), None, PAUSED, ""

    def _set(self, changes):
        later = self._machine.set(**changes)
        if later and self.state != FAILED:
            self.note = f"{', '.join(later)}: acts at the next restart."
        return later

    def _again(self, name, *arguments):
        if name == "rewind":
            self._pause()
        result = getattr(self._machine, name)(*arguments)
        self.error, self._meter = None, Meter()
        if self.state == FAILED:
            self.state, self.note = PAUSED, ""
        return result


def _gone():
    return RuntimeError("The playground is closed: run its cell again.")
