"""Random numbers beside z, made of it, and what is done by them: points between reals and fakes, shifts.

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


def shifted(images, z, most, blank):
    """Return images ``(n, height, width, ...)``, each moved by whole pixels; ``blank`` fills the gap.

    Up or down and left or right, each of the ``2 * most + 1`` ways as likely as the others; the same z
    moves its real and its fake alike.  A D that sees only moved images cannot know a few of them by
    heart, and the gradient runs through to G: Zhao et al. (2020), "Differentiable augmentation for
    data-efficient GAN training", eqs. 3 and 4.

    Args:
        images: float32.
        z: ``(n, latent_dim)``.
        most: Pixels, ≥ 0.
        blank: A number, the colour of paper.
    """
    for axis in (1, 2):
        room = [(most, most) if i == axis else (0, 0) for i in range(len(images.shape))]
        wide = tf.pad(images, room, constant_values=blank)
        start = tf.cast(uniform(z, axis + 1) * (2 * most + 1), tf.int32)
        start = tf.minimum(start, 2 * most)  # Φ of a large number is 1 in float32
        places = start[:, None] + tf.range(images.shape[axis])
        images = tf.gather(wide, places, axis=axis, batch_dims=1)
    return images
