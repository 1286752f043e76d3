"""On several devices a GAN trains as on one: each takes its part of every batch."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

CODE = """
import json, sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 3)
import numpy as np
import ganlib
digits = np.random.default_rng(0).integers(0, 256, (300, 28, 28), "uint8")
def run(size=32):
    gan = ganlib.GAN(ganlib.get_recipe("two-layer").but(batch_size=size), seed=1)
    gan.compile(steps_per_execution=1)
    history = ganlib.train(gan, digits, steps=20, verbose=0)
    return [history["d_loss"].tolist(), history["g_loss"].tolist()], gan.sample(3)
one, images = run()
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    two, same = run()
words = []
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1", "CPU:2"]).scope():
    three, _ = run(33)
    gan = ganlib.GAN(ganlib.get_recipe("two-layer").but(batch_size=33), seed=1)
    gan.compile()
    batches = tf.data.Dataset.from_tensor_slices(digits[:68]).batch(33)  # two are left over
    for wrong in (lambda: run(32), lambda: gan.fit(digits, batch_size=64), lambda: gan.fit(batches)):
        try:
            wrong()
        except ValueError as error:
            words.append(str(error))
    ganlib.train(gan, digits, epochs=1.5, verbose=0)
apart = np.abs(images.astype(int) - same).max().item()
print(json.dumps([one, two, apart, run(33)[0], three, words, gan.steps_done]))
"""


def test_two_and_three_devices_train_as_one_does_or_say_what_they_cannot_share():
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two, apart, again, three, words, steps = json.loads(done.stdout.splitlines()[-1])
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert apart <= 1  # grey level of 255
    np.testing.assert_allclose(three, again, rtol=1e-4)
    received = [
        re.match(r"batch_size: received (.*), accepted a multiple of 3\.", word)[1] for word in words
    ]
    assert received == ["32", "64", "a batch of 2"]
    assert steps == 2 + 14  # two batches of the dataset, then one and a half epochs of nine
