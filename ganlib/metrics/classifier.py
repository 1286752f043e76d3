"""The small digit classifier in whose 64 features the course measures: plain NumPy, weights shipped.

Two strided convolutions and two dense layers, each a matrix product over patches::

    28x28x1 -> 5x5 conv, stride 2, ReLU -> 12x12x16 -> 5x5 conv, stride 2, ReLU -> 4x4x32
            -> dense 64, ReLU = the features -> dense 10 = the logits

``tools/measure/judge.py`` trains it on the 60 000 training images of MNIST and writes the file.  The
features are scaled so that their variances over the 10 000 test images add up to 1 000: a Fréchet
distance of 10 is one per cent of that.
"""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.errors import refuse

PATH = Path(__file__).with_name("classifier.npz")
SHAPES = {
    "conv1": (25, 16),
    "bias1": (16,),
    "conv2": (400, 32),
    "bias2": (32,),
    "dense": (512, 64),
    "bias3": (64,),
    "logits": (64, 10),
    "bias4": (10,),
}
SHA256 = "5b038269df4b254d30a23ea410d2c9607f6eacfe4eda5143bfc23c4c7cc62f3f"
TEST_ACCURACY = 0.9892  # on the 10 000 test images of MNIST
NAME = f"ganlib digit classifier {SHA256[:8]}"


@cache
def weights(path=PATH):
    """Return the classifier's arrays by name, read-only.

    Raises:
        ValueError: The file is not the one that the figures of the course were measured with.
    """
    raw = Path(path).read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != SHA256:
        todo = "Install ganlib again: figures from another classifier cannot be compared."
        raise refuse("classifier", f"{Path(path).name} {found[:12]}", f"{SHA256[:12]}...", todo)
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in SHAPES}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def forward(images, arrays):
    """Return features and logits of a stack of images, 500 at a time.

    Args:
        images: ``uint8`` ``(n, 28, 28)``.
        arrays: Weights by name, as in ``SHAPES``.

    Returns:
        Features ``(n, 64)``, each ≥ 0, and logits ``(n, 10)``, both float32.
    """
    blocks = [_forward(images[i : i + 500], arrays) for i in range(0, len(images), 500)]
    return tuple(np.concatenate(part) for part in zip(*blocks, strict=True))


def _forward(images, w):
    x = (images.astype("float32") / 255)[..., None]
    x = np.maximum(_patches(x) @ w["conv1"] + w["bias1"], 0)
    x = np.maximum(_patches(x) @ w["conv2"] + w["bias2"], 0)
    features = np.maximum(x.reshape(len(x), -1) @ w["dense"] + w["bias3"], 0)
    return features, features @ w["logits"] + w["bias4"]


def _patches(x, size=5, stride=2):
    """Cut ``(n, h, w, c)`` into patches, each a row: ``(n, h', w', size * size * c)``."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    windows = np.moveaxis(windows[:, ::stride, ::stride], 3, 5)  # channels last, as Keras orders them
    return windows.reshape(*windows.shape[:3], -1)


def _checked(images):
    """Return the images as they are, or say what is wrong with them."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or not len(images):
        todo = "Hand over what gan.sample or ganlib.load_digits gives."
        found = f"{images.dtype} of shape {images.shape}"
        raise refuse("images", found, "uint8 (n, 28, 28) with n ≥ 1", todo)
    return images


def see(images):
    """Return `features` and `classify` of images, in one pass.

    Args:
        images: ``uint8`` ``(n, 28, 28)``.

    Raises:
        ValueError: Not such images.
    """
    seen, logits = forward(_checked(images), weights())
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return seen, powers / powers.sum(1, keepdims=True)


def features(images):
    """Return what the classifier sees in each image: float32 ``(n, 64)``, each ≥ 0.

    Args:
        images: ``uint8`` ``(n, 28, 28)``.

    Raises:
        ValueError: Not such images.
    """
    return see(images)[0]


def classify(images):
    """Return the probability of each digit: float32 ``(n, 10)``, rows that sum to 1.

    Args:
        images: ``uint8`` ``(n, 28, 28)``.

    Raises:
        ValueError: Not such images.
    """
    return see(images)[1]
