"""What a run of a part leaves open of the headline."""

from __future__ import annotations

import pytest

from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Verdict
from measurand.jobs.partly import Partly


def verdict(*systems: str, dimension: str = OVERALL) -> Verdict:
    return Verdict(
        name=OVERALL, outcome="a better", reason="a is", dimension=dimension, systems=systems
    )


def test_a_headline_without_its_outputs_decides_nothing_and_says_why() -> None:
    part = Partly(asked=50, total=430, headline=200, there={"new": 0, "now": 197}, least=196.0)
    assert part.limit.startswith("The newest run asked 50 of 430 examples: ")
    assert "only 0 of new, 197 of now" in part.limit
    assert part.banner is not None
    assert part.banner.endswith("asked 50 of 430 examples; measurand run asks the rest")
    one, other, tone = part.decided(
        [verdict("new", "now"), verdict("now", "old"), verdict("new", "now", dimension="tone")]
    )
    assert one.outcome == "inconclusive"
    assert "no verdict is given: the newest run asked 50 of 430 examples" in one.reason
    assert (other.outcome, tone.outcome) == ("a better", "a better")


@pytest.mark.parametrize("there", [{}, {"new": 0}])
def test_nothing_is_withheld_where_all_is_there_or_any_share_may_lack(
    there: dict[str, int],
) -> None:
    part = Partly(asked=50, total=430, headline=200, there=there)
    assert part.decided([verdict("new", "now")]) == (verdict("new", "now"),)
    assert bool(part.limit) is bool(part.banner) is bool(there)
