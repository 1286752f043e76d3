"""A machine for the tests of the controller, which imports no TensorFlow."""

import threading
import time
from types import SimpleNamespace


class Fake:
    """A machine of no networks that notes what is done to it, and by which thread."""

    def __init__(self, cost=0.0, breaks_at=None):
        self.settings, self.iteration, self.cost, self.breaks_at = "settings", 0, cost, breaks_at
        self.done, self.threads, self.busy, self.clashes = [], set(), False, 0
        self.curves = SimpleNamespace(history=lambda: {"step": []})

    def note(self, what, cost=0.0):
        self.threads.add(threading.current_thread().name)
        self.clashes += self.busy  # true only if two threads are in here
        self.busy = True
        time.sleep(cost)
        self.done.append(what)
        self.busy = False

    def step_both(self):
        if self.iteration == self.breaks_at:
            raise ValueError("a dropped dimension")
        self.note("both", self.cost)
        self.iteration += 1

    def step_d(self):
        self.note("d")

    def step_g(self):
        self.note("g")
        self.iteration += 1

    def restart(self):
        self.note("restart")
        self.iteration = 0

    def rewind(self, iteration):
        self.note(f"rewind {iteration}")
        self.iteration = min(iteration, self.iteration)
        return self.iteration

    def set(self, **changes):
        if "bad" in changes:
            raise ValueError("bad: received something")
        self.note(f"set {changes}")
        return ("seed",) if "seed" in changes else ()

    def moments(self):
        return (0,)

    def equilibrium(self):
        return (0.7, 0.7)

    def look(self):
        if self.breaks_at == "look":
            raise ValueError("nothing to see")
        return SimpleNamespace(iteration=self.iteration)
