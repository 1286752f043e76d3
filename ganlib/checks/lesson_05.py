"""Checks of lesson 5: diversity, a pipeline, what ails one, collapse, a repair, and its luck."""

from math import comb

import numpy as np

from ganlib.checks import Wrong, array, check_names, number, recognise, recognise_all, task
from ganlib.checks.balls import missed_by_both
from ganlib.checks.seeds import CASES, RULES, chances, check_rule
from ganlib.checks.streams import AILS, epoch, epochs, numbered
from ganlib.recipe import Recipe
from ganlib.recipes import RECIPES


@task(
    "5.1",
    wrapped="The difference of two bytes overflowed: uint8 ends at 255. Make the images floats first.",
    bytes="The pixels count from 0 to 255: divide them by 255.",
    itself="Each image was compared with itself too: n (n - 1) pairs, not n squared.",
    half="Each pair was counted once but divided by all, or the other way round.",
    square="That is the mean square: the root is missing.",
    pixel="That is per pixel: sum the squares over the pixels of an image.",
    plain="That is the mean distance; the lesson's measure is the root of the mean square.",
    spread="That is a spread about the mean image: two images differ by root two times as much.",
    equal="Of one image three times the diversity is 0, and yours is {detail}: do sums lose digits?",
    other="The value is wrong: try a few images of one or two pixels by hand.",
)
def diversity(answer):
    """``diversity(images)`` returns the root of the mean squared distance of all pairs."""
    images = np.random.default_rng(5).integers(0, 256, (6, 4, 4), dtype=np.uint8)
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
    if (got := number(answer(images[[0, 0, 0]]), "diversity")) > 0.01:  # float32 may be off by so much
        raise Wrong("equal", f"{got:.3g}")


@task(
    "5.2",
    dataset="Return a tf.data.Dataset.",
    labels="An element is more than a batch: drop the labels, and join both halves with tf.concat.",
    apart="An element is two parts side by side: join them to one batch with tf.concat.",
    single="The elements are single images: stack them into batches.",
    remainder="The last batch is smaller than the others: drop the remainder.",
    scale="Black, 0, is due as -1, white, 255, as 1, and greys evenly between, in float32.",
    digit="Digits are in it that were not asked for.",
    swapped="The first half of each batch is due to `one`, the second to `other`: yours are swapped.",
    mixed="Not each batch has 32 of `one`, then as many of `other`: half of batch_size of either.",
    size="The batches hold {detail}.",
    few="Images are missing or come twice: 1 500 of the rarer digit make 46 batches an epoch.",
    endless="It never ends: no repeat, so that an epoch ends with the rarer digit.",
    order="A digit comes in its old order: shuffle each of the two.",
    pairs="The k-th of one digit always comes with the k-th of the other: shuffle before you zip.",
    neighbours="Neighbours stay together: shuffle single images, before they are batched.",
    buffer="Only neighbours are mixed: the buffer must hold all images of a digit.",
    frozen="Every epoch has the same order: let shuffle draw a new one each time.",
)
def halves(answer):
    """``halves(images, labels, one, other, batch_size)``: batches, half of one digit, half of another."""
    images, labels = numbered(50, 2500, 1500, 50)
    dataset = answer(images, labels, 1, 2, 64)
    (first, second), again = epoch(dataset, labels, 46), epoch(dataset, labels, 46)
    if np.array_equal(first - 50, second - 2550):
        raise Wrong("pairs" if (np.diff(first) < 0).any() else "order")
    for half, start, count in ((first, 50, 2500), (second, 2550, 1500)):
        if (np.diff(half.ravel()) > 0).all():
            raise Wrong("order")
        if (np.diff(half, axis=1) == 1).all():
            raise Wrong("neighbours")
        # through a buffer of four fifths no image comes so early; through a whole one some do
        if (half.ravel() - start < np.arange(half.size) + 0.82 * count).all():
            raise Wrong("buffer")
    if any(np.array_equal(half, anew) for half, anew in zip((first, second), again, strict=True)):
        raise Wrong("frozen")
    epoch(answer(images, labels, 3, 0, 10), labels, 10, (3, 0), 10)


@task(
    "5.3",
    word="Answer with one of: fine, remainder, unshuffled, frozen, neighbours, buffer; not {detail}.",
    always="The same word for every pipeline: print the first batches of both epochs, and the last ones.",
    fine="A pipeline that does all that it should was called {detail}.",
    remainder="An epoch with a small last batch was called {detail}: how long are its batches?",
    unshuffled="Images in their old order were called {detail}: do the numbers only rise?",
    frozen="Two equal epochs were called {detail}: compare the second with the first.",
    neighbours="Batches of neighbours in a new order were called {detail}: look into one batch, and "
    "at where two meet.",
    buffer="A small buffer was called {detail}: in such an epoch images of high number never come early.",
)
def ails(answer):
    """``ails(first, second)`` names what a pipeline does wrong, from the numbers of two epochs."""
    cases = [
        (name, *epochs(name, count, size, seed))
        for count, size in ((419, 20), (300, 16))
        for seed, name in enumerate(AILS)
    ]
    named = [(name, answer(first, second)) for name, first, second in cases]
    check_names(named, dict(zip(AILS, AILS, strict=True)), "ails", "word")


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
    "5.4",
    word="Answer with one of three words: 'collapsed', 'noise' or 'varied'.",
    constant="The same word for every run.",
    noise_varied="Noise was called varied: without precision, diversity is no praise.",
    precise_varied="A run with recall 0 was called varied: what it draws comes from a small corner.",
    precise_noise="A run of good samples was called noise: look at its precision.",
    noise_collapsed="Noise was called collapsed: hardly a sample is good, but they differ.",
    harsh="A run with recall over one half was not called varied.",
    collapsed_noise="A run whose samples are all alike was called noise: look at its diversity.",
)
def verdict(answer):
    """``verdict(diversity, precision, recall)`` names a run; diversity is relative to the real ones."""
    got = [answer(*case[:3]) for case in RUNS]
    if any(word is None for word in got):
        raise Wrong("nothing", "verdict")
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
    """Return the recipe of task 5.5: ``only-zeros`` with one thing spoiled."""
    return RECIPES["only-zeros"].but(batch_size=2, note="")


@task(
    "5.5",
    recipe="Return a recipe: recipe.but(field=value).",
    nothing_changed="Nothing has changed.",
    many="You changed {detail}: one change, or nobody knows which of them helped.",
    longer="More steps are slow help: after 1 850 its precision is one half. What is odd in each?",
    norm="Without batch normalisation precision rises, but diversity falls to a quarter of the real one. "
    "Keep it, and ask what it needs.",
    players="That is as lesson 5 left it, and there it worked. What else goes into a step?",
    half_way="The right field, but with {detail} precision after 300 steps is one half or less.",
    scale="Pixels and tanh have one range here: leave them alone.",
    large="A batch of {detail} is more than there are zeros: 500.",
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
    if changed == ["batch_size"]:
        if got.batch_size < 16:
            raise Wrong("half-way", str(got.batch_size))
        if got.batch_size > 500:
            raise Wrong("large", str(got.batch_size))
        return
    if changed == ["generator"] and "BatchNormalization" not in dict(got.generator):
        raise Wrong("norm")
    raise Wrong({"steps": "longer", "pixels": "scale"}.get(changed[0], "players"))


@task(
    "5.6",
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


@task(
    "5.7",
    even="Chance is not one half: with more seeds a useless change passes less often.",
    one="That looks at one seed alone, the best or the worst of all: all after must beat all before.",
    orders="Within a side the seeds may stand in any order: many orders pass, not one alone.",
    both="That counts both ways round: here only those after may lie above.",
    pairs="The pairs do not fall like coins of their own: each seed stands in several of them.",
    swapped="{detail} seeds may stand in many orders, but within each side the order does not matter.",
    rare="That is too rare: with one seed a side it is one half.",
    zero="Yours is 0 whatever n and m are: luck is rare, not impossible. Does a // round it down?",
    throws="Near, and not near enough: if you throw dice, throw more: what is rare comes seldom.",
    other="The chance is wrong: with one seed and then two, write down all ways in which three may lie.",
)
def by_chance(answer):
    """``by_chance(n, m)``: how often a change that does nothing passes the rule of task 5.6."""
    cases = []
    for n, m in ((2, 2), (3, 3), (1, 4), (4, 2), (5, 3)):
        got, due = number(answer(n, m), "by_chance"), 1 / comb(n + m, n)
        if abs(got - due) < 0.04 * due + 0.002:  # many who throw dice come so near
            got = due
        cases.append((got, due, chances(n, m)))
    if not any(got for got, _, _ in cases):
        raise Wrong("zero")
    try:
        recognise_all(cases)
    except Wrong as wrong:
        near = all(abs(got - due) < 0.5 * due + 0.01 for got, due, _ in cases)
        raise (Wrong("throws") if wrong.hint == "other" and near else wrong) from None


@task(
    "5.8",
    itself="A fake is not its own neighbour: its nearest neighbour is another one.",
    inside="You count those that lie in some ball: the others are missed.",
    every="Yours misses every real one: it is missed if it lies in no ball. In how many does one lie?",
    fakes="You count fakes: of the real ones we ask which are missed.",
    wrong_balls="The balls go round the fakes, and a ball's size comes from its fake's neighbours.",
    next="The ball reaches to the k-th neighbour: yours counts one too few or too many.",
    squared="Distances are compared with squared distances.",
    either="The first number counts those that one of the two misses: both have to.",
    together="All drawings in one heap make other balls: ask for each training by itself.",
    copies="Two equal drawings are neighbours at distance 0: leave out each by itself, not its copies.",
    swapped="The two are swapped: first how many both miss, then how many by chance.",
    share="A number is asked for, not a share: how many of all real ones?",
    product="That multiplies two numbers: what share of the ones does chance take again?",
    mean="A mean, or the smaller of the two: by chance the second draws from all real ones.",
    other="Wrong: how many lie in no ball of the first, of the second, of both? How many by chance?",
)
def missed_twice(answer):
    """``missed_twice(real, first, second, k)``: how many both miss, and how many chance would have."""
    random = np.random.default_rng(3)
    real = random.normal(size=(40, 3)) * [2, 1, 0.5]
    first, second = 0.7 * random.normal(size=(25, 3)) + [1, 0, 0], 0.8 * random.normal(size=(30, 3))
    cases = []
    for k in (1, 3):
        got = array(answer(real, first, second, k), (2,), "missed_twice")
        cases.append((got, *missed_by_both(real, first, second, k)))
    recognise_all(cases)
    twice = np.concatenate([first, first[:9]])
    got = array(answer(real, twice, second, 1), (2,), "missed_twice")
    if not np.allclose(got, missed_by_both(real, twice, second, 1)[0]):
        raise Wrong("copies")
