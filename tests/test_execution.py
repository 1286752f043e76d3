"""Steps run as one compiled loop give what steps run one by one give."""

import numpy as np
import pytest

import ganlib
from ganlib.backend import keras, tf

DIGITS = np.random.default_rng(0).integers(0, 256, (300, 28, 28), "uint8")


def trained(steps=24, **options):
    gan = ganlib.GAN("only-zeros", seed=2)
    gan.compile(**options)
    return gan, ganlib.train(gan, DIGITS, steps=steps, verbose=0)


@pytest.fixture(scope="module")
def whole():
    return trained(steps_per_execution=10)


def test_equal_seeds_give_equal_bits_whatever_the_length_of_an_execution(whole):
    for gan, history in (trained(steps_per_execution=10), trained(steps_per_execution=7)):
        for name, variable in gan.state().items():
            np.testing.assert_array_equal(variable, whole[0].state()[name])
        assert history["step"][-1] == 24  # the last execution is shorter
    assert whole[1]["step"].tolist() == [10, 20, 24]


def test_it_is_keras_own_loop_within_rounding(whole):
    _, history = trained(steps_per_execution=10, jit_compile=False)
    for name in history:
        np.testing.assert_allclose(history[name], whole[1][name], atol=2e-4)
    assert history["d_loss"][0] != history["d_loss"][-1]


def test_users_data_sets_and_callbacks_work_as_on_any_model():
    gan = ganlib.GAN("only-zeros", seed=2)
    gan.compile(steps_per_execution=4)
    seen = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    batches = tf.data.Dataset.from_tensor_slices(DIGITS[:192]).batch(32)
    history = gan.fit(batches, epochs=2, verbose=0, callbacks=[watch])
    assert int(gan.step) == 12  # two epochs of six batches, the second execution of each half full
    assert len(history.history["g_loss"]) == 2
    assert len(seen) == 4


def test_dropout_under_xla_keeps_its_rate_and_its_seed():
    """The compiled loop draws its masks by another generator: they must be as good."""
    from ganlib import execution, models

    layer, again = models.Dropout(rate=0.3, seed=5), models.Dropout(rate=0.3, seed=5)

    def masks(layer):
        @tf.function(jit_compile=True, autograph=False)
        def draw(x):
            with execution.threefry():
                return layer(x, training=True), layer(x, training=True)

        return [np.asarray(mask) for mask in draw(tf.ones((801, 101)))]

    one, two = masks(layer)
    np.testing.assert_array_equal(one, masks(again)[0])
    assert abs((one == 0).mean() - 0.3) < 5 * np.sqrt(0.21 / one.size)
    assert (one != two).mean() == pytest.approx(0.42, abs=0.02)  # two masks have nothing in common
    assert models.Dropout.algorithm == "philox"


def test_memory_stays_flat():
    import resource

    gan = ganlib.build("only-zeros", seed=0)
    ganlib.train(gan, DIGITS, steps=200, verbose=0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ganlib.train(gan, DIGITS, steps=600, verbose=0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kilobytes
