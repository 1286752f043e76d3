"""Checks of lesson 5: a pipeline for one digit, diversity, collapse, and one change that repairs."""

import numpy as np

from ganlib.backend import tf
from ganlib.checks import Wrong, array, number, recognise, task
from ganlib.checks.seeds import CASES, RULES, check_rule
from ganlib.checks.streams import elements, epoch, numbered
from ganlib.recipe import Recipe
from ganlib.recipes import RECIPES


@task(
    "5.1",
    dataset="Return the dataset that filter and map give, not an array or a list.",
    labels="The labels are still there: map each pair to its image alone.",
    none="Nothing is left: is the label compared with the digit, as a number?",
    all="Nothing was filtered: keep the elements for which the function says true.",
    others="You keep the others: the function says true for what stays.",
    fixed="Always the same digit: use the argument.",
    more="Other digits are in it too: the function says true for the digit's own label alone.",
    order="The right images, but not in their old order or not once each: filter and map, no more.",
)
def only(answer):
    """``only(stream, digit)`` returns a dataset of the images of one digit."""
    images, labels = numbered(20, 20, 20)
    stream = tf.data.Dataset.from_tensor_slices((images, labels))
    hints = []
    for digit in (2, 0, 1):
        got = elements(answer(stream, digit))
        if not got:
            raise Wrong("none")
        if isinstance(got[0], tuple | dict | list):
            raise Wrong("labels")
        if any(image.shape != images[0].shape for image in got):
            raise Wrong("shape", f"an element has shape {got[0].shape} where {images[0].shape} is due")
        found = [int(image[0, 1]) for image in got]
        due = np.flatnonzero(labels == digit).tolist()
        hints.append(_filtered(found, due, len(images)) if found != due else "")
    for hint in filter(None, hints):
        raise Wrong("more" if hint == "all" and set(hints) != {"all"} else hint)


def _filtered(found, due, count):
    """Return the hint that fits images of which not the right ones are left."""
    if len(found) == count:
        return "all"
    if set(found) == set(range(count)) - set(due):
        return "others"
    if set(found) > set(due):
        return "more"
    return "order" if set(found) & set(due) else "fixed"


@task(
    "5.2",
    unit="The result lies in [0, 1]: tanh draws from -1 to 1, so paper has to become -1.",
    wrapped="The numbers went round: turn the bytes into float32 first, then divide and subtract.",
    whole="The result is made of whole numbers: turn the bytes into float32 first, then divide by /.",
    offset="The result lies in [0, 2]: something has to be taken away.",
    reach="0 becomes {detail} with your rule: it should be -1 for 0 and 1 for 255.",
    own="The scale depends on the image: one fixed rule for all of them, or dark images turn bright.",
    precise="The numbers are right, their type is not: networks here take float32.",
    other="Some values are wrong: 0 becomes -1, 255 becomes 1, with a straight line between.",
)
def scale(answer):
    """``scale(image)`` turns a ``uint8`` image into float32 in [-1, 1]."""
    image = np.array([[0, 51], [204, 255]], np.uint8)
    result = answer(tf.constant(image))
    got = array(result, image.shape, "scale(image)")
    due = image / 127.5 - 1
    if np.allclose(got, image / 255.0):
        raise Wrong("unit")
    if np.allclose(got, image / 127.5):
        raise Wrong("offset")
    dim = array(answer(tf.constant(image // 2)), image.shape, "scale(image)")
    if np.allclose(got, due, atol=1e-5) and np.allclose(dim, (image // 2) / 127.5 - 1, atol=1e-5):
        if getattr(result, "dtype", None) != tf.float32:
            raise Wrong("precise")
        return
    if np.allclose(got, dim, atol=0.02) and np.ptp(got) > 0:
        raise Wrong("own")
    if np.array_equal(got, np.round(got)) and np.abs(got).max() <= 3:
        raise Wrong("whole")
    ends = got[0, 0], got[1, 1]
    if np.array_equal(got, np.round(got)) and (np.diff(got.ravel()) < 0).any() and ends[0] >= 0:
        raise Wrong("wrapped")
    if not np.allclose(ends, (-1, 1), atol=1e-3):
        raise Wrong("reach", "{:.3g} and 255 becomes {:.3g}".format(*ends))
    raise Wrong("other")


@task(
    "5.3",
    dataset="Return a tf.data.Dataset.",
    labels="The labels are still there: a GAN is fed images only.",
    single="The elements are single images: stack them into batches.",
    remainder="The last batch is smaller than the others: drop the remainder.",
    scale="The pixels are not in [-1, 1] as float32.",
    digit="Other digits are in it.",
    size="The batches hold {detail} images where batch_size is 64.",
    few="Images are missing or come twice: 2 500 of the digit in batches of 64 make 39 batches an epoch.",
    endless="It never ends: no repeat, so that an epoch is once through the images.",
    order="The images come in their old order: shuffle them.",
    neighbours="Neighbours stay together: shuffle single images, before they are batched.",
    buffer="Only neighbours are mixed: the buffer must hold all of the digit; np.sum(labels == digit)?",
    frozen="Every epoch has the same order: let shuffle draw a new one each time.",
)
def pipeline(answer):
    """``pipeline(images, labels, digit, batch_size)``: batches of one digit, shuffled and scaled."""
    images, labels = numbered(50, 2500, 50)
    dataset = answer(images, labels, 1, 64)
    batches, again = epoch(dataset, labels), epoch(dataset, labels)
    flat = np.concatenate(batches)
    if (np.diff(flat) > 0).all():
        raise Wrong("order")
    if all((np.diff(batch) == 1).all() for batch in batches):
        raise Wrong("neighbours")
    if np.array_equal(batches, again):
        raise Wrong("frozen")
    # through a buffer of 2 048 no image comes so early; without one some do, all but surely
    if (flat - flat.min() < np.arange(len(flat)) + 2048).all():
        raise Wrong("buffer")


@task(
    "5.4",
    wrapped="The difference of two bytes overflowed: uint8 ends at 255. Make the images floats first.",
    bytes="The pixels count from 0 to 255: divide them by 255.",
    itself="Each image was compared with itself too: n (n - 1) pairs, not n squared.",
    half="Each pair was counted once but divided by all, or the other way round.",
    square="That is the mean square: the root is missing.",
    pixel="That is per pixel: sum the squares over the pixels of an image.",
    plain="That is the mean distance; the lesson's measure is the root of the mean square.",
    spread="That is a spread about the mean image: two images differ by root two times as much.",
    other="The value is wrong: try two images by hand, one black and one white.",
)
def diversity(answer):
    """``diversity(images)`` returns the root of the mean squared distance of all pairs."""
    random = np.random.default_rng(5)
    images = random.integers(0, 256, (6, 4, 4), dtype=np.uint8)
    got = number(answer(images), "diversity")
    x = images.reshape(6, -1) / 255
    squares = ((x[:, None] - x[None]) ** 2).sum(2)
    total, pairs = squares.sum(), 6 * 5
    due = np.sqrt(total / pairs)
    raw = images.reshape(6, -1)
    wrapped = ((raw[:, None] - raw[None]).astype(float) ** 2).sum(2).sum() / pairs
    mistakes = [
        ("bytes", 255 * due),
        ("itself", np.sqrt(total / 36)),
        ("half", due / np.sqrt(2)),
        ("half", due * np.sqrt(2)),
        ("square", total / pairs),
        ("pixel", due / 4),
        ("plain", np.sqrt(squares).sum() / pairs),
        ("spread", np.sqrt(x.var(0).sum())),
        ("wrapped", np.sqrt(wrapped) / 255),
    ]
    recognise(got, due, mistakes)
    recognise(number(answer(images[[0, 0, 0]]), "diversity"), 0, [])


RUNS = (  # diversity over that of the real ones, precision, recall, what it is
    (0.02, 0.0, 0.0, "collapsed"),
    (0.40, 1.0, 0.0, "collapsed"),
    (0.02, 0.98, 0.0, "collapsed"),
    (1.16, 0.0, 0.0, "noise"),
    (0.95, 0.02, 0.0, "noise"),
    (0.80, 0.93, 0.0, "collapsed"),
    (0.95, 0.96, 0.64, "varied"),
    (0.92, 0.98, 0.71, "varied"),
)


@task(
    "5.5",
    word="Answer with one of three words: 'collapsed', 'noise' or 'varied'.",
    constant="The same word for every run.",
    noise_varied="Noise was called varied: without precision, diversity is no praise.",
    precise_varied="A run with recall 0 was called varied: its good samples come from a small corner.",
    precise_noise="A run of good samples was called noise: look at its precision.",
    noise_collapsed="Noise was called collapsed: hardly a sample is good, but they differ.",
    harsh="A run with recall over one half was not called varied.",
    collapsed_noise="A run whose samples are all alike was called noise: look at its diversity.",
)
def verdict(answer):
    """``verdict(diversity, precision, recall)`` names a run; diversity is relative to the real ones."""
    got = [answer(*case[:3]) for case in RUNS]
    if not all(isinstance(word, str) and word in ("collapsed", "noise", "varied") for word in got):
        raise Wrong("word")
    if len(set(got)) == 1:
        raise Wrong("constant")
    for word, (_, precision, _, due) in zip(got, RUNS, strict=True):
        if word == due:
            continue
        if due == "varied":
            raise Wrong("harsh")
        if word == "varied":
            raise Wrong("noise-varied" if due == "noise" else "precise-varied")
        if due == "noise":
            raise Wrong("noise-collapsed")
        raise Wrong("precise-noise" if precision > 0.5 else "collapsed-noise")


def broken():
    """Return the recipe of task 5.6: ``only-zeros`` with one thing spoiled."""
    return RECIPES["only-zeros"].but(pixels=(0.0, 255.0), note="")


@task(
    "5.6",
    recipe="Return a recipe: recipe.but(field=value).",
    nothing_changed="Nothing has changed.",
    many="You changed {detail}: one change, or nobody knows which of them helped.",
    longer="More of the same: D tells the two apart by the range of their pixels, however long it lasts.",
    d_side="D is not too weak or too strong here: ask first what range G can reach, and what D is shown.",
    half_way="Nearer, but not it: tanh reaches from -1 to 1, and D is shown another range.",
    g_end="G's end is not what is odd in this recipe: the lesson's repaired G ends just so.",
    elsewhere="That misses the cause: compare the range of tanh with the range of the real pixels.",
)
def repair(answer):
    """``repair(recipe)`` returns the broken recipe with one change that cures it."""
    recipe = broken()
    got = answer(recipe)
    if got is None:
        raise Wrong("nothing", "repair")
    if not isinstance(got, Recipe):
        raise Wrong("recipe")
    changed = [name for name in vars(recipe) if getattr(got, name) != getattr(recipe, name)]
    changed = [name for name in changed if name not in ("name", "note")]
    if not changed:
        raise Wrong("nothing-changed")
    if len(changed) > 1:
        raise Wrong("many", " and ".join(changed))
    if changed == ["pixels"]:
        if got.pixels is None or not np.allclose(got.pixels, (-1, 1)):
            raise Wrong("half-way")
        return
    hints = {"steps": "longer", "batch_size": "longer", "generator": "g-end"}
    hints |= dict.fromkeys(("discriminator", "d_optimizer", "d_steps", "real_target"), "d-side")
    raise Wrong(hints.get(changed[0], "elsewhere"))


@task(
    "5.7",
    truth="Answer True or False.",
    always="Always the same answer: look at the values.",
    ties="Equal is not better: the worst after has to lie above the best before.",
    mean="A mean or a median alone: it hides the seeds that went the other way.",
    paired="That goes seed by seed, lesson 4's way for small effects. This rule asks more.",
    best="The best seed after against the best before: that is the luck of two dice.",
    worst="The worst after is held against the worst before: it has to beat the best.",
    overlap="The best after against the worst before: that is true of nearly any two runs.",
    one="One seed is enough for you: look at all of them.",
    backwards="A fall was called an improvement.",
    other="Wrong for {detail}: look for the worst seed after and the best before.",
)
def improved(answer):
    """``improved(before, after)``: whether the worst seed after beats the best seed before."""
    hints = {"median": "mean", "paired-backwards": "backwards"}
    hints |= dict.fromkeys(("paired-ties", "sorted"), "paired")
    hints |= dict.fromkeys(("any", "first", "last"), "one")
    mistakes = [(hints.get(name, name), rule) for name, rule in RULES.items()]
    check_rule(answer, CASES, RULES["apart"], mistakes)
