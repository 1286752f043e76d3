"""Two small cases for an answer that is wrong in no known way: one that it misses, one it has right."""

from ast import literal_eval
from contextlib import suppress
from inspect import signature

import numpy as np

__all__ = ["contrast"]

LONGEST = 190  # letters of a sentence


def contrast(answer, rule, *cases, tensors=False, functions=None, near=1e-4):
    """Return a sentence on the first small case that an answer misses, and on the one before it.

    Args:
        answer: The learner's function.
        rule: The right one; its arguments' names are those of the advice.  One that returns several
            things returns them in a dict, by name.
        cases: The arguments of each case as text, ``"[0, 1], 0.5"``, the simplest first.
        tensors: Whether arrays are handed over as tensors.
        functions: What the texts among the arguments stand for, by text.
        near: By which share of what is due an answer may miss it.

    Returns:
        The sentence, empty where no case shows the mistake.
    """
    names, tried = tuple(signature(rule).parameters), []
    for text in cases:
        case = dict(zip(names, literal_eval(f"({text},)"), strict=True))
        given = [_made(name, part, functions) for name, part in case.items()]
        handed = [_tensor(part) for part in given] if tensors else given
        where = ", ".join(f"{name} = {_said(part)}" for name, part in case.items())
        with (
            np.errstate(all="ignore"),
            suppress(Exception),
        ):  # one that stops shows less than one that is off
            tried.append((where, _parts(answer(*handed), rule(*given), near)))
    for place, (where, parts) in enumerate(tried):
        wrong = [part for part in parts if not part[3]]
        if wrong:
            off = (f"{name} is {got} where {due} is due" for name, got, due in map(_apart, wrong))
            missed = f"At {where} {' and '.join(off)}"
            if len(wrong) == 1:
                name = wrong[0][0]
                missed += _times([part[1:3] for _, row in tried for part in row if part[0] == name])
            contrasted = f"{missed} (right at {tried[place - 1][0]})."
            return contrasted if place and len(contrasted) <= LONGEST else f"{missed}."
    return ""


def _parts(got, due, near):
    """Return name, value, right value and whether they agree, for each thing that an answer returned."""
    parts = (
        list(zip(due, got, due.values(), strict=True)) if isinstance(due, dict) else [("yours", got, due)]
    )
    return [(*part, _same(*part[1:], near)) for part in parts]


def _apart(part):
    """Return name, value and right value of a part, in as many digits as tell the two apart."""
    name, got, due, _ = part
    said = [(name, _said(got, digits), _said(due, digits)) for digits in (3, 5, 8)]
    return next((each for each in said if each[1] != each[2]), said[-1])


def _times(pairs):
    """Return in words how many times as large as due all values are; nothing if that varies."""
    with suppress(Exception):
        got, due = (np.concatenate([np.ravel(pair[i]) for pair in pairs]).astype(float) for i in (0, 1))
        there = np.abs(due) > 1e-3
        times = got[there] / due[there]
        known = np.allclose(got[~there], 0) and np.allclose(times, times[0]) and times[0]
        if known and f"{times[0]:.3g}" != "1" and np.isfinite(times[0]) and np.ptp(due[there]) > 1e-3:
            return f", in every case tried {times[0]:.3g} times as much"
    return ""


def _made(name, part, functions):
    """Return an argument: lists become arrays, of bytes where they are an image's whole numbers."""
    if isinstance(part, str):
        return functions[part]
    if not isinstance(part, list):
        return part
    if name in ("average", "weights"):
        return [np.array(each, float) for each in part]
    found = np.array(part)
    whole = {"labels": int, "image": np.uint8, "images": np.uint8} if found.dtype.kind == "i" else {}
    return found.astype(whole.get(name, float))


def _tensor(part):
    if not isinstance(part, np.ndarray):
        return part
    from ganlib.backend import tf  # only where a task has tensors: it is large

    return tf.constant(part.astype("float32") if part.dtype.kind == "f" else part)


def _same(got, due, near):
    if isinstance(due, list):
        return len(got) == len(due) and all(_same(*pair, near) for pair in zip(got, due, strict=True))
    got, due = np.asarray(got, float), np.asarray(due, float)
    return got.size == due.size and np.allclose(got.reshape(due.shape), due, rtol=near, atol=1e-6)


def _said(value, digits=3):
    """Return a value in few letters."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_said(each, digits) for each in value) + "]"
    value = np.asarray(value)
    if value.ndim:
        return _said(list(value), digits)
    return f"{float(value) + 0:.{digits}g}" if value.dtype.kind in "fiu" else str(value)
