"""On several devices a GAN trains as on one: each takes its part of every batch."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

CODE = """
import json, sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 3)
import numpy as np
import ganlib
digits = np.random.default_rng(0).integers(0, 256, (300, 28, 28), "uint8")
def built(size):
    gan = ganlib.GAN(ganlib.get_recipe("two-layer").but(batch_size=size), seed=1)
    gan.compile(steps_per_execution=1)
    return gan
def run(size):
    gan = built(size)
    history = ganlib.train(gan, digits, steps=20, verbose=0)
    return [history["d_loss"].tolist(), history["g_loss"].tolist()], gan.sample(3).astype(int)
devices, size, words = int(sys.argv[1]), int(sys.argv[2]), []
one, images = run(size)
with tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(devices)]).scope():
    many, same = run(size)
    gan = built(size)
    batches = tf.data.Dataset.from_tensor_slices(digits[: 2 * size + 1]).batch(size)  # one is left over
    odd = [lambda: run(size + 1), lambda: gan.fit(digits, batch_size=65)]
    for wrong in (*odd, lambda: gan.fit(batches, verbose=0)):
        try:
            wrong()
        except ValueError as error:
            words.append(str(error))
    ganlib.train(gan, digits, epochs=1.5, verbose=0)
print(json.dumps([one, many, np.abs(images - same).max().item(), words, gan.steps_done]))
"""


@pytest.mark.parametrize(
    ("devices", "size", "steps"), [(2, 32, 2 + 14), pytest.param(3, 33, 2 + 14, marks=pytest.mark.slow)]
)
@pytest.mark.trains
def test_several_devices_train_as_one_does_or_say_what_they_cannot_share(devices, size, steps):
    """A process for each number of devices: TensorFlow's groups of devices last as long as theirs.

    The last GAN sees two batches of the dataset, then one and a half epochs of nine.
    """
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(devices), str(size)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, many, apart, words, seen = json.loads(done.stdout.splitlines()[-1])
    assert (np.abs(np.array(many) / one - 1) < 1e-4).all()
    assert apart <= 1  # grey level of 255
    said = rf"batch_size: received (.*), accepted a multiple of {devices}\."
    assert [re.match(said, word)[1] for word in words] == [str(size + 1), "65", "a batch of 1"]
    assert seen == steps
