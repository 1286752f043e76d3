"""Checks of lesson 5: a pipeline for one digit, diversity, collapse, and one change that repairs."""

import numpy as np

from ganlib.backend import tf
from ganlib.checks import Wrong, array, number, task
from ganlib.recipe import Recipe
from ganlib.recipes import RECIPES


def _numbered(count=60, digits=3, size=4):
    """Return ``uint8`` images, each with its own number as its first pixel, and labels."""
    labels = np.repeat(np.arange(digits, dtype=np.uint8), count // digits)
    images = np.zeros((count, size, size), np.uint8)
    images[:, 0, 0] = np.arange(count)
    images[:, 0, 1] = 255
    return images, labels


def _elements(dataset, most=200):
    """Return the elements of a dataset as arrays, at most so many."""
    if dataset is None:
        raise Wrong("nothing", "your function")
    if not isinstance(dataset, tf.data.Dataset):
        raise Wrong("dataset")
    return [tf.nest.map_structure(np.asarray, element) for element in dataset.take(most)]


@task(
    "5.1",
    dataset="Return the dataset that filter and map give, not an array or a list.",
    labels="The labels are still there: map each pair to its image alone.",
    none="Nothing is left: is the label compared with the digit, as a number?",
    all="Nothing was filtered: keep the elements for which the function says true.",
    others="You keep the others: the function says true for what stays.",
    fixed="Always the same digit: use the argument.",
    order="The right images, but not in their old order or not once each: filter and map, no more.",
)
def only(answer):
    """``only(stream, digit)`` returns a dataset of the images of one digit."""
    images, labels = _numbered()
    stream = tf.data.Dataset.from_tensor_slices((images, labels))
    for digit in (2, 0, 1):
        got = _elements(answer(stream, digit))
        if not got:
            raise Wrong("none")
        if isinstance(got[0], tuple | dict | list):
            raise Wrong("labels")
        if any(image.shape != images[0].shape for image in got):
            raise Wrong("shape", f"an element has shape {got[0].shape} where {images[0].shape} is due")
        found = [int(image[0, 0]) for image in got]
        due = np.flatnonzero(labels == digit).tolist()
        if found == due:
            continue
        if len(found) == len(images):
            raise Wrong("all")
        if set(found) == set(range(len(images))) - set(due):
            raise Wrong("others")
        raise Wrong("order" if set(found) & set(due) else "fixed")


@task(
    "5.2",
    unit="The result lies in [0, 1]: tanh draws from -1 to 1, so paper has to become -1.",
    wrapped="The numbers went round: turn the bytes into float32 first, then divide and subtract.",
    whole="The result is made of whole numbers: turn the bytes into float32 before you divide.",
    offset="The result lies in [0, 2]: something has to be taken away.",
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
    if np.abs(got).max() > 2:
        raise Wrong("wrapped")
    raise Wrong("other")


@task(
    "5.3",
    dataset="Return a tf.data.Dataset.",
    labels="The labels are still there: a GAN is fed images only.",
    single="The elements are single images: stack them into batches.",
    remainder="The last batch is smaller than the others: drop the remainder.",
    scale="The pixels are not in [-1, 1] as float32.",
    digit="Other digits are in it.",
    few="Images are missing or come twice: 20 of the digit in batches of 8 make 2 batches an epoch.",
    endless="It never ends: no repeat, so that an epoch is once through the images.",
    order="The images come in their old order: shuffle them.",
    neighbours="Neighbours stay together: shuffle single images, before they are batched.",
    buffer="Only neighbours are mixed: the buffer has to hold all images of the digit.",
    frozen="Every epoch has the same order: let shuffle draw a new one each time.",
)
def pipeline(answer):
    """``pipeline(images, labels, digit, batch_size)``: batches of one digit, shuffled and scaled."""
    images, labels = _numbered()
    dataset = answer(images, labels, 1, 8)
    epochs = [_epoch(dataset, labels) for _ in range(12)]
    flat = [tuple(np.concatenate(epoch)) for epoch in epochs]
    if all(numbers == tuple(sorted(numbers)) for numbers in flat):
        raise Wrong("order")
    if all((np.diff(batch) == 1).all() for epoch in epochs for batch in epoch):
        raise Wrong("neighbours")
    if len(set(flat)) == 1:
        raise Wrong("frozen")
    started = [numbers[0] for numbers in flat]
    if max(started) - min(started) < 8:
        raise Wrong("buffer")


def _epoch(dataset, labels):
    """Return the numbers of the images in one epoch, batch by batch, or say what is wrong with it."""
    batches = _elements(dataset, 100)
    if not batches:
        raise Wrong("few")
    if isinstance(batches[0], tuple | dict | list):
        raise Wrong("labels")
    if batches[0].ndim == 2:
        raise Wrong("single")
    if len(batches) == 100:
        raise Wrong("endless")
    if batches[0].dtype != np.float32 or batches[0].min() != -1 or batches[0].max() != 1:
        raise Wrong("scale")
    found = [np.rint((batch[:, 0, 0] + 1) * 127.5).astype(int) for batch in batches]
    flat = np.concatenate(found)
    if not np.isin(flat, np.flatnonzero(labels == 1)).all():
        raise Wrong("digit")
    if len(found[-1]) != len(found[0]):
        raise Wrong("remainder")
    if len(flat) != 16 or len(set(flat)) != 16:
        raise Wrong("few")
    return found


@task(
    "5.4",
    wrapped="The difference of two bytes went round: turn the images into floats first.",
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
    if np.isclose(got, due, rtol=1e-4):
        if not np.isclose(number(answer(images[[0, 0, 0]]), "diversity"), 0, atol=1e-6):
            raise Wrong("other")
        return
    for hint, value in mistakes:
        if np.isclose(got, value, rtol=1e-4):
            raise Wrong(hint)
    raise Wrong("other")


CASES = (  # diversity over that of the real ones, precision, recall, what it is
    (0.02, 0.0, 0.0, "collapsed"),
    (0.40, 1.0, 0.0, "collapsed"),
    (0.02, 0.98, 0.0, "collapsed"),
    (1.16, 0.0, 0.0, "noise"),
    (0.95, 0.02, 0.0, "noise"),
    (0.95, 0.96, 0.64, "varied"),
    (0.92, 0.98, 0.71, "varied"),
)


@task(
    "5.5",
    word="Answer with one of three words: 'collapsed', 'noise' or 'varied'.",
    constant="The same word for every run.",
    noise_varied="Noise is diverse too: without precision, diversity is no praise.",
    precise_varied="A run with precision 1 and recall 0 was called varied: it draws one good zero.",
    noise_collapsed="Noise was called collapsed: its recall is 0, but its samples differ.",
    harsh="A run with recall over one half was not called varied.",
    collapsed_noise="A run whose samples are all alike was called noise: look at its diversity.",
)
def verdict(answer):
    """``verdict(diversity, precision, recall)`` names a run; diversity is relative to the real ones."""
    got = [answer(*case[:3]) for case in CASES]
    if not all(isinstance(word, str) and word in ("collapsed", "noise", "varied") for word in got):
        raise Wrong("word")
    if len(set(got)) == 1:
        raise Wrong("constant")
    for word, (*_, due) in zip(got, CASES, strict=True):
        if word == due:
            continue
        if due == "varied":
            raise Wrong("harsh")
        if word == "varied":
            raise Wrong("noise-varied" if due == "noise" else "precise-varied")
        raise Wrong("noise-collapsed" if due == "noise" else "collapsed-noise")


def broken():
    """Return the recipe of task 5.6: ``only-zeros`` with one thing spoiled."""
    return RECIPES["only-zeros"].but(pixels=(0.0, 255.0))


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
    mean="Means alone: one lucky seed carried the claim. Look at every pair of before and after.",
    best="The best seed after against the best before: that is the luck of two dice.",
    one="One seed is enough for you: look at all of them.",
    backwards="A fall was called an improvement.",
    strict="It improved with every seed, and you call it no improvement.",
)
def improved(answer):
    """``improved(before, after)``: whether the worst seed after beats the best seed before."""
    cases = (
        ((0.0, 0.01, 0.0), (0.61, 0.68, 0.60), True, "strict"),
        ((0.15, 0.35, 0.20), (0.59, 0.71, 0.60), True, "strict"),
        ((0.59, 0.71, 0.60), (0.15, 0.35, 0.20), False, "backwards"),
        ((0.20, 0.30, 0.25), (0.22, 0.90, 0.26), False, "best"),
        ((0.20, 0.30, 0.25), (0.40, 0.10, 0.05), False, "one"),
        ((0.20, 0.39, 0.30), (0.10, 0.64, 0.65), False, "mean"),
    )
    got = [answer(list(before), list(after)) for before, after, *_ in cases]
    if not all(isinstance(value, bool | np.bool_) for value in got):
        raise Wrong("truth")
    if len(set(map(bool, got))) == 1:
        raise Wrong("always")
    for value, (*_, due, hint) in reversed(list(zip(got, cases, strict=True))):
        if value != due:
            raise Wrong(hint)
