"""What is said of an answer that stops with an error."""

import re
from textwrap import shorten
from traceback import walk_tb

__all__ = ["raised_in", "said"]

NOISE = (  # what no learner can use of an error
    r"\{\{function_node \S+\}\}",  # TensorFlow's address
    r"\x1b\[[0-9;]*m",  # colours of a terminal
    r"Exception encountered when calling \S+",
    r"Arguments received by .*",  # Keras prints tensors whole
    r"\[\[[-+\d.e,\s\[\]]*\]\]",  # and so do its sentences
    r" at 0x[0-9a-f]+",
)
SLIPS = {  # advice on an error, by what its message speaks of
    r"NoneType": "A return is missing, or it is the slope of what was not watched or not used.",
    r"_unique_id": "A tensor stands where a variable is due: apply takes (gradients, variables).",
    r"\d (required )?positional|ed keyword|concat_dim": "Compare the call with the function's head.",
    r"broadcast|\bshape|rank|dimension|\b1D|matmul|same len": "Print each part's shape before that line.",
    r"zero-size|is empty|empty seq|non-empty": "Nothing is left there: print what goes into that line.",
    r"dtype|tensor but is|input tensor|TypeError|for attr": "Print each part's type before that line.",
    r"not in (list|deque)|tuple\.index|KeyError": "It is not there: print the list, or the keys.",
    r"SVD|singular|infs or NaNs": "Print what goes into it: do its numbers differ, and is none infinite?",
}


def said(error):
    """Return an error as one line, with a word on shapes or types where it is about them."""
    text = re.sub("|".join(NOISE), "", re.sub(r"<tf\.Tensor[^>]*>", "a tensor", str(error)), flags=re.S)
    text = f"{type(error).__name__}: {' '.join(text.split())}".rstrip(": .")
    slip = next((say for words, say in SLIPS.items() if re.search(words, text, re.I)), "")
    return f"{shorten(text, 180, placeholder=' …')}. {slip}".rstrip()


def raised_in(error, answers):
    """Return the name of the function that raised it, or None if it is one of the answers."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    code = frame.f_code
    own = [getattr(answer, "__code__", None) for answer in answers]
    return None if code in own or None in own else code.co_name
