"""How steps are run: those between two calls of the callbacks as one program, compiled by XLA.

Several devices are served here too: each draws its own rows, and their gradients are shared.

Keras compiles a step and calls it 25 times.  Compiled as one loop, the weights stay where they are from
step to step, and a small network's time goes into its sums.  Nothing here changes what a step does.
"""

from contextlib import contextmanager

import numpy as np

from ganlib import programs
from ganlib.backend import tf
from ganlib.layers import Dropout


def compiled(gan):
    """Return the function that ``fit`` calls: it takes an iterator, trains, and returns the means.

    Up to ``gan.steps_per_execution`` batches are taken; the last block may hold fewer.  A batch of
    another size than those before it, such as the last of an epoch, is a block of its own.

    Raises (the function):
        StopIteration: The iterator has no batch left.
    """
    most, execute = gan.steps_per_execution, programs.shared(gan, loop)

    def function(iterator):
        logs, room = None, most
        while room:
            block, count, odd = _collect(iterator, tf.constant(room), most)
            if count:
                logs = execute(block, count)
            if not odd.has_value():
                break
            alone = tf.nest.map_structure(lambda rows: rows[None], odd.get_value())
            logs = execute(alone, tf.constant(1))
            room -= int(count) + 1
        if logs is None:
            raise StopIteration
        return logs

    return function


@tf.function(autograph=False)
def _collect(iterator, room, most):
    """Return the next batches as one block ``(most, ...)``, how many, and one of another size."""
    specs = tf.nest.flatten(iterator.element_spec)
    empty = [tf.TensorArray(spec.dtype, most, element_shape=spec.shape) for spec in specs]
    nothing = tf.experimental.Optional.empty(iterator.element_spec)

    def another(count, size, going, odd, arrays):
        return going & (count < room)

    def take(count, size, going, odd, arrays):
        batch = iterator.get_next_as_optional()

        def look():
            values = tf.nest.flatten(batch.get_value())
            rows = tf.shape(values[0])[0]
            fits = (count == 0) | (rows == size)

            def put():
                return [a.write(count, v) for a, v in zip(arrays, values, strict=True)]

            kept = tf.cond(fits, put, lambda: arrays)
            rest = tf.cond(fits, lambda: nothing, lambda: batch)
            return count + tf.cast(fits, tf.int32), rows, fits, rest, kept

        end = (count, size, False, nothing, arrays)
        return tf.cond(batch.has_value(), look, lambda: end)

    count, _, _, odd, arrays = tf.while_loop(another, take, (0, 0, True, nothing, empty))

    def blank():  # TensorFlow stacks no list that holds nothing
        return [tf.zeros([most, *(n or 0 for n in spec.shape)], spec.dtype) for spec in specs]

    block = tf.cond(count == 0, blank, lambda: [array.stack() for array in arrays])
    return tf.nest.pack_sequence_as(iterator.element_spec, block), count, odd


def loop(gan, block, count):
    """Take ``count`` steps on the batches of a block ``(most, ...)``; return the running means."""

    def step(i):
        gan.train_step(tf.nest.map_structure(lambda rows: rows[i], block))
        return (i + 1,)

    with threefry():
        tf.while_loop(lambda i: i < count, step, (tf.constant(0),))
    return {mean.name: mean.result() for mean in gan.metrics}


def watched(gan, function):
    """Return a function for ``fit`` that ends the training where a loss is no finite number any more."""

    def watch(iterator):
        logs = function(iterator)
        if not np.isfinite([logs["d_loss"], logs["g_loss"]]).all():
            gan.lost, gan.stop_training = gan.steps_done, True
            logs = {**logs, "loss": np.nan}  # where keras.callbacks.TerminateOnNaN looks
        return logs

    return watch


@contextmanager
def threefry():
    """Let dropout draw by Threefry, the fastest generator of XLA's, in what is traced inside."""
    Dropout.algorithm, kept = "threefry", Dropout.algorithm
    try:
        yield
    finally:
        Dropout.algorithm = kept


def own_rows(count, make):
    """Return this device's part, ``(count, ...)``, of the rows that ``make(rows)`` gives for all."""
    here = tf.distribute.get_replica_context()
    devices = here.num_replicas_in_sync
    rows = make(count * devices)
    return rows[here.replica_id_in_sync_group * count :][:count] if devices > 1 else rows


def shared(gradients):
    """Return each device's part of the mean gradient: Keras will add them up."""
    devices = tf.distribute.get_strategy().num_replicas_in_sync
    return [gradient / devices for gradient in gradients] if devices > 1 else gradients
