"""Judges' replies as others recorded them, through the same strict reading as our own."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.core.scale import NOMINAL, Scale
from measurand.raters.judge.legacy import hear_legacy

DATA = Path(__file__).parents[2].parent / "shared" / "data"
LLMBAR = DATA / "llmbar" / "raw_completions_sample.jsonl.gz"
CONALA = DATA / "ice_score_code" / "conala_graders_judge.jsonl.gz"
pytestmark = pytest.mark.real
needs_llmbar = pytest.mark.skipif(not LLMBAR.exists(), reason="the recorded data is not here")
needs_conala = pytest.mark.skipif(not CONALA.exists(), reason="the recorded data is not here")
ORDERS = ("swap = False", "swap = True")
WINNER = {("a", 0): "1", ("b", 0): "2", ("a", 1): "2", ("b", 1): "1"}


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def compared(strategy: str, form: str) -> Counter[tuple[str, object]]:
    """Status, and whether the winner is the recorded one (None where one of them is missing)."""
    found: Counter[tuple[str, object]] = Counter()
    for row in rows(LLMBAR):
        for swapped, order in enumerate(ORDERS if row["strategy"] == strategy else ()):
            recorded = row["result"][order]
            heard = hear_legacy(form, recorded["completion"][0], NOMINAL)
            known = heard.level is not None and recorded["winner"] is not None
            same = WINNER[str(heard.level), swapped] == recorded["winner"] if known else None
            kept = recorded["winner"] is not None
            found[heard.status, same if known or not kept else "recorded"] += 1
    return found


@needs_llmbar
def test_bare_choices_are_read_as_recorded() -> None:
    """The 8 without a recorded winner are empty texts."""
    found = compared("Vanilla_NoRules", "llmbar.choice")
    assert found == {("ok", True): 1_452, ("invalid", None): 8}


@needs_llmbar
def test_declared_winners_where_the_record_contradicts_its_own_reply() -> None:
    """The 7 without a recorded winner are unusable here too.

    One more was cut off before its verdict, and recorded by an aside. The record contradicts 42
    replies ("Output (b) is better. Output (a) is too short", recorded as a): it took the first of
    two expressions that was found anywhere in the text.
    """
    found = compared("CoT", "llmbar.sentence")
    assert found == {
        ("ok", True): 1_410,
        ("ok", False): 42,
        ("invalid", None): 7,
        ("invalid", "recorded"): 1,
    }


@needs_llmbar
def test_bare_ratings_off_their_scale_are_no_ratings() -> None:
    """0 to 9 was asked for; two replies say 10."""
    found = Counter(
        hear_legacy("rating", row["result"][score][0], Scale.of("0-9")).status
        for row in rows(LLMBAR)
        if row["strategy"].startswith("Rating")
        for score in ("score_1", "score_2")
    )
    assert found == {"ok": 1_166, "out_of_range": 2}


@needs_conala
@pytest.mark.parametrize(
    ("column", "form", "usable", "published"),
    [
        ("no_step_no_ref", "rating", 2_500, 0.706),
        ("no_step_with_ref", "rating", 2_496, 0.709),
        ("with_step_no_ref", "ice_score", 2_498, 0.759),
        ("with_step_with_ref", "ice_score", 2_497, 0.764),
    ],
)
def test_usefulness_scores_and_their_agreement_with_people(
    column: str, form: str, usable: int, published: float
) -> None:
    """The correlations noted with the data, to 0.005; those of the reasoned replies took any digit.

    One reply's score of 8 on 0-4 was the last digit of "UTF-8"; its score is 0.
    """
    scale = Scale.of("0-4")
    heard = [(hear_legacy(form, str(row[column]), scale), row) for row in rows(CONALA)]
    assert Counter(one.status for one, _ in heard) == Counter(ok=usable, invalid=2_500 - usable)
    pairs = [
        (float(one.level), np.mean(list(row["graders"].values())))
        for one, row in heard
        if one.level is not None
    ]
    judge, people = np.array(pairs).T
    assert np.corrcoef(judge, people)[0, 1] == pytest.approx(published, abs=0.005)
    utf8 = [one.level for one, row in heard if str(row[column]).endswith("string to UTF-8.")]
    if column == "with_step_with_ref":
        assert utf8[0] == 0


@needs_conala
def test_what_is_unusable_says_so_itself() -> None:
    for row in rows(CONALA):
        for column in ("with_step_no_ref", "with_step_with_ref"):
            text = str(row[column])
            if hear_legacy("ice_score", text, Scale.of("0-4")).status != "ok":
                assert "N/A" in text or "2 out of 4" in text
