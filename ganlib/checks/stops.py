"""What is said of an answer that stops with an error."""

import inspect
import linecache
import re
from textwrap import shorten
from traceback import walk_tb

__all__ = ["raised_in", "said"]

NOISE = (  # what no learner can use of an error
    r"\{\{function_node \S+\}\}",  # TensorFlow's address
    r"\x1b\[[0-9;]*m",  # colours of a terminal
    r"in user code:",  # of code that it has rewritten
    r'File "[^"]*", line \d+, in .*?\*',
    r"Exception encountered when calling \S+",
    r"Arguments received by .*",  # Keras prints tensors whole
    r"\[\[[-+\d.e,\s\[\]]*\]\]",  # and so do its sentences
    r" at 0x[0-9a-f]+",
)
SLIPS = {  # advice on an error, by what its message speaks of
    r"NoneType": "A return is missing, or it is the slope of what was not watched or not used.",
    r"_unique_id": "A tensor stands where a variable is due: apply takes (gradients, variables).",
    r"^(NameError|UnboundLocalError)": "",
    r"^AttributeError": "Print the type of what stands before the dot.",
    r"not in (list|deque)|tuple\.index|KeyError": "It is not there: print the list, or the keys.",
    r"\d (required )?positional|ed keyword|concat_dim": "Compare the call with the function's head.",
    r"broadcast|\bshape|\brank\b|dimension|\b1D|matmul|same len": (
        "Print each part's shape before that line."
    ),
    r"zero-size|is empty|empty seq|non-empty": "Nothing is left there: print what goes into that line.",
    r"dtype|tensor but is|input tensor|TypeError|for attr": "Print each part's type before that line.",
    r"SVD|singular|infs or NaNs": "Print what goes into it: do its numbers differ, and is none infinite?",
}


def said(error, answers=()):
    """Return an error as one line, with its place in the answers and a word on what it is about."""
    text = re.sub("|".join(NOISE), "", re.sub(r"<tf\.Tensor[^>]*>", "a tensor", str(error)), flags=re.S)
    text = f"{type(error).__name__}: {' '.join(text.split())}".rstrip(": .")
    slip = next((say for words, say in SLIPS.items() if re.search(words, text, re.I)), "")
    return f"{shorten(text, 180, placeholder=' …')}{_line(error, answers)}. {slip}".rstrip()


def _line(error, answers):
    """Return where an error came from: the last line of the cells in which the answers stand."""
    files = {code.co_filename for answer in answers if (code := _code(answer))}
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    for file, line in reversed(frames):
        if file in files:
            source = linecache.getline(file, line).strip()
            return f", in line {line} of the cell" + (f", `{source}`" if 0 < len(source) <= 60 else "")
    return ""


def _code(answer):
    """Return the code of a function, be it wrapped or with some arguments given, or None."""
    return getattr(inspect.unwrap(getattr(answer, "func", answer)), "__code__", None)


def raised_in(error, answers):
    """Return the name of the function that raised it, or None if it is one of the answers."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    code = frame.f_code
    own = [_code(answer) for answer in answers]
    return None if code in own or None in own else code.co_name
