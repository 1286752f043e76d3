"""What runs inside a hand-in's kernel: the checks, loaded before the learner's first cell."""

import importlib
import os
import random
import sys

import numpy as np

from ganlib.checks import Task


def tasks(lesson):
    """Return the tasks of a lesson, such as ``"lesson_03"``, by number and in order."""
    module = importlib.import_module(f"ganlib.checks.{lesson}")
    return {value.number: value for value in vars(module).values() if isinstance(value, Task)}


def seat(lesson, mark):
    """Load a lesson's checks before the learner's first cell, and leave her a second, silent copy.

    Args:
        lesson: Such as ``"lesson_03"``.
        mark: The name in ``sys.modules`` under which the grader finds its own copy again.
    """
    import resource

    from IPython import get_ipython
    from IPython.core.formatters import DisplayFormatter

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    most = 10**9 if most == resource.RLIM_INFINITY else min(10**9, most)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    # A hand-in may print without end: nobody listens, and so it costs no memory.
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    shell = get_ipython()
    here, names, plain = tasks(lesson), shell.user_ns, DisplayFormatter(parent=shell)
    for name in ("exit", "quit"):  # IPython's end the kernel, some cells later
        names.pop(name, None)
    for name in [name for name in sys.modules if name.startswith(("ganlib.checks", "ganlib.grading"))]:
        del sys.modules[name]
    importlib.import_module("ganlib.checks").Task.__call__ = lambda task, *answers: None

    def verdict(number):
        shell.display_formatter = plain  # hers could write another verdict into the reply
        return judge(here[number], names)

    sys.modules[mark] = verdict


def judge(task, names):
    """Return (state, hint, advice) of one task for the functions found among these names."""
    missing = [name for name in task.answers if name not in names]
    if missing:
        return "missing", "", f"There is no function called {' or '.join(missing)}."
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)
    found = task.verdict(*(names[name] for name in task.answers))
    return found.state, found.hint, found.advice
