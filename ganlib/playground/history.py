"""What the lab remembers: the moments it can go back to, the curves, and what was played."""

from copy import copy

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
    """Means of the four figures over stretches of turns, at most ``most`` stretches.

    A turn is an iteration, or a step of one player alone, whose other figures are then NaN: not measured.
    When full, neighbours are merged: the memory is the same after a minute and after a day.
    """

    NAMES = ("d_loss", "real_accuracy", "fake_accuracy", "g_loss")

    def __init__(self, most=512):
        self.most, self.every, self.turns = most, 1, 0
        self.rows, self.open = [], []  # rows: (turn, iteration, four means); open: no full stretch yet

    def add(self, iteration, values):
        """Add the four figures of one turn, in the order of ``NAMES``; NaN for what it did not measure.

        Args:
            iteration: Of the training, after the turn.
            values: Four numbers.
        """
        self.turns += 1
        self.open.append(np.asarray(values, float))
        self.last = (self.turns, iteration)
        if len(self.open) < self.every:
            return
        self.rows.append((*self.last, _mean(self.open)))
        self.open = []
        if len(self.rows) >= self.most:
            pairs = zip(self.rows[::2], self.rows[1::2], strict=False)
            self.rows = [(*late, _mean([one, two])) for (*_, one), (*late, two) in pairs]
            self.every *= 2

    def copy(self):
        """Return curves that go on from here, while these stay."""
        other = copy(self)
        other.rows, other.open = self.rows.copy(), self.open.copy()
        return other

    def history(self):
        """Return arrays: ``step`` and the four figures, as ``ganlib.train`` does, and ``turn``."""
        rows = self.rows + ([(*self.last, _mean(self.open))] if self.open else [])
        means = np.array([row[2] for row in rows]).reshape(-1, 4)
        turns, steps = (np.array([row[i] for row in rows], int) for i in (0, 1))
        return {"step": steps, "turn": turns, **dict(zip(self.NAMES, means.T, strict=True))}


class Meter:
    """Iterations a second, measured over the last half second or more of play."""

    def __init__(self):
        self._speed, self._mark = 0.0, None

    def read(self, now, iteration, playing):
        """Return the speed at a time in seconds; 0.0 while paused."""
        if not playing:
            self._speed, self._mark = 0.0, None
        elif self._mark is None:
            self._mark = now, iteration
        elif now - self._mark[0] >= 0.5:
            self._speed = max(0, iteration - self._mark[1]) / (now - self._mark[0])
            self._mark = now, iteration
        return self._speed


class Log:
    """What was played since the beginning, enough to play it again: runs of equal turns.

    Attributes:
        runs: Tuples ``(who, settings, count)``; who is ``"d"``, ``"g"`` or ``"both"``.
    """

    def __init__(self, runs=()):
        self.runs = tuple(runs)

    def add(self, who, settings):
        """Add one turn."""
        if self.runs and self.runs[-1][0] == who and self.runs[-1][1] is settings:
            self.runs = (*self.runs[:-1], (who, settings, self.runs[-1][2] + 1))
        else:
            self.runs = (*self.runs, (who, settings, 1))


def _mean(rows):
    """Return the mean of rows of four, each number over the rows that measured it."""
    rows = np.stack(rows)
    known = ~np.isnan(rows)
    with np.errstate(invalid="ignore"):
        return np.where(known, rows, 0).sum(0) / known.sum(0)
