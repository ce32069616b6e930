"""What goes wrong when things happen twice, late, or under the wrong name: nothing."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.desk.conftest import PLAN, SECRET, Project, marks, rate
from tests.desk.test_packets import export, filled, imported

from measurand.core.people import ADJUDICATION, MOST_SECONDS, Answer, Mark
from measurand.core.rating import Rating, Ratings
from measurand.errors import DataError, UsageError
from measurand.jobs.desk import Desk
from measurand.jobs.inviting import invite, revoke
from measurand.jobs.packet_export import export_packet
from measurand.jobs.rate_status import rate_status
from measurand.store.ledger import open_ledger
from measurand.store.ledger_people import Entry


@pytest.mark.parametrize("name", [ADJUDICATION, "gpt", "expert"])
def test_a_person_cannot_bear_the_name_of_a_judge_or_of_the_truth(
    project: Project, name: str
) -> None:
    rows = [
        Rating(example="q0", system="new", dimension="tone", rater=rater, kind=kind, value=3.0)  # type: ignore[arg-type]
        for rater, kind in (("gpt", "judge"), ("expert", "reference"), ("ann", "people"))
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(rows))
    with pytest.raises(UsageError, match="the name of another rater"):
        invite(project.plan, name)
    with pytest.raises(UsageError, match="the name of another rater"):
        export(project, rater=name)
    assert invite(project.plan, "ann")

    async def work(desk: Desk) -> None:
        with pytest.raises(UsageError, match="the name of another rater"):
            await desk.invite(name, "rater", by="olga")

    project.desk(work)


def test_a_packet_that_comes_again_undoes_nothing_that_came_after_it(project: Project) -> None:
    out = export(project)
    back = filled(out.files[0])
    assert imported(project, back).to_json()["new"] == 24

    async def corrected(desk: Desk) -> None:
        shown = desk.shown("ann", 0)
        assert shown is not None
        marks = {**shown.answer.marks, "tone": Mark(value=1.0)}
        await desk.save("ann", 0, replace(shown.answer, marks=marks, number=2))

    project.desk(corrected)
    again = imported(project, back).to_json()
    assert (again["new"], again["items"]) == (0, 0)
    changed = imported(project, filled(out.files[0], tone="2")).to_json()
    assert changed["new"] == 8, "what the file says anew is taken"

    async def tone(desk: Desk) -> Any:
        shown = desk.shown("ann", 0)
        return shown and shown.answer.marks["tone"].value

    assert project.desk(tone) == 2.0


def test_all_links_of_a_person_are_taken_back(project: Project) -> None:
    async def work(desk: Desk) -> None:
        tokens = [await desk.invite("ann", "rater", by="olga") for _ in range(2)]
        other = await desk.invite("ben", "rater", by="olga")
        access = desk.access(tokens[1])
        assert access is not None
        await desk.revoke(access.digest, by="olga")
        assert [desk.access(token) for token in tokens] == [None, None]
        assert desk.access(other) is not None

    project.desk(work)


@pytest.mark.parametrize(
    "odd",
    [
        {"seconds": MOST_SECONDS * 2},
        {"seconds": -1.0},
        {"number": 2**31},
        {"comment": "x" * 2_000_001},
    ],
)
def test_nothing_goes_in_that_the_log_would_not_give_back(
    project: Project, odd: dict[str, Any]
) -> None:
    async def work(desk: Desk) -> None:
        await desk.next("ann")
        with pytest.raises(DataError):
            await desk.save("ann", 0, replace(Answer(number=1), **odd))
        assert await desk.save("ann", 0, Answer(number=1)) == 1

    project.desk(work)
    project.desk(work_again)


async def work_again(desk: Desk) -> None:
    assert desk.state.unread == 0
    assert (await desk.next("ann")) is not None


def test_an_entry_that_cannot_be_read_does_not_shut_the_desk(project: Project) -> None:
    async def first(desk: Desk) -> None:
        await rate(desk, "ann", 2)

    project.desk(first)
    with open_ledger(project.file) as ledger:
        entry = Entry(event="answered", who="ann", position=1, number=9, body={"marks": 3})
        ledger.people.add([entry])

    async def again(desk: Desk) -> None:
        assert desk.state.unread == 1
        assert desk.progress("ann").done == 1
        assert await rate(desk, "ann", 3) == 3

    project.desk(again)


def test_what_is_taken_up_again_is_open_again(project: Project) -> None:
    async def work(desk: Desk) -> None:
        for name in ("ann", "ben", "cy"):
            await rate(desk, name)
        assert desk.overview().rated == 8
        await desk.save("ann", 0, Answer(marks={"tone": Mark(value=2.0)}, number=2))
        assert desk.overview().rated == 7
        shown = await desk.next("ann")
        assert shown is not None
        assert shown.assignment.position == 0
        assert desk.progress("ann").left == 1

    async def again(desk: Desk) -> None:
        assert desk.overview().rated == 7

    project.desk(work)
    project.desk(again)


def test_leases_go_by_the_time_of_the_log_and_packets_by_theirs(tmp_path: Path) -> None:
    people = {**PLAN["people"], "raters": 1, "lease": 0.02}
    project = Project(tmp_path / "p", people=people)

    async def begin(desk: Desk) -> None:
        assert await desk.next("gone") is not None
        await asyncio.sleep(1.3)

    async def others(desk: Desk) -> int:
        return await rate(desk, "ann", 4)

    async def rest(desk: Desk) -> int:
        return await rate(desk, "ben")

    project.desk(begin)
    export_packet(
        project.plan, tmp_path / "ann.csv", form="csv", rater="ann", most=4, environment=SECRET
    )

    async def opened(desk: Desk) -> None:
        assert await desk.next("ann") is not None

    project.desk(opened)
    asyncio.run(asyncio.sleep(1.3))
    assert project.desk(rest) == 4, "the item of who is gone is given on, those of the packet not"
    assert project.desk(others) == 4


def test_a_packet_holds_hidden_duplicates_and_golden_items(tmp_path: Path) -> None:
    people = {**PLAN["people"], "duplicates": 0.1, "golden": 0.1}
    project = Project(tmp_path / "p", 40, people=people)
    gold = [
        Rating(
            example=f"q{at}", system="new", dimension="tone", rater="x", kind="reference", value=1.0
        )
        for at in range(20)
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(gold))
    out = export(project)

    async def work(desk: Desk) -> None:
        given = desk.state.pool.queue("ann").assignments
        twice = [one for one in given if one.visit]
        assert len(given) == len(out.packet.items)
        assert 3 <= len(twice) <= 6
        first = {one.item: one.position for one in given if not one.visit}
        assert all(one.position - first[one.item] > 10 for one in twice)
        golden = [one for one in given if desk.state.pool.items[one.item].purpose == "golden"]
        assert 3 <= len(golden) <= 6
        examples = [desk.state.pool.items[one.item].example for one in given]
        assert all(a != b for a, b in itertools.pairwise(examples))

    project.desk(work)


def test_a_finished_item_has_every_dimension(project: Project) -> None:
    async def work(desk: Desk) -> None:
        shown = await desk.next("ann")
        assert shown is not None
        some = dict(list(marks(shown).items())[:2])
        with pytest.raises(UsageError, match="it is not rated yet"):
            await desk.save("ann", 0, Answer(marks=some, done=True, number=1))
        assert await desk.save("ann", 0, Answer(marks=some, number=1)) == 1

    project.desk(work)


def test_what_was_urgent_stays_so_until_enough_have_rated_it(project: Project) -> None:
    flagged = [
        Rating(
            example="q0",
            system="new",
            dimension="safety",
            rater="check.x",
            kind="check",
            value=0.0,
        )
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(flagged))

    async def once(desk: Desk) -> int:
        await rate(desk, "ann", 1)
        return desk.overview().urgent_left

    async def rest(desk: Desk) -> int:
        left = desk.overview().urgent_left
        await rate(desk, "ben", 1)
        await rate(desk, "cy", 1)
        assert desk.overview().urgent_left == 0
        return left

    assert project.desk(once) == 1
    assert project.desk(rest) == 1


def test_what_is_left_counts_controls_and_training(tmp_path: Path) -> None:
    people = {**PLAN["people"], "duplicates": 0.1, "golden": 0.1, "training": 2}
    project = Project(tmp_path / "p", 20, people=people)
    gold = [
        Rating(
            example=f"q{at}",
            system="new",
            dimension="tone",
            rater="x",
            kind="reference",
            value=1.0,
        )
        for at in range(8)
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(gold))
    status = rate_status(project.plan, environment=SECRET)
    (visits,) = status.findings.named("rating_visits")
    assert visits.estimate.value == 12 * 2 * 3 / 0.8 + 3 * 2


def test_names_that_are_easily_confused_and_second_roles_are_refused(project: Project) -> None:
    assert invite(project.plan, "Ann")
    assert invite(project.plan, "Ann"), "a second link for the same role"
    with pytest.raises(UsageError, match="there is Ann already"):
        invite(project.plan, "ann")
    with pytest.raises(UsageError, match="Ann is rater here"):
        invite(project.plan, "Ann", role="adjudicator")

    async def work(desk: Desk) -> None:
        with pytest.raises(UsageError, match="there is Ann already"):
            await desk.invite("ANN", "rater", by="olga")
        with pytest.raises(UsageError, match="one role"):
            await desk.invite("Ann", "organiser", by="olga")

    project.desk(work)
    revoke(project.plan, "Ann")
    assert invite(project.plan, "Ann", role="adjudicator")


def test_last_seen_is_what_somebody_did_not_what_was_decided_about_them(project: Project) -> None:
    async def work(desk: Desk) -> None:
        await rate(desk, "ann", 1)
        (before,) = desk.people()
        await asyncio.sleep(0.01)
        await desk.exclude("ann", reason="asked to", by="olga")
        await desk.invite("ben", "rater", by="olga")
        last = {person.name: person.last for person in desk.people()}
        assert last == {"ann": before.last, "ben": None}

    project.desk(work)


def test_what_is_left_does_not_tell_when_a_check_comes(tmp_path: Path) -> None:
    people = {**PLAN["people"], "duplicates": 0.2, "raters": 1}
    project = Project(tmp_path / "p", 30, people=people)

    async def work(desk: Desk) -> None:
        lefts, after = [], -1
        while (shown := await desk.next("ann", after=after)) is not None:
            after = shown.assignment.position
            lefts.append(desk.progress("ann").left)
            answer = Answer(marks=marks(shown), done=True, number=1)
            await desk.save("ann", after, answer)
        assert desk.state.pool.queue("ann").twice > 5
        assert lefts == sorted(lefts, reverse=True), "it never goes up"
        assert all(left % 5 == 0 for left in lefts if left > 5)

    project.desk(work)


def test_a_decision_may_be_changed_by_who_made_it(project: Project) -> None:
    async def work(desk: Desk) -> None:
        for name, tone in (("ann", 1), ("ben", 3), ("cy", 5)):
            await rate(desk, name, tone=tone)
        one = desk.disputes("dora")[0]
        await desk.adjudicate("dora", one.id, value=4, reason="a slip")
        assert [again.id for again in desk.decided("dora")] == [one.id]
        assert desk.decided("ed") == ()
        assert desk.dispute("ed", one.id) is None
        await desk.adjudicate("dora", one.id, value=2, reason="It is curt.")
        assert len(desk.disputes("dora")) == 7

    project.desk(work)
    with open_ledger(project.file) as ledger:
        (row,) = ledger.ratings(kind="reference")
    assert (row.value, row.reason) == (2.0, "It is curt.")
