"""How steps are run: those between two calls of the callbacks as one program, compiled by XLA.

Several devices are served here too: each draws its own rows, and their gradients are shared.

Keras compiles a step and calls it 25 times.  Compiled as one loop, the weights stay where they are from
step to step, and a small network's time goes into its sums.  Nothing here changes what a step does.
"""

from contextlib import contextmanager

from ganlib.backend import tf
from ganlib.models import Dropout


def compiled(gan):
    """Return the function that ``fit`` calls: it takes an iterator, trains, and returns the means.

    Up to ``gan.steps_per_execution`` batches are taken; the last block may hold fewer.

    Raises (the function):
        StopIteration: The iterator has no batch left.
    """
    most = gan.steps_per_execution

    @tf.function(autograph=False)
    def collect(iterator):
        """Return the next batches as one block ``(most, ...)``, and how many they are."""
        specs = tf.nest.flatten(iterator.element_spec)
        empty = [tf.TensorArray(spec.dtype, most, element_shape=spec.shape) for spec in specs]

        def another(count, going, arrays):
            return going & (count < most)

        def take(count, going, arrays):
            batch = iterator.get_next_as_optional()
            here = batch.has_value()

            def put():
                values = tf.nest.flatten(batch.get_value())
                return [a.write(count, v) for a, v in zip(arrays, values, strict=True)]

            return count + tf.cast(here, tf.int32), here, tf.cond(here, put, lambda: arrays)

        count, _, arrays = tf.while_loop(another, take, (0, True, empty))
        return tf.nest.pack_sequence_as(iterator.element_spec, [a.stack() for a in arrays]), count

    @tf.function(autograph=False, jit_compile=True)
    def execute(block, count):
        def step(i):
            gan.train_step(tf.nest.map_structure(lambda rows: rows[i], block))
            return (i + 1,)

        with threefry():
            tf.while_loop(lambda i: i < count, step, (tf.constant(0),))
        return {mean.name: mean.result() for mean in gan.metrics}

    def function(iterator):
        block, count = collect(iterator)
        if not count:
            raise StopIteration
        return execute(block, count)

    return function


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
