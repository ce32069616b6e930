from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.multiple import benjamini_hochberg, bonferroni, holm, max_t

Adjust = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# Benjamini and Hochberg (1995), JRSS B 57, 289-300, section 3.2: myocardial infarction.
INFARCTION = np.fromstring(
    ".0001 .0004 .0019 .0095 .0201 .0278 .0298 .0344 .0459 .3240 .4262 .5719 .6528 .7590 1", sep=" "
)
# Darwin (1876), cross- minus self-fertilised maize, in eighths of an inch.
MAIZE = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=np.float64)


def test_benjamini_hochberg_1995() -> None:
    """The paper: the false discovery rate rejects four hypotheses, Bonferroni three."""
    assert (benjamini_hochberg(INFARCTION) <= 0.05).sum() == 4
    assert (holm(INFARCTION) <= 0.05).sum() == 3
    assert (bonferroni(INFARCTION) <= 0.05).sum() == 3


@pytest.mark.parametrize(
    ("adjust", "name"), [(bonferroni, "bonferroni"), (holm, "holm"), (benjamini_hochberg, "fdr_bh")]
)
def test_agrees_with_statsmodels(adjust: Adjust, name: str) -> None:
    oracle = pytest.importorskip("statsmodels.stats.multitest")
    rng = np.random.default_rng(3)
    for p in (INFARCTION, rng.permutation(INFARCTION), rng.random(40), np.full(5, 0.04)):
        expected = oracle.multipletests(p, method=name)[1]
        np.testing.assert_allclose(adjust(p), expected, atol=1e-12)


def test_fisher_counts_the_flips_of_darwins_maize() -> None:
    """Fisher (1935), The Design of Experiments, section 21: 1726 of the 32768 sign patterns."""
    p = max_t(MAIZE[:, None], rng=np.random.default_rng(0), flips=200_000)[0]
    assert p == pytest.approx(1726 / 32768, abs=3 * (0.0527 * 0.9473 / 200_000) ** 0.5)
