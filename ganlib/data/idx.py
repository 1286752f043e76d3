"""The files in which MNIST and its relatives are published: read with suspicion.

An IDX file is: two zero bytes, a byte for the type, a byte for the number of axes, each axis's length
(32 bits, big-endian), then the numbers (big-endian) and nothing after them.
"""

import gzip
import io
import math
import zipfile
import zlib

import numpy as np

from ganlib.errors import refuse

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,  # in the name of a member
)
LIMIT = 2**28  # bytes; MNIST's largest file has 47 million


def read_idx(path, limit=LIMIT):
    """Return the array in an IDX file, gzipped or not, in the machine's byte order.

    Never more than ``limit`` bytes are unpacked, whatever the file promises.

    Raises:
        ValueError: Not an IDX file, cut short, damaged, with more bytes than it declares, or too large.
        FileNotFoundError: No such file.
    """
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            with gzip.GzipFile(fileobj=file) if packed else file as stream:
                return _parse(stream, path, limit)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _no(path, error, "a whole gzip file") from error


def read_npz(path, names, limit=LIMIT):
    """Return the arrays of these names in an ``.npz`` file; pickled objects are never opened.

    Raises:
        ValueError: Not such a file, damaged, an array missing, or one of more than ``limit`` bytes.
        FileNotFoundError: No such file.
    """
    with open(path, "rb") as file:
        try:
            members = zipfile.ZipFile(file)
            return [_member(members, name, path, limit) for name in names]
        except BROKEN_ZIP as error:
            raise _no(path, str(error) or type(error).__name__, "a whole .npz file") from error


def _member(members, name, path, limit):
    inside = f"{name}.npy"
    if inside not in members.namelist():
        raise _no(path, f"a file without {name}", f"an .npz file with {name}")
    if members.getinfo(inside).file_size > limit:
        raise _no(path, f"{name} of {members.getinfo(inside).file_size} bytes", f"at most {limit}")
    with members.open(inside) as stream:
        data = stream.read(limit)
    shape, fortran, kind, start = _npy_header(data, name, path)
    whole = math.prod(shape) * kind.itemsize == len(data) - start
    if (
        kind.hasobject
        or fortran
        or min(shape, default=0) < 0
        or not whole
        or _extent(shape, kind) > limit
    ):
        raise _no(path, f"{name} of type {kind} and shape {shape}", "plain numbers, all of them")
    return np.frombuffer(data, kind, offset=start).reshape(shape)


def _npy_header(data, name, path):
    file = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("another version than 1.0")
        return *np.lib.format.read_array_header_1_0(file), file.tell()
    except Exception as error:  # NumPy reads the header as Python: any kind of error can come of it
        raise _no(path, f"{name}: {error}", "an array") from error


def _parse(stream, path, limit):
    start = stream.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPES:
        raise _no(path, f"a file that begins with {start.hex(' ') or 'nothing'}", "an IDX file")
    kind, rank = np.dtype(TYPES[start[2]]), start[3]
    if not 1 <= rank <= 8:
        raise _no(path, f"{rank} axes", "1 to 8")
    lengths = stream.read(4 * rank)
    if len(lengths) < 4 * rank:
        raise _no(path, "an unfinished header", f"the lengths of {rank} axes")
    shape = tuple(int(n) for n in np.frombuffer(lengths, ">u4"))
    size = math.prod(shape) * kind.itemsize
    if _extent(shape, kind) > limit:
        raise _no(path, f"{size} bytes of numbers", f"at most {limit}")
    numbers = stream.read(size)
    if len(numbers) < size:
        raise _no(path, f"{len(numbers)} bytes of numbers", f"the {size} that shape {shape} needs")
    if stream.read(1):
        raise _no(path, "more bytes than its header declares", f"{size} bytes of numbers")
    return np.frombuffer(numbers, kind).reshape(shape).astype(kind.newbyteorder("="))


def _extent(shape, kind):
    """Return the bytes that NumPy reckons with: an axis of length 0 does not shrink the others."""
    return math.prod(max(n, 1) for n in shape) * kind.itemsize


def _no(path, received, accepted):
    return refuse(path, received, accepted, "Fetch the file again; this one was not used.")
