"""Two tiny networks on 2 x 2 pixels, with which checks watch an update: who moved, and where to."""

import numpy as np

from ganlib.backend import keras, tf

SIZE, LATENT_DIM, RATE = (2, 2), 3, 0.1


class Spy(keras.layers.Layer):
    """Pass the input on; remember the ``training`` flags of its calls and the range it has seen."""

    def __init__(self):
        super().__init__()
        self.flags = []

    def build(self, input_shape):
        def add(name, start):
            fill = keras.initializers.Constant(start)
            return self.add_weight(shape=(), initializer=fill, trainable=False, name=name)

        self.least, self.most = add("least", np.inf), add("most", -np.inf)

    def call(self, inputs, training=None):
        self.flags.append(training)
        self.least.assign(tf.minimum(self.least, tf.reduce_min(inputs)))
        self.most.assign(tf.maximum(self.most, tf.reduce_max(inputs)))
        return inputs


def pair(seed=1, latent_dim=LATENT_DIM):
    """Return a fresh generator (with batch norm) and discriminator, each behind a `Spy`."""

    def init(i):
        return {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.7, seed=10 * seed + i)}

    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            Spy(),
            layers.Dense(6, **init(0)),
            layers.BatchNormalization(momentum=0.5),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(4, activation="tanh", **init(1)),
            layers.Reshape(SIZE),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(SIZE),
            Spy(),
            layers.Flatten(),
            layers.Dense(5, **init(2)),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, **init(3)),
        ]
    )
    return generator, discriminator


def noise(*shape, seed=0):
    """Return float32 numbers from N(0, 1)."""
    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def trainable(network):
    """Return copies of a network's trained weights as one flat vector."""
    return np.concatenate([np.ravel(v.numpy()) for v in network.trainable_variables])


def statistics(network):
    """Return the running statistics of its batch norm layers as one flat vector."""
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    return np.concatenate(
        [np.ravel(v.numpy()) for layer in norms for v in (layer.moving_mean, layer.moving_variance)]
    )


def spy(network):
    """Return a network's `Spy`."""
    return network.layers[0]


def close(found, due):
    """Return whether two vectors agree to a hundredth of what is due to change."""
    return np.abs(found - due).max() <= 0.01 * np.abs(due).max() + 1e-7


def mean_bce(logits, target):
    """Return the mean cross-entropy of logits with one target."""
    return tf.reduce_mean(tf.nn.softplus(logits) - target * logits)


def downhill(tape, loss, network):
    """Return the move of a network's weights in one step of gradient descent at ``RATE``."""
    slopes = tape.gradient(loss, network.trainable_variables)
    return -RATE * np.concatenate([np.ravel(slope.numpy()) for slope in slopes])


def d_moves(generator, discriminator, real, z):
    """Return D's loss and move: right targets and swapped ones, with G in training mode and not."""
    moves = []
    for training in (True, False):
        with keras.StatelessScope():
            fake = generator(z, training=training)
        for real_target, fake_target in ((1.0, 0.0), (0.0, 1.0)):
            with tf.GradientTape() as tape:
                real_loss = mean_bce(discriminator(real, training=True), real_target)
                fake_loss = mean_bce(discriminator(fake, training=True), fake_target)
                loss = (real_loss + fake_loss) / 2
            moves.append((float(loss), downhill(tape, loss, discriminator)))
    return moves
