from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.consensus import majority_vote, mean_vote, median_vote

NAN = np.nan
tables = arrays(np.float64, (6, 4), elements=st.sampled_from([1.0, 2.0, 5.0, NAN]))


def test_a_tie_has_no_winner() -> None:
    vote = majority_vote(np.array([[1, 1, 2], [1, 2, 5], [1, 2, NAN], [NAN, NAN, NAN], [5, 5, 5]]))
    assert vote.labels == pytest.approx([1, NAN, NAN, NAN, 5], nan_ok=True)
    assert vote.tied.tolist() == [False, True, True, False, False]
    assert vote.ties == 2
    assert vote.values.tolist() == [1, 2, 5]
    assert vote.counts.tolist() == [[2, 1, 0], [1, 1, 1], [1, 1, 0], [0, 0, 0], [0, 0, 3]]


def test_nobody_rated_anything() -> None:
    vote = majority_vote(np.full((2, 3), NAN))
    assert np.isnan(vote.labels).all()
    assert vote.ties == 0
    assert vote.counts.shape == (2, 0)
    assert np.isnan(median_vote(np.empty((2, 0)))).all()
    assert majority_vote(np.empty((0, 0))).labels.shape == (0,)


def test_continuous_ratings_have_no_majority() -> None:
    with pytest.raises(InsufficientData, match="a vote needs labels"):
        majority_vote(np.random.default_rng(0).random((600, 2)))


@given(tables)
def test_median_and_mean_are_those_of_the_ratings_given(table: Floats) -> None:
    for row, middle, mean in zip(table, median_vote(table), mean_vote(table), strict=True):
        rated = row[~np.isnan(row)]
        assert middle == pytest.approx(np.median(rated) if len(rated) else NAN, nan_ok=True)
        assert mean == pytest.approx(np.mean(rated) if len(rated) else NAN, nan_ok=True)


@given(tables)
def test_votes_add_up(table: Floats) -> None:
    vote = majority_vote(table)
    assert vote.counts.sum() == (~np.isnan(table)).sum()
    decided = ~np.isnan(vote.labels)
    assert not (decided & vote.tied).any()
