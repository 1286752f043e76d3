"""One writer at a time in a run's folder, by a lock of the operating system: it ends with its process."""

import contextlib
import errno
import os
from pathlib import Path

from ganlib.errors import refuse

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt


@contextlib.contextmanager
def alone(folder):
    """Hold a folder, made if it is missing, against every other process and thread.

    The empty file ``.lock`` stays behind and means nothing by itself.  On a file system that has no
    locks nothing is held.

    Raises:
        ValueError: Another training writes there.
        OSError: The folder cannot be made or written.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = os.open(Path(folder) / ".lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        todo = "Choose another folder."
        raise refuse("run_dir", error, "a folder to write in", todo, OSError) from error
    try:
        _take(file, folder)
        yield
    finally:
        os.close(file)  # and with it the lock


def _take(file, folder):
    try:
        if os.name == "nt":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            found = f"a folder in which another training writes, {folder}"
            todo = "Wait until that one ends, or choose another folder."
            raise refuse("run_dir", found, "a folder that no other training uses", todo) from error
