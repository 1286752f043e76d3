"""Images that carry their own number, so that a check sees what a data set did with them."""

import numpy as np

from ganlib.backend import tf
from ganlib.checks import Wrong
from ganlib.data import steady

__all__ = ["AILS", "epoch", "epochs", "numbered"]


def numbered(*counts):
    """Return ``uint8`` images with their own number in the first two pixels, and labels 0, 1, ..."""
    labels = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    images = np.zeros((len(labels), 4, 4), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = divmod(np.arange(len(labels)), 256)
    images[:, 0, 2] = 255
    return images, labels


def elements(dataset, most=200):
    """Return the elements of a dataset as arrays, at most so many."""
    if dataset is None:
        raise Wrong("nothing", "your function")
    if not isinstance(dataset, tf.data.Dataset):
        raise Wrong("dataset")
    return [tf.nest.map_structure(np.asarray, element) for element in steady(dataset.take(most))]


def epoch(dataset, labels, count, asked=(1, 2), size=64):
    """Return the numbers of the images in one epoch, or say what is wrong with it.

    Args:
        dataset: Batches, half of each of one digit, half of another.
        labels: The digits of all images.
        count: How many batches are due.
        asked: Which digits.
        size: Of a batch.

    Returns:
        Two arrays ``(count, size / 2)``: of the one and of the other.
    """
    half = size // 2
    batches = elements(dataset, 3 * count)
    if not batches:
        raise Wrong("few")
    if isinstance(batches[0], tuple | dict | list):
        parts = tf.nest.flatten(batches[0])
        raise Wrong("apart" if all(part.shape[1:] == (4, 4) for part in parts) else "labels")
    if batches[0].shape == (4, 4):
        raise Wrong("single")
    if batches[0].shape[1:] != (4, 4):
        raise Wrong("shape", f"a batch has shape {batches[0].shape} where ({size}, 4, 4) is due")
    if len(batches[0]) != size:
        raise Wrong("size", f"{len(batches[0])} images where batch_size is {size}")
    greys = np.unique(batches[0])  # dozens, if none were lost
    if batches[0].dtype != np.float32 or greys.min() != -1 or greys.max() != 1 or len(greys) < 9:
        raise Wrong("scale")
    pixels = [np.rint((batch[:, 0, :2] + 1) * 127.5).astype(int) for batch in batches]
    found = [256 * pair[:, 0] + pair[:, 1] for pair in pixels]
    if len(found[-1]) != len(found[0]):
        raise Wrong("remainder")
    numbers = np.stack(found)
    if numbers.max() >= len(labels):  # no image has such pixels: they were turned round
        raise Wrong("scale")
    digits = labels[numbers]
    if not np.isin(digits, asked).all():
        raise Wrong("digit")
    places = np.repeat(asked, half)
    if (digits == places[::-1]).all():
        raise Wrong("swapped")
    if (digits != places).any():
        raise Wrong("mixed")
    if len(batches) == 3 * count:
        raise Wrong("endless")
    if len(numbers) != count or len(np.unique(numbers)) != numbers.size:
        raise Wrong("few")
    return numbers[:, :half], numbers[:, half:]


AILS = ("fine", "remainder", "unshuffled", "frozen", "neighbours", "buffer")


def _buffered(order, size, random):
    """Return an order as a buffer of so many shuffles it: each is drawn from those that wait."""
    waiting, out = [], []
    for image in order:
        waiting.append(image)
        if len(waiting) > size:
            out.append(waiting.pop(random.integers(len(waiting))))
    return np.array([*out, *random.permutation(waiting)], int)


def epochs(ails, count, size, seed):
    """Return two epochs of a pipeline that ails from something, each a list of arrays of numbers."""
    random, made = np.random.default_rng(seed), []
    for _ in range(2):
        order = random.permutation(count)
        if ails in ("unshuffled", "neighbours"):
            order = np.arange(count)
        if ails == "buffer":
            order = _buffered(range(count), count // 8, random)
        if ails == "frozen" and made:
            order = np.concatenate(made[0])
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        if ails != "remainder" and len(batches[-1]) < size:
            batches.pop()
        if ails == "neighbours":
            batches = [batches[i] for i in random.permutation(len(batches))]
        made.append(batches)
    return made
