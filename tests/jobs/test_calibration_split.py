"""Outputs that are looked at as anchors are for development; what was locked before stays so."""

from __future__ import annotations

from pathlib import Path

from measurand.analysis.calibration_pool import item_name
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, Scale
from measurand.jobs.calibrating.splitting import frozen_split
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_calibration import CalibrationEvent

SCALES: dict[str, Scale] = {"tone": ONE_TO_FIVE}


def rated(count: int) -> Ratings:
    return Ratings.of(
        Rating(
            example=f"q{number}",
            system=system,
            dimension="tone",
            rater=rater,
            kind="people",
            value=float(1 + number % 5),
        )
        for number in range(count)
        for system in ("a", "b")
        for rater in ("ann", "ben")
    )


def freeze(ledger: Ledger, *items: tuple[str, str]) -> None:
    body = {"items": [{"example": example, "system": system} for example, system in items]}
    ledger.calibration.add([CalibrationEvent(kind="anchors", test="x", body=body)])


def test_anchors_are_never_locked_nor_what_they_share_a_prompt_with(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "free.db") as ledger:
        locked = frozen_split(ledger.calibration, rated(120), SCALES).test
    example = next(f"q{n}" for n in range(120) if item_name(f"q{n}", "a") in locked)
    with open_ledger(tmp_path / "l.db") as ledger:
        freeze(ledger, (example, "a"))
        split = frozen_split(ledger.calibration, rated(120), SCALES)
    assert {item_name(example, "a"), item_name(example, "b")} <= split.development
    assert len(split.test) > 0


def test_an_anchor_beside_a_locked_output_unlocks_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        before = frozen_split(ledger.calibration, rated(120), SCALES)
        example = next(f"q{n}" for n in range(120) if item_name(f"q{n}", "a") in before.test)
        freeze(ledger, (example, "a"))
        assert frozen_split(ledger.calibration, rated(120), SCALES).test == before.test
