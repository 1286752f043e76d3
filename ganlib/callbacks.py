"""What looks on while a GAN trains: its log, its bar, its clock, its pictures."""

import contextlib
import signal
import time

import numpy as np

from ganlib.backend import keras


class Watchers(keras.callbacks.CallbackList):
    """Callbacks to whom several calls of ``fit`` are one training."""

    def __init__(self, callbacks, gan, parts):
        epochs, steps = parts[-1][1] if parts else 0, max((n or 0 for *_, n in parts), default=0)
        super().__init__(
            callbacks, add_history=True, model=gan, epochs=epochs, steps=steps or None, verbose=0
        )
        self.begun, self.left = False, len(parts)

    def on_train_begin(self, logs=None):
        if not self.begun:
            super().on_train_begin(logs)
        self.begun = True

    def on_train_end(self, logs=None):
        self.left -= 1
        if self.model.stop_training or not self.left:
            super().on_train_end(logs)


class Log(keras.callbacks.Callback):
    """Keep the losses and accuracies: one entry each time Keras reports.

    Each entry is the mean over the steps since the one before.  (What Keras reports is the mean over the
    epoch so far.)
    """

    def __init__(self):
        super().__init__()
        self.rows = []

    def on_train_begin(self, logs=None):
        self._means()

    def on_train_batch_end(self, batch, logs=None):
        self.rows.append({"step": self.model.steps_done, **self._means()})

    def _means(self):
        """Return the means since the last call, and begin anew."""
        found = {name: float(mean.result()) for name, mean in self.model.recent.items()}
        for mean in self.model.recent.values():
            mean.reset_state()
        return found

    @property
    def history(self):
        """The entries as a dict of arrays."""
        return {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}

    def get_state(self):
        return self.history if self.rows else {}

    def set_state(self, arrays):
        columns = [arrays[name].tolist() for name in arrays]
        self.rows = [dict(zip(arrays, row, strict=True)) for row in zip(*columns, strict=True)]


class Deadline(keras.callbacks.Callback):
    """Stop the training after so many seconds."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.perf_counter() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() >= self.end:
            self.model.stop_training = True


class Progress(keras.callbacks.Callback):
    """One bar for the whole training: steps done, time left, losses.

    Args:
        total: Steps to come; None where the end is not a step but a time.
        log: The `Log` whose last entry is shown.
    """

    def __init__(self, total, log):
        super().__init__()
        self.total, self.log, self.done = total, log, 0

    def on_train_begin(self, logs=None):
        self.start = self.model.steps_done
        names = [mean.name for mean in self.model.metrics]
        self.bar = keras.utils.Progbar(self.total, stateful_metrics=names, interval=1.0)

    def on_train_batch_end(self, batch, logs=None):
        self.done = self.model.steps_done - self.start
        self.bar.update(self.done, list(self.log.rows[-1].items())[1:], finalize=False)

    def on_train_end(self, logs=None):
        self.bar.update(self.done, finalize=True)


class Snapshots(keras.callbacks.Callback):
    """Draw the same z again and again while the GAN learns.

    Args:
        count: Images in a snapshot, ≥ 1.
        every: Steps between two snapshots, ≥ 1; the model says how often it can be asked
            (``steps_per_execution``, 25 unless compiled otherwise).
        seed: For z.
        take: Function of the GAN that returns another frame than its samples, such as
            ``lambda gan: plots2d.look(gan.discriminator, gan.sample(100))``.

    A run's checkpoints keep the frames if they are arrays.  With another GAN, which
    has trained less, it begins anew.

    Attributes:
        steps: The steps at which snapshots were taken, the first before training.
        frames: What ``gan.sample(count, seed)``, or ``take(gan)``, gave at each of them.
    """

    def __init__(self, count=25, every=50, seed=0, take=None):
        super().__init__()
        self.every = every
        self.take = take or (lambda gan: gan.sample(count, seed))
        self.steps, self.frames = [], []

    def on_train_begin(self, logs=None):
        if self.steps and self.model.steps_done < self.steps[-1]:
            self.steps, self.frames = [], []
        if not self.steps:
            self._take()

    def on_train_batch_end(self, batch, logs=None):
        if self.model.steps_done - self.steps[-1] >= self.every:
            self._take()

    def on_train_end(self, logs=None):
        if self.model.steps_done > self.steps[-1]:
            self._take()

    def get_state(self):
        if not all(isinstance(frame, np.ndarray) for frame in self.frames):
            return {}
        return {"steps": np.array(self.steps), "frames": np.array(self.frames)}

    def set_state(self, arrays):
        self.steps, self.frames = arrays["steps"].tolist(), list(arrays["frames"])

    def _take(self):
        self.steps.append(self.model.steps_done)
        self.frames.append(self.take(self.model))


class StopOnSignal(keras.callbacks.Callback):
    """Ctrl-C, or a polite end from outside, ends the training at the end of an execution; twice, at once.

    Attributes:
        asked: Whether it was asked to.
    """

    asked = False

    @contextlib.contextmanager
    def listening(self):
        """Listen as long as the block runs."""
        kept = {s: signal.signal(s, self._ask) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _ask(self, number, frame):
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def on_train_batch_end(self, batch, logs=None):
        """Stop here if it was asked to."""
        if self.asked:
            self.model.stop_training = True
