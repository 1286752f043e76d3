"""How many examples a door is tried with: few, or as many as ``GANLIB_EXAMPLES`` says."""

import os


def examples(few):
    """Return the number of examples for hypothesis: ``few``, or what the environment says."""
    return int(os.environ.get("GANLIB_EXAMPLES", few))
