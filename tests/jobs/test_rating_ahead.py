"""What people's part of a plan will take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.core.example import Example, Message
from measurand.core.rating import Rating
from measurand.jobs.init import init
from measurand.jobs.places import ledger_path
from measurand.jobs.planning import plan
from measurand.jobs.rating_ahead import characters_read, paces
from measurand.store.ledger import open_ledger
from measurand.store.ledger_people import Entry


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init(tmp_path)
    return tmp_path / "measurand.yaml"


def value(found: Path, name: str, dimension: str | None = None) -> tuple[float | None, str]:
    people = plan(found).people
    assert people is not None
    (one,) = (r.estimate for r in people.named(name) if r.dimension == dimension)
    return one.value, one.reason or one.method


def test_the_plan_foretells_people(project: Path) -> None:
    """24 examples, three systems, three raters; 5 % twice, 8 % golden, five for training."""
    assert value(project, "rating_visits")[0] == 249 + 3 * 5
    assert value(project, "alpha_width", "accuracy")[1] == "assumed, not measured"
    assert "people.wage" in value(project, "rating_cost")[1]


def test_a_wage_makes_money(project: Path) -> None:
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("vote: majority,", "vote: majority, wage: 18.0,"), "utf-8")
    cost, hours = (value(project, f"rating_{name}")[0] for name in ("cost", "hours"))
    assert cost == pytest.approx(18 * (hours or 0))


def test_what_was_timed_and_rated_goes_before_assumptions(project: Path) -> None:
    plan(project)
    rows = [
        Rating(
            example=f"core-{at:02}",
            system="today",
            dimension="accuracy",
            rater=rater,
            kind="people",
            value=float(1 + (at + shift) % 5),
        )
        for at in range(1, 11)
        for rater, shift in (("ana", 0), ("ben", at % 3 // 2))
    ]
    entries = [
        Entry(
            event="answered",
            who=rater,
            position=at,
            number=1,
            body={"seconds": pace + at, "done": True},
            ratings=tuple(("", row) for row in rows if row.rater == rater and at == 0),
        )
        for rater, pace in (("ana", 30.0), ("ben", 40.0))
        for at in range(10)
    ]
    with open_ledger(ledger_path(project)) as ledger:
        ledger.people.add(entries)
    seconds, method = value(project, "rating_seconds")
    assert seconds == pytest.approx(39.5)
    assert method != "assumed, not measured"
    assert value(project, "alpha_width", "accuracy")[1] == "from what was rated so far"
    assert value(project, "alpha_width", "tone")[1] == "assumed, not measured"


def test_without_people_there_is_nothing_to_foretell(project: Path) -> None:
    text = project.read_text(encoding="utf-8")
    start, end = text.index("rubric:"), text.index("systems:")
    rubric = """rubric:
  - {dimension: conciseness, scale: 0..1, weight: 100, raters: [check.length_ratio]}
"""
    project.write_text(text[:start] + rubric + text[end:], encoding="utf-8")
    assert plan(project).people is None


def test_the_verb_says_it(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    assert main(["plan"]) == 0
    text = capsys.readouterr().out
    assert "Hours of people" in text
    assert "However many people rate" in text
    assert main(["plan", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["people"]
    assert {"rating_hours", "units_for_mean"} <= {one["name"] for one in told["results"]}
    assert told["limits"]


def test_the_last_save_of_an_item_tells_its_time() -> None:
    def saved(position: int, number: int, seconds: float, *, done: bool = True) -> Entry:
        body = {"seconds": seconds, "done": done}
        return Entry(event="answered", who="ana", position=position, number=number, body=body)

    log = [
        saved(0, 1, 5.0, done=False),
        saved(0, 2, 9.0),
        saved(0, 3, 12.0),
        saved(1, 1, 4.0, done=False),
        Entry(event="invited", who="ben"),
    ]
    assert paces(log) == {"ana": [12.0]}


def test_what_is_read() -> None:
    example = Example(
        id="a", messages=(Message(role="user", content="x" * 100),), context=("y" * 50,)
    )
    assert characters_read([example], 600) == 750
    assert characters_read([], 600) == 600
