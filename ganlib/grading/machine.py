"""Whether this machine can grade at all: tried with a kernel of its own, before the first hand-in.

What the machine lacks must not look like a learner's mistake.
"""

import os
import re
import tempfile

import zmq

from ganlib.errors import refuse
from ganlib.grading.kernel import Ended, Kernel
from ganlib.grading.names import numbers_of

ROOM = len("/ganlib-12345678/k-5")  # what a kernel's sockets add to the name of the temporary folder
DISK = "Name a temporary folder with room, that can be written in:  TMPDIR=/var/tmp ganlib check"
MEMORY = "Close other programs, ask for fewer --jobs, or allow more:  ulimit -v unlimited"
FILES = "Allow more, 256 for each of --jobs:  ulimit -n 1024"
THREADS = "Allow more processes and memory:  ulimit -u 4096 -v unlimited"
FAULTS = {  # what an error says, where the machine is to blame -> what to do
    r"No space left|Disk quota|Errno (28|122)\b": DISK,
    r"Cannot allocate|Errno 12\b": MEMORY,
}
CURES = FAULTS | {  # these too, in words that a hand-in's own mistake may have as well
    r"MemoryError|bad_alloc|SIGKILL|failed to map": MEMORY,
    r"Too many open files|Errno 24\b": FILES,
    r"Resource temporarily|Errno 11\b|start new thread": THREADS,
    r"Read-only file system|Errno 30\b": DISK,
    r"GB of memory": "The checks alone need more: name more with  --memory",
    r"temporary directory|Permission": DISK,
}
ANY = "Try a kernel by hand, to see what it says:  python -m ipykernel"


def at_fault(text):
    """Return whether an error tells of what the machine lacks, whoever asked for it."""
    return any(re.search(fault, text) for fault in FAULTS)


def refuse_unfit(lessons, limits, stop):
    """Start a kernel, load the checks of these lessons in it, and ask for a verdict.

    Raises:
        OSError: It could not be done; the message has the kernel's last words and what to do.
    """
    try:
        folder = tempfile.gettempdir()
    except OSError as error:
        raise refuse("TMPDIR", error, "a folder to write in", DISK, OSError) from error
    most = zmq.IPC_PATH_MAX_LEN - ROOM
    if len(os.fsencode(folder)) > most:
        todo = "A kernel's sockets lie there. Name a shorter one:  TMPDIR=/tmp ganlib check"
        raise refuse("TMPDIR", folder, f"a folder with a name of at most {most} bytes", todo, OSError)
    kernel = Kernel(limits, stop)
    try:
        with kernel:
            for lesson in lessons:
                kernel.seat(lesson)
            if kernel.verdict(numbers_of(lessons[-1])[0])[0] != "missing":
                raise Ended("kernel", "A kernel without a hand-in gave a verdict.")
        return
    except Exception as error:  # whatever it is, it is not a learner's
        why, cause = what_of(error), error
    why = f"{why.rstrip('.')}. {kernel.last_words()}".strip()
    todo = next((do for fault, do in CURES.items() if re.search(fault, why)), _guess())
    accepted = "one that loads the checks and answers"
    raise refuse("this machine's kernel", "nothing", accepted, f"{why} {todo}", OSError) from cause


def _guess():
    """Return what to do where the error does not tell: who is out of memory or files seldom says so."""
    import resource

    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] in range(256):
        return FILES
    spent = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return ANY if all(limit == resource.RLIM_INFINITY for limit in spent) else MEMORY


def what_of(error):
    """Return an exception as a sentence: what `Ended` says, or its class and message."""
    return error.args[1] if isinstance(error, Ended) else f"{type(error).__name__}: {error}"
