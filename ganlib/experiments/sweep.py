"""Many small GANs at once, one a seed: the same game in the plane, with one thing changed.

A claim about training needs several seeds.  Small networks waste a machine that could run five of them
together, so the weights here carry the seed as their first axis and one compiled loop moves them all.
The seeds do not touch: each has its own weights, its own z and its own batches.
"""

from functools import cache
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
    gp=0.0,
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
        head_start: Updates of D before the first of G; ``d_steps`` does not multiply them.
        r1: Weight of the gradient penalty on real points.
        gp: Weight of the penalty that draws slopes between reals and fakes to 1; a critic needs it, that
            is ``loss="wasserstein"``, and several ``d_steps``.
        pack: Points that D judges together.
        frames: How often to look, at equal distances and once before the start.

    Returns:
        A dict of arrays, first axis frames + 1, second seeds: ``points`` ``(…, 1000, 2)``, ``modes``,
        ``good``, ``d_loss``, ``g_loss``, ``accuracy``, and ``lead``, how far D's mean logit of reals is
        above that of fakes: all that counts with a critic; ``push``, the median length of the slope of
        −log D by a fake, which is how hard the usual loss pulls at a point.  And ``step``
        ``(frames + 1,)``.

    Raises:
        ValueError: An unknown loss, or ``BATCH`` no multiple of ``pack``.
    """
    if loss not in losses.LOSSES:
        raise unknown("loss", loss, losses.LOSSES)
    if BATCH % pack:
        raise refuse("pack", pack, f"a divisor of {BATCH}", "Take 1, 2 or 4.")
    game = _game(loss, seeds, pack, bool(r1), bool(gp))
    numbers = {"D": d_rate, "G": g_rate, "beta_1": beta_1, "r1": r1, "gp": gp, "sigma": mixture.sigma}
    numbers = {name: tf.constant(value, tf.float32) for name, value in numbers.items()}
    numbers["centres"] = tf.constant(mixture.centres, tf.float32)
    state = _start(seeds, pack)
    state = game(state, numbers, *map(tf.constant, (head_start, head_start + 1)))
    rows = [_look(mixture, state["weights"], pack)]
    for _ in range(frames):
        state = game(state, numbers, *map(tf.constant, (steps // frames * d_steps, d_steps)))
        rows.append(_look(mixture, state["weights"], pack))
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"step": np.arange(frames + 1) * (steps // frames), **found}


def _networks(seeds, pack):
    """Return G's and D's first weights and biases: ``(seeds, in, out)`` and ``(seeds, 1, out)``."""
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
            players[name].append(tf.constant(np.array(draws), tf.float32))
            players[name].append(tf.zeros((seeds, 1, high)))
    return players


def _start(seeds, pack):
    """Return all that the game goes on from: weights, Adam's moments, and updates of each so far."""
    weights = _networks(seeds, pack)
    zeros = {who: [tf.zeros_like(w) for w in weights[who]] for who in "GD"}
    counts = {who: tf.constant(0) for who in "GD"}
    return {"weights": weights, "means": zeros, "squares": zeros, "counts": counts}


def _run(weights, x):
    """Apply one network a seed: ``(seeds, n, in)`` to ``(seeds, n, out)``."""
    for layer in range(0, len(weights), 2):
        x = x @ weights[layer] + weights[layer + 1]
        x = tf.nn.leaky_relu(x, 0.2) if layer + 2 < len(weights) else x
    return x


def _judge(weights, points, pack):
    """Return D's logits of points ``(seeds, n, 2)``: ``(seeds, n / pack, 1)``."""
    return _run(weights, tf.reshape(points, (tf.shape(points)[0], -1, 2 * pack)))


@cache
def _game(loss, seeds, pack, on_reals, between):
    """Return ``play(state, numbers, d_updates, d_steps) -> state``, one compiled program.

    G moves after every ``d_steps``-th update of D.  The seeds' losses are summed, so they part again in
    the gradient.  Whatever is a number is an argument: games that differ in numbers only share a program.
    """
    d_loss, g_loss = losses.LOSSES[loss]

    def draws(count, numbers):
        """Return what the update of D number ``count`` draws: reals, and z for D and for G."""
        normal = [
            tf.random.stateless_normal((seeds, BATCH, width), (count, which), alg="philox")
            for which, width in enumerate((LATENT_DIM, LATENT_DIM, 2))
        ]
        heaps = tf.shape(numbers["centres"])[0]
        heap = tf.random.stateless_uniform((seeds, BATCH), (count, 3), 0, heaps, tf.int32, alg="philox")
        return tf.gather(numbers["centres"], heap) + numbers["sigma"] * normal[2], *normal[:2]

    def moved(state, who, slopes, numbers):
        """Return the state after one step of Adam (Kingma and Ba, 2015, Algorithm 1)."""
        count, beta_1 = state["counts"][who] + 1, numbers["beta_1"]
        late = tf.cast(count, tf.float32)
        rate = numbers[who] * tf.sqrt(1 - 0.999**late) / (1 - beta_1**late)
        weights, means, squares = (list(state[part][who]) for part in ("weights", "means", "squares"))
        for i, slope in enumerate(slopes):
            means[i] = beta_1 * means[i] + (1 - beta_1) * slope
            squares[i] = 0.999 * squares[i] + 0.001 * slope**2
            weights[i] -= rate * means[i] / (tf.sqrt(squares[i]) + 1e-7)
        new = {"weights": weights, "means": means, "squares": squares, "counts": count}
        return {part: {**state[part], who: new[part]} for part in new}

    def move_d(state, real, z, numbers):
        players = state["weights"]
        fake = _run(players["G"], z)
        with tf.GradientTape() as tape:
            tape.watch(players["D"])
            with tf.GradientTape() as inner:
                inner.watch(real)
                real_logits = _judge(players["D"], real, pack)
            total = seeds * d_loss(real_logits, _judge(players["D"], fake, pack))
            if on_reals:
                slope = tf.reduce_sum(inner.gradient(real_logits, real) ** 2) * (pack / BATCH)
                total += numbers["r1"] / 2 * slope
            if between:
                at = (state["counts"]["D"], 4)
                share = tf.random.stateless_uniform((seeds, BATCH // pack, 1), at, alg="philox")
                share = tf.repeat(share, pack, 1)
                points = share * real + (1 - share) * fake
                with tf.GradientTape() as inner:
                    inner.watch(points)
                    logits = _judge(players["D"], points, pack)
                slopes = tf.reshape(inner.gradient(logits, points), (-1, 2 * pack))
                total += numbers["gp"] * seeds * losses.off_unit_length(slopes)
        return moved(state, "D", tape.gradient(total, players["D"]), numbers)

    def move_g(state, real, z, numbers):
        players = state["weights"]
        with tf.GradientTape() as tape:
            tape.watch(players["G"])
            fake_logits = _judge(players["D"], _run(players["G"], z), pack)
            total = seeds * g_loss(_judge(players["D"], real, pack), fake_logits)
        return moved(state, "G", tape.gradient(total, players["G"]), numbers)

    @tf.function(jit_compile=True, autograph=False)
    def play(state, numbers, d_updates, d_steps):
        def update(i, state):
            real, d_z, g_z = draws(state["counts"]["D"], numbers)
            state = move_d(state, real, d_z, numbers)
            after = tf.equal((i + 1) % d_steps, 0)
            return i + 1, tf.cond(after, lambda: move_g(state, real, g_z, numbers), lambda: state)

        return tf.while_loop(lambda i, _: i < d_updates, update, (tf.constant(0), state))[1]

    return play


def _look(mixture, players, pack):
    """Measure every seed now, on 1 000 fakes and 1 000 reals."""
    seeds, count = players["G"][0].shape[0], 1000 - 1000 % pack
    z = tf.random.stateless_normal((seeds, count, LATENT_DIM), (1, 1), alg="philox")
    fake = _run(players["G"], z)
    real = np.stack([mixture.draw(count, seed) for seed in range(seeds)])
    real_logits, fake_logits = (np.asarray(_judge(players["D"], x, pack)) for x in (real, fake))
    with tf.GradientTape() as tape:
        tape.watch(fake)
        cost = tf.reduce_sum(tf.nn.softplus(-_judge(players["D"], fake, pack)))
    push = np.linalg.norm(tape.gradient(cost, fake), axis=2)
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
        "lead": real_logits.mean((1, 2)) - fake_logits.mean((1, 2)),
        "push": np.median(push, 1),
    }
