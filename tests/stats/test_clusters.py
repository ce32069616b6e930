"""Spherical k-means: planted directions are found, whatever the order and the lengths."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.clusters import assign, clusters


def planted(rng: np.random.Generator, sizes: tuple[int, ...]) -> tuple[Floats, list[int]]:
    centres = np.linalg.qr(rng.normal(size=(16, 16)))[0][: len(sizes)]
    labels = [label for label, size in enumerate(sizes) for _ in range(size)]
    return centres[labels] + rng.normal(0, 0.08, (len(labels), 16)), labels


def test_planted_directions_are_found_largest_first() -> None:
    rng = np.random.default_rng(5)
    rows, labels = planted(rng, (40, 200, 90))
    found = clusters(rows, 3, rng)
    assert found.sizes.tolist() == [200, 90, 40]
    assert len(set(zip(labels, found.labels.tolist(), strict=True))) == 3
    assert np.linalg.norm(found.centres, axis=1) == pytest.approx(1)
    assert assign(rows, found.centres).tolist() == found.labels.tolist()


def test_lengths_do_not_count_and_the_seed_decides() -> None:
    rows, _ = planted(np.random.default_rng(6), (30, 30))
    one = clusters(rows, 4, np.random.default_rng(7))
    two = clusters(rows * np.arange(1, 61)[:, None], 4, np.random.default_rng(7))
    assert one.labels.tolist() == two.labels.tolist()


def test_the_centres_are_a_fixed_point() -> None:
    """Each centre is the mean direction of its cluster, by a plain loop."""
    rows, _ = planted(np.random.default_rng(8), (25, 50, 25))
    unit = rows / np.linalg.norm(rows, axis=1)[:, None]
    found = clusters(rows, 3, np.random.default_rng(9))
    for label, centre in enumerate(found.centres):
        own = unit[found.labels == label].sum(axis=0)
        assert centre == pytest.approx(own / np.linalg.norm(own), abs=1e-9)


def test_many_rows_are_parted_by_a_sample_of_them() -> None:
    rows, labels = planted(np.random.default_rng(10), (9_000, 3_000))
    found = clusters(rows, 2, np.random.default_rng(11))
    assert found.sizes.tolist() == [9_000, 3_000]
    assert found.labels.tolist() == labels


def test_fewer_clusters_where_fewer_rows_differ() -> None:
    rows = np.repeat(np.eye(3), 5, axis=0)
    assert clusters(rows, 8, np.random.default_rng(12)).sizes.tolist() == [5, 5, 5]


def test_nonsense_is_refused() -> None:
    rng = np.random.default_rng(13)
    with pytest.raises(InsufficientData, match="nothing to find"):
        clusters(np.zeros((0, 3)), 2, rng)
    with pytest.raises(UsageError, match="at least one"):
        clusters(np.eye(3), 0, rng)
    with pytest.raises(UsageError, match="no direction"):
        clusters(np.zeros((2, 3)), 1, rng)
    with pytest.raises(UsageError, match="finite"):
        clusters([[np.nan, 1.0]], 1, rng)
    with pytest.raises(UsageError, match="encoder"):
        assign(np.eye(3), np.eye(4))
