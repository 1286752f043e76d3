"""Many small GANs at once, one a seed: the same game in the plane, with one thing changed.

A claim about training needs several seeds.  Small networks waste a machine that could run five of them
together, so the weights here carry the seed as their first axis and one compiled loop moves them all.
The seeds do not touch: each has its own weights, its own z and its own batches.
"""

from functools import lru_cache, partial
from itertools import pairwise

import numpy as np

from ganlib import losses, metrics
from ganlib.backend import tf
from ganlib.errors import refuse, unknown, whole

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
    spectral=0.0,
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
        spectral: 0, or the steepest slope that D's logit may have: her first two layers stretch nothing
            and the last one by so much.  Miyato et al. (2018) take 1; see ``layers``.
        pack: Points that D judges together.
        frames: How often to look, at distances equal to within a step, and once before the start.

    Returns:
        A dict of arrays, first axis frames + 1, second seeds: ``points`` ``(…, n, 2)`` with n = 1000, or
        the largest multiple of ``pack`` up to it, ``modes``,
        ``good``, ``d_loss``, ``g_loss``, ``accuracy``, and ``lead``, how far D's mean logit of reals is
        above that of fakes: all that counts with a critic; ``push``, the median length of the slope of
        −log D at a fake, which is how hard the usual loss pulls at a point.  And ``step``
        ``(frames + 1,)``.

    Raises:
        ValueError: An unknown loss, ``pack`` no divisor of ``BATCH``, or a count that is none.
    """
    if loss not in losses.LOSSES:
        raise unknown("loss", loss, losses.LOSSES)
    if pack not in range(1, BATCH + 1) or BATCH % pack:
        raise refuse("pack", pack, f"a divisor of {BATCH}", "Take 1, 2 or 4.")
    for name, count in {"seeds": seeds, "d_steps": d_steps, "frames": frames}.items():
        whole(name, count, 1)
    for name, count in {"steps": steps, "head_start": head_start}.items():
        whole(name, count)
    at = steps * np.arange(frames + 1) // frames
    saturating = loss == "saturating"  # D's loss is the usual one: G's two are in one program
    pair = losses.LOSSES["non-saturating" if saturating else loss]
    other = losses.LOSSES["saturating"][1] if pair == losses.LOSSES["non-saturating"] else None
    game = _game(pair, other, seeds, pack, bool(r1), bool(gp), bool(spectral))
    numbers = {"D": d_rate, "G": g_rate, "beta_1": beta_1, "r1": r1, "gp": gp, "spectral": spectral}
    numbers |= {"sigma": mixture.sigma, "saturating": float(saturating)}
    numbers = {name: tf.constant(value, tf.float32) for name, value in numbers.items()}
    numbers["centres"] = tf.constant(mixture.centres, tf.float32)
    state = _start(seeds, pack)

    def look():
        players = {who: _parts(who, state["weights"][who], pack) for who in "GD"}
        if spectral:
            players["D"] = _bounded(players["D"], state["u"], spectral)[0]
        return _look(mixture, players, pack)

    state = game(state, numbers, *map(tf.constant, (head_start, head_start + 1)))
    rows = [look()]
    for updates in np.diff(at):
        state = game(state, numbers, *map(tf.constant, (int(updates) * d_steps, d_steps)))
        rows.append(look())
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"step": at, **found}


def _sizes(who, pack):
    """Return how wide a player is, from what goes in to what comes out."""
    return (LATENT_DIM, WIDTH, WIDTH, 2) if who == "G" else (2 * pack, WIDTH, WIDTH, 1)


def _networks(seeds, pack):
    """Return G's and D's first weights and biases: ``(seeds, in, out)`` and ``(seeds, 1, out)``."""
    players = {}
    for name in "GD":
        players[name] = []
        for layer, (wide, high) in enumerate(pairwise(_sizes(name, pack))):
            limit = np.sqrt(6 / (wide + high))  # Glorot and Bengio (2010), eq. 16
            draws = [
                np.random.default_rng((seed, layer, name == "D")).uniform(-limit, limit, (wide, high))
                for seed in range(seeds)
            ]
            players[name].append(tf.constant(np.array(draws), tf.float32))
            players[name].append(tf.zeros((seeds, 1, high)))
    return players


def _start(seeds, pack):
    """Return all that the game goes on from.

    A player's weights are one row a seed, so that Adam, with its two moments, is one sum for all of them.
    Beside them are the updates of each so far, and a guess of the singular vectors of D's layers.
    """
    weights = {
        who: tf.concat([tf.reshape(part, (seeds, -1)) for part in parts], 1)
        for who, parts in _networks(seeds, pack).items()
    }
    zeros = {who: tf.zeros_like(weights[who]) for who in "GD"}
    counts = {who: tf.constant(0) for who in "GD"}
    u = [tf.random.stateless_normal((seeds, 1, high), (high, 5)) for high in _sizes("D", pack)[1:]]
    return {"weights": weights, "means": zeros, "squares": zeros, "counts": counts, "u": u}


def _parts(who, row, pack):
    """Return a player's kernels ``(seeds, in, out)`` and biases ``(seeds, 1, out)`` from its rows."""
    shapes = [shape for wide, high in pairwise(_sizes(who, pack)) for shape in ((wide, high), (1, high))]
    parts = tf.split(row, [wide * high for wide, high in shapes], 1)
    return [tf.reshape(part, (-1, *shape)) for part, shape in zip(parts, shapes, strict=True)]


def _bounded(parts, u, most):
    """Divide D's kernels by their greatest singular values, the last times ``most``: also the next u.

    As `layers.SpectralNormalization` does it: one step of the power iteration, which no gradient enters.
    """
    bounded, after = list(parts), []
    for layer, guess in enumerate(u):
        kernel = parts[2 * layer]
        v = tf.stop_gradient(tf.nn.l2_normalize(tf.matmul(guess, kernel, transpose_b=True), 2))
        after.append(tf.stop_gradient(tf.nn.l2_normalize(v @ kernel, 2)))
        stretch = tf.matmul(v @ kernel, after[-1], transpose_b=True)
        bounded[2 * layer] = kernel / stretch * (most if layer + 1 == len(u) else 1)
    return bounded, after


def _run(weights, x):
    """Apply one network a seed: ``(seeds, n, in)`` to ``(seeds, n, out)``."""
    for layer in range(0, len(weights), 2):
        x = x @ weights[layer] + weights[layer + 1]
        x = tf.nn.leaky_relu(x, 0.2) if layer + 2 < len(weights) else x
    return x


def _judge(weights, points, pack):
    """Return D's logits of points ``(seeds, n, 2)``: ``(seeds, n / pack, 1)``."""
    return _run(weights, tf.reshape(points, (tf.shape(points)[0], -1, 2 * pack)))


@lru_cache(32)
def _game(pair, other, seeds, pack, on_reals, between, bounded):
    """Return ``play(state, numbers, d_updates, d_steps) -> state``, one compiled program.

    ``other`` is a loss that G can have in place of his in ``pair``, by a number.  G moves after every
    ``d_steps``-th update of D.  The seeds' losses are summed, so they part again in the gradient.
    Whatever is a number is an argument: games that differ in numbers only share a program.
    """
    d_loss, g_loss = pair

    def normal(count, which):
        width = 2 if which == 2 else LATENT_DIM
        return tf.random.stateless_normal((seeds, BATCH, width), (count, which), alg="philox")

    def reals(count, numbers):
        """Return the real points that the update of D number ``count`` draws."""
        heaps = tf.shape(numbers["centres"])[0]
        heap = tf.random.stateless_uniform((seeds, BATCH), (count, 3), 0, heaps, tf.int32, alg="philox")
        return tf.gather(numbers["centres"], heap) + numbers["sigma"] * normal(count, 2)

    def moved(state, who, slopes, numbers):
        """Return the state after one step of Adam (Kingma and Ba, 2015, Algorithm 1)."""
        count, beta_1 = state["counts"][who] + 1, numbers["beta_1"]
        late = tf.cast(count, tf.float32)
        rate = numbers[who] * tf.sqrt(1 - 0.999**late) / (1 - beta_1**late)
        mean = beta_1 * state["means"][who] + (1 - beta_1) * slopes
        square = 0.999 * state["squares"][who] + 0.001 * slopes**2
        weights = state["weights"][who] - rate * mean / (tf.sqrt(square) + 1e-7)
        new = {"weights": weights, "means": mean, "squares": square, "counts": count}
        return state | {part: state[part] | {who: new[part]} for part in new}

    def judge(row, numbers, u):
        """Return the D to ask, from her weights, and the next guess of her singular vectors."""
        parts = _parts("D", row, pack)
        return _bounded(parts, u, numbers["spectral"]) if bounded else (parts, u)

    def move_d(state, real, numbers):
        row, at = state["weights"]["D"], state["counts"]["D"]
        fake = _run(_parts("G", state["weights"]["G"], pack), normal(at, 0))
        with tf.GradientTape() as tape:
            tape.watch(row)
            judging, u = judge(row, numbers, state["u"])
            with tf.GradientTape() as inner:
                inner.watch(real)
                real_logits = _judge(judging, real, pack)
            total = seeds * d_loss(real_logits, _judge(judging, fake, pack))
            if on_reals:
                slope = tf.reduce_sum(inner.gradient(real_logits, real) ** 2) * (pack / BATCH)
                total += numbers["r1"] / 2 * slope
            if between:
                share = tf.random.stateless_uniform((seeds, BATCH // pack, 1), (at, 4), alg="philox")
                share = tf.repeat(share, pack, 1)
                points = share * real + (1 - share) * fake
                with tf.GradientTape() as inner:
                    inner.watch(points)
                    logits = _judge(judging, points, pack)
                slopes = tf.reshape(inner.gradient(logits, points), (-1, 2 * pack))
                total += numbers["gp"] * seeds * losses.off_unit_length(slopes)
        return moved(state, "D", tape.gradient(total, row), numbers) | {"u": u}

    def move_g(state, real, z, numbers):
        row = state["weights"]["G"]
        judging = judge(state["weights"]["D"], numbers, state["u"])[0]
        with tf.GradientTape() as tape:
            tape.watch(row)
            logits = [_judge(judging, points, pack) for points in (real, _run(_parts("G", row, pack), z))]
            total = g_loss(*logits)
            if other:
                total = tf.where(numbers["saturating"] > 0, other(*logits), total)
        return moved(state, "G", seeds * tape.gradient(total, row), numbers)

    @tf.function(jit_compile=True, autograph=False)
    def play(state, numbers, d_updates, d_steps):
        def update(i, state):
            count = state["counts"]["D"]
            real = reals(count, numbers)
            state = move_d(state, real, numbers)
            after = tf.equal((i + 1) % d_steps, 0)
            answer = partial(move_g, state, real, numbers=numbers)
            return i + 1, tf.cond(after, lambda: answer(z=normal(count, 1)), lambda: state)

        return tf.while_loop(lambda i, _: i < d_updates, update, (tf.constant(0), state))[1]

    return play


@partial(tf.function, jit_compile=True, autograph=False)
def _asked(players, z, real, pack):
    """Return G's points, D's logits of reals and of them, and the slope of the usual loss at each."""
    fake = _run(players["G"], z)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        fake_logits = _judge(players["D"], fake, pack)
        cost = tf.reduce_sum(tf.nn.softplus(-fake_logits))
    return fake, _judge(players["D"], real, pack), fake_logits, tape.gradient(cost, fake)


def _look(mixture, players, pack):
    """Measure every seed now, on 1 000 fakes and 1 000 reals."""
    seeds, count = players["G"][0].shape[0], 1000 - 1000 % pack
    z = tf.random.stateless_normal((seeds, count, LATENT_DIM), (1, 1), alg="philox")
    real = tf.constant(np.stack([mixture.draw(count, seed) for seed in range(seeds)]))
    fake, real_logits, fake_logits, slopes = (x.numpy() for x in _asked(players, z, real, pack))
    push = np.linalg.norm(slopes, axis=2)
    found = [metrics.modes(points, mixture.centres, mixture.sigma, least=10) for points in fake]
    right = [(real_logits > 0).mean((1, 2)), (fake_logits < 0).mean((1, 2))]
    both = np.logaddexp(0, -real_logits).mean((1, 2)), np.logaddexp(0, fake_logits).mean((1, 2))
    return {
        "points": fake,
        "modes": np.array([row["modes"] for row in found]),
        "good": np.array([row["good"] for row in found]),
        "d_loss": np.mean(both, 0),
        "g_loss": np.logaddexp(0, -fake_logits).mean((1, 2)),
        "accuracy": np.mean(right, 0),
        "lead": real_logits.mean((1, 2)) - fake_logits.mean((1, 2)),
        "push": np.median(push, 1),
    }
