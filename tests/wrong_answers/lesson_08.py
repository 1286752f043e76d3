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


def by_mean(score):
    """Pick the judge with the largest score."""
    return lambda judges, images, labels: int(
        np.argmax([score(judge, images, labels) for judge in judges])
    )


def kept(smaller=np.minimum, first=0, total=np.prod):
    def left(keep, steps):
        t = np.arange(first, first + steps)
        return total(smaller((1 + t) / (10 + t), keep))

    return left


def fair(choose=np.mean, shared=False, worse=lambda part, full: min(part) > max(full)):
    """The judgement of an ablation with one thing wrong."""

    def values(runs, name, rate, seeds):
        rows = [run for run in runs if run["variant"] == name and run["rate"] == rate]
        return [run["frechet"] for seed in seeds for run in rows if run["seed"] == seed]

    def needed(runs, tune, judge):
        kept = {}
        rates = {run["rate"] for run in runs}
        for name in {run["variant"] for run in runs}:
            of = "full" if shared else name
            best = min(rates, key=lambda rate: choose(values(runs, of, rate, tune)))
            kept[name] = values(runs, name, best, judge)
        return [name for name, found in kept.items() if name != "full" and worse(found, kept["full"])]

    return needed


WRONG = {
    "told": [
        ("one-number", lambda x, y: tf.concat([flat(x), tf.cast(y[:, None], tf.float32)], 1)),
        ("image", lambda x, y: flat(x)),
        ("label", lambda x, y: one_hot(y)),
        ("first", lambda x, y: tf.concat([one_hot(y), flat(x)], 1)),
        ("place", lambda x, y: tf.concat([flat(x), one_hot((y - 1) % 10)], 1)),
        ("signs", lambda x, y: tf.concat([flat(x), 2 * one_hot(y) - 1], 1)),
        ("mixed", lambda x, y: tf.concat([flat(tf.transpose(x, (0, 2, 1))), one_hot(y)], 1)),
        ("other", lambda x, y: tf.concat([flat(x) * 0, one_hot(y)], 1)),
        ("square", lambda x, y: tf.concat([tf.reshape(x, (-1, x.shape[1] ** 2)), one_hot(y)], 1)),
        ("square", lambda x, y: tf.concat([tf.reshape(x, (len(x), 16)), one_hot(y)], 1)),
        ("square", lambda x, y: np.concatenate([cropped(x), one_hot(y)], 1)),
        ("z", lambda x, y: tf.concat([tf.reshape(x, (len(x), x.shape[1] * x.shape[2])), one_hot(y)], 1)),
        ("shape", lambda x, y: x),
    ],
    "minds": [
        ("index", lambda judges, images, labels: 4),
        ("constant", lambda judges, images, labels: 0),
        (
            "image",
            lambda judges, images, labels: int(
                np.argmax(
                    [np.std(j(images, labels)) == np.std(j(images, (labels + 1) % 10)) for j in judges]
                )
            ),
        ),
        ("label", by_mean(lambda judge, x, y: -np.abs(judge(x, y) - judge(x[::-1], y)).max())),
        (
            "apart",
            by_mean(
                lambda judge, x, y: (
                    judge(x, y).mean()
                    - judge(x, (y + 3) % 10).mean()
                    - 9 * (judge(x[::-1], y) == judge(x, y)).all()
                )
            ),
        ),
        ("nothing", lambda judges, images, labels: None),
        ("shape", lambda judges, images, labels: [judge(images, labels).mean() for judge in judges]),
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
    "left": [
        ("rule", lambda keep, steps: keep**steps),
        ("late", kept(first=1)),
        ("other-way", kept(np.maximum)),
        ("ramp", kept(lambda rule, keep: rule)),
        ("gone", lambda keep, steps: 1 - kept()(keep, steps)),
        ("last", lambda keep, steps: min((1 + steps) / (10 + steps), keep)),
        ("sum", kept(total=np.sum)),
        ("other", lambda keep, steps: kept()(keep, steps + 1)),
        ("other", lambda keep, steps: 0.1),
        ("nothing", lambda keep, steps: None),
    ],
    "needed": [
        ("names", lambda runs, tune, judge: "bd"),
        ("names", lambda runs, tune, judge: ["no R1"]),
        ("names", lambda runs, tune, judge: 2),
        ("full", lambda runs, tune, judge: ["full", "d"]),
        ("all", lambda runs, tune, judge: list("abcde")),
        ("seen", lambda runs, tune, judge: fair()(runs, tune, tune)),
        ("tuned", lambda runs, tune, judge: fair()(runs, judge, judge)),
        ("tuned", lambda runs, tune, judge: fair()(runs, [*tune, *judge], judge)),
        ("shared", fair(shared=True)),
        ("lucky", fair(choose=min)),
        ("mean", fair(worse=lambda part, full: np.mean(part) > np.mean(full))),
        ("paired", fair(worse=lambda part, full: all(np.array(part) > full))),
        ("better", fair(worse=lambda part, full: max(part) < min(full))),
        ("seeds", lambda runs, tune, judge: fair()(runs, [0, 1, 2], [3, 4, 5])),
        ("seeds", lambda runs, tune, judge: fair()(runs, tune, sorted({*range(6)} - {*tune}))),
        ("other", lambda runs, tune, judge: []),
        ("nothing", lambda runs, tune, judge: None),
    ],
}
