import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.raters.checks.heldout import HeldOut, auc


def test_auc_of_a_small_table() -> None:
    """Five positives, four negatives, counted by hand: 16.5 of 20 pairs are in order."""
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.65, 0.5, 0.3, 0.1])
    positive = np.array([True] * 5 + [False] * 4)
    assert auc(scores, positive).value == pytest.approx(16.5 / 20)


def test_auc_equals_scikit_learn_and_the_variance_its_definition() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    positive = rng.random(80) < 0.4
    scores = np.round(rng.normal(positive, 1.0), 1)  # with ties
    found = auc(scores, positive)
    assert found.value == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-12)
    mine, other = scores[positive][:, None], scores[~positive][None, :]
    wins = (mine > other) + 0.5 * (mine == other)
    variance = wins.mean(1).var(ddof=1) / len(mine) + wins.mean(0).var(ddof=1) / other.size
    half = 1.959963984540054 * np.sqrt(variance) / (wins.mean() * (1 - wins.mean()))
    centre = np.log(wins.mean() / (1 - wins.mean()))
    assert found.low == pytest.approx(1 / (1 + np.exp(half - centre)), abs=1e-9)
    assert found.high == pytest.approx(1 / (1 + np.exp(-half - centre)), abs=1e-9)


def test_the_interval_of_the_auc_covers_the_truth() -> None:
    """Normal scores one standard deviation apart: the truth is the normal cdf of 1/sqrt(2)."""
    truth, rng, covered, runs = 0.7602499389065233, np.random.default_rng(11), 0, 400
    positive = np.array([True] * 30 + [False] * 50)
    for _ in range(runs):
        found = auc(rng.normal(positive, 1.0), positive)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / runs <= 0.98


@pytest.mark.parametrize(
    ("scores", "positive"),
    [
        ([0.1, 0.2, 0.8, 0.9], [False, False, True, True]),
        ([0.1, 0.2, 0.3], [True, False, False]),
        ([0.5, 0.5, 0.5, 0.5], [True, True, False, False]),
        ([], []),
    ],
)
def test_degenerate_scores_are_refused(scores: list[float], positive: list[bool]) -> None:
    with pytest.raises(InsufficientData):
        auc(np.array(scores, dtype=float), np.array(positive, dtype=bool))


def test_accuracy_is_that_of_the_decided() -> None:
    held = HeldOut((0.9, 0.8, 0.55, 0.45, 0.1, 0.2), (True, True, False, True, False, True))
    everything, sure = held.accuracy(), held.accuracy(undecided=0.1)
    assert (everything.value, everything.n) == (0.5, 6)
    assert (sure.value, sure.n) == (0.75, 4)
    assert held.decided(undecided=0.1).value == pytest.approx(4 / 6)
    assert held.majority() == pytest.approx(4 / 6)
    assert held.majority(undecided=0.1) == 0.75
    assert held.majority(undecided=0.45) is None
    squares = [0.01, 0.04, 0.3025, 0.3025, 0.01, 0.64]
    assert held.brier().value == pytest.approx(np.mean(squares))


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in number"):
        HeldOut((0.5,), ())
    with pytest.raises(ValueError, match="between 0 and 1"):
        HeldOut((float("nan"),), (True,))
