"""The one place that imports Keras and TensorFlow.

Every other module writes ``from ganlib.backend import keras, tf``: so the settings below are made
before the first import, and a missing package is answered with the command that installs it.
"""

import os
import tempfile
from contextlib import contextmanager

if not os.path.isabs(os.path.expanduser("~")):  # no home: Keras would make a folder called "~" here
    os.environ.setdefault("KERAS_HOME", os.path.join(tempfile.gettempdir(), ".keras"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise ImportError(
        f"KERAS_BACKEND: received {os.environ['KERAS_BACKEND']!r}, accepted 'tensorflow'. "
        "ganlib's training step uses TensorFlow's gradient tape: unset the variable and start again."
    )


@contextmanager
def _silence():
    """Keep TensorFlow's greeting out of notebooks: it goes to file descriptor 2, past every setting."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


try:
    with _silence():
        import keras
        import tensorflow as tf

        tf.config.list_logical_devices()
except ImportError as error:
    if not isinstance(error, ModuleNotFoundError):  # it is there: a library of its own does not load
        raise ImportError(
            f"Keras on TensorFlow does not load: {error}. Try  python -c 'import tensorflow'  and close "
            "other programs, or allow more memory (ulimit -v unlimited), if that is what it lacks."
        ) from error
    missing = (error.name or "tensorflow").partition(".")[0]
    raise ImportError(
        f"{missing}: not installed. ganlib builds and trains its networks with Keras on TensorFlow: "
        "install both: in the course's folder  pip install '.[cpu]'  (or '.[gpu]')."
    ) from error

__all__ = ["keras", "tf"]
