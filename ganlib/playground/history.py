"""What the lab remembers: the moments it can go back to, and the curves. Both are bounded."""

import numpy as np


class Film:
    """States of a training at evenly spaced iterations, never more than a fixed number or size.

    When it is full, every second state is dropped and the spacing doubles: so it always covers the whole
    way from the start, in the same memory.

    Args:
        every: Iterations between two states, at first.
        room: Bytes that all states together may take.
        most: The greatest number of states.
    """

    def __init__(self, every=10, room=200e6, most=64):
        self.every, self.room, self.most = every, room, most
        self.states = {}  # iteration -> state, in order

    def take(self, iteration, state, force=False):
        """Keep a state, a dict with a list of arrays, if its iteration is due."""
        if iteration % self.every and not force:
            return
        self.states[iteration] = state() if callable(state) else state
        size = sum(array.nbytes for array in self.states[iteration]["arrays"])
        limit = max(2, min(self.most, int(self.room // max(size, 1))))
        while len(self.states) > limit:
            self.every *= 2
            self.states = {i: s for i, s in self.states.items() if i % self.every == 0}

    def back_to(self, iteration):
        """Return the last state at or before an iteration, and forget those after it."""
        moments = [moment for moment in self.states if moment <= iteration]
        found = max(moments)
        self.states = {moment: self.states[moment] for moment in moments}
        return self.states[found]


class Curves:
    """Means of the four figures over stretches of iterations, at most ``most`` stretches.

    When full, neighbours are merged: the memory is the same after a minute and after a day.
    """

    NAMES = ("d_loss", "real_accuracy", "fake_accuracy", "g_loss")

    def __init__(self, most=512):
        self.most, self.every = most, 1
        self.rows, self.open = [], []  # rows: (iteration, four means); open: not yet a full stretch

    def add(self, iteration, values):
        """Add the four figures of one iteration, in the order of ``NAMES``."""
        self.open.append(np.asarray(values, float))
        if len(self.open) < self.every:
            return
        self.rows.append((iteration, np.mean(self.open, 0)))
        self.open = []
        if len(self.rows) >= self.most:
            pairs = zip(self.rows[::2], self.rows[1::2], strict=False)
            self.rows = [(late, (first + second) / 2) for (_, first), (late, second) in pairs]
            self.every *= 2

    def back_to(self, iteration):
        """Forget what came after an iteration."""
        self.rows = [row for row in self.rows if row[0] <= iteration]
        self.open = []

    def history(self):
        """Return a dict of arrays as ``ganlib.train`` does: ``step`` and the four figures."""
        means = np.array([values for _, values in self.rows]).reshape(-1, 4)
        steps = np.array([iteration for iteration, _ in self.rows])
        return {"step": steps, **dict(zip(self.NAMES, means.T, strict=True))}
