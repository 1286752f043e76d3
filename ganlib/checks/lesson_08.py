"""Checks of lesson 8: labels for both networks, the relativistic pair, R1 and its test, the average."""

import numpy as np

from ganlib.backend import tf
from ganlib.checks import Wrong, array, number, recognise, same, task
from ganlib.checks.logits import FAKE, REAL, SURE, check_far
from ganlib.theory import sigmoid

LABELS = np.array([7, 0, 2])
DRAWS = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")


@task(
    "8.1",
    one_number="The label went in as one number, but 7 is not seven times 1: a place for each digit.",
    first="The label comes last, after z.",
    place="The one stands in the wrong place: digit 0 takes the first of the ten.",
    signs="Zeros elsewhere, not minus ones.",
    other="The rows are wrong: z as it was, then ten numbers, a one at the digit's place.",
)
def with_label(answer):
    """``with_label(z, labels)``: ``(n, d)`` and ``(n,)`` to ``(n, d + 10)``."""
    raw = answer(tf.constant(DRAWS), LABELS)
    ones = np.eye(10)[LABELS]
    if np.shape(raw) == (3, 6):
        raise Wrong("one-number")
    got = array(raw, (3, 15), "with_label")
    mistakes = [
        ("first", np.concatenate([ones, DRAWS], 1)),
        ("place", np.concatenate([DRAWS, np.eye(10)[LABELS - 1]], 1)),
        ("signs", np.concatenate([DRAWS, 2 * ones - 1], 1)),
    ]
    recognise(got, np.concatenate([DRAWS, ones], 1), mistakes)


IMAGES = np.random.default_rng(1).uniform(-1, 1, (3, 4, 4)).astype("float32")


@task(
    "8.2",
    image="The label is missing: D must see it too, or she cannot blame a fine 3 in a 7's place.",
    label="The image is missing.",
    first="The label comes last, after the pixels.",
    mixed="The pixels are in another order: flatten each image row by row.",
    square="An image of 2 by 5 pixels does not fit: its height is not always its width.",
    other="The rows are wrong: the pixels of an image in one row, then its ten label numbers.",
)
def judged(answer):
    """``judged(images, labels)``: ``(n, h, w)`` and ``(n,)`` to ``(n, h * w + 10)``, for D."""
    raw = answer(tf.constant(IMAGES), LABELS)
    flat, ones = IMAGES.reshape(3, 16), np.eye(10)[LABELS]
    if np.shape(raw) == (3, 16):
        raise Wrong("image")
    if np.shape(raw) == (3, 10):
        raise Wrong("label")
    got = array(raw, (3, 26), "judged")
    mistakes = [
        ("first", np.concatenate([ones, flat], 1)),
        ("mixed", np.concatenate([IMAGES.transpose(0, 2, 1).reshape(3, 16), ones], 1)),
    ]
    recognise(got, np.concatenate([flat, ones], 1), mistakes)
    wide = IMAGES.reshape(3, 16)[:, :10]
    try:
        raw = np.asarray(answer(tf.constant(wide.reshape(3, 2, 5)), LABELS), float)
    except (Exception, SystemExit) as error:
        raise Wrong("square") from error
    if not same(raw, np.concatenate([wide, ones], 1)):
        raise Wrong("square")


@task(
    "8.3",
    swapped="The two losses are swapped: D wants the real above the fake.",
    standard="That is the old pair: here only the difference of the two logits counts.",
    sum="That is a sum over the batch: take the mean.",
    crossed="A real is paired with its own fake, not with all of them or their mean.",
    sign="The sign is wrong: a loss falls as its player wins.",
    unstable="A difference of 400 gives infinity: use tf.nn.softplus.",
    clipped="A difference of 400 should cost 400: an epsilon or a clip caps it and flattens it.",
    other="The pair is wrong: softplus of minus the difference for D, and the mirror for G.",
)
def relativistic(answer):
    """``relativistic(real_logits, fake_logits)``: ``(d_loss, g_loss)``, two means."""
    got = array(answer(tf.constant(REAL), tf.constant(FAKE)), (2,), "relativistic")
    gap = REAL - FAKE
    due = np.logaddexp(0, -gap).mean(), np.logaddexp(0, gap).mean()
    every, middle = REAL - FAKE.T, (REAL - FAKE.mean())
    old = np.logaddexp(0, -REAL).mean(), np.logaddexp(0, FAKE).mean()
    mistakes = [
        ("swapped", due[::-1]),
        ("standard", (sum(old) / 2, np.logaddexp(0, -FAKE).mean())),
        ("standard", (sum(old), np.logaddexp(0, -FAKE).mean())),
        ("sum", (due[0] * len(gap), due[1] * len(gap))),
        ("crossed", (np.logaddexp(0, -every).mean(), np.logaddexp(0, every).mean())),
        ("crossed", (np.logaddexp(0, -middle).mean(), np.logaddexp(0, middle).mean())),
        ("sign", (-due[0], -due[1])),
        ("sign", (due[0], -due[0])),
    ]
    recognise(got, due, mistakes)
    check_far(answer(tf.constant(SURE), tf.constant(-SURE)), (400, 0))
    check_far(answer(tf.constant(-SURE), tf.constant(SURE)), (0, 400))


W1 = np.random.default_rng(2).normal(size=(3, 4)).astype("float32")
W2 = np.random.default_rng(3).normal(size=(4, 1)).astype("float32")
POINTS = np.random.default_rng(4).normal(size=(7, 3)).astype("float32")


def _slopes():
    """Return the gradient of the logit of `_Network` by each point, written out: ``(7, 3)``."""
    hidden = np.tanh(POINTS @ W1)
    return ((1 - hidden**2) * W2[:, 0]) @ W1.T


class _Network:
    """A small D; a step on it needs its weights' gradient."""

    def __init__(self):
        self.w1, self.w2 = tf.Variable(W1), tf.Variable(W2)

    def __call__(self, x, training=False):
        return tf.tanh(tf.convert_to_tensor(x) @ self.w1) @ self.w2


@task(
    "8.4",
    half="R1 is half the mean of the squared slope: the factor 1/2 is missing.",
    length="The slope enters squared: its length is not enough.",
    sum="That is a sum over the batch: take the mean over the images.",
    mean="Sum the squares over the pixels of an image; the mean is over images only.",
    unwatched="The tape gave None: of tensors it follows what it has to watch; and logits come first.",
    batch="The slope of a mean over the batch is too short: take that of the logits themselves.",
    belief="That is the slope of D's belief: the penalty is on the logit.",
    constant="The penalty does not depend on D's weights: was the slope turned into NumPy or cut off?",
    other="The value is wrong: watch the images, take the slope of the logits by them, square and sum.",
)
def r1(answer):
    """``r1(discriminator, images)``: half the mean squared slope of D's logit at the images."""
    network, points = _Network(), tf.constant(POINTS)
    try:
        with tf.GradientTape() as tape:
            raw = answer(network, points)
    except (TypeError, ValueError) as error:
        if "None" not in str(error):
            raise
        raise Wrong("unwatched") from error
    squares = np.square(_slopes()).sum(1)
    belief = sigmoid(np.tanh(POINTS @ W1) @ W2)[:, 0]
    mistakes = [
        ("half", squares.mean()),
        ("length", np.sqrt(squares).mean() / 2),
        ("length", np.sqrt(squares).mean()),
        ("sum", squares.sum() / 2),
        ("sum", squares.sum()),
        ("mean", squares.mean() / 6),
        ("mean", squares.mean() / 3),
        ("batch", squares.mean() / 2 / len(POINTS) ** 2),
        ("belief", (squares * (belief * (1 - belief)) ** 2).mean() / 2),
    ]
    recognise(number(raw, "r1"), squares.mean() / 2, mistakes)
    if not tf.is_tensor(raw) or tape.gradient(raw, network.w1) is None:
        raise Wrong("constant")


@task(
    "8.5",
    onesided="One-sided: move the weight both ways, so that the error is of second order.",
    step="Divide by the distance between the two ends, which is two steps.",
    sign="The sign is wrong: the end above minus the end below.",
    brackets="Brackets are missing: around the whole difference, or around 2h.",
    undivided="The difference is not divided by anything.",
    size="The slope of a function that falls lies below 0: keep its sign.",
    other="The slope is wrong: (f(x + h) − f(x − h)) / 2h.",
)
def difference(answer):
    """``difference(function, x, h)``: the central difference of a function of one number."""
    falling = (lambda x: np.exp(-x), 0.3, 0.1), (lambda x: x**2, -1.5, 0.25)
    cases = [(np.exp, 0.3, 0.1), (lambda x: x**3, 2.0, 0.5), *falling]
    got = np.array([number(answer(*case), "difference") for case in cases])
    up, here, down = np.array([[f(x + h), f(x), f(x - h)] for f, x, h in cases]).T
    h = np.array([case[2] for case in cases])
    mistakes = [
        ("onesided", (up - here) / h),
        ("onesided", (here - down) / h),
        ("step", (up - down) / h),
        ("size", abs(up - down) / (2 * h)),
        ("sign", (down - up) / (2 * h)),
        ("undivided", up - down),
        ("brackets", up - down / (2 * h)),
        ("brackets", (up - down) / 2 * h),
    ]
    recognise(got, (up - down) / (2 * h), mistakes)


@task(
    "8.6",
    swapped="The two shares are swapped: the average keeps most of itself.",
    latest="That is the new weights: the average is missing.",
    still="That is the old average: nothing of the new weights came in.",
    plain="That is the plain mean of the two: keep says how much of the old remains.",
    sum="The shares must add up to 1.",
    fixed="The shares do not follow keep: use the argument.",
    other="The average is wrong: keep · average + (1 − keep) · weights, array by array.",
)
def averaged(answer):
    """``averaged(average, weights, keep)``: lists of arrays in, the new average as a list."""
    old, new = [W1, W2], [W1 * 0.5 + 1, W2 - 2]
    one, two = _flat(old), _flat(new)
    for keep in (0.9, 0.75):
        found = answer(old, new, keep)
        if found is None:
            raise Wrong("nothing", "averaged")
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Wrong("shape", "averaged should return a list of two arrays, as it was given")
        got = [array(a, w.shape, "an array of the average") for a, w in zip(found, old, strict=True)]
        mistakes = [
            ("swapped", (1 - keep) * one + keep * two),
            ("latest", two),
            ("still", one),
            ("plain", (one + two) / 2),
            ("sum", keep * one + two),
            ("sum", one + (1 - keep) * two),
            ("fixed", 0.9 * one + 0.1 * two),
        ]
        recognise(_flat(got), keep * one + (1 - keep) * two, mistakes)


def _flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])
