"""Wrong answers to lesson 3."""

import numpy as np

from ganlib.backend import keras, tf
from tests.wrong_answers.steps import bce, d_step, g_step, only_real_step, toggled, under_scope

ops = keras.ops


def probability_bce(p, target):
    return keras.losses.binary_crossentropy(tf.fill(tf.shape(p), target), p)


def stack(first, second):
    return np.concatenate([first, second])


def networks(sigmoid=False, flat=False, end="tanh", latent_dim=100, bent=False):
    layers = keras.layers
    ends = [layers.Dense(784, activation=end)] + ([] if flat else [layers.Reshape((28, 28))])
    generator = keras.Sequential([keras.Input((latent_dim,)), *ends])
    last = [layers.Dense(1, activation="sigmoid" if sigmoid else None)]
    last += [layers.LeakyReLU(0.2)] if bent else []
    return generator, keras.Sequential([keras.Input((28, 28)), layers.Flatten(), *last])


def build(sigmoid=False, flat=False, shared=False, rate=2e-4, beta=0.5, parts=4, **options):
    def page():
        d_optimizer = keras.optimizers.Adam(rate, beta_1=beta)
        g_optimizer = d_optimizer if shared else keras.optimizers.Adam(rate, beta_1=beta)
        return (*networks(sigmoid, flat, **options), d_optimizer, g_optimizer)[:parts]

    return page


def to_range(images):
    return images.astype("float32") / 127.5 - 1


def normal(count, number):
    return tf.random.stateless_normal((count, 100), (0, number))


def train(scale=to_range, players="DG", z=normal, per_round=2, rounds=None):
    """The rounds with one thing wrong: who moves in which order, on which images, from which z."""

    def page(generator, discriminator, d_optimizer, g_optimizer, images, steps):
        real = tf.constant(scale(images))
        for step in range(rounds or steps):
            for place, player in enumerate(players):
                noise = z(len(images), per_round * step + place % per_round)
                if player == "D":
                    d_step()(generator, discriminator, d_optimizer, real, noise)
                else:
                    g_step()(generator, discriminator, g_optimizer, noise)

    return page


@tf.function
def compiled(generator, discriminator, d_optimizer, g_optimizer, real):
    for place, step, optimizer in ((0, d_step, d_optimizer), (1, g_step, g_optimizer)):
        z = np.random.default_rng(place).normal(size=(len(real), 100))
        arguments = (generator, discriminator, optimizer)
        step()(*arguments, real, z) if place == 0 else step()(*arguments, z)


def traced(generator, discriminator, d_optimizer, g_optimizer, images, steps):
    """NumPy's numbers in a compiled round are drawn once, when it is traced."""
    for _ in range(steps):
        compiled(generator, discriminator, d_optimizer, g_optimizer, tf.constant(to_range(images)))


WRONG = {
    "labels": [
        ("swapped", lambda n: stack(np.zeros((n, 1)), np.ones((n, 1)))),
        ("mixed", lambda n: np.tile([[1.0], [0.0]], (n, 1))),
        ("range", lambda n: stack(np.ones((n, 1)), -np.ones((n, 1)))),
        ("range", lambda n: stack(np.full((n, 1), 0.9), np.zeros((n, 1)))),
        ("range", lambda n: stack(np.full((n, 1), 1.1), np.zeros((n, 1)))),
        ("same", lambda n: np.ones((2 * n, 1))),
        ("shape", lambda n: np.repeat([1.0, 0.0], n)),
        ("shape", lambda n: np.ones((n, 1))),
        ("not-numbers", lambda n: ["real"] * n + ["fake"] * n),
    ],
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
        ("shape", lambda r, f: tf.nn.softplus(-r)),
    ],
    "g_loss": [
        ("saturating", lambda f: -bce(f, 0.0)),
        ("target-zero", lambda f: bce(f, 0.0)),
        ("sign", lambda f: -bce(f, 1.0)),
        ("sum", lambda f: tf.reduce_sum(tf.nn.softplus(-f))),
        ("probabilities", lambda f: tf.reduce_mean(probability_bce(f, 1.0))),
        ("twice", lambda f: bce(tf.sigmoid(f), 1.0)),
        ("unstable", lambda f: -tf.reduce_mean(tf.math.log(tf.sigmoid(f)))),
        ("clipped", lambda f: -tf.reduce_mean(tf.math.log(tf.sigmoid(f) + 1e-7))),
        ("clipped", lambda f: tf.reduce_mean(probability_bce(tf.sigmoid(f), 1.0))),
        ("other", lambda f: tf.reduce_mean(f)),
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
        ("stopped", g_step(cut="outside")),
        ("stopped", g_step(cut="numpy")),
        ("target-zero", g_step(target=0.0)),
        ("saturating", g_step(saturating=True)),
        ("z", lambda g, d, o, z: g_step()(g, d, o, tf.random.normal(z.shape))),
        ("z", lambda g, d, o, z: g_step()(g, d, o, z + 1)),  # which batch norm takes back
    ],
    "page": [
        ("parts", (build(parts=2), train())),
        ("shapes", (build(flat=True), train())),
        ("shapes", (build(latent_dim=50), train())),
        ("sigmoid", (build(sigmoid=True), train())),
        ("end", (build(bent=True), train())),
        ("shared", (build(shared=True), train())),
        ("settings", (build(beta=0.9), train())),
        ("settings", (build(rate=1e-3), train())),
        ("scale", (build(), train(scale=lambda images: images.astype("float32")))),
        ("scale", (build(), train(scale=lambda images: images.astype("float32") / 255))),
        ("tones", (build(), train(scale=lambda images: -to_range(images)))),
        ("tones", (build(), train(scale=lambda images: np.sign(to_range(images))))),
        ("reach", (build(end="sigmoid"), train())),
        ("reach", (build(end=None), train())),
        ("still", (build(), train(players="G"))),
        ("still", (build(), train(players="D"))),
        ("still", (build(), lambda *_: None)),
        ("rounds", (build(), train(rounds=1))),
        ("rounds", (build(), train(players="DDG", per_round=3))),
        ("order", (build(), train(players="GD"))),
        ("count", (build(), train(z=lambda count, number: normal(64, number)))),
        (
            "noise",
            (build(), train(z=lambda n, number: tf.random.stateless_uniform((n, 100), (0, number)))),
        ),
        ("noise", (build(), train(z=lambda n, number: 2 * normal(n, number)))),
        ("again", (build(), train(per_round=1))),
        ("again", (build(), train(z=lambda count, number: normal(count, 0)))),
        ("again", (build(), traced)),
        ("error", (lambda: keras.optimizers.Adam(lr=2e-4), train())),
    ],
}
