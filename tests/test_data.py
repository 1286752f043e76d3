"""The digits that come with the course, and the order of batches."""

import numpy as np
import pytest

import ganlib
from ganlib.data import batches


def test_digits_are_real_balanced_and_read_only():
    images, labels = ganlib.load_digits()
    assert images.shape == (5000, 28, 28) and images.dtype == labels.dtype == np.uint8
    assert np.array_equal(np.bincount(labels), [500] * 10)
    assert (images.min(), images.max()) == (0, 255)
    assert 30 < images.mean() < 37  # the published mean of MNIST is 33.3
    assert ganlib.load_digits().images is images
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def test_only_keeps_the_digits_that_are_asked_for():
    some = ganlib.load_digits().only(0, 7)
    assert len(some.images) == len(some.labels) == 1000 and set(some.labels) == {0, 7}
    with pytest.raises(
        ValueError, match=r"digits: received \(11,\), accepted digits in the set \(0, 7\)"
    ):
        some.only(11)


def rows(dataset, count):
    return [np.asarray(batch) for batch in dataset.take(count)]


def test_batches_shuffle_fully_drop_the_remainder_and_never_end():
    data = np.arange(10)
    first = rows(batches(data, 3, seed=1), 9)
    for epoch in range(3):
        seen = np.concatenate(first[3 * epoch : 3 * epoch + 3])
        assert len(set(seen.tolist())) == 9
    assert not np.array_equal(np.concatenate(first[:3]), np.concatenate(first[3:6]))
    assert not np.array_equal(first[0], rows(batches(data, 3, seed=2), 1)[0])


def test_every_example_is_equally_likely_in_every_place():
    data = np.arange(6)
    places = np.array(rows(batches(data, 6, seed=0), 300))
    counts = np.array([np.bincount(places[:, i], minlength=6) for i in range(6)])
    assert ((counts - 50) ** 2 / 50).sum() < 50  # chi squared, 25 degrees of freedom: p = 0.002


@pytest.mark.parametrize("start", [1, 3, 4, 7])
def test_batches_start_anywhere(start):
    data = np.arange(10)
    whole = rows(batches(data, 3, seed=5), 10)
    late = rows(batches(data, 3, seed=5, start=start), 10 - start)
    assert all(np.array_equal(a, b) for a, b in zip(whole[start:], late, strict=True))


def test_a_batch_larger_than_the_set_is_refused():
    for size in (0, 11):
        with pytest.raises(ValueError, match=f"batch_size: received {size}, accepted 1 to the number"):
            batches(np.arange(10), size)
