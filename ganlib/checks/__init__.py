"""Checks of the exercises.  Each prints one line: passed, not started yet, or one piece of advice.

A lesson's checks live in a module of their own, ``ganlib.checks.lesson_03`` and so on; a task is a
function that is handed what the learner wrote::

    @task("3.1", swapped="Real is 1 and fake is 0: the two are swapped.")
    def labels(answer):
        got = array(answer(4), (8, 1), "labels(4)")
        if (got[:4] == 0).all():
            raise Wrong("swapped")

It returns if the answer is right and raises `Wrong` with the key of a hint if not.  An exception, None, a
wrong shape and NaN are said in words too.  An answer gets copies; one that changes them is told so.
"""

import os
import re
from dataclasses import dataclass
from functools import wraps
from inspect import signature

import numpy as np

from ganlib.checks.handed import altered, copied
from ganlib.checks.stops import raised_in, said

__all__ = [
    "Task",
    "Verdict",
    "Wrong",
    "array",
    "follows",
    "number",
    "pieces",
    "recognise",
    "recognise_all",
    "said",
    "same",
    "task",
    "truth",
]

GENERAL = {  # advice that fits any task
    "not-a-function": "Hand over the function itself, without brackets.",
    "error": "Your code stopped with {detail}",
    "unfinished": "Your code calls {detail}, which raises NotImplementedError: is it still empty?",
    "nothing": "{detail} gave None: is a return missing, or did a search find nothing?",
    "not-numbers": "{detail} makes no array of numbers: is it text, a dict, or of unequal parts?",
    "shape": "{detail}.",
    "not-finite": "{detail} holds NaN or infinity: a logarithm of 0 or less, a root below 0, a 1/0, a "
    "mean of nothing, or steps that grow and grow?",
    "changed": "You changed what you were given ({detail}): make something new (x = x + 1, not x += 1).",
}
UNKNOWN = ("other", "loss", "slope", "not-finite")  # hints that name no mistake: a small case follows


class Wrong(Exception):
    """The answer is not right; the key names the hint that says why.

    Args:
        hint: A key of the task's hints, or of ``GENERAL``.
        detail: Fills ``{detail}`` in the hint.
    """

    def __init__(self, hint, detail=""):
        super().__init__(hint)
        self.hint, self.detail = hint, detail


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        task: Number of the task, ``"3.1"``.
        state: ``"passed"``, ``"not started yet"`` or ``"not yet"``.
        hint: Key of the advice, empty when there is none.
        advice: One sentence on what is wrong and where to look.
    """

    task: str
    state: str
    hint: str = ""
    advice: str = ""

    def __str__(self):
        return f"{self.task} {self.state}" + (f": {self.advice}" if self.advice else ".")


class Task:
    """One task's check: call it to print the verdict, or ask for the `verdict` itself.

    Where nbgrader gives points, a call stops with an error if the task is not passed: it counts errors.

    Attributes:
        number: ``"3.1"``.
        hints: Advice by key.
        answers: Names of the functions that it is handed: its own, or its arguments' if not ``answer``.
    """

    def __init__(self, number, check, hints):
        wanted = tuple(signature(check).parameters)
        self.answers = (check.__name__,) if wanted == ("answer",) else wanted
        self.number, self.check, self.hints = number, check, hints
        self.__doc__, self.__name__ = check.__doc__, check.__name__

    def __call__(self, *answers):
        found = self.verdict(*answers)
        print(found)
        if found.state != "passed" and os.environ.get("NBGRADER_EXECUTION") == "autograde":
            raise AssertionError(str(found))

    def verdict(self, *answers):
        """Return what the check finds of these answers.  Never raises, whatever was typed."""
        if not all(callable(answer) for answer in answers):
            return self._advice(Wrong("not-a-function"))
        try:
            self.check(*map(_handed, answers))
        except NotImplementedError as error:
            if str(error):  # TensorFlow's own: an empty cell says nothing
                return self._advice(Wrong("error", said(error, answers)))
            if (called := raised_in(error, answers)) is None:
                return Verdict(self.number, "not started yet")
            return self._advice(Wrong("unfinished", called))
        except Wrong as wrong:
            return self._advice(wrong, *answers)
        except (Exception, SystemExit) as error:
            return self._advice(Wrong("error", said(error, answers)))
        return Verdict(self.number, "passed")

    def _advice(self, wrong, *answers):
        text = {**GENERAL, **self.hints}[wrong.hint].replace("{detail}", wrong.detail)
        case = ""
        if wrong.hint in UNKNOWN:
            from ganlib.checks.small import small_case  # only here: it brings all of ganlib.metrics

            case = small_case(self.number, *map(_handed, answers))
            case = case if wrong.hint != "not-finite" or re.search("nan|inf", case) else ""
        return Verdict(self.number, "not yet", wrong.hint, f"{text} {case}".rstrip())


def _handed(answer):
    """Return the answer, handed copies at each call, and refused where it changes one."""

    @wraps(answer, updated=())
    def call(*arguments, **options):
        kept = arguments, options
        arguments, options = copied(arguments), copied(options)
        found = answer(*arguments, **options)
        name = altered(answer, arguments, options, kept)
        if name:
            raise Wrong("changed", name)
        return found

    return call


def task(number, **hints):
    """Make a check of a function, with its hints by key (dashes in a key are written as ``_``)."""
    return lambda check: Task(number, check, {key.replace("_", "-"): hints[key] for key in hints})


def array(value, shape, name):
    """Return an answer as a float64 array of this shape, or say what is wrong with it.

    Args:
        value: What the learner's function returned: a number, a list, an array or a tensor.
        shape: The shape that is due; None stands for any length.
        name: What to call it in the advice, ``"labels(4)"``.
    """
    found = _numbers(value, name)
    fits = len(found.shape) == len(shape) and all(
        have and want in (None, have) for want, have in zip(shape, found.shape, strict=True)
    )
    if not fits:
        due = str(tuple("any" if want is None else want for want in shape)).replace("'any'", "1 or more")
        raise Wrong("shape", f"{name} has shape {found.shape} where {due} is due")
    if not np.isfinite(found).all():
        raise Wrong("not-finite", name)
    return found


def number(value, name):
    """Return an answer as one float; whatever holds a single number will do."""
    found = _numbers(value, name)
    if found.size != 1:
        raise Wrong("shape", f"{name} has shape {found.shape} where a single number is due")
    return float(array(found.reshape(()), (), name))


def pieces(value):
    """Return what a tuple, a list, an array or a tensor is made of, as a list; of anything else None."""
    if isinstance(value, tuple | list):
        return list(value)
    return list(np.asarray(value)) if getattr(value, "shape", ()) else None


def truth(value):
    """Return a truth value, be it Python's, NumPy's or a tensor's, as a bool; of anything else None."""
    if str(getattr(value, "dtype", type(value))) not in ("bool", "<dtype: 'bool'>", "<class 'bool'>"):
        return None
    return bool(value) if np.size(value) == 1 else None


def _numbers(value, name):
    if value is None:
        raise Wrong("nothing", name)
    try:
        if np.asarray(value).dtype.kind in "SU":  # NumPy would read "0.4" as a number
            raise TypeError("text")
        return np.asarray(value, dtype=np.float64)
    except Exception as error:
        raise Wrong("not-numbers", f"{name}, of type {type(value).__name__},") from error


def same(got, due):
    """Return whether two numbers or arrays have one shape and agree to a ten-thousandth."""
    return np.shape(got) == np.shape(due) and np.allclose(got, due, rtol=1e-4, atol=1e-6)


def recognise(got, due, mistakes, name=""):
    """Return if the numbers are what is due; else raise the hint of the mistake that gives them.

    Args:
        got: A number or an array.
        due: The right one.
        mistakes: Pairs of a hint and the value that its mistake leads to, the likelier first.
        name: What to call it in the advice, for hints with ``{detail}``.

    Raises:
        Wrong: With the hint of the first mistake that fits, ``"other"`` if none does.
    """
    if not same(got, due):
        raise Wrong(next((hint for hint, value in mistakes if same(got, value)), "other"), name)


def check_names(named, hints, function, unknown):
    """Check an answer that names what it is shown.

    Args:
        named: Pairs of the name that is due and the one that was given.
        hints: From each name to the key of the hint for who gives another one.
        function: The answer's name.
        unknown: The key of the hint for what is no name.
    """
    for _, got in named:
        if got is None:
            raise Wrong("nothing", function)
        if not isinstance(got, str) or got not in hints:
            raise Wrong(unknown, repr(got)[:40])
    if len({got for _, got in named}) == 1:
        raise Wrong("always")
    for name, got in named:
        if got != name:
            raise Wrong(hints[name], got)


def recognise_all(cases, name=""):
    """`recognise` for several cases, tuples of its arguments: a mistake must explain all of them."""
    got, due, mistakes = zip(*cases, strict=True)
    hints = [hint for hint, _ in mistakes[0]]
    values = np.array([[value for _, value in row] for row in mistakes]).swapaxes(0, 1)
    recognise(np.array(got), np.array(due), list(zip(hints, values, strict=True)), name)


def follows(got, cases, rule, mistakes):
    """Return if the answers follow a rule; else raise the hint of the wrong rule that they follow.

    Args:
        got: The answers to the cases, a list.
        cases: The arguments of each case, a list of tuples.
        rule: The right one, a function of a case's arguments.
        mistakes: Pairs of a hint and the rule that the mistake stands for, the likelier first.

    Raises:
        Wrong: With the hint of the first rule that fits all, or ``"other"`` and a case that was missed.
    """
    wrong = [case for case, value in zip(cases, got, strict=True) if value != rule(*case)]
    if wrong:
        fits = (hint for hint, other in mistakes if got == [other(*case) for case in cases])
        raise Wrong(next(fits, "other"), ", ".join(map(str, wrong[0])))
