"""Train a GAN: data, ``fit``, and what is kept of it."""

import contextlib
from numbers import Real

from ganlib import data, inputs, keras_model, streams
from ganlib.backend import keras
from ganlib.callbacks import Deadline, Log, Progress, Snapshots, Watchers
from ganlib.checkpoints import checkpoint, lock
from ganlib.errors import refuse, whole

__all__ = ["Snapshots", "fingerprint", "train"]


def train(
    gan,
    examples,
    *,
    epochs=None,
    steps=None,
    seconds=None,
    seed=None,
    callbacks=(),
    verbose=1,
    run_dir=None,
    resume=False,
    save_every=60.0,
):
    """Train a compiled `GAN` on real examples, by ``keras.Model.fit``.

    Give one of ``epochs``, ``steps`` and ``seconds``; with none of them the recipe's own length holds.
    Called again, it goes on from the step where it stopped.  Callbacks see ``epochs`` as epochs, any
    other length as a single one.

    Args:
        gan: What `build` returned.
        examples: ``uint8`` images ``(n, 28, 28)``, floats in the recipe's range, or `Digits`.
        epochs: How often every example is seen.
        steps: How many updates of G.
        seconds: How long to train; the steps under way, 25 at a time, are finished.
        seed: For the order of the examples; by default the GAN's own.
        callbacks: Further Keras callbacks, such as `Snapshots`.
        verbose: 1 for a progress bar, 0 for silence.
        run_dir: Folder for checkpoints; see `checkpoint`.
        resume: Go on with the run in ``run_dir`` where it stopped, at any moment and for any reason: the
            end is, to the bit, that of a run that never stopped.  ``epochs`` and ``steps`` then mean the
            whole run.  A folder without a checkpoint starts a new run.  Callbacks go on where they have
            ``get_state()`` and ``set_state(arrays)``; Keras's own begin to count anew.
        save_every: Seconds between two checkpoints.

    Returns:
        A dict of NumPy arrays: ``step``, ``d_loss``, ``g_loss``, ``real_accuracy`` and
        ``fake_accuracy``, each the mean over the steps since the entry before.  An entry comes every
        25 steps (``steps_per_execution``) and at the end of every epoch that callbacks see.

    Raises:
        ValueError, TypeError: Examples that are not of the recipe's shape or range, or too few; no
            positive length, or more than one; a run folder of something else.
        OSError: A run folder that cannot be written.
        FloatingPointError: A loss or a weight has become NaN or infinite.  The training has stopped, and
            the run's folder keeps the last state that was good.
    """
    if not isinstance(gan, keras_model.KerasModel):
        todo = "The GAN comes first: ganlib.train(ganlib.build('small'), digits)."
        raise refuse("gan", f"a {type(gan).__name__}", "what ganlib.build returns", todo, TypeError)
    callbacks = keras_model.watchers(callbacks)
    _refuse_backup(callbacks)
    labels = inputs.labels(examples, gan.recipe)
    examples = inputs.examples(examples, gan.recipe)
    rows = inputs.rows(None, gan.recipe, gan.distribute_strategy.num_replicas_in_sync)
    seed = gan.seed if seed is None else whole("seed", seed)
    per_epoch = data.whole_batches(len(examples), rows)
    total = _length(gan.recipe, per_epoch, epochs, steps, seconds)
    log, begin = Log(), gan.steps_done
    watchers = [log, *callbacks]
    with contextlib.ExitStack() as held:
        if run_dir is not None:
            held.enter_context(lock.alone(run_dir))
            identity = {"order_seed": seed, "examples": _digest(examples, labels)}
            keeper = checkpoint.Checkpoint(run_dir, identity, watchers, save_every)
            keeper.open(gan, resume)
            begin = keeper.begin
            watchers.append(keeper)
            held.enter_context(checkpoint.spared(run_dir))
        if seconds is not None:
            watchers.append(Deadline(seconds))
        done = gan.steps_done - begin
        if verbose:
            watchers.append(Progress(total and total - done, log))
        parts = _parts(total, done, per_epoch if epochs else total)
        watchers = Watchers(watchers, gan, parts)
        for first, last, length in parts:
            start = gan.step if length else gan.steps_done
            batches = data.batches(examples, rows, seed, start, labels, length=length)
            gan.fit(
                streams.judged(batches), initial_epoch=first, epochs=last, verbose=0, callbacks=watchers
            )
            if gan.stop_training:
                break
    return log.history


def fingerprint(examples, recipe):
    """Return the digest by which a run's checkpoint knows the examples that it was trained on."""
    return _digest(inputs.examples(examples, recipe), inputs.labels(examples, recipe))


def _digest(examples, labels):
    return checkpoint.digest({"examples": examples} | ({} if labels is None else {"labels": labels}))


def _length(recipe, steps_per_epoch, epochs, steps, seconds):
    """Return the number of steps to run, None for a length in seconds."""
    given = {"epochs": epochs, "steps": steps, "seconds": seconds}
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) > 1:
        raise refuse("length", " and ".join(given), "one of them", "Give epochs, steps or seconds.")
    for name, value in given.items():
        number = isinstance(value, Real) and 0 < value < float("inf")
        if not number or (name == "steps" and value != int(value)):
            accepted = "a positive whole number" if name == "steps" else "a positive number"
            raise refuse(name, repr(value), accepted, "Train for at least one step.")
    if seconds is not None:
        return None
    if epochs is not None:
        return max(1, round(epochs * steps_per_epoch))
    return recipe.steps if steps is None else int(steps)


def _parts(total, done, epoch):
    """Return (first epoch, last epoch, steps of each) for every call of ``fit``.

    One call, but for an epoch that was stopped in its middle or is not to be finished: Keras has only
    epochs of one length.  Without a total it is one epoch without end, whose length is None.
    """
    if total is None:
        return [(0, 1, None)]
    parts = []
    while done < total:
        steps = min(epoch - done % epoch, total - done)
        many = (total - done) // epoch if steps == epoch else 1
        parts.append((done // epoch, done // epoch + many, steps))
        done += many * steps
    return parts


def _refuse_backup(callbacks):
    if any(isinstance(callback, keras.callbacks.BackupAndRestore) for callback in callbacks):
        todo = "Give run_dir= instead, and resume=True: it goes on from any step, to the bit."
        raise refuse("callbacks", "BackupAndRestore", "it in gan.fit alone", todo)
