"""A gate of ratings alone is asked as it says."""

from __future__ import annotations

from datetime import date

import pytest
from tests.analysis.test_gate import CORRECT, both

from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.jobs.gating.options import GateOptions
from measurand.jobs.gating.table import of_table
from measurand.jobs.source import Source


@pytest.mark.parametrize(("said", "meant"), [(None, 7), (0, 0), (3, 3)])
def test_the_seed_that_was_asked_for_is_taken(said: int | None, meant: int) -> None:
    rubric = Rubric(CORRECT)
    plan = Plan(name="p", rubric=rubric, seed=7)
    rows = Ratings.of(both([1.0] * 3, [1.0] * 3))
    source = Source(ratings=rows, rubric=rubric, intakes=(), plan=plan)
    options = GateOptions(system="new", against="old", seed=said)
    assert of_table(source, options, today=date(2026, 1, 1)).terms.seed == meant
