"""How ganlib says no: which argument, what was received, what is accepted, what to do."""

from difflib import get_close_matches
from numbers import Integral


def refuse(argument, received, accepted, todo, error=ValueError):
    """Return the exception to raise, its message in four parts.

    Args:
        argument: Name of the argument, as the caller wrote it.
        received: What came in; shortened to one line of 80 characters.
        accepted: What would have been right.
        todo: What to do next, as a sentence.
        error: Class of the exception.

    Returns:
        An instance of ``error``.
    """
    shown = " ".join(str(received).split())
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return error(f"{argument}: received {shown}, accepted {accepted}. {todo}")


def unknown(argument, received, names):
    """Return a ``ValueError`` for a name that is not in ``names``, with the nearest one suggested."""
    names = sorted(names)
    near = get_close_matches(str(received), names, n=1)
    todo = f"Did you mean {near[0]!r}?" if near else "Use one of these names."
    return refuse(argument, repr(received), ", ".join(names), todo)


def whole(name, value, least=0):
    """Return a whole number of at least ``least`` as an int, or refuse it."""
    number = isinstance(value, Integral) and not isinstance(value, bool)
    if not number or value < least:
        raise refuse(name, repr(value), f"a whole number ≥ {least}", f"Take {least} or more.")
    return int(value)
