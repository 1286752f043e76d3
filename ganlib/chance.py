"""Random numbers beside z, made of it, and what is done by them: points between reals and fakes.

Each z is fresh.  A row's own z is no use here: its fake follows from it.  So every row takes from others.
"""

from ganlib.backend import keras, tf

ops = keras.ops


def uniform(z, which):
    """Return numbers from U(0, 1), ``(n,)``: one for each row of z ``(n, latent_dim)``, from another row.

    Φ of its first number, by the probability integral transform; ``which`` in 1..n-1 rows before.
    """
    return (1 + ops.erf(tf.roll(z[:, 0], which, 0) / 2**0.5)) / 2


def between(real, fake, z):
    """Return a point on the line from each real to its fake, all points of the line alike: ``(n, ...)``.

    Gulrajani et al. (2017), Algorithm 1, lines 5 and 6.  ``z`` has n rows or, where D sees packs, more.
    """
    share = uniform(z[: tf.shape(real)[0]], 1)
    share = tf.reshape(share, [-1] + [1] * (len(real.shape) - 1))
    return share * real + (1 - share) * fake
