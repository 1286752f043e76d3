"""Wrong answers to lesson 5."""

import itertools
import math

import numpy as np

from ganlib.backend import tf
from ganlib.recipe import Adam
from ganlib.recipes import RECIPES


def unit(image):
    return tf.cast(image, tf.float32) / 127.5 - 1


def halves(
    shuffle=5000,
    scale=unit,
    remainder=True,
    batch=True,
    again=True,
    late=0,
    endless=False,
    join=lambda a, b: tf.concat([a, b], 0),
    share=2,
    together=0,
    still=(),
):
    """The two streams with one thing wrong."""

    def build(images, names, one, other, size):
        def stream(digit):
            found = tf.data.Dataset.from_tensor_slices(images[names == digit])
            if shuffle and digit not in still:
                found = found.shuffle(shuffle, seed=3 + digit, reshuffle_each_iteration=again)
            found = found.map(scale) if scale else found
            if batch and not together:
                found = found.batch(size // share, drop_remainder=remainder)
            return found.shuffle(late, seed=3) if late else found

        both = tf.data.Dataset.zip((stream(one), stream(other)))
        if together:
            both = both.shuffle(together, seed=3).batch(size // share, drop_remainder=remainder)
        both = both.map(join) if join else both
        return both.repeat() if endless else both

    return build


def any_digit(images, labels, one, other, size):
    stream = tf.data.Dataset.from_tensor_slices(images).shuffle(5000, seed=1).map(unit)
    return stream.batch(size, drop_remainder=True)


def of_both(images, labels, one, other, size):
    """Both digits, as they come."""
    return any_digit(images[np.isin(labels, (one, other))], labels, one, other, size)


def as_rows(images):
    return images.reshape(len(images), -1)


def squares(x):
    return ((x[:, None] - x[None]) ** 2).sum(2)


def root(images, scale=255, pairs=None, power=0.5):
    x = as_rows(images) / scale
    n = len(x)
    return (squares(x).sum() / (pairs or n * (n - 1))) ** power


def by_bytes(images):
    x = as_rows(images)
    return np.sqrt(((x[:, None] - x[None]).astype(float) ** 2).sum() / (len(x) * (len(x) - 1))) / 255


def after(*changes):
    return lambda recipe: recipe.but(**{k: v for change in changes for k, v in change.items()})


def judge(noise=0.5, collapsed=0.5, recall=0.2):
    def answer(diversity, precision, reach):
        if precision < noise and diversity > collapsed:
            return "noise"
        return "varied" if reach > recall else "collapsed"

    return answer


def told(skip, instead):
    """Tell pipelines apart, but one name is never said."""

    def ails(first, second):
        flat, again = np.concatenate(first), np.concatenate(second)
        faults = {
            "remainder": len(first[-1]) < len(first[0]),
            "unshuffled": (np.diff(flat) > 0).all(),
            "neighbours": (np.diff(first[0]) == 1).all(),
            "frozen": np.array_equal(flat, again),
            "buffer": np.corrcoef(flat, np.arange(len(flat)))[0, 1] > 0.5,
            "fine": True,
        }
        word = next(name for name, found in faults.items() if found)
        return instead if word == skip else word

    return ails


def balls(real, fake, k, power=1):
    """Which real points (rows) lie in which fakes' balls."""
    apart = np.sort(np.linalg.norm(fake[:, None] - fake[None], axis=2), 1)[:, k]
    return np.linalg.norm(real[:, None] - fake[None], axis=2) ** power < apart


def no_copies(real, fake, k):
    """Balls to the k-th drawing elsewhere: equal ones do not count."""
    apart = np.linalg.norm(fake[:, None] - fake[None], axis=2)
    reach = np.sort(np.where(apart > 0, apart, np.inf), 1)[:, k - 1]
    return ~(np.linalg.norm(real[:, None] - fake[None], axis=2) < reach).any(1)


def outside(real, fake, k):
    return ~balls(real, fake, k).any(1)


def twice(missed=outside, both=np.logical_and, chance=lambda a, b, n: a * b / n):
    """What two trainings miss, with one thing wrong."""

    def answer(real, first, second, k):
        one, other = (missed(real, fake, k) for fake in (first, second))
        return both(one, other).sum(), chance(one.sum(), other.sum(), len(real))

    return answer


def fakes_for_reals(real, first, second, k):
    one, other = (~balls(real, fake, k).any(0) for fake in (first, second))
    return one.sum() + other.sum(), len(real) * one.mean() * other.mean()


def in_one_heap(real, first, second, k):
    return outside(real, np.concatenate([first, second]), k).sum(), twice()(real, first, second, k)[1]


def seeded_throws(count, seed):
    """Too few throws, and the same ones in each call."""

    def by_chance(n, m):
        values = np.random.default_rng(seed).random((count, n + m))
        return (values[:, n:].min(1) > values[:, :n].max(1)).mean()

    return by_chance


def few_throws():
    """A simulation that says something else at each call: by a fifth too much, then too little."""
    times = itertools.cycle((1.2, 0.8))
    return lambda n, m: next(times) / math.comb(n + m, n)


WRONG = {
    "halves": [
        ("dataset", lambda images, labels, one, other, size: images[labels == one] / 127.5 - 1),
        ("apart", halves(join=None)),
        ("digit", lambda i, n, one, other, size: halves()(i, n, 1, 2, size)),
        ("size", lambda i, n, one, other, size: halves()(i, n, one, other, 64)),
        ("labels", lambda *given: halves()(*given).map(lambda batch: (batch, tf.zeros(64)))),
        ("single", halves(batch=False, join=lambda a, b: a)),
        (
            "remainder",
            lambda i, n, one, other, size: halves(remainder=False)(i[n == 2], n[n == 2], 2, 2, 64),
        ),
        ("scale", halves(scale=None)),
        ("scale", halves(scale=lambda x: tf.cast(x, tf.float32) / 255)),
        ("digit", any_digit),
        ("swapped", halves(join=lambda a, b: tf.concat([b, a], 0))),
        ("mixed", of_both),
        ("mixed", halves(join=lambda a, b: tf.reshape(tf.stack([a, b], 1), (-1, 4, 4)))),
        ("few", lambda *given: halves()(*given).repeat(2).take(80)),
        ("few", lambda *given: halves()(*given).take(45)),
        ("endless", halves(endless=True)),
        ("order", halves(shuffle=0)),
        ("order", halves(still=(1,))),
        ("order", halves(still=(2,))),
        ("pairs", halves(shuffle=0, together=1500)),
        ("neighbours", halves(shuffle=0, late=40)),
        ("buffer", halves(shuffle=32)),
        ("buffer", halves(shuffle=1000)),
        ("size", lambda i, n, one, other, size: halves()(i, n, one, other, 32)),
        ("size", halves(share=1)),
        ("shape", lambda i, n, one, other, size: halves()(i[:, :2], n, one, other, size)),
        ("frozen", halves(again=False)),
    ],
    "diversity": [
        ("wrapped", by_bytes),
        ("bytes", lambda images: root(images, scale=1)),
        ("itself", lambda images: root(images, pairs=len(images) ** 2)),
        ("half", lambda images: root(images, pairs=2 * len(images) * (len(images) - 1))),
        ("square", lambda images: root(images, power=1)),
        ("pixel", lambda images: root(images) / np.sqrt(images[0].size)),
        ("plain", lambda i: np.sqrt(squares(as_rows(i) / 255)).sum() / (len(i) * (len(i) - 1))),
        ("spread", lambda images: np.sqrt((as_rows(images) / 255).var(0).sum())),
        ("equal", lambda images: np.sqrt(root(images, power=1) + 0.0002)),
        ("other", lambda images: root(images) + 1),
    ],
    "verdict": [
        ("word", lambda d, p, r: d > 0.5),
        ("word", lambda d, p, r: "fine"),
        ("constant", lambda d, p, r: "collapsed"),
        ("noise-varied", lambda d, p, r: "varied" if d > 0.5 else "collapsed"),
        ("precise-varied", lambda d, p, r: "varied" if p > 0.5 else "noise" if d > 0.5 else "collapsed"),
        ("precise-varied", lambda d, p, r: "collapsed" if d < 0.5 else "varied" if p > 0.5 else "noise"),
        ("precise-noise", lambda d, p, r: "collapsed" if d < 0.5 else "varied" if r > 0.5 else "noise"),
        ("noise-collapsed", lambda d, p, r: "varied" if r > 0.5 else "collapsed"),
        ("collapsed-noise", lambda d, p, r: "noise" if p < 0.5 else judge()(d, p, r)),
        ("harsh", judge(recall=0.9)),
    ],
    "ails": [
        ("word", lambda first, second: "slow"),
        ("word", lambda first, second: 2),
        ("always", lambda first, second: "fine"),
        ("fine", lambda first, second: told("fine", "buffer")(first, second)),
        ("remainder", told("remainder", "fine")),
        ("unshuffled", told("unshuffled", "frozen")),  # it is the same in both epochs, too
        ("frozen", told("frozen", "fine")),
        ("neighbours", told("neighbours", "fine")),
        ("buffer", told("buffer", "fine")),
        ("nothing", lambda first, second: None),
    ],
    "repair": [
        ("recipe", lambda recipe: {"batch_size": 32}),
        ("nothing-changed", lambda recipe: recipe),
        ("many", lambda recipe: RECIPES["only-zeros-raw"]),
        ("many", after({"batch_size": 32}, {"real_target": 0.9})),
        ("longer", after({"steps": 20_000})),
        ("players", after({"real_target": 0.9})),
        ("players", after({"d_steps": 5})),
        ("players", after({"d_optimizer": Adam(1e-4, beta_1=0.5)})),
        ("norm", after({"generator": RECIPES["only-zeros-raw"].generator})),
        ("players", lambda recipe: recipe.but(generator=recipe.generator[2:])),
        ("players", after({"latent_dim": 200})),
        ("scale", after({"pixels": (0.0, 1.0)})),
        ("half-way", after({"batch_size": 8})),
        ("large", after({"batch_size": 5000})),
    ],
    "improved": [
        ("truth", lambda a, b: np.mean(b) - np.mean(a)),
        ("always", lambda a, b: True),
        ("ties", lambda a, b: min(b) >= max(a)),
        ("mean", lambda a, b: bool(np.mean(b) > np.mean(a))),
        ("mean", lambda a, b: bool(np.median(b) > np.median(a))),
        ("paired", lambda a, b: all(y > x for x, y in zip(a, b, strict=True))),
        ("paired", lambda a, b: bool((np.array(b) >= a).all())),
        ("paired", lambda a, b: bool((np.sort(b) > np.sort(a)).all())),
        ("best", lambda a, b: max(b) > max(a)),
        ("worst", lambda a, b: min(b) > min(a)),
        ("overlap", lambda a, b: max(b) > min(a)),
        ("one", lambda a, b: b[0] > a[0]),
        ("one", lambda a, b: b[-1] > a[-1]),
        ("one", lambda a, b: any(y > x for x, y in zip(a, b, strict=True))),
        ("backwards", lambda a, b: min(a) > max(b)),
        ("backwards", lambda a, b: bool((np.array(b) < a).all())),
        ("other", lambda a, b: bool(abs(np.mean(a) - np.mean(b)) > 0.3)),
        ("other", lambda a, b: bool(np.mean(b) - np.mean(a) > np.std(a) + np.std(b))),
        ("other", lambda a, b: min(b) > max(a) and max(a) < 0.1),
    ],
    "by_chance": [
        ("even", lambda n, m: 0.5),
        ("one", lambda n, m: m / (n + m)),
        ("one", lambda n, m: 1 / (n + m)),
        ("orders", lambda n, m: 1 / math.factorial(n + m)),
        ("both", lambda n, m: 2 / math.comb(n + m, n)),
        ("pairs", lambda n, m: 0.5 ** (n * m)),
        ("pairs", lambda n, m: 0.5**m),
        ("swapped", lambda n, m: math.factorial(n) / math.factorial(n + m)),
        ("rare", lambda n, m: math.comb(n + m, n) ** -2.0),
        ("throws", few_throws()),
        ("throws", seeded_throws(500, 0)),
        ("throws", seeded_throws(2000, 1)),
        ("throws", seeded_throws(5000, 1)),
        ("zero", lambda n, m: 1 // math.comb(n + m, n)),
        ("other", lambda n, m: math.comb(n + m, n)),
        ("other", lambda n, m: 1 / 6),
        ("nothing", lambda n, m: None),
    ],
    "missed_twice": [
        ("itself", twice(lambda r, f, k: ~balls(r, f, k - 1).any(1))),
        ("inside", twice(lambda r, f, k: balls(r, f, k).any(1))),
        ("every", twice(lambda r, f, k: ~balls(r, f, k).all(1))),
        ("every", lambda r, f, g, k: (len(r), len(r))),
        ("fakes", fakes_for_reals),
        ("wrong-balls", twice(lambda r, f, k: ~balls(f, r, k).any(0))),
        ("next", twice(lambda r, f, k: ~balls(r, f, k + 1).any(1))),
        ("copies", twice(no_copies)),
        ("squared", twice(lambda r, f, k: ~balls(r, f, k, power=2).any(1))),
        ("either", twice(both=np.logical_or)),
        ("together", in_one_heap),
        ("swapped", lambda *given: twice()(*given)[::-1]),
        ("share", lambda r, *rest: np.divide(twice()(r, *rest), len(r))),
        ("share", twice(chance=lambda a, b, n: a * b / n**2)),
        ("product", twice(chance=lambda a, b, n: a * b)),
        ("mean", twice(chance=lambda a, b, n: (a + b) / 2)),
        ("mean", twice(chance=lambda a, b, n: min(a, b))),
        ("other", lambda r, f, g, k: (k, k)),
        ("shape", lambda *given: twice()(*given)[0]),
        ("nothing", lambda r, f, g, k: None),
    ],
}
