"""Two small cases for an answer that is wrong in no known way: the first that it misses, one it has right."""

import inspect

import numpy as np

from ganlib.backend import tf

__all__ = ["contrast"]


def contrast(answer, rule, cases, tensors=False):
    """Return a sentence on the first small case that an answer misses, and on the one before it.

    Args:
        answer: The learner's function.
        rule: The right one; its arguments' names are those of the advice.  One that returns several
            things returns them in a dict, by name.
        cases: Tuples of arguments, the simplest first.
        tensors: Whether arrays are handed over as tensors.

    Returns:
        The sentence, empty where no case shows the mistake or the answer stops.
    """
    names, right = tuple(inspect.signature(rule).parameters), ""
    for case in cases:
        arguments = [_made(part, tensors) for part in case]
        with np.errstate(all="ignore"):
            due = rule(*(part.numpy() if tf.is_tensor(part) else part for part in arguments))
            try:
                missed = _missed(answer(*arguments), due)
            except Exception:
                return ""
        given = ", ".join(f"{name} = {_said(part)}" for name, part in zip(names, case, strict=True))
        if missed:
            return f"At {given} {missed}" + (f" (right at {right})." if right else ".")
        right = given
    return ""


def _made(part, tensors):
    """Return what an answer is handed for a part of a case: lists become arrays or tensors."""
    if isinstance(part, list) and not any(isinstance(each, np.ndarray | dict) for each in part):
        part = np.array(part)
        if tensors:
            part = part.astype("float32") if part.dtype.kind == "f" else part
    elif isinstance(part, np.ndarray):
        part = part.copy()
    elif isinstance(part, list):
        part = [each.copy() for each in part]
    return tf.constant(part) if tensors and isinstance(part, np.ndarray) else part


def _missed(got, due):
    """Return what is wrong with a result as words, nothing if it is right."""
    if isinstance(due, dict):
        for part, (name, value) in zip(got, due.items(), strict=True):
            if not _same(part, value):
                return f"{name} is {_said(part)} where {_said(value)} is due"
        return ""
    return "" if _same(got, due) else f"yours is {_said(got)} where {_said(due)} is due"


def _same(got, due):
    if isinstance(due, list):
        return len(got) == len(due) and all(map(_same, got, due))
    got, due = np.asarray(got, float), np.asarray(due, float)
    return got.size == due.size and np.allclose(got.reshape(due.shape), due, rtol=1e-4, atol=1e-6)


def _said(value):
    """Return a value in few letters."""
    if callable(value):
        return value.__doc__ or value.__name__
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} {_said(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_said, value)) + "]"
    value = np.asarray(value)
    if value.ndim:
        return _said(list(value))
    return f"{float(value) + 0:.3g}" if value.dtype.kind in "fiu" else str(value)
