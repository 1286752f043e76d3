"""Checkpoints from which a training goes on to the bit.

A run's folder holds the last two states of its training, ``step-00000400.npz`` and the one before.  Each
is one file that holds everything the next step depends on.  It is written under another name, flushed to
the disk and only then renamed, so a process that dies at any moment leaves a whole checkpoint behind.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import time
import warnings
import weakref
from pathlib import Path

import numpy as np

import ganlib
from ganlib.backend import keras, tf
from ganlib.errors import refuse
from ganlib.gan import GAN
from ganlib.recipe import plain, restored

FORMAT, META = 1, "meta.json"
SAME = "Resume with the networks and optimizers that the run was started with."
BEGUN = weakref.WeakKeyDictionary()  # GAN -> where its run began that has no checkpoint yet


def digest(arrays):
    """Return the SHA-256 of named arrays: of their names, types, shapes and bytes, in order of name."""
    total = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def machine():
    """Return what a bit-equal result depends on beside the seeds: versions, processor, threads."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        cpu = found[1] if found else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "cpu": cpu,
        "threads": tf.config.threading.get_intra_op_parallelism_threads() or cores,
    }


def write(path, arrays, meta):
    """Write one checkpoint: whole under its name, or not at all.

    Raises:
        OSError: The disk is full or the folder cannot be written; nothing is left behind.
    """
    path, aside = Path(path), Path(path).with_name("unfinished.npz")
    meta = {"format": FORMAT, **meta, "sha256": digest(arrays)}
    text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    try:
        with open(aside, "wb") as file:
            np.savez(file, **arrays, **{META: text})
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        todo = "Make room there or choose another folder; the checkpoint before is still good."
        raise refuse(path, error, "a folder with room to write in", todo, OSError) from error
    if os.name == "posix":  # the new name reaches the disk with its folder
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def read(path):
    """Return the arrays and the meta data of a checkpoint, verified by their hash.

    Raises:
        ValueError: The file is damaged, or not a checkpoint.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(arrays.pop(META).tobytes())
        good = meta["sha256"] == digest(arrays) and meta["format"] == FORMAT
    except PermissionError:
        raise  # which says nothing of the file
    except Exception as error:  # a flipped bit can say "encrypted", or anything else that zip files know
        found, todo = f"{type(error).__name__}: {error}", "The file is damaged."
        raise refuse(path, found, "a checkpoint", todo) from error
    if not good:
        todo = "The file is damaged, or of another version of ganlib."
        raise refuse(path, "other content than its hash says", "a checkpoint", todo)
    return arrays, meta


def find(run_dir):
    """Return the paths of a folder's checkpoints, the newest first."""
    return sorted(Path(run_dir).glob("step-*.npz"), reverse=True)


def newest(run_dir):
    """Return arrays and meta data of the newest good checkpoint; a damaged one is put aside, aloud.

    Raises:
        FileNotFoundError: There is none.
        PermissionError: One may not be read.
        ValueError: All are damaged.
    """
    paths = find(run_dir)
    if not paths:
        todo = "Name the folder that a training with run_dir= made."
        raise refuse("run_dir", run_dir, "a folder with a checkpoint", todo, FileNotFoundError)
    for path in paths[:-1]:
        try:
            return read(path)
        except ValueError as error:
            path.rename(path.with_suffix(".damaged"))
            warnings.warn(f"{error} It is kept as {path.stem}.damaged.", stacklevel=2)
    try:
        return read(paths[-1])
    except ValueError as error:
        raise ValueError(f"{error} There is none before it: begin anew in another folder.") from error


def load(run_dir):
    """Return the GAN of a run's folder as its newest good checkpoint has it, ready to sample or train.

    Args:
        run_dir: The folder; or a ``.keras`` file that ``gan.save`` wrote.  Such a file can hold code:
            load your own.

    Raises:
        FileNotFoundError, ValueError: No checkpoint there, none that is whole, or one of networks of
            your own, which a recipe does not describe.
    """
    if Path(run_dir).suffix == ".keras":
        return keras.saving.load_model(run_dir)
    arrays, meta = newest(run_dir)
    gan = GAN(restored(meta["recipe"]), meta["seed"])
    gan.compile()
    for name in _others(gan.making(), meta):
        if name in ("generator", "discriminator"):
            todo = f"Build it, GAN(..., {name}=...), and go on by ganlib.train(..., resume=True)."
            raise refuse("run_dir", f"a run with a {name} of your own", "networks of a recipe", todo)
        warnings.warn(f"The run's {name} is not its recipe's; the GAN's is.", stacklevel=2)
    _restore(gan, arrays)
    return gan


def _others(parts, meta):
    """Return the names of networks and optimizers that were made otherwise, where that can be known."""
    saved = meta.get("parts", {}) if meta["machine"]["keras"] == keras.__version__ else {}
    return [name for name, mine in parts.items() if saved.get(name, mine) != mine]


@contextlib.contextmanager
def spared(run_dir):
    """Name the last good checkpoint where a training has lost its numbers."""
    try:
        yield
    except FloatingPointError as error:
        last = [path.name for path in find(run_dir)[:1]] or ["nothing: it was not due yet"]
        raise FloatingPointError(f"{error} Saved in {run_dir}: {last[0]}.") from None


def _restore(gan, arrays):
    """Give a GAN the variables of a checkpoint; names, shapes and types must be its own."""
    state = gan.state()
    saved = {name[4:]: array for name, array in arrays.items() if name.startswith("gan/")}

    def outline(values):
        return {k: (tuple(v.shape), np.dtype(v.dtype).name) for k, v in values.items()}

    if outline(saved) != outline(state):
        raise refuse("run_dir", "other variables than the GAN's", "a run of this GAN", SAME)
    for name, variable in state.items():
        variable.assign(saved[name])


class Checkpoint(keras.callbacks.Callback):
    """Save everything that the training goes on from, now and then and at its end.

    Args:
        run_dir: Folder, held by `lock.alone`.
        identity: What a resumed training must agree in: ``{"order_seed": ..., "examples": ...}``.
        keepers: Callbacks with ``get_state()`` and ``set_state(arrays)`` whose state belongs to the run.
        every: Seconds between two saves; 0 saves after every execution.
    """

    def __init__(self, run_dir, identity, keepers=(), every=60.0):
        super().__init__()
        self.run_dir, self.identity, self.every = Path(run_dir), identity, every
        self.keepers = [k for k in keepers if hasattr(k, "get_state")]
        self.begin = None  # the step at which the run began

    def open(self, gan, resume):
        """Begin a run in the folder, or bring the GAN and the callbacks to where its run stopped.

        Raises:
            ValueError: The folder holds a run and ``resume`` is false, or a run of something else.
        """
        self.begin, self.saved = gan.steps_done, None
        self.meta = {"recipe": plain(gan.recipe), "seed": int(gan.seed), **self.identity}
        self.parts = gan.making()
        if not find(self.run_dir):
            self._begin(gan, resume)
            return
        if not resume:
            todo = "Go on with it by resume=True (--resume), or choose another folder."
            raise refuse("run_dir", f"{self.run_dir}, which holds a run", "a new folder", todo)
        arrays, meta = newest(self.run_dir)
        for name, mine in self.meta.items():
            if meta.get(name) != mine:
                what = _first_difference(name, meta.get(name), mine)
                todo = "Resume with what the run was started with, or choose another folder."
                raise refuse("run_dir", f"a run with another {what}", "a run of the same", todo)
        for name in _others(self.parts, meta):
            raise refuse("run_dir", f"a run with another {name}", "a run of the same", SAME)
        _tell_differences(meta["machine"])
        self._restore(gan, arrays)
        self.begin, self.saved = meta["begin"], gan.steps_done

    def _begin(self, gan, resume):
        """Begin a run, or begin it once more where this GAN was stopped before its first checkpoint."""
        run = (self.run_dir.resolve(), self.meta, self.parts)
        known, arrays = BEGUN.get(gan, (None, None))
        if resume and known == run:
            self._restore(gan, arrays)
            self.begin = gan.steps_done
        BEGUN[gan] = (run, self._arrays(gan))

    def _restore(self, gan, arrays):
        _restore(gan, arrays)
        for i, keeper in enumerate(self.keepers):
            mine = f"keeper{i}-{type(keeper).__name__}/"
            state = {k[len(mine) :]: v for k, v in arrays.items() if k.startswith(mine)}
            if state:
                keeper.set_state(state)

    def _arrays(self, gan):
        arrays = {f"gan/{k}": np.asarray(v).copy() for k, v in gan.state().items()}
        for i, keeper in enumerate(self.keepers):
            for name, array in keeper.get_state().items():
                arrays[f"keeper{i}-{type(keeper).__name__}/{name}"] = array
        return arrays

    def on_train_begin(self, logs=None):
        self.due = time.monotonic() + self.every

    def on_train_batch_end(self, batch, logs=None):
        if self.model.stop_training or time.monotonic() >= self.due:
            self.save()
            self.due = time.monotonic() + self.every

    def on_train_end(self, logs=None):
        if self.saved != self.model.steps_done or not self.model.stop_training:
            self.save()  # once more: at the true end the callbacks may have added their last

    def save(self):
        """Write a checkpoint of this step, and let go of all but the last two; never one of NaN."""
        if not self.model.finite():
            return
        step, arrays = self.model.steps_done, self._arrays(self.model)
        known = {"parts": self.parts, "begin": self.begin, "machine": machine()}
        meta = {**self.meta, **known, "ganlib": ganlib.__version__}
        write(self.run_dir / f"step-{step:08d}.npz", arrays, meta)
        self.saved = step
        BEGUN.pop(self.model, None)
        for old in find(self.run_dir)[2:]:
            old.unlink()


def _first_difference(name, saved, mine):
    if isinstance(saved, dict) and isinstance(mine, dict):
        for key in mine:
            if saved.get(key) != mine[key]:
                return f"{name} ({key}: {saved.get(key)}, now {mine[key]})"
    return f"{name} ({saved}, now {mine})"


def _tell_differences(saved):
    here = machine()
    changed = [f"{k} {saved.get(k)}, now {here[k]}" for k in here if saved.get(k) != here[k]]
    if changed:
        text = "; ".join(changed)
        warnings.warn(f"The run goes on, equal within rounding, not to the bit: {text}.", stacklevel=4)
