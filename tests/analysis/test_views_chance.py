"""What changes sides by chance, where trials and repeated ratings tell of it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.test_views import FEW, ONE, both, results, row

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE


class TestChance:
    def trials(self, lost: float) -> tuple[float, float, float]:
        """Shares that changed to worse and to better, and by chance: 400 examples, 3 trials."""
        rng = np.random.default_rng(6)
        chance = rng.beta(1, 1, 400)
        rows = [
            row(i, s, "ok", float(rng.random() < p - down), repeat=k, rater="c", kind="check")
            for i, p in enumerate(chance)
            for s, down in (("new", lost), ("old", 0.0))
            for k in range(3)
        ]
        options = ComparisonOptions(resamples=199, baseline="old", rounds={})
        findings = compare(Ratings.of(rows), ONE, options=options)
        worse, better, expected = (
            results(findings, name)[0].estimate.value or 0.0
            for name in ("changed_to_worse", "changed_to_better", "changed_by_chance")
        )
        return worse, better, expected

    def test_what_changes_by_chance_is_told_beside_what_changed(self) -> None:
        worse, better, expected = self.trials(0.0)
        assert worse == pytest.approx(expected, abs=0.05)
        assert better == pytest.approx(expected, abs=0.05)
        worse, better, expected = self.trials(0.4)
        assert better < expected < worse - 0.1

    def test_one_output_an_example_tells_nothing_of_chance(self) -> None:
        rows = Ratings.of(both("ok", [1, 0, 0, 1, 1] * 8, [1, 1, 1, 0, 1] * 8))
        assert not list(compare(rows, ONE, options=FEW).named("changed_by_chance"))

    def test_grades_of_trials_vary_by_trials_and_not_by_ratings_of_them(self) -> None:
        """Two judges agree on every output, and the three outputs of an example do not."""
        rubric = Rubric(Dimension("tone", weight=100, scale=ONE_TO_FIVE))
        rows = [
            row(i, s, "tone", mean + step, repeat=k, rater=judge, kind="judge")
            for i in range(12)
            for s, mean in (("new", 2.5), ("old", 3.5))
            for k, step in enumerate((-0.7, 0.0, 0.7))
            for judge in ("j1", "j2")
        ]
        options = ComparisonOptions(resamples=199, baseline="old", rounds={})
        findings = compare(Ratings.of(rows), rubric, options=options)
        assert not findings.changes
        (expected,) = results(findings, "changed_by_chance")
        assert expected.estimate.value == pytest.approx(0.025)
