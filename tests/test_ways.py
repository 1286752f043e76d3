"""The solution of every task, handed over in ten guises: whatever holds the right values passes.

Three guises a task here, each guise at every third task or so; all ten among the slow tests.
"""

import functools

import numpy as np
import pytest

from ganlib.backend import keras, tf
from tests.test_checks import LESSONS, solution, tasks


class Written:
    """An answer that is an object with ``__call__``."""

    def __init__(self, answer):
        self.answer = answer

    def __call__(self, *given):
        return self.answer(*given)


def returned(change):
    """Return a guise: the answer's numbers, words and truth values are changed, its tuples kept."""

    def each(value):
        if isinstance(value, tuple):
            return tuple(map(each, value))
        kept = value is None or isinstance(value, dict | set | frozenset | str | tf.data.Dataset)
        try:
            return value if kept else change(value)
        except (TypeError, ValueError):  # no numbers, or parts of unequal length
            return [each(part) for part in value] if isinstance(value, list) else value

    return lambda answer: lambda *given: each(answer(*given))


def single(dtype):
    """Numbers of a precision; what is whole or true stays so, and a tensor stays one, for its slope."""

    def change(value):
        array = numbers(value)
        if array.dtype.kind != "f":
            return array
        return tf.cast(value, dtype) if tf.is_tensor(value) else array.astype(dtype)

    return change


def numbers(value):
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError
    return array


def tensor(value):
    return value if tf.is_tensor(value) else tf.constant(numbers(value))


def as_list(answer):
    """What comes in a tuple comes in a list, and a list in a tuple."""
    other = {tuple: list, list: tuple}
    return lambda *given: other.get(type(found := answer(*given)), lambda same: same)(found)


WAYS = {
    "a lambda": lambda answer: lambda *given: answer(*given),
    "an object": Written,
    "a partial": lambda answer: functools.partial(answer),
    "a method": lambda answer: Written(answer).__call__,
    "lists for tuples": as_list,
    "float32": returned(single("float32")),
    "float64": returned(single("float64")),
    "lists of numbers": returned(lambda value: value if tf.is_tensor(value) else numbers(value).tolist()),
    "tensors": returned(tensor),
    "keras.ops": returned(lambda value: keras.ops.convert_to_tensor(tensor(value))),
}
CHECKS = [(lesson, name) for lesson in LESSONS for name in tasks(lesson)]


@functools.cache
def written(lesson):
    return solution(lesson)


def later(place, way):
    """Mark a guise that is not this task's turn."""
    ours = (place - way) % len(WAYS) in (0, 3, 7)
    return () if ours else pytest.mark.slow


GUISES = [
    pytest.param(*check, way, marks=later(i, j), id=f"{'-'.join(check)}-{way}")
    for i, check in enumerate(CHECKS)
    for j, way in enumerate(WAYS)
]


@pytest.mark.parametrize(("lesson", "name", "way"), GUISES)
def test_the_solution_passes_in_every_guise(lesson, name, way):
    check = tasks(lesson)[name]
    answers = [WAYS[way](written(lesson)[each]) for each in check.answers]
    assert str(check.verdict(*answers)) == f"{check.number} passed."


def test_there_are_ten_guises_and_each_comes_many_times_at_once():
    assert len(WAYS) >= 10
    soon = [guise.values for guise in GUISES if not guise.marks]
    for way in WAYS:
        assert sum(way == each[-1] for each in soon) >= 10
    assert {each[:2] for each in soon} == set(CHECKS)
