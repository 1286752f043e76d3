"""Two tiny networks on 2 x 2 pixels, with which checks watch an update: who moved, and where to."""

from functools import wraps

import numpy as np

from ganlib.backend import keras, tf
from ganlib.checks import Wrong, number

SIZE, LATENT_DIM, RATE = (2, 2), 3, 0.1


class Spy(keras.layers.Layer):
    """Pass the input on and watch the calls, in compiled code too.

    Attributes:
        flags: The ``training`` flag of each call, or of each tracing of one.
        frozen: Whether a call came while ``trainable`` was False.
        kept: Number of calls outside a `keras.StatelessScope`.
        seen: What went into the last 16 calls, ``(16, 5)``: rows, least, greatest, mean, mean square.
    """

    def __init__(self):
        super().__init__()
        self.frozen = False
        self.flags, self.seen = [], tf.Variable(tf.zeros((16, 5)))
        self.kept = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs, training=None):
        self.flags.append(training)
        self.frozen = self.frozen or not self.trainable
        self.kept.assign_add(1.0)
        of_all = (tf.reduce_min, tf.reduce_max, tf.reduce_mean, lambda x: tf.reduce_mean(x * x))
        row = [tf.cast(tf.shape(inputs)[0], tf.float32), *(function(inputs) for function in of_all)]
        self.seen.assign(tf.concat([self.seen[1:], [tf.stack(row)]], 0))
        return inputs


def recorded(name, moves):
    """Return Adam, as the old page has it, that notes its name with each move or each tracing of one."""
    optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    apply = optimizer.apply

    def noted(*arguments, **options):
        moves.append(name)
        return apply(*arguments, **options)

    optimizer.apply = noted
    return optimizer


def _in_float32(make):
    """Let Keras make layers of float32, whatever a learner has set for the whole notebook."""

    @wraps(make)
    def made(*arguments, **options):
        kept = keras.config.dtype_policy()
        keras.config.set_dtype_policy("float32")
        try:
            return make(*arguments, **options)
        finally:
            keras.config.set_dtype_policy(kept)

    return made


@_in_float32
def pair(seed=1, latent_dim=LATENT_DIM, d_norm=False, watched=True):
    """Return a fresh generator (with batch norm) and discriminator, each behind a `Spy` if watched."""

    def init(i):
        return {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.7, seed=10 * seed + i)}

    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *([Spy()] if watched else []),
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
            *([Spy()] if watched else []),
            layers.Flatten(),
            layers.Dense(5, **init(2)),
            *([layers.BatchNormalization(momentum=0.5)] if d_norm else []),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, **init(3)),
        ]
    )
    return generator, discriminator


def noise(*shape, seed=0):
    """Return float32 numbers from N(0, 1)."""
    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def trainable(network):
    """Return copies of the weights that training moves, frozen ones too, as one flat vector."""
    weights = [v for layer in network.layers for v in layer.weights]
    moved = [v for v in weights if v.name in ("kernel", "bias", "gamma", "beta")]
    return np.concatenate([np.ravel(v.numpy()) for v in moved])


def statistics(network):
    """Return the running statistics of its batch norm layers as one flat vector."""
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    kept = [np.ravel(v.numpy()) for layer in norms for v in (layer.moving_mean, layer.moving_variance)]
    return np.concatenate([np.zeros(0), *kept])


def spies(*networks):
    """Return the `Spy` of each network, with nothing on record yet."""
    found = [network.layers[0] for network in networks]
    for spy in found:
        spy.flags.clear()
        spy.frozen = False
        spy.kept.assign(0.0)
        spy.seen.assign(tf.zeros_like(spy.seen))
    return found


def close(found, due):
    """Return whether two vectors agree to a hundredth of what is due to change."""
    return np.abs(found - due).max() <= 0.01 * np.abs(due).max() + 1e-7


def check_move(found, due, who):
    """Raise the hint that fits, where a move is not the one that is due."""
    if not np.abs(found).max() > 1e-7:
        raise Wrong("still", who)
    if close(found, due):
        return
    cosine = _cosine(found, due)
    if cosine < -0.98:
        raise Wrong("uphill", who)
    raise Wrong("size" if cosine > 0.98 else "direction", who)


def _cosine(one, other):
    return np.sum(one * other) / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-30)


def check_calls(watched, name, kept):
    """Raise the hint that fits, where a network was called without training or could not keep a trace."""
    if not all(watched.flags):
        raise Wrong("inference", name)
    if kept and not watched.kept.numpy():
        raise Wrong("scope", name)


def check_shown(watched, due, hint):
    """Raise the hint, where a network was shown rows, so many as are due, but none of them those."""
    seen, due = watched.seen.numpy(), due.numpy()
    row = [len(due), due.min(), due.max(), due.mean(), np.square(due).mean()]
    alike = seen[seen[:, 0] == len(due)]
    if len(alike) and not np.isclose(alike, row, atol=1e-4).all(1).any():
        raise Wrong(hint)


def check_returned(returned, due, name):
    """Raise the hint that fits, where a step did not return the loss that it went down."""
    if isinstance(returned, tuple | list | dict):
        raise Wrong("alone", f"{len(returned)} things")
    if not np.isclose(number(returned, name), due, rtol=1e-3):
        raise Wrong("returned")


def check_flags(generator, discriminator):
    """Say so where a step leaves a network frozen."""
    for name, network in (("G", generator), ("D", discriminator)):
        if not all(part.trainable for part in (network, *network.layers)):
            raise Wrong("frozen", name)


def mean_bce(logits, target):
    """Return the mean cross-entropy of logits with one target."""
    return tf.reduce_mean(tf.nn.softplus(logits) - target * logits)


def downhill(tape, loss, network):
    """Return the move of a network's weights in one step of gradient descent at ``RATE``."""
    slopes = tape.gradient(loss, network.trainable_variables)
    return -RATE * np.concatenate([np.ravel(slope.numpy()) for slope in slopes])


def d_moves(generator, discriminator, real, z):
    """Return D's loss and move twice: for the right targets and for swapped ones."""
    moves = []
    for real_target, fake_target in ((1.0, 0.0), (0.0, 1.0)):
        with keras.StatelessScope(), tf.GradientTape() as tape:
            real_loss = mean_bce(discriminator(real, training=True), real_target)
            fake_loss = mean_bce(discriminator(generator(z, training=True), training=True), fake_target)
            loss = (real_loss + fake_loss) / 2
        moves.append((float(loss), downhill(tape, loss, discriminator)))
    return moves


KINDS = {  # what a step of D may do besides, and the hint to who takes it for clean
    "clean": "",
    "statistics": "statistics",
    "weights": "weights",
    "idle": "idle",
}


def plain_pair(seed):
    """Return a pair without spies, whose every array is one of its own, and a batch of each."""
    generator, discriminator = pair(seed, watched=False)
    return generator, discriminator, noise(8, *SIZE, seed=seed), noise(8, LATENT_DIM, seed=seed + 1)


def step_that(kind):
    """Return a step of D that does what it should, or something else besides."""

    def step(generator, discriminator, real, z):
        variables = [] if kind == "idle" else list(discriminator.trainable_variables)
        variables += generator.trainable_variables[:1] if kind == "weights" else []
        with keras.StatelessScope(), tf.GradientTape() as tape:
            fake_logits = discriminator(generator(z, training=True), training=True)
            loss = (mean_bce(discriminator(real, training=True), 1.0) + mean_bce(fake_logits, 0.0)) / 2
        for variable, slope in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(RATE * slope)
        if kind == "statistics":
            generator(z, training=True)
        return loss

    return step


def walked(generator, image, z, steps, rate, cost=tf.square):
    """Return where so many steps down the mean cost of a difference lead, without a trace in G."""
    for _ in range(steps):
        with keras.StatelessScope(), tf.GradientTape() as tape:
            tape.watch(z)
            loss = tf.reduce_mean(cost(generator(z, training=False) - image))
        z = z - rate * tape.gradient(loss, z)
    return z.numpy()


def walked_wrongly(generator, image, z, steps, rate):
    """Return pairs of a mistake's hint and where it leads."""
    return [
        ("start", z),
        ("uphill", walked(generator, image, z, steps, -rate)),
        ("sum", walked(generator, image, z, steps, rate * image.shape.num_elements())),
        ("plain", walked(generator, image, z, steps, rate, tf.identity)),
        ("added", walked(generator, -image, z, steps, rate)),
        ("stale", z + steps * (walked(generator, image, z, 1, rate) - z)),
    ]


def compared(start, got, due):
    """Return whether the move from start points where it is due, and in words how one number moved."""
    place = np.unravel_index(np.abs(got - due).argmax(), got.shape)
    went = "from {:.2f} to {:.2f} where {:.2f} is due".format(*(z[place] for z in (start, got, due)))
    return _cosine(got - start, due - start) > 0.9999, went
