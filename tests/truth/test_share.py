"""Coverage of shares of failures: rare, and correlated within an example."""

import numpy as np
import pytest

from measurand.stats.share import clustered_share


@pytest.mark.parametrize(("share", "alike"), [(0.02, 0.0), (0.02, 0.3), (0.10, 0.3), (0.5, 0.5)])
def test_coverage_and_never_far_below_the_level(share: float, alike: float) -> None:
    """430 examples with 3 answers each; failures alike within one by a beta law."""
    rng = np.random.default_rng(5)
    clusters, runs, covered = np.repeat(np.arange(430), 3), 400, 0
    for _ in range(runs):
        chance = np.full(430, share)
        if alike:
            spread = (1 - alike) / alike
            chance = rng.beta(share * spread, (1 - share) * spread, 430)
        found = clustered_share((rng.random(1290) < chance[clusters]).astype(float), clusters)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= share <= found.high
    assert 0.92 <= covered / runs <= 0.99
