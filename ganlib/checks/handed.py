"""What an answer is handed: copies of its own, and whether it changed them."""

from inspect import signature

import numpy as np

__all__ = ["altered", "copied"]


def copied(value):
    """Return a copy of arrays, and of lists, tuples and dicts with all that they hold.

    Anything else is handed on as it is: numbers and tensors cannot be changed, and networks, optimizers
    and data sets are there to be used.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(copied(part) for part in value)
    if type(value) is dict:
        return {key: copied(part) for key, part in value.items()}
    return value


def altered(answer, arguments, options, kept):
    """Return the name of the first argument that is no longer what it was, None if there is none.

    Args:
        answer: The learner's function, which knows what she calls its arguments.
        arguments: What it was handed by place, a tuple.
        options: What it was handed by name, a dict.
        kept: Copies of ``(arguments, options)``, made before.
    """
    for place, (now, before) in enumerate(zip(arguments, kept[0], strict=True)):
        if not _alike(now, before):
            return _name(answer, place)
    return next((name for name in options if not _alike(options[name], kept[1][name])), None)


def _alike(now, before):
    if isinstance(before, np.ndarray):
        same = isinstance(now, np.ndarray) and (now.dtype, now.shape) == (before.dtype, before.shape)
        return same and np.array_equal(now, before, equal_nan=before.dtype.kind in "fc")
    if type(before) in (list, tuple):
        return len(now) == len(before) and all(map(_alike, now, before))
    if type(before) is dict:
        return list(now) == list(before) and all(_alike(now[key], before[key]) for key in before)
    return now is before or (isinstance(before, int | float | str) and now == before)


def _name(answer, place):
    """Return the learner's name of an argument, or its place where she gave none."""
    try:
        names = [p.name for p in signature(answer).parameters.values() if p.kind != p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        names = []
    return names[place] if place < len(names) else f"argument {place + 1}"
