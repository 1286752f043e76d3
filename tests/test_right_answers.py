"""Right answers that are written in another way than the solution's: each of them passes."""

import subprocess
import sys

import numpy as np
import pytest

from ganlib import metrics
from ganlib.backend import keras, tf
from ganlib.checks.lesson_07 import play
from ganlib.checks.small import TRIED, small_case
from tests.test_checks import LESSONS, as_tuple, solution, tasks
from tests.wrong_answers.lesson_01 import moved
from tests.wrong_answers.lesson_02 import classified, to_loss
from tests.wrong_answers.lesson_03 import fixed, searched
from tests.wrong_answers.lesson_04 import signs, told
from tests.wrong_answers.lesson_05 import outside
from tests.wrong_answers.lesson_05 import told as pipelines_told
from tests.wrong_answers.lesson_06 import fit, near, ordered
from tests.wrong_answers.lesson_08 import fair, kept
from tests.wrong_answers.steps import g_step

ops = keras.ops


def softplus(x):
    return np.logaddexp(0, x)


def sigmoid(x):
    return np.exp(-softplus(-x))


def entropy(p, dx):
    return -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)) * dx


def averaged_value(p, q, d, dx):
    """Means over the samples that the densities stand for: the same for densities of mass 1."""
    real, fake = np.log(np.where(p > 0, d, 1)), np.log(np.where(q > 0, 1 - d, 1))
    return np.average(real, weights=p) + np.average(fake, weights=q)


def jsd_by_value(p, q, dx):
    d = np.where(p + q > 0, p / np.where(p + q > 0, p + q, 1), 0.5)
    return np.log(2) + (np.sum(p * np.log(d + 1e-15)) + np.sum(q * np.log(1 - d + 1e-15))) * dx / 2


def owner_mean(x, w, b, sign):
    return np.mean(softplus(sign * (x @ w + b)))


def by_slopes(pair):
    """The lesson's three slopes, by finite differences."""
    words, h = set(), 1e-5
    for at in (-1.2, 0.3, 2.0):
        found = {}
        for target in (1.0, 0.9):
            up, down = (pair(np.array([at + s]), np.array([at]), target) for s in (h, -h))
            more, less = (pair(np.array([at]), np.array([at + s]), target) for s in (h, -h))
            found[target] = np.array([up[0] - down[0], more[0] - less[0], more[1] - less[1]]) / (2 * h)
        real, fake, g = np.abs(found[1.0] - found[0.9]) > 1e-6
        words |= {"leak"} if g else {"two-sided"} if fake else set() if real else {"none"}
        words |= set() if np.isclose(found[0.9][0], (sigmoid(at) - 0.9) / 2, atol=1e-6) else {"scaled"}
    return min(words - {"scaled"} or words, default="right")


def by_sums(before, after):
    """Whole bits instead of signs."""
    gaps = [float(b - a) for a, b in zip(before, after, strict=True)]
    sums = [sum(-g if way >> i & 1 else g for i, g in enumerate(gaps)) for way in range(2 ** len(gaps))]
    return sum(abs(total) > abs(sum(gaps)) - 1e-7 for total in sums) / len(sums)


def by_filter(images, labels, one, other, batch_size):
    """Sort out in the stream, and shuffle with room for all images."""
    stream = tf.data.Dataset.from_tensor_slices((images, labels))
    two = [
        stream.filter(lambda image, label, digit=digit: label == digit)
        .map(lambda image, label: tf.cast(image, tf.float32) / 127.5 - 1)
        .shuffle(len(images))
        .batch(batch_size // 2, drop_remainder=True)
        for digit in (one, other)
    ]
    return tf.data.Dataset.zip(tuple(two)).map(lambda a, b: tf.concat([a, b], axis=0)).prefetch(2)


def by_generator(images, labels, one, other, batch_size):
    """NumPy deals the hands, a dataset of them only carries them."""
    random = np.random.default_rng(0)

    def deal():
        kinds = [random.permutation(images[labels == digit]) for digit in (one, other)]
        for start in range(0, min(map(len, kinds)) - batch_size // 2 + 1, batch_size // 2):
            hand = np.concatenate([kind[start : start + batch_size // 2] for kind in kinds])
            yield hand.astype("float32") / 127.5 - 1

    form = tf.TensorSpec((batch_size, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(deal, output_signature=form)


def by_pairs(images, labels, one, other, batch_size):
    """Pairs of single images, made into batches together, then unfolded."""
    scaled = images.astype("float32") / 127.5 - 1
    kinds = [scaled[labels == digit] for digit in (one, other)]
    two = [tf.data.Dataset.from_tensor_slices(kind).shuffle(len(kind)) for kind in kinds]
    pairs = tf.data.Dataset.zip(tuple(two)).batch(batch_size // 2, drop_remainder=True)
    return pairs.map(lambda a, b: ops.concatenate([a, b]))


def two_misses(real, first, second, k):
    """Places in sets instead of masks."""
    one, other = (set(np.flatnonzero(outside(real, fake, k))) for fake in (first, second))
    return len(one & other), len(one) * len(other) / len(real)


def missed_by_loop(real, first, second, k):
    """Point by point."""
    lost = [[outside(real[i : i + 1], fake, k)[0] for i in range(len(real))] for fake in (first, second)]
    return sum(map(min, *lost)), sum(lost[0]) * np.mean(lost[1])


def by_sets(first, second):
    """Other marks of the same faults."""
    if {len(batch) for batch in first} != {len(first[0])}:
        return "remainder"
    one, two = (np.concatenate(each).tolist() for each in (first, second))
    if one == sorted(one):
        return "unshuffled"
    if one == two:
        return "frozen"
    if all(max(batch) - min(batch) < len(batch) for batch in first):
        return "neighbours"
    return "buffer" if max(one[:20]) < 0.5 * max(one) else "fine"


def thrown(n, m):
    """A million throws."""
    values = np.random.default_rng(0).random((1_000_000, n + m), dtype="float32")
    return np.mean(values[:, n:].min(1) > values[:, :n].max(1))


def owner_by_tape(real, fake, w, b, rate):
    w, b = tf.Variable(w), tf.Variable(b, dtype="float64")
    with tf.GradientTape() as tape:
        logits = [tf.linalg.matvec(x, w) + b for x in (real, fake)]
        half = tf.reduce_mean(tf.nn.softplus(-logits[0])) / 2
        half += tf.reduce_mean(tf.nn.softplus(logits[1])) / 2
    by_w, by_b = tape.gradient(half, [w, b])
    return w - rate * by_w, b - rate * by_b


def forger_by_tape(z, theta, w, b, rate):
    theta = tf.Variable(theta)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-(tf.linalg.matvec(theta + z, w) + b)))
    return theta - rate * tape.gradient(loss, theta)


def slope_by_one_side(losses, slopes):
    """Random points, one side, relative to the slope's length."""
    rng, worst = np.random.default_rng(1), np.zeros(3)
    for at in rng.normal(size=(5, 2)):
        for i, (loss, slope) in enumerate(zip(losses, slopes, strict=True)):
            found = np.array([loss(at + 1e-7 * e) - loss(at) for e in np.eye(2)]) / 1e-7
            worst[i] = max(worst[i], np.abs(found - slope(at)).max() / np.abs(found).max())
    return worst.argmax()


def counted_in_cells(real, fake):
    """No classifier: histograms, and the formula."""
    edges = np.linspace(min(real.min(), fake.min()), max(real.max(), fake.max()), 41)
    p, q = (np.histogram(x, edges)[0] / len(x) for x in (real, fake))
    return (2 * entropy((p + q) / 2, 1) - entropy(p, 1) - entropy(q, 1)) / 2


def by_keras(real, fake):
    """A small network, weighted halves, Adam: long enough that six seeds end within .013 of the truth."""
    keras.utils.set_random_seed(0)
    x = np.concatenate([real, fake]).astype("float32")[:, None] / 4
    y = np.concatenate([np.ones(len(real)), np.zeros(len(fake))]).astype("float32")[:, None]
    weights = np.where(y == 1, len(x) / len(real) / 2, len(x) / len(fake) / 2).astype("float32")
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(1)]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.03), loss)
    model.fit(x, y, sample_weight=weights, epochs=16, batch_size=128, verbose=0)
    return np.log(2) - float(loss(y, model(x), sample_weight=weights))


def by_rank(judges, images, labels):
    """The lesson's way: how often is the own label ahead of a wrong one?"""
    ahead = []
    for judge in judges:
        others = np.stack([judge(images, (labels + shift) % 10) for shift in range(1, 10)])
        ahead.append((judge(images, labels) > others).mean())
    return int(np.argmax(ahead))


def by_best_label(judges, images, labels):
    """How many different labels are an image's best, for a judge who is not the same for every image?"""
    named = []
    for judge in judges:
        table = [judge(images, np.full(len(labels), digit)) for digit in range(10)]
        best = np.argmax(table, 0)
        named.append((best == labels).mean() if np.ptp(table, 0).max() > 1e-9 else 0)
    return named.index(max(named))


def slope_row_by_row(discriminator, images):
    total = 0
    for row in images:
        x = tf.Variable(row[None])
        with tf.GradientTape() as tape:
            logit = discriminator(x, training=True)
        total += tf.reduce_sum(tape.gradient(logit, x) ** 2)
    return total / 2 / len(images)


def by_random_halves(grids, real):
    """Fewer images of each, drawn at random, and another k."""
    rng, known, values = np.random.default_rng(4), metrics.features(real), []
    for grid in grids:
        some = metrics.features(rng.choice(grid, 150, replace=False))
        values.append(metrics.neighbours(known, some, k=4)["coverage"])
    return sorted(range(3), key=lambda place: values[place], reverse=True)


class Better:
    """An answer may be any object that can be called."""

    def __call__(self, before, after):
        return tf.reduce_min(after) > tf.reduce_max(before)


def first_clean(steps, fresh):
    """Compare sums over all arrays of G, and of D, before and after."""
    for place, step in enumerate(steps):
        generator, discriminator, real, z = fresh()
        before = [
            np.concatenate([np.ravel(w) for w in n.get_weights()]) for n in (generator, discriminator)
        ]
        step(generator, discriminator, real, z)
        after = [
            np.concatenate([np.ravel(w) for w in n.get_weights()]) for n in (generator, discriminator)
        ]
        if (before[0] == after[0]).all() and (before[1] != after[1]).any():
            return place
    return None


def frozen_statistics(generator, discriminator, optimizer, z):
    """Let D's averages move, and put them back."""
    kept = [v.numpy() for v in discriminator.non_trainable_variables]
    loss = g_step(scope=False)(generator, discriminator, optimizer, z)
    for variable, value in zip(discriminator.non_trainable_variables, kept, strict=True):
        variable.assign(value)
    return loss


def by_variable(generator, image, z, steps, rate):
    found, optimizer = tf.Variable(z), keras.optimizers.SGD(rate)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = keras.losses.MeanSquaredError()(image[None], generator(found, training=False))
        optimizer.apply(tape.gradient(loss, [found]), [found])
    return found


def counted_by_loop(points, centres, sigma, least):
    counts = [0] * len(centres)
    for x in points:
        away = [np.hypot(*(x - centre)) for centre in centres]
        if min(away) <= 3 * sigma:
            counts[int(np.argmin(away))] += 1
    return sum(count >= least for count in counts)


def played_long(step):
    """Many rounds from nearly 0: the distance goes up and down on its way, so take a mean factor."""
    at, logs = np.array([1e-6, 0.7e-6]), []
    for _ in range(40_000):
        new = np.array(step(*at))
        logs.append(np.log(np.hypot(*new) / np.hypot(*at)))
        at = new / np.hypot(*new) * 1e-6
    return np.exp(np.mean(logs[-39_000:]))


def threshold(modes, good, d_loss, swing):
    """Other borders than the solution's."""
    late = [list(each)[-3:] for each in (modes, good, d_loss)]
    if set(late[0]) == {8}:
        return "circle" if good[-1] < 0.45 else "healthy"
    if np.mean(late[1]) > 0.4 and max(late[2]) < 0.5:
        return "mode dropping"
    if max(late[2]) < 0.4:
        return "owner too strong"
    return "oscillation" if np.ptp(late[2]) > 0.02 else "owner too weak"


def searched_rate(row):
    starts = np.random.default_rng(1).normal(size=(2, 50))
    left = {rate: play(row | {"rate": rate}, *starts).mean() for rate in (0.05, 0.1, 0.2, 0.4, 0.8)}
    return row | {"rate": min(left, key=left.get)}


RIGHT = {
    "1.1": [
        lambda x, w, b: tf.sigmoid(x @ w + b),
        lambda x, w, b: [float(sigmoid(row @ w + b)) for row in x],
    ],
    "1.2": [
        lambda real, fake, w, b: (owner_mean(real, w, b, -1) + owner_mean(fake, w, b, 1)) / 2,
        lambda real, fake, w, b: tf.constant(
            0.5 * owner_mean(real, w, b, -1) + 0.5 * owner_mean(fake, w, b, 1)
        ),
    ],
    "1.3": [
        owner_by_tape,
        lambda *given: [np.array(owner_by_tape(*given)[0]), [owner_by_tape(*given)[1]]],
    ],
    "1.4": [
        moved(),
        moved(points=((2.0, 3.0),)),
        lambda *given: tf.constant(moved()(*given)),
        slope_by_one_side,
    ],
    "1.5": [
        forger_by_tape,
        lambda *given: forger_by_tape(*given).numpy().tolist(),
        lambda z, theta, w, b, rate: (
            theta + rate * np.float32(np.mean(sigmoid(-(z @ w + theta @ w + b)))) * w
        ),
    ],
    "1.7": [
        lambda x: x[:, :1] * x[:, 1:],
        lambda x: tf.constant(np.column_stack([x, x[:, 0] * x[:, 1]]), tf.float32),
        lambda x: [[a * b] for a, b in x.tolist()],
        lambda x: np.column_stack([(x[:, 0] + x[:, 1]) ** 2, (x[:, 0] - x[:, 1]) ** 2]),
        lambda x: ops.multiply(x[:, :1], x[:, 1:]),
    ],
    "2.1": [
        lambda p, q: 1 - q / (p + q),
        lambda p, q: p / (p + q + 1e-8),
        lambda p, q: np.clip(p / (p + q), 1e-7, 1 - 1e-7),
        lambda p, q: sigmoid(np.log(p) - np.log(q)),
    ],
    "2.2": [
        averaged_value,
        lambda p, q, d, dx: np.sum(p * np.log(d + 1e-12) + q * np.log(1 - d + 1e-12)) * dx,
        lambda p, q, d, dx: (
            (p[p > 0] @ np.log(d[p > 0]) + q[q > 0] @ np.log(1 - d[q > 0])) * np.float32(dx)
        ),
    ],
    "2.3": [
        jsd_by_value,
        lambda p, q, dx: entropy((p + q) / 2, dx) - (entropy(p, dx) + entropy(q, dx)) / 2,
    ],
    "2.4": [
        lambda x: np.stack([-softplus(x), -sigmoid(x)]),
        lambda x: tf.stack([-tf.nn.softplus(x), -tf.sigmoid(x)]),
        lambda x: [-softplus(x), -sigmoid(x)],
    ],
    "2.5": [
        lambda d, share: 1 / (1 + (1 / d - 1) * share / (1 - share)),
        lambda d, share: tf.sigmoid(np.log(d / (1 - d)) - np.log(share / (1 - share))),
        lambda d, share: [float(x / share / (x / share + (1 - x) / (1 - share))) for x in d],
        lambda d, share: ops.divide(d / share, d / share + (1 - d) / (1 - share)),
        lambda d, share: (d * (1 - share) / (d * (1 - share) + (1 - d) * share)).astype("float32"),
    ],
    "2.6": [
        lambda shown, convention: np.log(2) - to_loss(shown, convention),
        lambda shown, convention: tf.constant(np.log(2) - to_loss(shown, convention)),
        lambda shown, convention: [np.float32(np.log(2) - to_loss(shown, convention))],
    ],
    "2.7": [
        classified(),
        lambda *samples: tf.constant(classified()(*samples)),
        counted_in_cells,
        by_keras,
    ],
    "3.1": [
        lambda real, fake: (
            (tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))) / 2
        ),
        lambda real, fake: (ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))) * 0.5,
        lambda real, fake: (
            keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(real), real) / 2
            + keras.losses.BinaryCrossentropy(from_logits=True)(tf.zeros_like(fake), fake) / 2
        ),
        lambda real, fake: (
            tf.add_n(
                [
                    tf.nn.softplus(sign * each)[i, 0] / len(each)
                    for sign, each in ((-1, real), (1, fake))
                    for i in range(len(each))
                ]
            )
            / 2
        ),
        lambda real, fake: [
            tf.reduce_mean(tf.concat([tf.nn.softplus(-real)[:, 0]], 0)) / 2
            + tf.reduce_mean(tf.nn.softplus(fake)) / 2
        ],
    ],
    "3.2": [
        first_clean,
        lambda steps, fresh: np.array([first_clean(steps, fresh)]),
    ],
    "3.4": [g_step(), frozen_statistics],
    "3.5": [
        fixed(),
        fixed(line_16="        layers.Dense(units=1, activation=None),"),
        fixed(line_47='real = scale = tf.cast(images, "float32") / 127.5 - 1.0'),
        fixed(line_49="z = tf.random.normal((2, len(images), 100))"),
        fixed(line_49="z = np.random.normal(size=(2, len(images), 100)).astype('float32')"),
        fixed(line_39="loss = -tf.reduce_mean(tf.math.log_sigmoid(discriminator(fake, training=True)))"),
    ],
    "3.6": [
        searched(),
        lambda *given: searched()(*given).numpy().tolist(),
        by_variable,
        lambda generator, image, z, steps, rate: searched()(generator, image[None], z, steps, rate),
    ],
    "4.2": [
        lambda r, f, t: tf.stack(
            [
                (softplus(r).mean() - t * r.mean() + softplus(f).mean()) / 2,
                softplus(-f).mean(dtype="float64"),
            ]
        ),
        lambda r, f, t: np.array(
            [(np.mean(softplus(r) - t * r) + softplus(f).mean()) / 2, softplus(-f).mean()]
        ),
    ],
    "4.3": [told(), by_slopes],
    "4.4": [
        lambda d, a, b: 1 / ((a - d) / (d - b)),
        lambda d, a, b: tf.constant((d - b) / (a - d), tf.float32),
        lambda d, a, b: [float((each - b) / (a - each)) for each in d],
        lambda d, a, b: ops.divide(d - b, a - d),
        lambda d, a, b: (s := (d - b) / (a - b)) / (1 - s),
        lambda d, a, b: np.exp(np.log(d - b) - np.log(a - d)).astype("float32"),
    ],
    "4.6": [
        signs(),
        lambda before, after: tf.constant(signs()(before, after)),
        lambda before, after: signs()(before[::-1], after[::-1]),
        lambda before, after: signs()(after, before),
        by_sums,
    ],
    "5.2": [by_filter, by_generator, by_pairs],
    "5.3": [pipelines_told("", ""), by_sets],
    "5.7": [
        lambda n, m: np.prod(np.arange(1, m + 1) / np.arange(n + 1, n + m + 1)),
        lambda n, m: tf.exp(
            tf.math.lgamma(n + 1.0) + tf.math.lgamma(m + 1.0) - tf.math.lgamma(n + m + 1.0)
        ),
        thrown,
        lambda n, m: [thrown(n, m)],
    ],
    "5.8": [
        two_misses,
        lambda *given: tf.constant(two_misses(*given)),
        lambda *given: [np.float32(each) for each in two_misses(*given)],
        missed_by_loop,
    ],
    "5.6": [
        Better(),
        lambda before, after: np.min(after) > np.max(before),
        lambda before, after: np.array([np.min(after) > np.max(before)]),
        lambda before, after: ops.min(after) > ops.max(before),
    ],
    "6.1": [
        lambda real, fake: tf.constant(solution("lesson_06")["frechet"](real, fake)),
    ],
    "6.6": [
        ordered(near("coverage")),
        lambda grids, real: tf.constant(ordered(near("coverage"))(grids, real)),
        lambda grids, real: ordered(near("coverage"))(grids, real).tolist(),
        by_random_halves,
    ],
    "6.7": [
        fit(lambda n, d: np.polyfit(1 / n, d, 1)[1]),
        fit(lambda n, d: np.linalg.lstsq(np.stack([np.ones_like(n), 1 / n], 1), d, rcond=None)[0][0]),
        fit(
            lambda n, d: tf.constant(
                d.mean() - np.cov(1 / n, d)[0, 1] / np.var(1 / n, ddof=1) * np.mean(1 / n)
            )
        ),
        fit(lambda n, d: [np.float32(np.polynomial.Polynomial.fit(1 / n, d, 1)(0.0))]),
    ],
    "7.2": [counted_by_loop, lambda p, c, s, n: tf.constant(counted_by_loop(p, c, s, n))],
    "7.3": [
        lambda step: (
            np.abs(np.linalg.eigvals(np.array([step(1e-6, 0.0), step(0.0, 1e-6)]).T)) / 1e-6
        ).max(),
        played_long,
        lambda step: tf.reduce_max(
            tf.abs(tf.linalg.eigvals(1e6 * tf.constant([step(1e-6, 0.0), step(0.0, 1e-6)])))
        ),
    ],
    "7.4": [
        threshold,
        lambda *board: np.array([threshold(*board)])[0],
        lambda *board: threshold(*map(list, board)),
    ],
    "7.6": [
        lambda row: {**row, "rate": 0.5},
        lambda row: dict(row, rate=np.float32(0.3)),
        lambda row: row | {"rate": tf.constant(0.4), "memory": np.array([0.9])},
        searched_rate,
    ],
    "7.5": [
        lambda before, after: len(before) > 4 and tf.reduce_all(after > before),
        lambda before, after: len(before) >= 5 and all(map(np.greater, after, before)),
        lambda before, after: (after > before).sum() == len(before) and len(after) // 5 > 0,
    ],
    "8.1": [
        lambda x, labels: np.concatenate([np.array([np.ravel(row) for row in x]), np.eye(10)[labels]], 1),
        lambda x, labels: ops.concatenate(
            [ops.reshape(x, (len(labels), -1)), ops.one_hot(labels, 10)], 1
        ),
        lambda x, labels: [
            [*np.ravel(row), *(float(y == i) for i in range(10))]
            for row, y in zip(x, labels, strict=True)
        ],
    ],
    "8.2": [
        by_rank,
        lambda *given: tf.constant(by_rank(*given)),
        lambda *given: [by_rank(*given)],
        by_best_label,
    ],
    "8.3": [
        lambda real, fake: tf.stack([tf.reduce_mean(tf.nn.softplus(s * (real - fake))) for s in (-1, 1)]),
    ],
    "8.4": [slope_row_by_row],
    "8.5": [
        lambda old, new, keep: [
            tf.constant(keep * a + (1 - keep) * b) for a, b in zip(old, new, strict=True)
        ],
        lambda old, new, keep: tuple(a + (1 - keep) * (b - a) for a, b in zip(old, new, strict=True)),
        lambda old, new, keep: [
            (ops.add(keep * a, (1 - keep) * b)) for a, b in zip(old, new, strict=True)
        ],
    ],
    "8.6": [
        kept(),
        lambda keep, steps: tf.constant(kept()(keep, steps)),
        lambda keep, steps: np.exp(sum(np.log(min((1 + t) / (10 + t), keep)) for t in range(steps))),
        lambda keep, steps: np.float32(kept()(keep, steps)),
    ],
    "8.7": [
        fair(),
        lambda *given: set(fair()(*given)),
        lambda *given: tuple(sorted(fair()(*given))),
        lambda *given: np.array(fair()(*given)),
        lambda *given: dict.fromkeys(fair()(*given), True),
    ],
}
CHECKS = {check.number: check for lesson in LESSONS for check in tasks(lesson).values()}
LONG = (by_keras,)  # trains a network at each call: among the slow tests
CASES = [
    pytest.param(name, answer, id=f"{name}-{i}", marks=[pytest.mark.slow] * (answer in LONG))
    for name, answers in RIGHT.items()
    for i, answer in enumerate(answers)
]


@pytest.mark.parametrize(("name", "answer"), CASES)
def test_right_answer_passes_in_whatever_way_it_is_written(name, answer):
    assert str(CHECKS[name].verdict(*as_tuple(answer))) == f"{name} passed."


@pytest.mark.parametrize(("name", "answer"), CASES)
def test_right_answer_has_the_small_cases_right_too(name, answer):
    assert small_case(name, answer) == ""


@pytest.mark.parametrize("name", TRIED)
def test_solution_has_the_small_cases_right(name):
    (written,) = CHECKS[name].answers
    assert small_case(name, solution(f"lesson_{int(name[0]):02}")[written]) == ""


def test_a_small_case_says_what_is_off_and_where_it_was_right():
    assert (
        small_case("5.1", lambda images: 2 * np.sqrt(images.reshape(len(images), -1).var(0).sum())) != ""
    )
    assert small_case("2.4", lambda logits: (-softplus(logits), sigmoid(logits))) == (
        "At logits = [0] the slope is [0.5] where [-0.5] is due, in every case tried -1 times as much."
    )
    assert small_case("4.4", lambda d, a, b: d / (a - d)) == (
        "At d = [0.6], real_target = 0.9, fake_target = 0.1 yours is [2] where [1.67] is due "
        "(right at d = [0.6], real_target = 0.9, fake_target = 0)."
    )
    assert small_case("2.1", lambda p, q: p / (p + q) + 0.0002) == (
        "At p = [0.5], q = [0.5] yours is [0.5002] where [0.5] is due."
    )
    assert small_case("4.4", lambda *_: 1 / 0) == small_case("4.5", len) == ""


def test_advice_on_numpy_needs_no_tensorflow():
    """A hand-in's kernel may be small."""
    code = "import sys, ganlib.checks.lesson_02 as check\n"
    code += "check.optimal_d(lambda p, q: p / 3)\nassert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("value", [1, 1.0, "True", None, np.array([True, False]), tf.constant(1)])
def test_what_is_no_truth_value_is_refused(value):
    assert CHECKS["5.6"].verdict(lambda before, after: value).hint in ("truth", "nothing")
