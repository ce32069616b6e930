"""What is decided in a review is kept at once, comes into the set whole, and is never lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.server.review_sets import (
    edited_by_hand,
    journal,
    lineage_of,
    place_of,
    small_set,
    standing,
)

from measurand.core.review import Act, Wish
from measurand.errors import DataError, UsageError
from measurand.jobs.review import Review, look, open_review
from measurand.jobs.reviewing.batch import Wishes, review_now
from measurand.jobs.reviewing.book import CANNOT, Stale
from measurand.jobs.reviewing.telling import outcome_answer
from measurand.store.built_set import load_set
from measurand.store.review_journal import journal_path
from measurand.store.versions import versions


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_set(tmp_path)


def decide(review: Review, act: Act, name: str, *, by: str = "Ann", **parts: Any) -> None:
    review.decide([Wish(act=act, example=name, **parts)], by=by)


def test_a_whole_review_is_one_version_that_says_who_decided_what(data: Path) -> None:
    with open_review(place_of(data)) as review:
        decide(review, "accept", "core-0")
        fields = {"references": ["Within a week."], "checklist": ["a week"]}
        decide(review, "edit", "edge-0", content={"fields": fields})
        decide(review, "tag", "edge-1", content={"add": [" vip "], "remove": ["none"]})
        decide(review, "drop", "edge-1", because="nobody asks that")
        answer = {"reference": "Five working days.", "checklist": ["five working days"]}
        decide(review, "answer", "gold-0", by="Eva", content=answer)
        decide(review, "cannot", "gold-1", by="Eva", because="no such rule is written down")
        assert len(versions(data)) == 1
        outcome = review.finish()
    built = load_set(data)
    assert [one.act for one in versions(data)] == ["built", "reviewed"]
    assert versions(data)[-1].fingerprint == outcome.version == built.dataset.fingerprint
    assert lineage_of(data, "core-0").accepted_by == "Ann"
    edited = lineage_of(data, "edge-0")
    assert edited.parent not in {None, edited.fingerprint}
    assert edited.accepted_by is None
    assert built.dataset["edge-0"].references == ("Within a week.",)
    assert "edge-1" not in built.dataset
    assert lineage_of(data, "spare-edge").because == "in the place of edge-1: nobody asks that"
    assert built.dataset["gold-0"].references == ("Five working days.",)
    answered = lineage_of(data, "gold-0")
    assert (answered.accepted_by, answered.because) == ("Eva", "answered by Eva")
    assert built.dataset["gold-1"].metadata[CANNOT] == {
        "by": "Eva",
        "because": "no such rule is written down",
    }
    told = outcome_answer(outcome).to_json()["account"]
    assert told["decisions"]["answered"] == 1
    assert told["dropped"][0]["replaced_by"] == "spare-edge"
    assert standing(data) == 0


def test_a_process_that_is_killed_loses_nothing_it_had_acknowledged(data: Path) -> None:
    code = f"""
import os, signal, sys
from pathlib import Path
from measurand.core.review import Wish
from measurand.jobs.review import open_review
from measurand.jobs.set_place import SetPlace
data = Path({str(data)!r})
with open_review(SetPlace(data.parent / "measurand.yaml", None, data)) as review:
    for at in range(3):
        review.decide([Wish(act="accept", example=f"core-{{at}}")], by="Ann")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with journal_path(data).open("ab") as file:
        file.write(b'{"number": 4, "act": "acc')
    with open_review(place_of(data)) as review:
        assert [one.example for one in review.standing] == ["core-0", "core-1", "core-2"]
        decide(review, "accept", "core-3")
        assert review.progress().accepted == 4
    assert [row["number"] for row in journal(data)] == [1, 2, 3, 4]
    assert lineage_of(data, "core-0").accepted_by is None
    with open_review(place_of(data)) as review:
        review.finish()
        assert not review.finish().written
    assert lineage_of(data, "core-3").accepted_by == "Ann"
    assert len(versions(data)) == 2


def test_core_is_left_only_as_ineligible_and_its_stratum_then_weighs_less(data: Path) -> None:
    with open_review(place_of(data)) as review:
        with pytest.raises(UsageError, match="sample of production"):
            decide(review, "drop", "core-1", because="too easy")
        with pytest.raises(UsageError, match="say why"):
            decide(review, "drop", "core-1", content={"ineligible": True})
        assert not review.pending
        ineligible: dict[str, Any] = {"because": "test", "content": {"ineligible": True}}
        decide(review, "drop", "core-1", **ineligible)
        chances = {one.id: one.probability for one in review.book.examples.values()}
        # Four were looked at and a fifth came in: each stands for 8 interactions, not 10.
        assert chances["core-0"] == chances["spare-0"] == pytest.approx(0.125)
        review.finish()
        decide(review, "drop", "spare-0", **ineligible)
        decide(review, "drop", "core-2", **ineligible)
        after = review.book.examples
        # A sixth was looked at, and no seventh is there: what was not replaced changes nothing.
        assert [one for one in after if after[one].component == "core"] == [
            *("core-0", "spare-1", "core-3"),
        ]
        assert after["core-0"].probability == after["spare-1"].probability == pytest.approx(0.15)
        outcome = review.finish()
    assert lineage_of(data, "core-0").probability == pytest.approx(0.15)
    assert load_set(data).dataset["core-0"].probability == pytest.approx(0.15)
    limits = " ".join(outcome_answer(outcome).findings.limits)
    assert "eligible part of production" in limits
    assert "core-2" in limits


def test_a_decision_is_taken_back_unless_another_rests_on_it(data: Path) -> None:
    with open_review(place_of(data)) as review:
        with pytest.raises(UsageError, match="nothing to undo"):
            review.undo("Ann")
        decide(review, "drop", "edge-0", because="odd")
        decide(review, "accept", "spare-edge", by="Ben")
        with pytest.raises(UsageError, match="rests on it"):
            review.undo("Ann")
        review.undo("Ben")
        review.undo("Ann")
        assert "edge-0" in review.book.examples
        assert "spare-edge" in review.book.spare
        assert not review.standing
    assert [row["act"] for row in journal(data)] == ["drop", "accept", "undo", "undo"]
    assert standing(data) == 0


def test_a_set_that_changed_meanwhile_keeps_both_changes(data: Path) -> None:
    with open_review(place_of(data)) as review:
        decide(review, "accept", "core-0")
        decide(review, "accept", "edge-0")
        edited_by_hand(data, "edge-0")
        outcome = review.finish()
    assert [(one.example, why) for one, why in outcome.book.left] == [
        ("edge-0", "edge-0 was changed meanwhile; look at it again")
    ]
    assert lineage_of(data, "core-0").accepted_by == "Ann"
    assert lineage_of(data, "edge-0").accepted_by is None
    assert load_set(data).dataset["edge-0"].question == "Something else?"
    assert "edge-0" in " ".join(outcome_answer(outcome).findings.limits)
    assert len(journal(data)) == 2


def test_what_somebody_did_not_see_as_it_is_is_not_decided(data: Path) -> None:
    with open_review(place_of(data)) as review:
        seen = review.example("core-0").fingerprint
        decide(review, "edit", "core-0", content={"fields": {"references": ["Yes."]}}, seen=seen)
        with pytest.raises(Stale, match="changed meanwhile"):
            decide(review, "accept", "core-0", seen=seen, by="Ben")
        with pytest.raises(UsageError, match="nothing was changed"):
            decide(review, "edit", "core-0", content={"fields": {"references": ["Yes."]}})
        decide(review, "edit", "core-0", content={"fields": {"references": []}})
        assert review.book.lineage["core-0"].parent is None
        assert look(place_of(data)).number == 2


def test_faults_of_an_edit_are_told_all_at_once_and_nothing_is_kept(data: Path) -> None:
    wrong = {
        "messages": [{"role": "user", "content": " "}],
        "probability": 1,
        "component": "edge",
        "colour": "red",
        "references": [""],
    }
    with open_review(place_of(data)) as review:
        with pytest.raises(DataError) as caught:
            decide(review, "edit", "core-0", content={"fields": wrong})
        assert {fault.key for fault in caught.value.faults} == {
            *("messages", "probability", "component", "colour", "references"),
        }
        assert not review.pending


def test_a_script_decides_all_or_nothing(data: Path, tmp_path: Path) -> None:
    edits = tmp_path / "edits.jsonl"
    edits.write_text(
        '{"id": "edge-0", "context": "A"}\n{"id": "nobody"}\n{"id": "gold-0", "x": 1}\n'
    )
    place = place_of(data)
    with pytest.raises(DataError) as caught:
        review_now(place, Wishes(by="Ann", edits=edits, accept=("core",)))
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(2, "id"), (3, "x")]
    with pytest.raises(UsageError, match="no example"):
        review_now(place, Wishes(by="Ann", accept=("core", "nobody")))
    with pytest.raises(UsageError, match="sample of production"):
        review_now(place, Wishes(by="Ann", drop=("edge-0", "core-0"), because="odd"))
    assert standing(data) == 0
    done = review_now(place, Wishes(by="Ann", accept=("all",), tags=(("edge-0", "vip"),)))
    assert done.part["decisions"] == {"accepted": 9, "tagged": 1}
    assert load_set(data).dataset["edge-0"].segments == ("vip",)
    assert review_now(place, Wishes(by="Ben", accept=("all",))).part["written"] is False
    assert lineage_of(data, "edge-0").accepted_by == "Ann"


def test_one_process_reviews_at_a_time_and_a_damaged_journal_is_refused(data: Path) -> None:
    with open_review(place_of(data)) as review:
        decide(review, "accept", "core-0")
        with pytest.raises(UsageError, match="another review"), open_review(place_of(data)):
            pass
        assert look(place_of(data)).progress().unwritten == 1
    text = journal_path(data).read_text("utf-8")
    journal_path(data).write_text(text.replace('"accept"', '"bless"') + "rubbish\n", "utf-8")
    with pytest.raises(DataError) as caught:
        look(place_of(data))
    assert [fault.line for fault in caught.value.faults] == [2, 3]
