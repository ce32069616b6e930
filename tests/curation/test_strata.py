"""Parts of production, and what they are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from measurand.curation.strata import by_time
from measurand.curation.traffic import NEVER


def test_weeks_begin_on_mondays() -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    days = [monday + timedelta(days=day, hours=23) for day in range(60)]
    at = np.array([int(day.timestamp()) for day in days] + [NEVER])
    split = by_time(at)
    assert split is not None
    for day, code in zip(days, split.codes, strict=False):
        first = day - timedelta(days=day.weekday())
        assert split.names[int(code)] == f"week of {first:%Y-%m-%d}"
    assert split.names[int(split.codes[-1])] == "no time"
