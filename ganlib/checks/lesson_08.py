"""Checks of lesson 8: labels, who minds them, the relativistic pair, R1, the average, a fair ablation."""

import numpy as np

from ganlib.backend import tf
from ganlib.checks import Wrong, array, number, recognise, recognise_all, same, task
from ganlib.checks.ablation import JUDGE, JUDGES, MISTAKES, TUNE, judges, needed_by, table
from ganlib.checks.logits import FAKE, REAL, SURE, check_far
from ganlib.theory import sigmoid

LABELS = np.array([7, 0, 2])
DRAWS = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
IMAGES = np.random.default_rng(1).uniform(-1, 1, (3, 4, 4)).astype("float32")


@task(
    "8.1",
    one_number="The label went in as one number, but 7 is not seven times 1: a place for each digit.",
    image="The label is missing: D must see it too, or she cannot blame a fine 3 in a 7's place.",
    label="The image is missing.",
    first="The label comes last, after the pixels.",
    place="The one stands in the wrong place: digit 0 takes the first of the ten.",
    signs="Zeros elsewhere, not minus ones.",
    mixed="The pixels are in another order: flatten each image row by row.",
    square="An image of 2 by 5 pixels does not fit: its height is not always its width.",
    z="It is right for images, and not for z of shape (n, d): G is told the label in the same way.",
    other="The rows are wrong: the pixels of an image in one row, then its ten label numbers.",
)
def told(answer):
    """``told(x, labels)``: ``(n, ...)`` and ``(n,)`` to ``(n, numbers in x + 10)``."""
    raw = answer(tf.constant(IMAGES), LABELS)
    flat, ones = IMAGES.reshape(3, 16), np.eye(10)[LABELS]
    for size, hint in ((16, "image"), (10, "label"), (17, "one-number")):
        if np.shape(raw) == (3, size):
            raise Wrong(hint)
    got = array(raw, (3, 26), "told")
    mistakes = [
        ("first", np.concatenate([ones, flat], 1)),
        ("place", np.concatenate([flat, np.eye(10)[LABELS - 1]], 1)),
        ("signs", np.concatenate([flat, 2 * ones - 1], 1)),
        ("mixed", np.concatenate([IMAGES.transpose(0, 2, 1).reshape(3, 16), ones], 1)),
    ]
    recognise(got, np.concatenate([flat, ones], 1), mistakes)
    wide = flat[:, :10].reshape(3, 2, 5)
    for x, hint in ((wide, "square"), (DRAWS, "z")):
        try:
            raw = np.asarray(answer(tf.constant(x), LABELS), float)
        except (Exception, SystemExit) as error:
            raise Wrong(hint) from error
        if not same(raw, np.concatenate([x.reshape(3, -1), ones], 1)):
            raise Wrong(hint)


@task(
    "8.2",
    index="Return the place of the judge in the list: 0, 1, 2 or 3.",
    constant="The same place for every order of the judges: print how often the own label leads.",
    image="That judge never looks at the label: with any other one her logits stay as they are.",
    label="That judge looks at the label alone: with other images her logits stay as they are.",
    apart="That judge likes some labels better than others, whatever the image shows. Ask image by image "
    "which of ten labels she likes best: how often is it the image's own?",
)
def minds(answer):
    """``minds(judges, images, labels)``: the place of the D who minds whether label and image fit."""
    orders, found = [np.roll(JUDGES, turn) for turn in (1, 0, 3, 2)], []
    for seed, order in enumerate(orders):
        made, images, labels = judges(seed)
        place = number(answer([made[name] for name in order], images, labels), "minds")
        if place not in range(len(JUDGES)):
            raise Wrong("index")
        found.append(int(place))
    picked = [str(order[place]) for order, place in zip(orders, found, strict=True)]
    if set(picked) == {"fits"}:
        return
    if len(set(found)) == 1:
        raise Wrong("constant")
    raise Wrong(next(name for name in picked if name != "fits"))


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


W1 = np.random.default_rng(2).normal(size=(5, 4)).astype("float32")
W2 = np.random.default_rng(3).normal(size=(4, 1)).astype("float32")
POINTS = np.random.default_rng(4).normal(size=(7, 5)).astype("float32")


def _slopes():
    """Return the gradient of the logit of `_Network` at each point, written out: ``(7, 3)``."""
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
    other="The value is wrong: watch the images, take the slope of the logits in them, square and sum.",
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
        ("mean", squares.mean() / 10),
        ("mean", squares.mean() / 5),
        ("batch", squares.mean() / 2 / len(POINTS) ** 2),
        ("belief", (squares * (belief * (1 - belief)) ** 2).mean() / 2),
    ]
    recognise(number(raw, "r1"), squares.mean() / 2, mistakes)
    if not tf.is_tensor(raw) or tape.gradient(raw, network.w1) is None:
        raise Wrong("constant")


@task(
    "8.5",
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


@task(
    "8.6",
    rule="That is keep to the power of steps: at the first steps less is kept, (1 + t) / (10 + t).",
    late="The first step is step 0: there a tenth is kept.",
    other_way="At most so much is kept: the smaller of the two, not the larger.",
    ramp="Your numbers are those of the rule alone: from some step on keep, as given, is the smaller.",
    gone="That is what has been forgotten: what is left of the first weights is asked for.",
    last="That is what one step keeps: what is left after many is their product.",
    sum="Shares that are kept one after the other multiply.",
    other="The share is wrong: after step 0 a tenth is left, after step 1 that times 2/11.",
)
def left(answer):
    """``left(keep, steps)``: the share of the first weights in the average after so many steps."""
    cases = []
    for keep, steps in ((0.9, 3), (0.5, 12), (0.15, 4), (0.6, 1), (0.3, 0)):
        got = number(answer(keep, steps), "left")
        t = np.arange(steps)
        rule, later = (1 + t) / (10 + t), (2 + t) / (11 + t)
        kept = np.minimum(rule, keep)
        mistakes = [
            ("rule", keep**steps),
            ("late", np.minimum(later, keep).prod()),
            ("other-way", np.maximum(rule, keep).prod()),
            ("ramp", rule.prod()),
            ("gone", 1 - kept.prod()),
            ("last", kept[-1] if steps else 1),
            ("last", min((1 + steps) / (10 + steps), keep)),
            ("sum", kept.sum()),
        ]
        cases.append((got, kept.prod(), mistakes))
    if all(np.isclose(got, due, rtol=1e-3, atol=1e-12) for got, due, _ in cases):
        return
    recognise_all(cases)
    raise Wrong("other")


@task(
    "8.7",
    names="Return the names of variants, such as ['b', 'd'], as a list or a set.",
    full="The recipe itself is no part that is left out.",
    all="Each variant is named: which of them stay worse at the rate that suits them best?",
    seen="You judge on the seeds by which you chose the rate: luck that helped to choose is no merit.",
    tuned="You choose the rate by the seeds that should judge, alone or too: they are not fresh then.",
    shared="Each variant has a rate that suits it: yours all play at one.",
    lucky="You choose the rate by its one best seed: take the mean over the seeds for tuning.",
    mean="You compare means: each of the variant's values has to be larger than each of the recipe's.",
    paired="Not seed by seed: each of the variant's values against each of the recipe's.",
    seeds="With tune = [4, 0] and judge = [5, 2] it is wrong: go by what it is handed, seed for seed.",
    better="Those are the parts without which it gets better: a smaller distance is better.",
    other="Wrong for {detail}: print its values on `judge` and the recipe's, each at the rate chosen by "
    "its mean on `tune`: is each of the one larger than each of the other?",
)
def needed(answer):
    """``needed(runs, tune, judge)``: the variants that stay worse than "full", each at its best rate."""
    seeds = (*range(12), 21, 25, 49)  # in the last three it matters whether judges help to choose
    tables, found = [table(seed) for seed in seeds], []
    for runs in tables:
        got = answer(runs, list(TUNE), list(JUDGE))
        if got is None:
            raise Wrong("nothing", "needed")
        try:
            names = {str(name) for name in got}
        except TypeError as error:
            raise Wrong("names") from error
        if not names <= {"full", *"abcde"} or isinstance(got, str):
            raise Wrong("names")
        if "full" in names:
            raise Wrong("full")
        found.append(names)
    due = [needed_by(runs) for runs in tables]
    if found == due:
        for runs in tables:
            if {str(name) for name in answer(runs, [4, 0], [5, 2])} != needed_by(
                runs, tune=(4, 0), judge=(5, 2)
            ):
                raise Wrong("seeds")
        return
    for hint, rule in MISTAKES:
        if found == [needed_by(runs, **rule) for runs in tables]:
            raise Wrong(hint)
    place = next(i for i, names in enumerate(found) if names != due[i])
    off = sorted(found[place] ^ due[place])[0]
    kept = "is named and should not be" if off in found[place] else "should be named"
    raise Wrong("other", f"{off} of `checks.table({seeds[place]})`, which {kept}")
