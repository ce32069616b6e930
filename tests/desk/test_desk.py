"""The desk: who is asked what, what they say is on disk, and the log is the state."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.desk.conftest import RUBRIC, SECRET, Project, rate

from measurand.core.people import ADJUDICATION, Answer, Mark, Span
from measurand.errors import UsageError
from measurand.jobs.desk import Desk, open_desk
from measurand.jobs.desk_views import Shown, StaleAnswer
from measurand.store.ledger import open_ledger
from measurand.store.ledger_people import Entry


def test_three_people_rate_everything_and_the_ledger_has_it(project: Project) -> None:
    async def work(desk: Desk) -> None:
        assert [await rate(desk, name) for name in ("ann", "ben", "cy")] == [8, 8, 8]
        overview = desk.overview()
        assert (overview.items, overview.rated, overview.answers) == (8, 8, 24)
        assert await desk.next("dan") is None
        assert desk.progress("ann").done == 8
        assert desk.progress("ann").left == 0
        assert desk.progress("ann").seconds == 96.0

    project.desk(work)
    rows = project.people()
    assert len(rows) == 8 * 3 * 3
    one = next(row for row in rows if (row.rater, row.example, row.system) == ("ann", "q1", "new"))
    assert (one.cluster, one.component, one.segment) == ("c1", "core", "bills")
    assert (one.probability, one.repeat, one.against) == (1.0, 0, None)
    assert one.seconds == 4.0
    assert one.cost == pytest.approx(0.04)
    assert {row.value for row in rows if row.dimension == "safety"} == {1.0}


def test_what_is_shown_tells_nothing_of_the_system_and_is_redacted(project: Project) -> None:
    async def work(desk: Desk) -> Shown:
        shown = await desk.next("ann")
        assert shown is not None
        return shown

    shown = project.desk(work)
    assert "bob.smith@nordmail.se" not in shown.sheet.messages[0].content
    assert shown.sheet.references == ("The reference.",)
    assert next(d.name for d in shown.dimensions) == "safety"
    assert {d.name for d in shown.dimensions} == {"safety", "tone", "accuracy"}
    assert "system" not in set(type(shown.sheet).__dataclass_fields__)


def test_every_change_is_a_row_and_the_last_one_counts(project: Project) -> None:
    async def work(desk: Desk) -> None:
        shown = await desk.next("ann")
        assert shown is not None
        at = shown.assignment.position
        saves = [
            Answer(marks={"tone": Mark(value=2)}, number=1),
            Answer(marks={"tone": Mark(value=5, also=(4,))}, number=2),
            Answer(
                marks={"tone": Mark(value=5, also=(4,)), "accuracy": Mark(cannot=True)}, number=3
            ),
            Answer(marks={"tone": Mark(), "accuracy": Mark(cannot=True)}, comment="hm\0", number=4),
        ]
        for answer in saves:
            assert await desk.save("ann", at, answer) == answer.number
        now = desk.shown("ann", at)
        assert now is not None
        assert now.answer == replace(
            saves[-1], marks={"tone": Mark(), "accuracy": Mark(cannot=True)}
        )

    project.desk(work)
    history = project.query(
        "SELECT dimension, value, reason FROM ratings_history ORDER BY batch, dimension"
    )
    assert [row for row in history if row[0] == "tone"] == [
        ("tone", 2.0, None),
        ("tone", 5.0, "also reasonable: 4"),
        ("tone", None, "withdrawn by the rater"),
    ]
    assert [row[2] for row in history if row[0] == "accuracy"] == [
        "cannot judge",
        "cannot judge; hm\ufffd",
    ]
    assert project.query("SELECT count(*) FROM desk_log WHERE event = 'answered'") == [(4,)]


def test_a_save_may_come_again_and_a_late_one_changes_nothing(project: Project) -> None:
    async def work(desk: Desk) -> None:
        shown = await desk.next("ann")
        assert shown is not None
        first = Answer(marks={"tone": Mark(value=2.0)}, number=1)
        second = Answer(marks={"tone": Mark(value=3.0)}, number=2)
        assert [await desk.save("ann", 0, one) for one in (first, second, second)] == [1, 2, 2]
        for late in (first, replace(second, comment="other")):
            with pytest.raises(StaleAnswer) as stale:
                await desk.save("ann", 0, late)
            assert stale.value.current == second

    project.desk(work)
    assert project.query("SELECT count(*) FROM desk_log WHERE event = 'answered'") == [(2,)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(marks={"tone": Mark(value=6)}, number=1), "tone: found 6; allowed: 1-5"),
        (Answer(marks={"tone": Mark(value=2, also=(9,))}, number=1), "tone: found 9"),
        (Answer(marks={"style": Mark(value=2)}, number=1), "style: it is not rated on this"),
        (Answer(marks={"tone": Mark(value=2, cannot=True)}, number=1), "exclude each other"),
        (Answer(spans=(Span(start=0, end=999),), number=1), "does not lie in the text"),
        (Answer(spans=(Span(start=0, end=2, side=1),), number=1), "does not lie in the text"),
        (Answer(number=0), "counts from 1"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_changes(
    project: Project, answer: Answer, told: str
) -> None:
    async def work(desk: Desk) -> None:
        await desk.next("ann")
        with pytest.raises(UsageError, match="cannot be taken") as refused:
            await desk.save("ann", 0, answer)
        assert told in str(refused.value)
        for rater, position in (("ann", 1), ("ann", -1), ("ben", 0)):
            with pytest.raises(UsageError, match="no item"):
                await desk.save(rater, position, Answer(number=1))

    project.desk(work)
    assert project.people() == []


def test_a_desk_opened_again_goes_on_where_it_was(project: Project) -> None:
    async def first(desk: Desk) -> tuple[Any, ...]:
        await rate(desk, "ann", 3)
        await rate(desk, "ben", 5)
        begun = await desk.next("ann")
        assert begun is not None
        await desk.save("ann", 3, Answer(marks={"tone": Mark(value=1)}, number=1, seconds=2.0))
        return state(desk)

    def state(desk: Desk) -> tuple[Any, ...]:
        shown = [desk.shown("ann", at) for at in range(5)]
        return shown, desk.progress("ann"), desk.progress("ben"), desk.overview()

    async def second(desk: Desk) -> tuple[Any, ...]:
        found = state(desk)
        again = await desk.next("ann")
        assert again is not None
        assert again.assignment.position == 3
        return found

    assert project.desk(first) == project.desk(second)


def test_links_let_in_whom_they_name_until_they_do_not(project: Project) -> None:
    async def work(desk: Desk) -> None:
        token = await desk.invite("ann", "rater", days=30, by="olga")
        assert len(token) >= 43
        access = desk.access(token)
        assert access is not None
        assert (access.name, access.role) == ("ann", "rater")
        assert desk.access(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
        assert desk.access("") is None
        await desk.revoke(access.digest, by="olga")
        assert desk.access(token) is None
        late = await desk.invite("ann", "rater", days=1e-9, by="olga")
        await asyncio.sleep(0.01)
        assert desk.access(late) is None
        for name in ("", " ann", "a\nb", "x" * 101):
            with pytest.raises(UsageError, match="allowed"):
                await desk.invite(name, "rater", days=30, by="olga")
        with pytest.raises(UsageError, match="allowed: rater"):
            await desk.invite("ann", "king", days=30, by="olga")  # type: ignore[arg-type]

    project.desk(work)
    assert not [row for row in project.query("SELECT body FROM desk") if "token" in row[0]]


def test_the_desk_hears_what_another_process_writes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.jobs.desk._HEAR", 0.0)
    digest = "0" * 64
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    async def work(desk: Desk) -> None:
        body = {"role": "rater", "digest": digest, "expires": expires, "by": "x"}
        with open_ledger(project.file) as ledger:
            ledger.people.add([Entry(event="invited", who="ann", body=body)])
        assert [person.name for person in desk.people()] == ["ann"]
        with open_ledger(project.file) as ledger:
            ledger.people.add([Entry(event="excluded", who="ann", body={"reason": "asked to"})])
        assert desk.people()[0].excluded == "asked to"
        assert await desk.next("ann") is None

    project.desk(work)


def test_a_tie_goes_to_an_adjudicator_who_has_not_rated(project: Project) -> None:
    async def work(desk: Desk) -> None:
        for name, tone in (("ann", 1), ("ben", 3), ("cy", 5)):
            await rate(desk, name, tone=tone)
        assert desk.overview().disputes == 8
        assert desk.disputes("ann") == ()
        waiting = desk.disputes("dora")
        assert len(waiting) == 8
        one = waiting[0]
        assert one.dimension.name == "tone"
        assert sorted(mark.value for mark, _ in one.votes if mark.value) == [1.0, 3.0, 5.0]
        with pytest.raises(UsageError, match="needs its reason"):
            await desk.adjudicate("dora", one.id, value=3, reason=" ")
        with pytest.raises(UsageError, match="allowed: 1-5"):
            await desk.adjudicate("dora", one.id, value=7, reason="kind")
        with pytest.raises(UsageError, match="does not wait"):
            await desk.adjudicate("ann", one.id, value=3, reason="mine")
        await desk.adjudicate("dora", one.id, value=4, reason="It greets.")
        assert one.id not in desk.dispute_ids("dora")
        assert len(desk.disputes("dora")) == 7

    project.desk(work)
    with open_ledger(project.file) as ledger:
        (row,) = ledger.ratings(kind="reference")
    assert (row.rater, row.value, row.reason) == (ADJUDICATION, 4.0, "It greets.")

    async def again(desk: Desk) -> int:
        return len(desk.disputes("dora"))

    assert project.desk(again) == 7
    assert len(project.people()) == 72, "every vote is kept"


def test_an_excluded_raters_vote_is_given_to_another(project: Project) -> None:
    async def work(desk: Desk) -> None:
        for name in ("ann", "ben", "cy"):
            await rate(desk, name)
        with pytest.raises(UsageError, match="needs its reason"):
            await desk.exclude("cy", reason="", by="olga")
        with pytest.raises(UsageError, match="no rater"):
            await desk.exclude("nobody", reason="x", by="olga")
        await desk.exclude("cy", reason="never read the guide", by="olga")
        assert desk.overview().rated == 0
        assert await rate(desk, "dan") == 8
        assert desk.overview().rated == 8
        await desk.readmit("cy", reason="a mistake of ours", by="olga")

    project.desk(work)
    log = project.query(
        "SELECT event, who FROM desk_log WHERE event LIKE '%cluded%' OR event = 'readmitted'"
    )
    assert log == [("excluded", "cy"), ("readmitted", "cy")]


def test_one_desk_at_a_time_beside_a_run(project: Project) -> None:
    async def work(desk: Desk) -> None:
        assert desk.plan.name == "desk"
        with pytest.raises(UsageError, match="another desk"):
            async with open_desk(project.plan, environment=SECRET):
                pass

    project.desk(work)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rubric": [RUBRIC[3]]}, "no dimension is rated by people"),
        ({"systems": [{"name": "other"}]}, "nothing to rate"),
        ({"people": {"instructions": "absent.md"}}, "instructions cannot be read"),
    ],
)
def test_a_desk_that_cannot_be_opened_says_why(tmp_path: Path, changes: Any, told: str) -> None:
    project = Project(tmp_path / "p", **changes)

    async def work(_: Desk) -> None:
        raise AssertionError

    with pytest.raises(Exception, match=told):
        project.desk(work)
