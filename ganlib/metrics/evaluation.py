"""Measure one GAN: what is drawn, what it is compared with, and the floor that real digits set.

A distance alone says little.  The same measures are taken of real digits too, as many as there are
samples: that column is the floor, what a perfect GAN would get.
"""

from typing import NamedTuple

import numpy as np

from ganlib import data, metrics, training
from ganlib.checkpoints import checkpoint
from ganlib.errors import refuse
from ganlib.gan import build
from ganlib.metrics import classifier
from ganlib.recipes import get_recipe

OWN = "images of your own"
SAMPLE_SEED, PICK_SEED = 1, 0  # of z; of the choice among real images and among neighbours
ROWS = ("frechet", "precision", "recall", "density", "coverage", "modes", "score", "diversity")


class Split(NamedTuple):
    """Real digits in two parts that share no image.

    Attributes:
        train: To train on, and to set the floor.
        test: To compare with.
        names: What the two are, in words.
        whole: They are MNIST's own parts.
    """

    train: data.Digits
    test: data.Digits
    names: tuple[str, str]
    whole: bool

    @classmethod
    def best(cls, zeros=False):
        """Return MNIST's own two parts where they are here, else the two halves of the digits sample."""
        whole = bool(data.found("mnist", "train") and data.found("mnist", "test"))
        if whole:
            parts, names = [data.load_mnist(), data.load_mnist("test")], ("training", "test")
        else:
            images, labels = data.load_digits()
            parts, names = [data.Digits(images[i::2], labels[i::2]) for i in (0, 1)], ("even", "odd")
        parts = [part.only(0) for part in parts] if zeros else parts
        what = "zeros" if zeros else "images"
        end = f"{what} of MNIST" if whole else f"{what} of the 5 000 digits that come with the course"
        return cls(
            *parts, tuple(f"the {len(p[0])} {n} {end}" for p, n in zip(parts, names, strict=True)), whole
        )


def of_run(run_dir, samples):
    """Return what `measure` says of the newest checkpoint in a run's folder.

    Raises:
        FileNotFoundError, ValueError: No whole checkpoint there, or a GAN that does not draw digits.
    """
    gan = checkpoint.load(run_dir)
    _check(gan.recipe, samples)
    name = _trained_on(run_dir, gan.recipe)
    if name == "fashion-mnist":
        raise refuse("RUN", "a run on clothes", "one on digits", "The classifier knows only digits.")
    split = Split.best("zeros" in (name or gan.recipe.data))
    # the 5 000 digits are all among MNIST's training images, none among its test images
    seen = name and not split.whole
    return measure(gan, split, name or OWN, seen, samples)


def of_recipe(recipe, samples, seed=0, **options):
    """Train a recipe on the best data at hand, aloud, and return what `measure` says of it.

    Args:
        recipe: Its name.
        samples: How many to draw.
        seed: Of the training.
        **options: For `training.train`, such as ``steps`` or ``seconds``; by default the recipe's length.

    Raises:
        ValueError: A recipe that does not draw digits, or a bad length.
    """
    recipe = get_recipe(recipe)
    _check(recipe, samples)
    split, gan = Split.best(recipe.data == "zeros"), build(recipe, seed)
    length = [f"{n} {name}" for name, n in options.items() if n is not None and name != "verbose"]
    length = length[0] if length else f"{recipe.steps} steps, its own length"
    print(f"Training {recipe.name} on {split.names[0]}: {length}")
    training.train(gan, split.train, **options)
    return measure(gan, split, split.names[0], False, samples)


def _check(recipe, samples):
    if recipe.pixels is None:
        todo = "For points use ganlib.metrics: frechet, neighbours, and modes where those are known."
        raise refuse("RUN|RECIPE", f"{recipe.name!r}, which draws points", "one that draws digits", todo)
    if recipe.shape != (28, 28):
        found = f"{recipe.name!r} for images of shape {recipe.shape}"
        todo = (
            "The digit classifier cannot judge them: bring a judge of your own, as docs/adapting.md says."
        )
        raise refuse("RUN|RECIPE", found, "one that draws digits, (28, 28)", todo)
    if samples < 10:
        raise refuse("--samples", samples, "at least 10", "The course measures 10 000.")


def _trained_on(run_dir, recipe):
    """Return the name of the data that a run's checkpoint was trained on, None for the user's own."""
    known = {"digits": data.load_digits()}
    for name, load in (("mnist", data.load_mnist), ("fashion-mnist", data.load_fashion_mnist)):
        known |= {name: load()} if data.found(name) else {}
    known |= {f"the zeros of {n}": known[n].only(0) for n in ("digits", "mnist") if n in known}
    seen = checkpoint.newest(run_dir)[1]["examples"]
    fitting = {n: d for n, d in known.items() if not recipe.classes or d.labels.max() < recipe.classes}
    return next((n for n, d in fitting.items() if training.fingerprint(d, recipe) == seen), None)


def measure(gan, split, trained, seen, samples=10_000):
    """Return the measures of a GAN's samples and of as many real images, and what they rest on.

    Args:
        gan: A `GAN` that draws digits.
        split: Real digits to compare with.
        trained: What the GAN was trained on, in words.
        seen: Whether the images compared with were among that; None where it is not known.
        samples: How many to draw; at most as many as the floor can have, ``len(split.train.images)``.
    """
    count = min(samples, len(split.train.images))
    drawn = gan.sample(count, SAMPLE_SEED)
    picked = np.random.default_rng(PICK_SEED).permutation(len(split.train.images))[:count]
    columns = {"gan": drawn, "floor": split.train.images[picked]}
    for name, images in columns.items():
        found = metrics.evaluate(images, split.test.images, seed=PICK_SEED)
        columns[name] = {k: None if v != v else v for k, v in found.items()}  # JSON has no NaN
    return {
        "recipe": gan.recipe.name,
        "seed": int(gan.seed),
        "steps": gan.steps_done,
        "trained_on": trained,
        "compared_with": split.names[1],
        "seen_in_training": seen,
        "floor_from": split.names[0],
        "sample_seed": SAMPLE_SEED,
        "neighbour_seed": PICK_SEED,
        "classifier_sha256": classifier.SHA256,
        **columns,
    }


def table(result):
    """Return the lines to print of what `measure` gave."""
    gan, floor = result["gan"], result["floor"]
    seen = {
        True: "it was trained on these",
        False: "it has not seen these",
        None: "it may have seen these",
    }
    yield f"{result['recipe']}, seed {result['seed']}, {result['steps']} steps on {result['trained_on']}"
    yield f"{gan['fake_count']} samples (seed of z {result['sample_seed']})"
    yield f"compared with {result['compared_with']}: {seen[result['seen_in_training']]}"
    yield f"floor: {floor['fake_count']} of {result['floor_from']}"
    if result["trained_on"] == OWN:
        yield "The classifier knows digits alone: if your images are none, these figures say nothing."
    yield f"{gan['classifier']}, SHA-256 {result['classifier_sha256']}"
    some = f"{gan['neighbour_count']} of each (seed {result['neighbour_seed']})"
    yield f"precision to coverage: k = {gan['k']}, {some}"
    yield f"\n{'':12}{'GAN':>9}{'floor':>9}"
    for name in ROWS:
        yield f"{name:12}" + "".join(
            f"{'-' if v is None else f'{v:.4g}':>9}" for v in (gan[name], floor[name])
        )
    yield f"\n{'digit':12}" + "".join(f"{digit:6}" for digit in range(10))
    for name, column in (("GAN", gan), ("floor", floor)):
        yield f"{name:12}" + "".join(f"{share:6.1%}" for share in column["classes"])
