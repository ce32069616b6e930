"""Ratings of outputs drawn for calibration join it with the probability of either way in."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.analysis.calibration_pool import item_name
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.jobs.calibrating.drawing import calibration_source
from measurand.jobs.source import Source
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent


def said(example: str, probability: float | None) -> Rating:
    return Rating(
        example=example,
        system="s",
        dimension="tone",
        rater="ann",
        kind="people",
        value=4.0,
        probability=probability,
    )


def test_they_join_with_what_is_known_of_how_they_came_in(tmp_path: Path) -> None:
    source = Source(
        ratings=Ratings.of([said("sampled", 0.5)]),
        aside=Ratings.of([said("drawn", 0.2), said("routed", None)]),
        rubric=Rubric(Dimension("tone")),
        intakes=(),
    )
    probabilities = {item_name(name, "s"): 0.2 for name in ("sampled", "drawn", "routed")}
    event = CalibrationEvent(
        kind="drawn", body={"chosen": [item_name("drawn", "s")], "probabilities": probabilities}
    )
    with open_ledger(tmp_path / "l.db") as ledger:
        assert calibration_source(source, ledger.calibration) is source
        ledger.calibration.add([event])
        found = calibration_source(source, ledger.calibration)

    told = {row.example: row.probability for row in found.ratings}
    assert told == {"sampled": pytest.approx(0.6), "drawn": pytest.approx(0.6)}
    assert len(source.ratings) == 1
