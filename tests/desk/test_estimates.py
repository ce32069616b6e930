"""What feeds estimates: the sample, by raters who count; the rest is set aside and told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
import yaml
from tests.desk.conftest import PLAN, SECRET, Project, marks, rate

from measurand.analysis.vote import Vote
from measurand.core.output import Output
from measurand.core.people import Answer, Mark
from measurand.core.rating import Rating, Ratings
from measurand.errors import UsageError
from measurand.jobs.agreement import agreement
from measurand.jobs.compare import compare
from measurand.jobs.desk import Desk
from measurand.jobs.inviting import decide, invite, revoke
from measurand.jobs.project import from_project
from measurand.jobs.rate_status import rate_status
from measurand.jobs.vote import vote
from measurand.report.results_json import results_schema
from measurand.store.ledger import open_ledger


def rated(folder: Path) -> Project:
    """Three people have rated a sample, what was flagged, and golden outputs."""
    people = {**PLAN["people"], "sample": 8, "golden": 0.1, "duplicates": 0.1, "training": 1}
    project = Project(folder, 20, people=people)
    gold = [
        Rating(
            example=f"q{at}",
            system="today",
            dimension="tone",
            rater="expert",
            kind="reference",
            value=4.0,
        )
        for at in range(8)
    ]
    flagged = [
        Rating(
            example=f"q{at}",
            system="new",
            dimension="safety",
            rater="check.x",
            kind="check",
            value=0.0,
        )
        for at in range(8, 20)
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(gold + flagged))

    async def work(desk: Desk) -> None:
        for name, tone in (("ann", 4), ("ben", 4), ("cy", 1)):
            await rate(desk, name, tone=tone)

    project.desk(work)
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return rated(tmp_path_factory.mktemp("rated") / "p")


def test_only_the_sample_feeds_estimates(project: Project) -> None:
    source = from_project(project.plan, environment=SECRET)
    people = source.ratings.where(kind="people")
    assert len({row.example for row in people}) == 8
    assert {row.probability for row in people} == {8 / 12}
    aside = {(row.example, row.system) for row in source.aside}
    assert len(source.aside)
    assert not aside & {(row.example, row.system) for row in people}
    assert "Left out of estimates" in " ".join(source.limits)
    assert len(source.dropped) == 0


def test_excluding_a_rater_leaves_the_ratings_out_and_says_so(tmp_path: Path) -> None:
    project = rated(tmp_path / "p")
    before = compare(from_project(project.plan, environment=SECRET))
    decide(project.plan, "cy", event="excluded", reason="gives 1 to everything")
    source = from_project(project.plan, environment=SECRET)
    assert {row.rater for row in source.ratings.where(kind="people")} == {"ann", "ben"}
    assert {row.rater for row in source.dropped} == {"cy"}
    assert "cy (gives 1 to everything)" in " ".join(source.limits)
    after = compare(source)
    assert before.to_json()["results"] != after.to_json()["results"]
    both = agreement(source).findings
    names = {result.name for result in both.results}
    assert "krippendorff_alpha_with_excluded" in names
    decide(project.plan, "cy", event="readmitted", reason="a mistake of ours")
    again = compare(from_project(project.plan, environment=SECRET))
    assert again.to_json()["results"] == before.to_json()["results"]
    for rater, why in (("nobody", "x"), ("cy", " ")):
        with pytest.raises(UsageError):
            decide(project.plan, rater, event="excluded", reason=why)


def test_the_status_tells_of_the_round_and_of_everybody(project: Project) -> None:
    status = rate_status(project.plan, environment=SECRET)
    told = status.to_json()
    assert status.exit_code == 0
    assert told["round"]["items"] == told["round"]["rated"]
    people = {line["name"]: line for line in told["round"]["people"]}
    assert set(people) == {"ann", "ben", "cy"}
    names = {result["name"] for result in told["results"]}
    assert {"golden_accuracy", "self_agreement", "severity", "rater_seconds"} <= names
    golden = {
        result["raters"][0]: result["value"]
        for result in told["results"]
        if result["name"] == "golden_accuracy" and result["dimension"] == "tone"
    }
    assert golden["ann"] == 1.0
    assert golden["cy"] == 0.0
    page = status.to_html()
    assert "gold" in page.lower()
    assert "expert" not in set(people)


def test_links_are_given_and_taken_from_outside(tmp_path: Path) -> None:
    project = Project(tmp_path / "p")
    token = invite(project.plan, "ann")

    async def known(desk: Desk) -> bool:
        return desk.access(token) is not None

    assert project.desk(known)
    assert revoke(project.plan, "ann") == 1
    assert not project.desk(known)
    with pytest.raises(UsageError, match="has no link"):
        revoke(project.plan, "ann")


def test_what_is_begun_or_skipped_is_no_vote_until_it_is_finished(tmp_path: Path) -> None:
    project = Project(tmp_path / "p")

    async def work(desk: Desk) -> None:
        steps: list[dict[str, Any]] = [{}, {"skipped": True}, {"done": True}]
        for number, more in enumerate(steps):
            shown = await desk.next("ann", after=number - 1)
            assert shown is not None
            answer = Answer(marks=marks(shown, tone=1), seconds=9.0, number=1)
            answer = replace(answer, **more)
            await desk.save("ann", number, answer)

    project.desk(work)
    assert len(project.people()) == 9, "all of it is in the ledger"
    source = from_project(project.plan, environment=SECRET)
    assert len(source.ratings.where(kind="people")) == 3
    assert "6 ratings of items that their raters have begun" in " ".join(source.limits)

    async def undo(desk: Desk) -> None:
        await desk.save("ann", 2, Answer(seconds=10.0, number=2))
        assert desk.overview().answers == 0

    project.desk(undo)
    assert not len(from_project(project.plan, environment=SECRET).ratings)


@pytest.mark.parametrize("recorded", [False, True])
def test_votes_on_another_text_count_no_more(
    tmp_path: Path,
    recorded: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    project = Project(tmp_path / "p")
    changes: dict[str, Any] = {}
    file = project.folder / "today.jsonl"
    if recorded:
        file.write_text('{"example": "q0", "text": "first"}\n', "utf-8")
        changes["systems"] = [{"name": "today", "role": "current", "target": "file:today.jsonl"}]
        project.plan.write_text(yaml.safe_dump({**PLAN, **changes}), "utf-8")

    async def first(desk: Desk) -> None:
        for name, tone in (("ann", 1), ("ben", 3), ("cy", 5)):
            await rate(desk, name, tone=tone)
        for one in desk.disputes("dora"):
            await desk.adjudicate("dora", one.id, value=1, reason="rude")

    project.desk(first)
    before = {(v.example, v.system): v for v in votes(project)}
    assert before["q0", "today"].outcome == "adjudicated"
    if recorded:
        file.write_text('{"example": "q0", "text": "second"}\n', "utf-8")
    else:
        with open_ledger(project.file) as ledger:
            ledger.add_outputs([Output(example="q0", system="today", text="second")])

    async def second(desk: Desk) -> None:
        for name in ("dan", "eve", "fay"):
            await rate(desk, name, tone=5)

    project.desk(second)
    after = {(v.example, v.system): v for v in votes(project)}
    assert (after["q0", "today"].outcome, after["q0", "today"].value) == ("decided", 5.0)
    assert after["q0", "today"].n == 3
    others = {unit: vote for unit, vote in after.items() if unit != ("q0", "today")}
    assert others == {unit: vote for unit, vote in before.items() if unit != ("q0", "today")}


def votes(project: Project) -> list[Vote]:
    voted = vote(from_project(project.plan, environment=SECRET))
    return [one for one in voted.votes if one.dimension == "tone"]


def test_pairs_of_which_one_text_changed_are_asked_anew(tmp_path: Path) -> None:
    rubric = [{"dimension": "tone", "scale": "win/tie/loss", "raters": ["people"]}]
    project = Project(tmp_path / "p", 6, rubric=rubric)

    def said(value: str) -> Callable[[Desk], Awaitable[None]]:
        async def work(desk: Desk) -> None:
            for name in ("ann", "ben", "cy"):
                await rate(desk, name, tone=value)

        return work

    project.desk(said("win"))
    with open_ledger(project.file) as ledger:
        ledger.add_outputs([Output(example="q0", system="today", text="much better")])
    project.desk(said("loss"))
    found = {one.example: one for one in votes(project)}
    assert (found["q0"].value, found["q0"].n) == ("loss", 3)
    assert {found[f"q{at}"].value for at in range(1, 6)} == {"win"}


def test_a_text_that_changes_while_the_desk_is_open_is_not_rated_by_those_who_saw_the_old(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path / "p", people={**PLAN["people"], "raters": 1})

    async def work(desk: Desk) -> None:
        with open_ledger(project.file) as ledger:
            ledger.add_outputs([Output(example="q0", system="today", text="another")])
        await rate(desk, "ann", tone=1)

    project.desk(work)
    assert ("q0", "today") not in {(one.example, one.system) for one in votes(project)}
    assert len(votes(project)) == 7


def test_adjudications_of_chosen_outputs_feed_no_estimate(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", 20, people={**PLAN["people"], "sample": 2})
    judged = [
        Rating(
            example=f"q{at}",
            system="new",
            dimension="safety",
            rater=rater,
            kind=kind,  # type: ignore[arg-type]  # the names are among the kinds
            value=float(at % 2),
        )
        for at in range(20)
        for rater, kind in (("check.x", "check"), ("gpt", "judge"))
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(judged))

    async def work(desk: Desk) -> None:
        for name, tone in (("ann", 1), ("ben", 3), ("cy", 5)):
            await rate(desk, name, tone=tone)
        for one in desk.disputes("dora"):
            await desk.adjudicate("dora", one.id, value=2, reason="so")

    project.desk(work)
    source = from_project(project.plan, environment=SECRET)
    settled = source.ratings.where(kind="reference")
    assert len(settled)
    assert {row.example for row in settled} == {
        row.example for row in source.ratings.where(kind="people")
    }
    assert len(source.aside.where(kind="reference"))
    raters = {r.raters for r in agreement(source).findings.named("cohen_kappa")}
    assert not any("adjudication" in pair for pair in raters)


def test_desk_and_vote_settle_the_same_outputs(tmp_path: Path) -> None:
    """Some cannot judge, some disagree, five are wanted of some: one rule, in one place."""
    people = {**PLAN["people"], "subsample": 0.5, "subsample_raters": 5}
    project = Project(tmp_path / "p", 12, people=people)
    rng = np.random.default_rng(4)

    async def work(desk: Desk) -> set[tuple[str, str, str]]:
        for name in ("ann", "ben", "cy", "dan", "eve"):
            after, count = -1, 0
            while count < 17 and (shown := await desk.next(name, after=after)) is not None:
                after, count = shown.assignment.position, count + 1
                said = {
                    d.name: Mark(cannot=True)
                    if rng.random() < 0.3
                    else Mark(value=float(rng.choice([0, 1] if d.scale.binary else [1, 3, 5])))
                    for d in shown.dimensions
                }
                done = rng.random() < 0.9
                answer = Answer(marks=said, done=done, skipped=not done, number=1)
                await desk.save(name, after, answer)
        return waiting(desk)

    def waiting(desk: Desk) -> set[tuple[str, str, str]]:
        items = desk.state.pool.items
        return {
            (items[one.item].example, items[one.item].system, one.dimension.name)
            for one in desk.disputes("dora")
        }

    async def again(desk: Desk) -> set[tuple[str, str, str]]:
        return waiting(desk)

    found = project.desk(work)
    assert len(found) > 5
    assert project.desk(again) == found, "the log read again tells the same"
    voted = vote(from_project(project.plan, environment=SECRET))
    assert {(one.example, one.system, one.dimension) for one in voted.votes if one.queued} == found
    assert {one.outcome for one in voted.votes} > {"decided", "too few"}


def test_the_status_fits_the_published_schema(project: Project) -> None:
    told = json.loads(json.dumps(rate_status(project.plan, environment=SECRET).to_json()))
    jsonschema_rs.validator_for(results_schema()).validate(told)
