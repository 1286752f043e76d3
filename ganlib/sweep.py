"""Many small GANs at once, one a seed: the same game in the plane, with one thing changed.

A claim about training needs several seeds.  Small networks waste a machine that could run five of them
together, so the weights here carry the seed as their first axis and one compiled loop moves them all.
The seeds do not touch: each has its own weights, its own z and its own batches.
"""

from itertools import pairwise

import numpy as np

from ganlib import losses, metrics
from ganlib.backend import tf
from ganlib.errors import refuse, unknown

WIDTH, LATENT_DIM, BATCH = 64, 8, 64


def sweep(
    mixture,
    steps=2000,
    seeds=5,
    *,
    loss="non-saturating",
    g_rate=1e-3,
    d_rate=1e-3,
    beta_1=0.5,
    d_steps=1,
    head_start=0,
    r1=0.0,
    pack=1,
    frames=8,
):
    """Train one small GAN a seed on a mixture in the plane and measure them all on the way.

    Both networks have two hidden layers of 64 leaky ReLUs; z has 8 numbers; 64 points in a batch.

    Args:
        mixture: Real points, such as ``toys.RING``.
        steps: Updates of G.
        seeds: How many GANs; equal counts give equal runs.
        loss: Key in ``losses.LOSSES``.
        g_rate: Learning rate of G's Adam.
        d_rate: Learning rate of D's Adam.
        beta_1: Of both.
        d_steps: Updates of D per update of G.
        head_start: Updates of D before the first of G.
        r1: Weight of the gradient penalty on real points.
        pack: Points that D judges together.
        frames: How often to look, at equal distances and once before the start.

    Returns:
        A dict of arrays, first axis frames + 1, second seeds: ``points`` ``(…, 1000, 2)``, ``modes``,
        ``good``, ``d_loss``, ``g_loss``, ``accuracy``; and ``step`` ``(frames + 1,)``.

    Raises:
        ValueError: An unknown loss, or ``BATCH`` no multiple of ``pack``.
    """
    if loss not in losses.LOSSES:
        raise unknown("loss", loss, losses.LOSSES)
    if BATCH % pack:
        raise refuse("pack", pack, f"a divisor of {BATCH}", "Take 1, 2 or 4.")
    players = _networks(seeds, pack)
    update = _game(mixture, players, loss, d_steps, r1, pack, (d_rate, g_rate, beta_1))
    update(head_start, False)
    rows = [_look(mixture, players, pack)]
    for _ in range(frames):
        update(steps // frames, True)
        rows.append(_look(mixture, players, pack))
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"step": np.arange(frames + 1) * (steps // frames), **found}


def _networks(seeds, pack):
    """Return G's and D's weights as variables ``(seeds, in, out)`` and ``(seeds, 1, out)``."""
    sizes = {"G": (LATENT_DIM, WIDTH, WIDTH, 2), "D": (2 * pack, WIDTH, WIDTH, 1)}
    players = {}
    for name, widths in sizes.items():
        players[name] = []
        for layer, (wide, high) in enumerate(pairwise(widths)):
            limit = np.sqrt(6 / (wide + high))  # Glorot and Bengio (2010), eq. 16
            draws = [
                np.random.default_rng((seed, layer, name == "D")).uniform(-limit, limit, (wide, high))
                for seed in range(seeds)
            ]
            players[name].append(tf.Variable(np.array(draws, "float32")))
            players[name].append(tf.Variable(np.zeros((seeds, 1, high), "float32")))
    return players


def _run(weights, x):
    """Apply one network a seed: ``(seeds, n, in)`` to ``(seeds, n, out)``."""
    for layer in range(0, len(weights), 2):
        x = x @ weights[layer] + weights[layer + 1]
        x = tf.nn.leaky_relu(x, 0.2) if layer + 2 < len(weights) else x
    return x


def _judge(weights, points, pack):
    """Return D's logits of points ``(seeds, n, 2)``: ``(seeds, n / pack, 1)``."""
    return _run(weights, tf.reshape(points, (tf.shape(points)[0], -1, 2 * pack)))


def _game(mixture, players, loss, d_steps, r1, pack, rates):
    """Return a compiled ``update(steps, move_g)`` that plays on; the seeds are summed, so they part."""
    d_rate, g_rate, beta_1 = rates
    seeds = players["G"][0].shape[0]
    d_loss, g_loss = losses.LOSSES[loss]
    centres = tf.constant(mixture.centres)
    moments = {who: [[tf.Variable(w * 0) for w in players[who]] for _ in range(2)] for who in "GD"}
    counts = {who: tf.Variable(0.0) for who in "GD"}
    clock = tf.Variable(0)

    def draw(shape, which):
        return tf.random.stateless_normal((seeds, BATCH, shape), tf.stack([clock, which]), alg="philox")

    def real():
        key = tf.stack([clock, 2])
        which = tf.random.stateless_uniform(
            (seeds, BATCH), key, 0, len(mixture.centres), tf.int32, alg="philox"
        )
        return tf.gather(centres, which) + mixture.sigma * draw(2, 3)

    def descend(who, slopes, rate):
        counts[who].assign_add(1.0)
        fix = tf.sqrt(1 - 0.999 ** counts[who]) / (1 - beta_1 ** counts[who])
        for w, g, m, v in zip(players[who], slopes, *moments[who], strict=True):
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(0.999 * v + 0.001 * g * g)
            w.assign_sub(rate * fix * m / (tf.sqrt(v) + 1e-7))

    def move_d():
        clock.assign_add(1)
        x, fake = real(), _run(players["G"], draw(LATENT_DIM, 0))
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(x)
                real_logits = _judge(players["D"], x, pack)
            slope = tf.reduce_sum(inner.gradient(real_logits, x) ** 2) * (pack / BATCH) if r1 else 0.0
            total = seeds * d_loss(real_logits, _judge(players["D"], fake, pack)) + r1 / 2 * slope
        descend("D", tape.gradient(total, players["D"]), d_rate)

    def move_g():
        with tf.GradientTape() as tape:
            fake_logits = _judge(players["D"], _run(players["G"], draw(LATENT_DIM, 1)), pack)
            total = seeds * g_loss(_judge(players["D"], real(), pack), fake_logits)
        descend("G", tape.gradient(total, players["G"]), g_rate)

    @tf.function(jit_compile=True)
    def update(steps, both):
        for _ in tf.range(steps):
            for _ in range(d_steps):
                move_d()
            if both:
                move_g()

    return lambda steps, both: update(tf.constant(steps), both) if steps else None


def _look(mixture, players, pack):
    """Measure every seed now, on 1 000 fakes and 1 000 reals."""
    seeds, count = players["G"][0].shape[0], 1000 - 1000 % pack
    z = tf.random.stateless_normal((seeds, count, LATENT_DIM), (1, 1), alg="philox")
    fake = _run(players["G"], z)
    real = np.stack([mixture.draw(count, seed) for seed in range(seeds)])
    real_logits, fake_logits = (np.asarray(_judge(players["D"], x, pack)) for x in (real, fake))
    found = [metrics.modes(points, mixture.centres, mixture.sigma, least=10) for points in fake.numpy()]
    right = [(real_logits > 0).mean((1, 2)), (fake_logits < 0).mean((1, 2))]
    both = np.logaddexp(0, -real_logits).mean((1, 2)), np.logaddexp(0, fake_logits).mean((1, 2))
    return {
        "points": fake.numpy(),
        "modes": np.array([row["modes"] for row in found]),
        "good": np.array([row["good"] for row in found]),
        "d_loss": np.mean(both, 0),
        "g_loss": np.logaddexp(0, -fake_logits).mean((1, 2)),
        "accuracy": np.mean(right, 0),
    }
