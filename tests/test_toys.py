import numpy as np
import pytest
from sklearn import datasets

from ganlib import toys

DRAWS = [toys.ring, toys.grid, toys.two_moons, toys.line]


@pytest.mark.parametrize("draw", DRAWS)
def test_a_draw_has_its_shape_and_follows_from_its_seed(draw):
    points = draw(500, 3)
    assert points.shape == (500, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert np.abs(points).max() < 1.5
    np.testing.assert_array_equal(points, draw(500, 3))
    assert not np.array_equal(points, draw(500, 4))


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("count", [0, -1, 2.0, True, None])
def test_a_count_that_is_none_is_refused(draw, count):
    with pytest.raises(ValueError, match="count: received"):
        draw(count, 0)


@pytest.mark.parametrize(("mixture", "modes"), [(toys.RING, 8), (toys.GRID, 25)])
def test_every_mode_gets_its_share_and_its_width(mixture, modes):
    assert mixture.centres.shape == (modes, 2)
    points = mixture.draw(40_000, 1)
    nearest = np.linalg.norm(points[:, None] - mixture.centres, axis=2).argmin(1)
    share = np.bincount(nearest, minlength=modes) / len(points)
    assert np.abs(share - 1 / modes).max() < 5 * np.sqrt(1 / modes / len(points))
    spread = (points - mixture.centres[nearest]).std(0)
    np.testing.assert_allclose(spread, mixture.sigma, rtol=0.02)


@pytest.mark.parametrize("mixture", [toys.RING, toys.GRID])
def test_a_mixture_density_sums_to_one(mixture):
    axis = np.linspace(-1.4, 1.4, 561)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    total = sum(mixture.density(part).sum() for part in np.array_split(points, 20))
    assert abs(total * (axis[1] - axis[0]) ** 2 - 1) < 1e-4


def test_the_modes_of_the_ring_lie_on_a_circle():
    np.testing.assert_allclose(np.linalg.norm(toys.RING.centres, axis=1), 1, atol=1e-6)
    gaps = np.linalg.norm(np.roll(toys.RING.centres, 1, 0) - toys.RING.centres, axis=1)
    np.testing.assert_allclose(gaps, 2 * np.sin(np.pi / 8), atol=1e-6)


def test_the_moons_are_half_circles_and_the_line_is_straight():
    x, y = toys.two_moons(2000, 0, noise=0.0).astype(float).T
    first = np.hypot(x + 0.25, y + 0.125)
    second = np.hypot(x - 0.25, y - 0.125)
    assert np.minimum(abs(first - 0.5), abs(second - 0.5)).max() < 1e-6
    assert 0.4 < np.mean(abs(first - 0.5) < 1e-6) < 0.6
    x, y = toys.line(2000, 0, noise=0.0).T
    np.testing.assert_allclose(y, x / 2, atol=1e-6)


def test_the_wines_are_standardised_and_come_back():
    wines = toys.load_wine()
    assert wines.points.shape == (178, 2)
    assert wines.names == ("alcohol", "color_intensity")
    np.testing.assert_allclose(wines.points.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(wines.points.std(0), 1, atol=1e-6)
    assert np.bincount(wines.labels).tolist() == [59, 71, 48]
    table = datasets.load_wine()
    columns = [table.feature_names.index(name) for name in wines.names]
    np.testing.assert_allclose(wines.measured(wines.points), table.data[:, columns], rtol=1e-5)
    assert not wines.points.flags.writeable


def test_other_features_of_the_wines_can_be_named():
    wines = toys.load_wine("flavanoids", "hue", "proline")
    assert wines.points.shape == (178, 3)
    with pytest.raises(ValueError, match="Did you mean 'alcohol'"):
        toys.load_wine("alcohl", "hue")
