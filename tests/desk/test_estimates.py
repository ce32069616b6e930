"""What feeds estimates: the sample, by raters who count; the rest is set aside and told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.desk.conftest import PLAN, SECRET, Project, rate

from measurand.core.rating import Rating, Ratings
from measurand.errors import UsageError
from measurand.jobs.agreement import agreement
from measurand.jobs.compare import compare
from measurand.jobs.desk import Desk
from measurand.jobs.inviting import decide, invite, revoke
from measurand.jobs.project import from_project
from measurand.jobs.rate_status import rate_status
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
    assert {row.probability for row in people} == {8 / 20}
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
