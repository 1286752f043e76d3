"""Wrong answers to lesson 3."""

import numpy as np

from ganlib.backend import keras, tf
from tests.wrong_answers.steps import bce, d_step, g_step, only_real_step, toggled, under_scope


def probability_bce(p, target):
    return keras.losses.binary_crossentropy(tf.fill(tf.shape(p), target), p)


MENDED = {  # what task 3.5 asks for
    16: "layers.Dense(1),",
    25: "with keras.StatelessScope(): fake = generator(z, training=True)",
    39: "loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fake, training=True)))",
    40: "variables = generator.trainable_variables",
    47: 'real = tf.constant(images.astype("float32") / 127.5 - 1)',
    49: "z = tf.random.stateless_normal((2, len(images), 100), seed=(0, step))",
}


def fixed(*without, **others):
    """Return the mended lines but some, and others in their place, ``line_25="..."``."""
    lines = {line: text for line, text in MENDED.items() if line not in without}
    lines |= {int(name[5:]): text for name, text in others.items()}
    return lambda: lines


def pick(judge):
    """Return the place of the first step that pleases who looks at what it changed."""

    def clean(steps, fresh):
        for place, step in enumerate(steps):
            generator, discriminator, real, z = fresh()
            lists = (
                discriminator.trainable_variables,
                generator.trainable_variables,
                generator.non_trainable_variables,
            )
            before = [[v.numpy().copy() for v in each] for each in lists]
            step(generator, discriminator, real, z)
            moved = [
                any(not np.array_equal(a, b.numpy()) for a, b in zip(old, now, strict=True))
                for old, now in zip(before, lists, strict=True)
            ]
            if judge(*moved):
                return place
        return 0

    return clean


def searched(
    sign=-1,
    loss=tf.reduce_mean,
    training=False,
    more=0,
    g_too=False,
    half=1.0,
    back="z",
    cost_of=tf.square,
    turn=1,
):
    """The search for z with one thing wrong."""

    def find_z(generator, image, z, steps, rate):
        start, first = z, None
        for _ in range(steps + more):
            with tf.GradientTape() as tape:
                tape.watch(z)
                cost = half * loss(cost_of(generator(z, training=training) - turn * image))
            weights = generator.trainable_variables if g_too else []
            slope, *slopes = tape.gradient(cost, [z, *weights])
            first = slope if first is None else first
            slope = first if back == "stale" else slope
            z = (start if back == "jumps" else z) + sign * rate * slope
            for weight, each in zip(weights, slopes, strict=True):
                weight.assign_sub(rate * each)
        return start if back == "start" else z

    return find_z


def noisy(generator, image, z, steps, rate):
    return z + 0.1


WRONG = {
    "d_loss": [
        ("swapped", lambda r, f: (bce(r, 0.0) + bce(f, 1.0)) / 2),
        ("sum", lambda r, f: (tf.reduce_sum(tf.nn.softplus(-r)) + tf.reduce_sum(tf.nn.softplus(f))) / 2),
        ("halves", lambda r, f: bce(r, 1.0) + bce(f, 0.0)),
        ("sign", lambda r, f: -(bce(r, 1.0) + bce(f, 0.0)) / 2),
        ("only-real", lambda r, f: bce(r, 1.0)),
        ("only-fake", lambda r, f: bce(f, 0.0)),
        (
            "probabilities",
            lambda r, f: (
                (tf.reduce_mean(probability_bce(r, 1.0)) + tf.reduce_mean(probability_bce(f, 0.0))) / 2
            ),
        ),
        ("twice", lambda r, f: (bce(tf.sigmoid(r), 1.0) + bce(tf.sigmoid(f), 0.0)) / 2),
        (
            "unstable",
            lambda r, f: -tf.reduce_mean(tf.math.log(tf.sigmoid(r)) + tf.math.log(1 - tf.sigmoid(f))) / 2,
        ),
        (
            "clipped",
            lambda r, f: (
                -tf.reduce_mean(tf.math.log(tf.sigmoid(r) + 1e-7)) / 2
                - tf.reduce_mean(tf.math.log(1 - tf.sigmoid(f) + 1e-7)) / 2
            ),
        ),
        (
            "clipped",
            lambda r, f: (
                tf.reduce_mean(probability_bce(tf.sigmoid(r), 1.0)) / 2
                + tf.reduce_mean(probability_bce(tf.sigmoid(f), 0.0)) / 2
            ),
        ),
        ("pooled", lambda r, f: tf.reduce_mean(tf.nn.softplus(tf.concat([-r, f], 0)))),
        ("other", lambda r, f: tf.reduce_mean(tf.square(r - 1)) + tf.reduce_mean(tf.square(f))),
        (
            "constant",
            lambda r, f: (np.logaddexp(0, -r.numpy()).mean() + np.logaddexp(0, f.numpy()).mean()) / 2,
        ),
        ("shape", lambda r, f: tf.nn.softplus(-r)),
    ],
    "clean": [
        ("index", lambda steps, fresh: 4),
        ("index", lambda steps, fresh: -1),
        ("constant", lambda steps, fresh: 2),
        ("statistics", pick(lambda d, g, running: d and not g)),
        ("weights", pick(lambda d, g, running: d and not running)),
        ("weights", pick(lambda d, g, running: g)),
        ("statistics", pick(lambda d, g, running: running)),
        ("idle", pick(lambda d, g, running: not d)),
        ("idle", pick(lambda d, g, running: not (g or running or d))),
        ("nothing", lambda steps, fresh: None),
        ("shape", lambda steps, fresh: [0, 1]),
    ],
    "d_step": [
        ("still", d_step(who="nobody")),
        ("uphill", d_step(sign=-1)),
        ("inference", d_step(training=False)),
        ("inference", d_step(g_training=False)),
        ("scope", under_scope(d_step())),
        ("alone", d_step(back="tuple")),
        ("size", d_step(halves=1.0)),
        ("direction", only_real_step),
        ("returned", d_step(back="after")),
        ("nothing", d_step(back="none")),
        ("g-moved", d_step(who="both")),
        ("g-statistics", d_step(scope=False)),
        ("swapped", d_step(real_target=0.0, fake_target=1.0)),
        ("frozen", toggled(d_step(), (), left=(1,))),
        ("frozen", toggled(d_step(), (0,), left=(0,))),
        ("asleep", toggled(d_step(), (0,))),
        ("z", lambda g, d, o, real, z: d_step()(g, d, o, real, tf.random.normal(z.shape))),
        ("real", lambda g, d, o, real, z: d_step()(g, d, o, real / 255, z)),
    ],
    "g_step": [
        ("still", g_step(who="nobody")),
        ("uphill", g_step(sign=-1)),
        ("inference", g_step(training=False)),
        ("inference", g_step(d_training=False)),
        ("scope", under_scope(g_step())),
        ("alone", g_step(back="dict")),
        ("size", g_step(scale=8.0)),
        ("direction", g_step(pixels=True)),
        ("returned", g_step(back=2.0)),
        ("d-moved", g_step(who="both")),
        ("frozen", toggled(g_step(), (1,), left=(1,))),
        ("frozen", toggled(g_step(), (), left=(0,))),
        ("d-statistics", g_step(scope=False)),
        ("asleep", toggled(g_step(), (1,))),
        ("stopped", g_step(cut="outside")),
        ("stopped", g_step(cut="numpy")),
        ("target-zero", g_step(target=0.0)),
        ("saturating", g_step(saturating=True)),
        ("z", lambda g, d, o, z: g_step()(g, d, o, tf.random.normal(z.shape))),
        ("z", lambda g, d, o, z: g_step()(g, d, o, z + 1)),  # which batch norm takes back
    ],
    "fixes": [
        ("nothing", lambda: None),
        ("lines", lambda: [16, 25]),
        ("lines", lambda: {99: "pass"}),
        ("lines", lambda: {"16": "layers.Dense(1),"}),
        ("lines", lambda: {16: 1}),
        ("many", fixed(line_5="layers.Dense(64),")),
        ("syntax", fixed(line_16="layers.Dense(1)),")),
        ("sigmoid", dict),
        ("sigmoid", fixed(16)),
        ("statistics", fixed(25)),
        ("caught", fixed(39)),
        (
            "saturating",
            fixed(line_39="loss = -tf.reduce_mean(tf.nn.softplus(discriminator(fake, training=True)))"),
        ),
        ("both", fixed(40)),
        ("scale", fixed(47)),
        ("scale", fixed(line_47='real = tf.constant(images.astype("float32"))')),
        ("scale", fixed(line_47='real = tf.constant(1 - images.astype("float32") / 127.5)')),
        ("again", fixed(49)),
        (
            "broken",
            fixed(49, line_49="z = tf.random.stateless_uniform((2, len(images), 100), (0, step))"),
        ),
        ("broken", fixed(49, line_49="z = tf.random.normal((2, 64, 100))")),
        ("broken", fixed(25, line_25="fake = generator(z, training=False)")),
        ("broken", fixed(40, line_40="variables = generator.trainable_variables[:1]")),
        ("broken", fixed(16, line_16="layers.LeakyReLU(),")),
        ("broken", fixed(49, line_50="pass")),
        ("error", fixed(49, line_49="z = draw_z(len(images), 100, 0, step)")),
    ],
    "find_z": [
        ("start", searched(back="start")),
        ("start", lambda generator, image, z, steps, rate: z),
        ("uphill", searched(sign=1)),
        ("sum", searched(loss=tf.reduce_sum)),
        ("plain", searched(cost_of=tf.identity)),
        ("added", searched(turn=-1)),
        ("size", searched(half=0.5)),
        ("stale", searched(back="stale")),
        ("count", searched(more=1)),
        ("count", lambda g, image, z, steps, rate: searched()(g, image, z, 1, rate)),
        ("training", searched(training=True)),
        ("g-moved", searched(g_too=True)),
        ("other", noisy),
        ("size", searched(loss=lambda squares: tf.sqrt(tf.reduce_mean(squares)))),
        ("nothing", lambda *_: None),
        ("shape", lambda generator, image, z, steps, rate: generator(z)),
    ],
}
