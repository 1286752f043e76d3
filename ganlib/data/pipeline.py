"""From examples to batches: a pipeline whose order follows from a seed and a step alone."""

import numpy as np

from ganlib.backend import tf
from ganlib.data.digits import Digits
from ganlib.errors import refuse

# TensorFlow reads and rewrites the source of what a pipeline maps, loops and all.  There is none here,
# and it takes seconds.
as_is = tf.autograph.experimental.do_not_convert


def whole_batches(count, batch_size):
    """Return how many batches an epoch of ``count`` examples has, at least one.

    Raises:
        ValueError: Fewer than ``batch_size`` examples.
    """
    if not 1 <= batch_size <= count:
        todo = "Take a smaller batch or more examples."
        raise refuse("batch_size", batch_size, f"1 to the number of examples, {count}", todo)
    return count // batch_size


def batches(examples, batch_size, seed=0, start=0, labels=None, shuffle=True, length=None):
    """Return an endless ``tf.data.Dataset`` of batches, in an order that (seed, step) alone decides.

    Every epoch is a fresh full shuffle; the remainder that fills no batch is dropped.  Batch ``start``
    comes first, without drawing those before it, so a training can go on where it stopped.

    Args:
        examples: Array ``(n, ...)``; or `Digits`, whose images are taken.
        batch_size: Rows in a batch, 1 to n.
        seed: Whole number ≥ 0.
        start: Index of the first batch, ≥ 0.  With a variable that counts the steps the dataset ends
            after ``length`` batches, and begins where the variable stands whenever it is iterated.
        labels: ``(n,)``; given, each batch is a pair of examples and their labels.
        shuffle: False for the old order in every epoch.
        length: With a variable: how many batches; by default one epoch's.

    Raises:
        ValueError: Fewer than ``batch_size`` examples.
    """
    examples = examples.images if isinstance(examples, Digits) else np.asarray(examples)
    count = len(examples)
    per_epoch = whole_batches(count, batch_size)
    length = length or per_epoch

    @as_is
    def epoch(number):
        index = tf.range(count, dtype=tf.int64)
        if shuffle:
            index = tf.random.experimental.stateless_shuffle(index, (seed, number), alg="philox")
        rows = tf.reshape(index[: per_epoch * batch_size], (per_epoch, batch_size))
        return tf.data.Dataset.from_tensor_slices(rows)

    def stream(step):
        numbers = tf.data.Dataset.range(step // per_epoch, np.iinfo(np.int64).max)
        return numbers.flat_map(epoch).skip(step % per_epoch)

    if isinstance(start, int):
        indices = stream(start)
    else:
        once = tf.data.Dataset.range(1).flat_map(as_is(lambda _: stream(tf.cast(start, tf.int64))))
        indices = once.take(length).apply(tf.data.experimental.assert_cardinality(length))
    resident = tf.constant(examples)
    if labels is None:
        return steady(indices.map(as_is(lambda index: tf.gather(resident, index))).prefetch(2))
    names = tf.constant(np.asarray(labels, dtype="int32"))
    pairs = indices.map(as_is(lambda index: (tf.gather(resident, index), tf.gather(names, index))))
    return steady(pairs.prefetch(2))


def steady(dataset):
    """Return a ``tf.data.Dataset`` that gives the same elements and ends at once.

    TensorFlow tunes each pipeline from a thread that sleeps longer and longer, and an iterator that goes
    away waits until that thread wakes: up to as long as it has lived.  Nothing here gains by the tuning.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
