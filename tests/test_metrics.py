"""Every metric on cases whose answer is known: closed forms, published values, a slow plain oracle."""

import hashlib
import os

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import multivariate_normal

import ganlib
from ganlib import data, metrics
from ganlib.metrics import classifier, distances

NEEDS_MNIST = pytest.mark.skipif(not os.environ.get("GANLIB_DATA"), reason="needs full MNIST")


@pytest.fixture(scope="module")
def halves():
    """Two disjoint sets of 1 000 real digits, 100 of each class."""
    images = ganlib.load_digits().images.reshape(10, 500, 28, 28)
    return images[:, :100].reshape(-1, 28, 28), images[:, 100:200].reshape(-1, 28, 28)


def test_classifier_file_is_the_one_named_and_small():
    raw = classifier.PATH.read_bytes()
    assert hashlib.sha256(raw).hexdigest() == classifier.SHA256
    assert len(raw) < 1_000_000


def test_another_classifier_is_refused(tmp_path):
    path = tmp_path / "classifier.npz"
    path.write_bytes(b"not this")
    with pytest.raises(ValueError, match="cannot be compared"):
        classifier.weights(path)


def test_classifier_is_what_keras_computes(halves):
    keras = pytest.importorskip("ganlib.backend").keras
    layers = [
        keras.layers.Conv2D(16, 5, 2, activation="relu"),
        keras.layers.Conv2D(32, 5, 2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
    ]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    arrays = list(classifier.weights().values())[:6]
    kernels = [(5, 5, 1, 16), (16,), (5, 5, 16, 32), (32,), (512, 64), (64,)]
    model.set_weights([a.reshape(shape) for a, shape in zip(arrays, kernels, strict=True)])
    images = halves[0][::20]
    expected = model(images[..., None].astype("float32") / 255).numpy()
    np.testing.assert_allclose(metrics.features(images), expected, rtol=1e-4, atol=1e-4)


def test_classifier_names_the_digits():
    digits = ganlib.load_digits()
    chances = metrics.classify(digits.images)
    np.testing.assert_allclose(chances.sum(1), 1, atol=1e-5)
    assert (chances.argmax(1) == digits.labels).mean() > 0.985
    assert metrics.classifier_score(chances) == pytest.approx(9.6, abs=0.2)


@NEEDS_MNIST
def test_classifier_is_as_good_as_it_says():
    test = ganlib.load_mnist("test")
    right = metrics.classify(test.images).argmax(1) == test.labels
    assert right.mean() == pytest.approx(classifier.TEST_ACCURACY, abs=0.0003)
    assert classifier.TEST_ACCURACY >= 0.985
    assert metrics.features(test.images).var(0, ddof=1).sum() == pytest.approx(1000, rel=1e-4)


@pytest.mark.parametrize(
    "images", [np.zeros((3, 28, 28)), np.zeros((3, 784), np.uint8), np.zeros((0, 28, 28), np.uint8)]
)
def test_features_want_uint8_images(images):
    with pytest.raises(ValueError, match="uint8"):
        metrics.features(images)


def test_frechet_closed_form():
    draw = np.random.default_rng(1)
    real = draw.normal(0, 1, (20_000, 3))
    # independent axes: (m1 - m2)² + (s1 - s2)² each, and the exact moments of these samples
    fake = draw.normal(0, 1, (20_000, 3)) * [1, 2, 3] + [1, 0, -2]
    assert metrics.frechet(real, fake) == pytest.approx(1 + 4 + 1 + 4, rel=0.03)
    assert metrics.frechet(real, real + np.array([3, 4, 0])) == pytest.approx(25, rel=1e-9)
    assert metrics.frechet(real, real) == pytest.approx(0, abs=1e-9)
    assert metrics.frechet(real, 2 * real) == pytest.approx(
        np.trace(np.cov(real.T)) + np.square(real.mean(0)).sum(), rel=1e-9
    )


def test_frechet_against_the_matrix_root_of_scipy():
    draw = np.random.default_rng(2)
    real = draw.normal(size=(200, 8)) @ draw.normal(size=(8, 8))
    fake = draw.normal(size=(150, 8)) @ draw.normal(size=(8, 8)) + 0.3
    one, two = np.cov(real.T), np.cov(fake.T)
    gap = real.mean(0) - fake.mean(0)
    expected = gap @ gap + np.trace(one + two - 2 * sqrtm(one @ two).real)
    assert metrics.frechet(real, fake) == pytest.approx(expected, rel=1e-8)
    assert metrics.frechet(fake, real) == pytest.approx(expected, rel=1e-8)


def test_frechet_survives_clouds_with_no_width():
    same = np.ones((10, 4))
    assert metrics.frechet(same, same + 2) == pytest.approx(16)


def plain_kid(real, fake):
    """The unbiased estimator of Bińkowski et al. (2018), section 4, pair by pair."""

    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3

    def mean(pairs):
        values = [kernel(x, y) for x, y in pairs]
        return sum(values) / len(values)

    def different(points):
        return mean((x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j)

    return different(real) + different(fake) - 2 * mean((x, y) for x in real for y in fake)


def test_kid_by_hand():
    # k(0, 1) = 1, k(2, -1) = -1; across: k(0, 2) = k(0, -1) = 1, k(1, 2) = 27, k(1, -1) = 0
    assert metrics.kid([[0], [1]], [[2], [-1]]) == pytest.approx(1 - 1 - 2 * 29 / 4, abs=1e-12)


def test_kid_against_the_definition(monkeypatch):
    draw = np.random.default_rng(6)
    real, fake = draw.normal(size=(23, 4)), draw.normal(0.5, 1.3, (31, 4))
    expected = plain_kid(real.tolist(), fake.tolist())
    assert metrics.kid(real, fake) == pytest.approx(expected, rel=1e-9)
    assert metrics.kid(fake, real) == pytest.approx(expected, rel=1e-9)
    monkeypatch.setattr(distances, "MEMORY", 0.001)  # four rows a block
    assert metrics.kid(real, fake) == pytest.approx(expected, rel=1e-9)


def test_kid_of_gaussians_is_the_gap_between_their_moments():
    # on a line (xy + 1)³ = 1 + 3 xy + 3 x²y² + x³y³, so MMD² = Σ binomial(3, c) (E x^c - E y^c)²
    mean, sigma = 0.5, 1.5
    gaps = [mean, mean**2 + sigma**2 - 1, mean**3 + 3 * mean * sigma**2]  # from N(0, 1): 0, 1, 0
    due = 3 * gaps[0] ** 2 + 3 * gaps[1] ** 2 + gaps[2] ** 2
    draw = np.random.default_rng(7)
    found = [
        metrics.kid(draw.normal(size=(200, 1)), draw.normal(mean, sigma, (150, 1))) for _ in range(400)
    ]
    error = np.std(found) / np.sqrt(len(found))
    assert error < 0.05 * due
    assert abs(np.mean(found) - due) < 3 * error


def test_kid_has_no_bias_where_the_frechet_distance_has():
    digits = ganlib.load_digits()
    seen = metrics.features(digits.images)
    draw = np.random.default_rng(8)
    found = {"kid": [], "frechet": [], "kid without zeros": []}
    for _ in range(200):
        one, two = seen[draw.permutation(len(seen))[:400]].reshape(2, 200, -1)
        found["kid"].append(metrics.kid(one, two))
        found["frechet"].append(metrics.frechet(one, two))
        some = draw.choice(seen[digits.labels != 0], 200, replace=False)
        found["kid without zeros"].append(metrics.kid(one, some))
    # the mean in standard errors of itself
    away = {name: np.mean(v) / (np.std(v) / np.sqrt(len(v))) for name, v in found.items()}
    assert abs(away["kid"]) < 3
    assert away["frechet"] > 30  # real against real, and far from 0
    assert away["kid without zeros"] > 8  # a missing digit is seen


def plain_neighbours(real, fake, k):
    """The four definitions, pair by pair."""

    def radius(points, i):
        gaps = sorted(np.linalg.norm(points - points[i], axis=1))
        return gaps[k]

    real_radius = [radius(real, i) for i in range(len(real))]
    fake_radius = [radius(fake, j) for j in range(len(fake))]
    gaps = [[np.linalg.norm(r - f) for f in fake] for r in real]
    n, m = len(real), len(fake)
    return {
        "precision": np.mean([any(gaps[i][j] < real_radius[i] for i in range(n)) for j in range(m)]),
        "recall": np.mean([any(gaps[i][j] < fake_radius[j] for j in range(m)) for i in range(n)]),
        "density": sum(gaps[i][j] < real_radius[i] for i in range(n) for j in range(m)) / (k * m),
        "coverage": np.mean([any(gaps[i][j] < real_radius[i] for j in range(m)) for i in range(n)]),
    }


@pytest.mark.parametrize("k", [1, 3])
def test_neighbours_against_the_definitions(k):
    draw = np.random.default_rng(3)
    real, fake = draw.normal(size=(60, 4)), draw.normal(0.5, 1.3, (45, 4))
    found, expected = metrics.neighbours(real, fake, k), plain_neighbours(real, fake, k)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name


def test_neighbours_do_not_depend_on_the_blocks(monkeypatch):
    draw = np.random.default_rng(4)
    real, fake = draw.normal(size=(900, 5)), draw.normal(size=(700, 5))
    whole = metrics.neighbours(real, fake)
    monkeypatch.setattr(distances, "MEMORY", 0.1)
    assert metrics.neighbours(real, fake) == whole


@pytest.mark.slow
def test_neighbours_on_two_equal_gaussians_give_the_published_values():
    # 1 000 dimensions, 10 000 samples, k = 5: the example of the authors of density and coverage
    draw = np.random.default_rng(0)
    real, fake = draw.normal(size=(2, 10_000, 1000))
    found = metrics.neighbours(real, fake, 5)
    # one draw in 1 000 dimensions says little: seeds 0 to 2 gave density .912, .988, 1.070 and coverage
    # .956, .966, .974, so the next test holds the means of many draws against what they must be
    assert found["precision"] == pytest.approx(0.4772, abs=0.04)
    assert found["recall"] == pytest.approx(0.4705, abs=0.04)
    assert found["density"] == pytest.approx(1.0555, abs=0.17)
    assert found["coverage"] == pytest.approx(0.9735, abs=0.025)


def test_density_and_coverage_of_equal_distributions_are_what_counting_says():
    # whatever the distribution: of n reals and m fakes of one kind each order of distances is as likely
    # as any other, so density is 1 on average and coverage 1 - prod (n - i) / (n + m - i), i = 1..k:
    # Naeem et al. (2020), section 3.3
    n, m, k = 300, 200, 3
    draw = np.random.default_rng(0)
    found = [metrics.neighbours(draw.random((n, 2)), draw.random((m, 2)), k) for _ in range(200)]
    missed = np.prod([(n - i) / (n + m - i) for i in range(1, k + 1)])
    for name, due in (("density", 1.0), ("coverage", 1 - missed)):
        values = [row[name] for row in found]
        error = np.std(values) / np.sqrt(len(values))
        assert error < 0.006
        assert abs(np.mean(values) - due) < 3 * error, name


@pytest.mark.parametrize("k", [0, 2.5, True])
def test_neighbours_want_a_count(k):
    points = np.zeros((10, 2))
    with pytest.raises(ValueError, match="k: received"):
        metrics.neighbours(points, points, k)


@pytest.mark.parametrize("points", [np.zeros(5), np.zeros((1, 2)), np.full((9, 2), np.nan)])
def test_clouds_must_be_clouds(points):
    for measure in (metrics.frechet, metrics.kid):
        with pytest.raises(ValueError, match="fake: received"):
            measure(np.zeros((9, 2)), points)


def test_evaluate_real_against_real(halves):
    table = metrics.evaluate(*halves)
    assert 0 < table["frechet"] < 30
    for name in ("precision", "recall", "coverage"):
        assert table[name] > 0.85, name
    assert table["density"] == pytest.approx(1, abs=0.1)
    assert table["diversity"] == pytest.approx(1, abs=0.03)
    assert table["modes"] == 10
    assert sum(table["classes"]) == pytest.approx(1)
    assert table["fake_count"] == table["real_count"] == table["neighbour_count"] == 1000
    assert classifier.SHA256[:8] in table["classifier"]


def clothes():
    """Filled shapes that stand in for clothes, and the real ones where they are at hand."""
    draw = np.random.default_rng(0)
    rows, columns = np.mgrid[:28, :28]
    half = draw.integers(4, 13, (300, 2))[..., None, None]
    blocks = (abs(rows - 13.5) < half[:, 0]) & (abs(columns - 13.5) < half[:, 1])
    yield (blocks * draw.integers(60, 256, (300, 1, 1))).astype("uint8")
    if data.found("fashion-mnist", "test"):
        yield from (ganlib.load_fashion_mnist("test").only(kind).images for kind in range(10))


def test_evaluate_refuses_what_the_classifier_does_not_know():
    for images in clothes():
        with pytest.raises(ValueError, match=r"real_images: received .* sure, accepted digits"):
            metrics.evaluate(images, images)


@pytest.mark.parametrize("digit", range(10))
def test_evaluate_knows_each_digit(digit):
    images = ganlib.load_digits().only(digit).images
    assert metrics.evaluate(images[:50], images)["classes"][digit] > 0.9


def test_evaluate_exact_copies(halves):
    table = metrics.evaluate(halves[0], halves[0])
    assert table["frechet"] == pytest.approx(0, abs=1e-6)
    assert table["precision"] == table["recall"] == table["coverage"] == 1
    assert table["density"] == 1  # each fake lies in its own ball and in k - 1 others, on average


def test_evaluate_one_class_noise_and_one_image(halves):
    real, other = halves
    floor = metrics.evaluate(other, real)["frechet"]
    zeros = metrics.evaluate(other[:100], real)
    assert zeros["classes"][0] >= 0.98
    assert zeros["precision"] > 0.8
    assert zeros["coverage"] < 0.2
    noise = np.random.default_rng(0).integers(0, 256, (1000, 28, 28)).astype("uint8")
    noisy = metrics.evaluate(noise, real)
    assert noisy["precision"] < 0.05
    assert noisy["coverage"] < 0.05
    one = metrics.evaluate(np.repeat(real[:1], 500, 0), real)
    assert one["recall"] < 0.02
    assert one["diversity"] == pytest.approx(0, abs=1e-9)
    assert min(t["frechet"] for t in (zeros, noisy, one)) > 10 * floor


def test_class_shares_and_score():
    certain = np.eye(10)[np.arange(1000) % 10]
    np.testing.assert_allclose(metrics.class_shares(certain), 0.1)
    assert metrics.classifier_score(certain) == pytest.approx(10)
    assert metrics.classifier_score(np.eye(10)[np.zeros(50, int)]) == pytest.approx(1)
    assert metrics.classifier_score(np.full((50, 10), 0.1)) == pytest.approx(1)
    assert metrics.classifier_score(np.eye(10)[np.arange(50) % 2]) == pytest.approx(2)


def test_diversity_is_the_root_of_the_mean_over_pairs(halves):
    images = halves[0][:40]
    rows = images.reshape(40, -1) / 255
    pairs = [np.square(rows[i] - rows[j]).sum() for i in range(40) for j in range(i)]
    assert metrics.diversity(images) == pytest.approx(np.sqrt(np.mean(pairs)), rel=1e-9)
    with pytest.raises(ValueError, match="pairs"):
        metrics.diversity(images[:1])


def test_diversity_ratio_without_a_shared_class_is_no_number(halves):
    zeros, ones = halves[0][:2], halves[0][100:102]
    assert np.isnan(metrics.digits.diversity_ratio(zeros, np.zeros(2), ones, np.ones(2)))


def test_diversity_ratio_leaves_out_a_class_whose_real_images_are_equal(halves):
    images, labels = halves[0][[0, 1, 100, 101]], np.array([0, 0, 1, 1])
    real = images[[0, 0, 2, 3]]
    assert metrics.digits.diversity_ratio(images, labels, real, labels) == pytest.approx(1)
    assert np.isnan(metrics.digits.diversity_ratio(images, labels, real[[0, 0]], labels[:2]))


def test_nearest_finds_copies(halves):
    train, held_out = halves
    index, distance = metrics.nearest(train[[7, 3]], train)
    assert index.tolist() == [7, 3]
    assert distance.tolist() == [0, 0]
    index, distance = metrics.nearest(held_out[:5], train)
    for i, (j, d) in enumerate(zip(index, distance, strict=True)):
        gaps = np.linalg.norm((held_out[i] - train.astype("float64")).reshape(1000, -1) / 255, axis=1)
        assert d == pytest.approx(gaps.min(), rel=1e-5)
        assert gaps[j] == pytest.approx(gaps.min(), rel=1e-5)
    fresh = ganlib.load_digits().images.reshape(10, 500, 28, 28)[:, 200:300].reshape(-1, 28, 28)
    assert metrics.copies(train, train, held_out)["copies"] == 1
    assert metrics.copies(fresh, train, held_out)["copies"] == pytest.approx(0.01, abs=0.01)


@pytest.mark.parametrize("which", [0, 1])
def test_nearest_wants_images_as_they_are_drawn(halves, which):
    for bad in (halves[0] / 255, halves[0][:0], halves[0].astype(int)):
        stacks = [halves[0], halves[0]]
        stacks[which] = bad
        name = ("images", "train_images")[which]
        with pytest.raises(ValueError, match=f"^{name}: received {len(bad)} of .* uint8"):
            metrics.nearest(*stacks)


def test_modes_of_a_ring():
    angles = np.arange(8) * np.pi / 4
    centres = np.stack([np.cos(angles), np.sin(angles)], 1)
    points = np.concatenate([centres[:3].repeat(10, 0), [[0, 0]] * 10])
    assert metrics.modes(points, centres, 0.05) == {
        "modes": 3,
        "good": 0.75,
        "counts": [10, 10, 10, 0, 0, 0, 0, 0],
    }
    assert metrics.modes(points, centres, 0.05, least=11)["modes"] == 0
    assert metrics.modes(centres + np.array([0.149, 0]), centres, 0.05)["good"] == 1
    assert metrics.modes(centres + np.array([0.151, 0]), centres, 0.05)["good"] == 0
    draw = np.random.default_rng(0)
    cloud = centres.repeat(5000, 0) + draw.normal(0, 0.05, (40_000, 2))
    # a Gaussian in the plane lies within 3 sigma with chance 1 - exp(-9/2)
    assert metrics.modes(cloud, centres, 0.05)["good"] == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    with pytest.raises(ValueError, match="sigma"):
        metrics.modes(points, centres, 0)
    with pytest.raises(ValueError, match="centres: received 1 coordinates, accepted 2"):
        metrics.modes(points, centres[:, :1], 0.05)


def test_parzen_against_scipy():
    draw = np.random.default_rng(5)
    samples, validation, test = draw.normal(size=(3, 60, 3))
    found = metrics.parzen(samples, validation, test)

    def logs(points, sigma):
        return np.log(
            np.mean([multivariate_normal(s, sigma**2 * np.eye(3)).pdf(points) for s in samples], axis=0)
        )

    best = max(np.geomspace(0.1, 1, 10), key=lambda sigma: logs(validation, sigma).mean())
    assert found["sigma"] == pytest.approx(best)
    values = logs(test, best)
    assert found["log_likelihood"] == pytest.approx(values.mean(), rel=1e-6)
    assert found["standard_error"] == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=1e-6)
    with pytest.raises(ValueError, match="width"):
        metrics.parzen(samples, validation, test, [0.0])


def test_parzen_far_away_stays_finite():
    samples = np.zeros((5, 784))
    found = metrics.parzen(samples, samples + 1, samples + 1)
    assert np.isfinite(found["log_likelihood"])
