"""Wrong answers to lesson 8."""

import numpy as np

from ganlib.backend import tf


def one_hot(labels):
    return tf.one_hot(labels, 10)


def flat(images):
    return tf.reshape(images, (len(images), -1))


def cropped(images):
    """The pixels of the largest square in the corner."""
    side = min(images.shape[1:])
    return flat(images[:, :side, :side])


def softplus(x):
    return tf.reduce_mean(tf.nn.softplus(x))


def relativistic(epsilon):
    def cost(gap):
        return -tf.reduce_mean(tf.math.log(tf.sigmoid(gap) + epsilon))

    return lambda real, fake: (cost(real - fake), cost(fake - real))


def r1(
    half=0.5,
    squared=True,
    reduce=tf.reduce_mean,
    inner=tf.reduce_sum,
    cut=False,
    of=tf.identity,
    watch=True,
):
    """R1 with one thing wrong."""

    def penalty(discriminator, images):
        with tf.GradientTape() as tape:
            if watch:
                tape.watch(images)
            logits = of(discriminator(images, training=True))
        slope = tape.gradient(logits, images)
        slope = tf.stop_gradient(slope) if cut else slope
        squares = inner(tf.square(slope), axis=1)
        return half * reduce(squares if squared else tf.sqrt(squares))

    return penalty


def numpy_r1(discriminator, images):
    return float(r1()(discriminator, images))


def mixed(keep, other):
    return lambda old, new, k: [keep(k) * a + other(k) * b for a, b in zip(old, new, strict=True)]


def in_place(average, weights, keep):
    for old, new in zip(average, weights, strict=True):
        old *= keep
        old += (1 - keep) * new
    return average


WRONG = {
    "with_label": [
        ("one-number", lambda z, y: tf.concat([z, tf.cast(y[:, None], tf.float32)], 1)),
        ("first", lambda z, y: tf.concat([one_hot(y), z], 1)),
        ("place", lambda z, y: tf.concat([z, one_hot((y - 1) % 10)], 1)),
        ("signs", lambda z, y: tf.concat([z, 2 * one_hot(y) - 1], 1)),
        ("other", lambda z, y: tf.concat([z * 0, one_hot(y)], 1)),
        ("shape", lambda z, y: z),
    ],
    "judged": [
        ("image", lambda x, y: flat(x)),
        ("label", lambda x, y: one_hot(y)),
        ("first", lambda x, y: tf.concat([one_hot(y), flat(x)], 1)),
        ("mixed", lambda x, y: tf.concat([flat(tf.transpose(x, (0, 2, 1))), one_hot(y)], 1)),
        ("other", lambda x, y: tf.concat([flat(x), one_hot((y - 1) % 10)], 1)),
        ("square", lambda x, y: tf.concat([tf.reshape(x, (-1, x.shape[1] ** 2)), one_hot(y)], 1)),
        ("square", lambda x, y: tf.concat([tf.reshape(x, (len(x), 16)), one_hot(y)], 1)),
        ("square", lambda x, y: np.concatenate([cropped(x), one_hot(y)], 1)),
        ("shape", lambda x, y: x),
    ],
    "relativistic": [
        ("swapped", lambda r, f: (softplus(r - f), softplus(f - r))),
        ("standard", lambda r, f: ((softplus(-r) + softplus(f)) / 2, softplus(-f))),
        ("standard", lambda r, f: (softplus(-r) + softplus(f), softplus(-f))),
        ("sum", lambda r, f: (len(r) * softplus(f - r), len(r) * softplus(r - f))),
        ("crossed", lambda r, f: (softplus(tf.transpose(f) - r), softplus(r - tf.transpose(f)))),
        (
            "crossed",
            lambda r, f: (softplus(tf.reduce_mean(f) - r), softplus(r - tf.reduce_mean(f))),
        ),
        ("unstable", relativistic(0)),
        ("clipped", relativistic(1e-7)),
        ("sign", lambda r, f: (softplus(f - r), -softplus(f - r))),
        ("sign", lambda r, f: (-softplus(f - r), -softplus(r - f))),
        ("other", lambda r, f: (softplus(r), softplus(r))),
        ("shape", lambda r, f: softplus(f - r)),
    ],
    "r1": [
        ("half", r1(half=1.0)),
        ("length", r1(squared=False)),
        ("sum", r1(reduce=tf.reduce_sum)),
        ("mean", r1(inner=tf.reduce_mean)),
        ("unwatched", r1(watch=False)),
        ("batch", r1(of=tf.reduce_mean)),
        ("belief", r1(of=tf.sigmoid)),
        ("constant", r1(cut=True)),
        ("constant", numpy_r1),
        ("other", lambda d, x: tf.reduce_mean(d(x) ** 2)),
        ("error", lambda d, x: r1()(d, x.numpy())),
    ],
    "difference": [
        ("onesided", lambda f, x, h: (f(x + h) - f(x)) / h),
        ("onesided", lambda f, x, h: (f(x) - f(x - h)) / h),
        ("step", lambda f, x, h: (f(x + h) - f(x - h)) / h),
        ("sign", lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h)),
        ("undivided", lambda f, x, h: f(x + h) - f(x - h)),
        ("size", lambda f, x, h: abs(f(x + h) - f(x - h)) / (2 * h)),
        ("size", lambda f, x, h: abs((f(x + h) - f(x - h)) / (2 * h))),
        ("brackets", lambda f, x, h: f(x + h) - f(x - h) / (2 * h)),
        ("brackets", lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h),
        ("other", lambda f, x, h: f(x)),
        ("shape", lambda f, x, h: np.array([f(x), h])),
    ],
    "averaged": [
        ("swapped", mixed(lambda k: 1 - k, lambda k: k)),
        ("latest", mixed(lambda k: 0, lambda k: 1)),
        ("still", mixed(lambda k: 1, lambda k: 0)),
        ("plain", mixed(lambda k: 0.5, lambda k: 0.5)),
        ("sum", mixed(lambda k: k, lambda k: 1)),
        ("fixed", mixed(lambda k: 0.9, lambda k: 0.1)),
        ("changed", in_place),
        ("other", mixed(lambda k: k, lambda k: k - 1)),
        ("shape", lambda old, new, k: old[0]),
    ],
}
