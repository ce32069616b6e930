"""What a judge leaves out is not forgotten, nor what it may have copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.judged_rows import JUDGE, World
from tests.analysis.test_calibration import QUICK, SCALES, said, verdict

from measurand.analysis.calibration import calibration
from measurand.core.rating import Rating, Ratings


@pytest.mark.parametrize(
    ("gone", "told"), [("silent", "it gave no value to"), ("unasked", "it was not asked of")]
)
def test_a_judge_that_leaves_out_what_it_cannot_judge_gets_no_verdict(gone: str, told: str) -> None:
    """On two in five outputs it is noise; without these it looks as good as can be."""
    noise = np.random.default_rng(1)
    hard = {f"e{i}" for i in range(300) if noise.random() < 0.4}

    def seen(row: Rating) -> Rating | None:
        if row.kind != "judge" or row.example not in hard:
            return row
        return replace(row, value=None) if gone == "silent" else None

    kept = Ratings.of(new for row in World(n=300).rows() if (new := seen(row)) is not None)
    found = calibration(kept, SCALES, judge=JUDGE, options=QUICK)
    allowed = calibration(kept, SCALES, judge=JUDGE, options=replace(QUICK, allow_missing=True))

    assert verdict(found).outcome == "INCONCLUSIVE"
    assert told in verdict(found).reason
    assert ("--allow-missing" in verdict(found).reason) == (gone == "unasked")
    word = "VERIFIED" if gone == "unasked" else "INCONCLUSIVE"
    assert verdict(allowed).outcome == word
    said = any("drawn at random, as was said" in limit for limit in allowed.limits)
    assert said == (gone == "unasked")


def test_a_few_missing_judgments_withhold_nothing() -> None:
    rows = [r for r in World(n=300).rows() if r.kind != "judge" or r.example not in {"e1", "e2"}]
    found = calibration(Ratings.of(rows), SCALES, judge=JUDGE, options=QUICK)

    assert verdict(found).outcome == "VERIFIED"


def test_a_judge_that_copies_a_person_is_said_to() -> None:
    rows = World().rows()
    first = {row.example: row.value for row in rows if row.rater == "p0"}
    copied = [replace(r, value=first[r.example]) if r.kind == "judge" else r for r in rows]
    told = "wherever p0 rated, the judge says the same"

    found = calibration(Ratings.of(copied), SCALES, judge=JUDGE, options=QUICK)
    assert any(told in limit for limit in found.limits)
    assert not any("says the same" in limit for limit in said(World()).limits)
