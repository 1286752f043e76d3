"""Data from files: what is good is read, what is not is refused in words, and nothing hangs or bursts."""

import gzip
import hashlib
import io
import math
import os
import struct
import tracemalloc
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ganlib
from ganlib.backend import keras
from ganlib.data import digits as data
from ganlib.data import idx
from ganlib.data.idx import read_idx, read_npz

EXAMPLES = int(os.environ.get("GANLIB_EXAMPLES", "400"))  # of hypothesis, for each reader
many = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx_bytes(array):
    """The format, written from its description with struct alone."""
    code = CODES[array.dtype.str[1:]]
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def npz_bytes(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


@pytest.fixture
def put(tmp_path):
    def put(data, name="file"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return put


shapes = st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple)


@many
@given(st.data())
def test_what_is_written_is_read(put, data):
    shape = data.draw(shapes)
    kind = data.draw(st.sampled_from(sorted(CODES)))
    array = np.frombuffer(data.draw(st.randoms()).randbytes(math.prod(shape) * int(kind[1])), kind)
    whole = idx_bytes(array.reshape(shape))
    got = read_idx(put(gzip.compress(whole) if data.draw(st.booleans()) else whole))
    assert (got.shape, got.dtype.str[1:]) == (shape, kind)
    assert got.tobytes() == array.tobytes()


def refused_or_fine(read, path):
    try:
        return read(path)
    except ValueError as error:
        message = str(error)
    assert message.startswith(f"{path}: received ")
    assert " accepted " in message
    assert "Fetch the file again" in message
    return None


@many
@given(st.data())
def test_idx_survives_anything(put, data):
    """Any header over any bytes, gzipped, cut short, flipped or followed by more."""
    head = data.draw(
        st.one_of(
            st.binary(max_size=12),
            st.builds(
                lambda code, sizes: (
                    bytes([0, 0, code, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
                ),
                st.sampled_from([0, 8, 9, 10, 11, 12, 13, 14, 255]),
                st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3), max_size=12),
            ),
        )
    )
    body = head + data.draw(st.binary(max_size=60))
    if data.draw(st.booleans()):
        body = bytearray(gzip.compress(body))
        for _ in range(data.draw(st.integers(0, 2))):
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        body = bytes(body[: data.draw(st.integers(0, len(body)))])
    array = refused_or_fine(read_idx, put(body))
    assert array is None or array.size <= 60


@many
@given(st.data())
def test_npz_survives_anything(put, data):
    good = bytearray(npz_bytes(x=np.arange(6, dtype="u1"), y=np.eye(2)))
    for _ in range(data.draw(st.integers(0, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(good)) | st.just(len(good)))
    arrays = refused_or_fine(lambda path: read_npz(path, ("x",)), put(bytes(good[:cut])))
    assert arrays is None or arrays[0].tobytes() == bytes(range(6))


@many
@given(st.binary(max_size=150), st.booleans())
def test_npz_survives_any_header(put, header, plausible):
    """A good zip around a bad array."""
    if plausible:
        header = np.lib.format.magic(1, 0) + struct.pack("<H", len(header)) + header
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as members:
        members.writestr("x.npy", header)
    refused_or_fine(lambda path: read_npz(path, ("x",)), put(out.getvalue()))


BAD_IDX = {
    "no magic": (b"\1\0\x08\1" + b"\0\0\0\1a", "begins with 01 00 08 01"),
    "nothing": (b"", "begins with nothing"),
    "unknown type": (b"\0\0\x0a\1\0\0\0\1a", "begins with 00 00 0a 01"),
    "no axes": (b"\0\0\x08\0", "0 axes"),
    "too many axes": (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"a", "255 axes"),
    "half a header": (b"\0\0\x08\3\0\0\0\1", "unfinished header"),
    "sizes that overflow": (b"\0\0\x0e\4" + b"\xff" * 16, f"{(2**32 - 1) ** 4 * 8} bytes"),
    "a zero beside giants": (b"\0\0\x0e\4" + struct.pack(">4I", 0, *[2**28] * 3), "0 bytes of numbers"),
    "cut short": (idx_bytes(np.zeros((3, 4), "u1"))[:-1], "11 bytes of numbers, accepted the 12"),
    "followed by more": (idx_bytes(np.zeros((3, 4), "u1")) + b"!", "more bytes than its header"),
    "half a gzip": (gzip.compress(idx_bytes(np.zeros(99, "u1")))[:-9], "a whole gzip file"),
    "a broken gzip": (gzip.compress(idx_bytes(np.ones(99, "u1")))[:-8] + b"\0" * 8, "a whole gzip file"),
}


@pytest.mark.parametrize(("data", "message"), BAD_IDX.values(), ids=BAD_IDX)
def test_bad_idx_is_refused_in_words(put, data, message):
    with pytest.raises(ValueError, match=f"received .*{message}|accepted {message}"):
        read_idx(put(data))


def bomb(head, size):
    """``head`` and then ``size`` zeros, deflated to a thousandth."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(head)] + [packer.compress(bytes(2**20)) for _ in range(size // 2**20)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize("declared", [100, 2**31])
def test_a_gzip_bomb_is_not_unpacked(put, declared):
    path = put(bomb(b"\0\0\x08\1" + struct.pack(">I", declared), 2**28))
    assert path.stat().st_size < 2**19
    tracemalloc.start()
    with pytest.raises(
        ValueError, match=r"more bytes than its header|bytes of numbers, accepted at most"
    ):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24


def test_a_zip_bomb_is_not_unpacked(put):
    path = put(npz_bytes(x=np.zeros(2**22, "u1")))
    with pytest.raises(ValueError, match=f"x of {2**22 + 128} bytes, accepted at most 1048576"):
        read_npz(path, ("x",), limit=2**20)


def test_pickles_are_never_opened(put, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = put(npz_bytes(x=np.array([Trap()], dtype=object)))
    with pytest.raises(ValueError, match="accepted plain numbers"):
        read_npz(path, ("x",))
    assert not (tmp_path / "sprung").exists()


def test_a_name_that_cannot_be_decoded_is_refused(put):
    data = bytearray(npz_bytes(x=np.arange(6, dtype="u1")))
    member = data.index(b"PK\1\2")  # in the list at the end: its flags stand at 8, its name at 46
    data[member + 9] |= 8  # "the name is UTF-8"
    data[member + 46] = 0x80
    with pytest.raises(ValueError, match=r"received 'utf-8' codec .*, accepted a whole .npz file"):
        read_npz(put(bytes(data)), ("x",))


def test_a_missing_array_is_named(put):
    with pytest.raises(ValueError, match="received a file without y_train"):
        read_npz(put(npz_bytes(x_train=np.zeros(3))), ("x_train", "y_train"))


# The road to MNIST, walked with a set of twelve images whose hashes take the place of MNIST's.

ARRAYS = {
    "x_train": np.random.default_rng(0).integers(0, 256, (8, 28, 28), "u1"),
    "y_train": np.arange(8, dtype="u1"),
    "x_test": np.random.default_rng(1).integers(0, 256, (4, 28, 28), "u1"),
    "y_test": np.arange(4, dtype="u1"),
}
FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


@pytest.fixture(autouse=True)
def small_world(monkeypatch, tmp_path):
    """No network, no cache but a fresh one, and twelve images."""

    def no_network(name, address, **options):
        raise OSError(f"no route to {address}")

    hashes = tuple(hashlib.sha256(ARRAYS[part].tobytes()).hexdigest() for part in data.PARTS)
    monkeypatch.setattr(data, "SHA256", {"mnist": hashes, "fashion-mnist": hashes})
    monkeypatch.setattr(data, "SYSTEM", tmp_path / "system")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("GANLIB_DATA", raising=False)
    monkeypatch.setattr(keras.utils, "get_file", no_network)
    loaders = data.load_mnist, data.load_fashion_mnist  # each remembers what it has loaded
    for load in loaders:
        load.cache_clear()
    yield
    for load in loaders:
        load.cache_clear()


def lay(folder, way):
    folder.mkdir(parents=True, exist_ok=True)
    if way.endswith("npz"):
        (folder / way).write_bytes(npz_bytes(**ARRAYS))
        return
    for part, name in FILES.items():
        whole = idx_bytes(ARRAYS[part])
        name = name if way != "dotted" else name.replace("-idx", ".idx")
        if way == "boxed":  # a folder of the file's own name
            (folder / name).mkdir()
            name = f"{name}/{name}"
        (folder / (name + ".gz" * (way == "gz"))).write_bytes(
            gzip.compress(whole) if way == "gz" else whole
        )


WAYS = [
    ("mnist", "given", "mnist.npz"),
    ("mnist", "given", "plain"),
    ("mnist", "given", "gz"),
    ("mnist", "given", "dotted"),
    ("mnist", "given/mnist", "gz"),
    ("mnist", "given/MNIST/raw", "plain"),
    ("mnist", "given/mnist/raw", "gz"),
    ("mnist", "given/raw", "dotted"),
    ("mnist", "given/mnist", "mnist.npz"),
    ("mnist", "given", "boxed"),
    ("mnist", "keras/datasets", "mnist.npz"),
    ("fashion-mnist", "given", "fashion-mnist.npz"),
    ("fashion-mnist", "given/fashion-mnist", "gz"),
    ("fashion-mnist", "given/FashionMNIST/raw", "plain"),
    ("fashion-mnist", "given/fashionmnist", "boxed"),
    ("fashion-mnist", "system/fashion-mnist", "gz"),
    ("fashion-mnist", "keras/datasets/fashion-mnist", "gz"),
]


@pytest.mark.parametrize(("name", "folder", "way"), WAYS)
def test_every_road_leads_to_the_same_arrays(name, folder, way, tmp_path, monkeypatch):
    lay(tmp_path / folder, way)
    if folder.startswith("given"):
        monkeypatch.setenv("GANLIB_DATA", str(tmp_path / "given"))
    load = {"mnist": ganlib.load_mnist, "fashion-mnist": ganlib.load_fashion_mnist}[name]
    for split in ("train", "test"):
        digits = load(split)
        np.testing.assert_array_equal(digits.images, ARRAYS[f"x_{split}"])
        np.testing.assert_array_equal(digits.labels, ARRAYS[f"y_{split}"])
        assert not digits.images.flags.writeable


def test_other_arrays_are_refused_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path))
    wrong = npz_bytes(**{**ARRAYS, "y_train": ARRAYS["y_train"][::-1]})
    (tmp_path / "mnist.npz").write_bytes(wrong)
    with pytest.raises(
        ValueError, match=r"y_train in .*mnist.npz: received .*move it away .*load_digits"
    ):
        ganlib.load_mnist()
    assert ganlib.load_mnist("test").labels.tolist() == [0, 1, 2, 3]  # that half is what it should be
    assert (tmp_path / "mnist.npz").read_bytes() == wrong


def test_half_a_download_is_refused_and_kept(tmp_path):
    cache = tmp_path / "keras/datasets"
    lay(cache, "mnist.npz")
    half = (cache / "mnist.npz").read_bytes()[:3000]
    (cache / "mnist.npz").write_bytes(half)
    with pytest.raises(ValueError, match=r"mnist.npz: received .*accepted a whole .npz"):
        ganlib.load_mnist()
    assert (cache / "mnist.npz").read_bytes() == half


def test_a_folder_without_the_files_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"GANLIB_DATA: .*accepted a folder with mnist\. Put"):
        ganlib.load_mnist()


@pytest.mark.parametrize("load", ["load_mnist", "load_fashion_mnist"])
def test_no_network_is_said_and_leaves_nothing(load, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no route to .*accepted a download\. Set GANLIB_DATA"):
        getattr(ganlib, load)()
    assert not [path for path in (tmp_path / "keras").rglob("*") if path.is_file()]


def fetch_from(folder, monkeypatch):
    def get_file(name, address, cache_dir, cache_subdir):
        path = Path(cache_dir) / name
        path.write_bytes((folder / name).read_bytes())
        return str(path)

    monkeypatch.setattr(keras.utils, "get_file", get_file)


@pytest.mark.parametrize(("name", "way"), [("mnist", "mnist.npz"), ("fashion-mnist", "gz")])
def test_a_download_is_verified_and_then_kept(name, way, tmp_path, monkeypatch):
    lay(tmp_path / "server", way)
    fetch_from(tmp_path / "server", monkeypatch)
    load = {"mnist": data.load_mnist, "fashion-mnist": data.load_fashion_mnist}[name].__wrapped__
    with ThreadPoolExecutor(4) as pool:  # several at once: none sees half a file
        several = list(pool.map(lambda _: load("train"), range(4)))
    for digits in several:
        np.testing.assert_array_equal(digits.images, ARRAYS["x_train"])
    monkeypatch.setattr(keras.utils, "get_file", None)
    np.testing.assert_array_equal(load("train").labels, ARRAYS["y_train"])


def test_a_wrong_download_is_not_kept(tmp_path, monkeypatch):
    (tmp_path / "mnist.npz").write_bytes(b"<html>Please log in</html>")
    fetch_from(tmp_path, monkeypatch)
    with pytest.raises(FileNotFoundError, match="accepted a download"):
        ganlib.load_mnist()
    assert not [path for path in (tmp_path / "keras").rglob("*") if path.is_file()]


def test_a_split_is_train_or_test():
    with pytest.raises(ValueError, match="split: received 'valid', accepted 'train' or 'test'"):
        ganlib.load_fashion_mnist("valid")


def test_the_limit_lets_the_real_files_through():
    assert idx.LIMIT > 60_000 * 28 * 28 + 128
