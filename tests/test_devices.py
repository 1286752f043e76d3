"""On two devices a GAN trains as on one: each takes half of every batch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

CODE = """
import json, sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import numpy as np
import ganlib
digits = np.random.default_rng(0).integers(0, 256, (300, 28, 28), "uint8")
def run():
    gan = ganlib.GAN(ganlib.get_recipe("two-layer").but(batch_size=32), seed=1)
    gan.compile(steps_per_execution=1)
    history = ganlib.train(gan, digits, steps=20, verbose=0)
    return [history["d_loss"].tolist(), history["g_loss"].tolist()], gan.sample(3)
one, images = run()
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    two, same = run()
print(json.dumps([one, two, np.abs(images.astype(int) - same).max().item()]))
"""


def test_two_devices_train_as_one_does():
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two, apart = json.loads(done.stdout.splitlines()[-1])
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert apart <= 1  # grey level of 255
