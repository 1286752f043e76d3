"""Measures for images of digits: the whole table, and the single ones that need pixels or classes."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from ganlib.errors import refuse
from ganlib.metrics import classifier, distances

CERTAIN = 0.93  # the classifier's mean certainty of digits is 0.98 and more, of clothes 0.73


def evaluate(fake_images, real_images, k=5, neighbours=3000, seed=0):
    """Return the table of measures of fake against real images.

    Args:
        fake_images: ``uint8`` ``(m, 28, 28)``, what ``gan.sample(m)`` gives.
        real_images: ``uint8`` ``(n, 28, 28)``; images that the GAN has not seen say most.
        k: For precision, recall, density and coverage.
        neighbours: These four are computed on so many of each, at most.
        seed: Chooses them.

    Returns:
        A dict: ``frechet`` of the features of all images; ``precision``, ``recall``, ``density``,
        ``coverage``; ``classes``, ten shares; ``modes``, the number of classes with a share of at least
        1 %; ``score``; ``diversity``, see `diversity_ratio`; and what was measured on: ``fake_count``,
        ``real_count``, ``neighbour_count``, ``k``, ``classifier``.

    Raises:
        ValueError: The real images are no digits: the classifier knows nothing else.
    """
    fake_images, real_images = np.asarray(fake_images), np.asarray(real_images)
    real, real_chances = classifier.see(real_images)
    certainty = real_chances.max(1).mean()
    if certainty < CERTAIN:
        found = f"images of which the digit classifier is {certainty:.0%} sure"
        todo = "Hand features of a classifier for these images to metrics.frechet and metrics.neighbours."
        raise refuse("real_images", found, f"digits ({CERTAIN:.0%} and more)", todo)
    fake, chances = classifier.see(fake_images)
    count = min(neighbours, len(fake), len(real))
    chosen = np.random.default_rng(seed)
    some_real = real[chosen.permutation(len(real))[:count]]
    some_fake = fake[chosen.permutation(len(fake))[:count]]
    shares = class_shares(chances)
    return {
        "frechet": distances.frechet(real, fake),
        **distances.neighbours(some_real, some_fake, k),
        "classes": [float(share) for share in shares],
        "modes": int((shares >= 0.01).sum()),
        "score": classifier_score(chances),
        "diversity": diversity_ratio(fake_images, chances.argmax(1), real_images, real_chances.argmax(1)),
        "fake_count": len(fake),
        "real_count": len(real),
        "neighbour_count": count,
        "k": k,
        "classifier": classifier.NAME,
    }


def class_shares(chances):
    """Return how often each digit is the most likely one: ``(10,)``, sum 1.

    Args:
        chances: ``(n, 10)``, what `classify` gave.
    """
    chances = np.asarray(chances)
    return np.bincount(chances.argmax(1), minlength=chances.shape[1]) / len(chances)


def classifier_score(chances):
    """Return ``exp E KL(p(y|x) || p(y))``: between 1 and the number of classes.

    Salimans et al. (2016), section 4, with the digit classifier in Inception's place.  High where each
    image is named with certainty and all names come up; blind to variety within a class.

    Args:
        chances: ``(n, 10)``, what `classify` gave.
    """
    chances = np.asarray(chances, dtype="float64")
    marginal = chances.mean(0)
    logs = np.log(np.maximum(chances, 1e-30)) - np.log(np.maximum(marginal, 1e-30))
    return float(np.exp((chances * logs).sum(1).mean()))


def diversity(images):
    """Return the typical distance between two different images of a set, pixels in [0, 1].

    The root of the mean squared Euclidean distance over all pairs of different rows; computed as
    ``sqrt(2 * total variance)``, which is the same.  0 where all images are equal.  Noise is diverse
    too: read it beside precision.

    Args:
        images: ``uint8`` ``(n, height, width)``, n ≥ 2.

    Raises:
        ValueError: Fewer than two images, or not ``uint8``.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or len(images) < 2:
        found = f"{len(images)} of {images.dtype}"
        raise refuse("images", found, "two or more of uint8", "Distances need pairs.")
    pixels = images.reshape(len(images), -1).astype("float64") / 255
    return float(np.sqrt(2 * pixels.var(0, ddof=1).sum()))


def diversity_ratio(fake_images, fake_labels, real_images, real_labels):
    """Return the diversity within a class, fake over real: the mean over the classes found in both.

    1 where the fakes of a class differ as much as its real images do; 0 for one image a class; NaN
    where no class has two images on both sides, of which the real ones differ.

    Args:
        fake_images: ``uint8`` ``(m, 28, 28)``.
        fake_labels: ``(m,)``, which digit each is.
        real_images: ``uint8`` ``(n, 28, 28)``.
        real_labels: ``(n,)``.
    """
    ratios = []
    for digit in range(10):
        fake, real = fake_images[fake_labels == digit], real_images[real_labels == digit]
        if len(fake) > 1 and len(real) > 1 and (scale := diversity(real)):
            ratios.append(diversity(fake) / scale)
    return float(np.mean(ratios)) if ratios else float("nan")


def nearest(images, train_images):
    """Return for each image the nearest training image: its index and its distance, pixels in [0, 1].

    Args:
        images: ``uint8`` ``(m, 28, 28)``.
        train_images: ``uint8`` ``(n, 28, 28)``.

    Returns:
        Indices ``(m,)`` and Euclidean distances ``(m,)``.

    Raises:
        ValueError: Images that are not ``uint8``, or none.
    """
    stacks = {"images": np.asarray(images), "train_images": np.asarray(train_images)}
    for name, stack in stacks.items():
        if stack.dtype != np.uint8 or not len(stack):
            found, todo = f"{len(stack)} of {stack.dtype}", "Hand over images as gan.sample draws them."
            raise refuse(name, found, "one or more of uint8", todo)
    one, two = (stack.reshape(len(stack), -1).astype("float32") / 255 for stack in stacks.values())

    def reduce(block, start):
        index = block.argmin(1)
        # the expanded square loses digits near 0: a copy must have distance 0
        gap = one[start : start + len(block)] - two[index]
        return index, np.sqrt(np.square(gap).sum(1))

    memory = distances.MEMORY
    parts = list(pairwise_distances_chunked(one, two, reduce_func=reduce, working_memory=memory))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def copies(fake_images, train_images, held_out_images):
    """Ask whether a generator repeats its training images.

    Real images that were held out are near to training images too: they set the scale.  A fake counts
    as a copy where it is nearer to a training image than 99 of 100 held-out images are.

    Args:
        fake_images: ``uint8`` ``(m, 28, 28)``.
        train_images: ``uint8`` ``(n, 28, 28)``, what the GAN was trained on.
        held_out_images: ``uint8`` ``(h, 28, 28)``, real ones it has not seen.

    Returns:
        A dict: ``copies``, a share (0.01 is what held-out images would give); the median distance to
        the nearest training image, ``fake_distance`` and ``held_out_distance``; ``limit``.
    """
    fake = nearest(fake_images, train_images)[1]
    held_out = nearest(held_out_images, train_images)[1]
    limit = np.quantile(held_out, 0.01)
    return {
        "copies": float((fake <= limit).mean()),
        "fake_distance": float(np.median(fake)),
        "held_out_distance": float(np.median(held_out)),
        "limit": float(limit),
    }
