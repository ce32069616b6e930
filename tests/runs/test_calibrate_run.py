"""A project's judge is calibrated from its ledger, and its calibration expires with any part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from measurand.cli import main
from measurand.jobs.calibrating.drawing import drawn_before
from measurand.jobs.desk_material import material
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.project import from_project
from measurand.jobs.run import run
from measurand.jobs.source import Reading
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    import pytest
    from tests.runs.conftest import Project

RUBRIC = [
    {
        "dimension": "tone",
        "definition": "Friendly.",
        "weight": 1,
        "levels": {"1": "Rude", "5": "Warm"},
        "raters": ["judge", "people"],
    }
]


def rated(project: Project) -> None:
    """People's ratings of every output, in the ledger."""
    outputs = project.query("SELECT example, system FROM outputs ORDER BY example, system")
    file = project.folder / "people.csv"
    rows = [
        f"{example},{system},tone,{who},people,{1 + (at * 7 + len(who)) % 5}"
        for at, (example, system) in enumerate(outputs)
        for who in ("ann", "ben")
    ]
    file.write_text("\n".join(["example,system,dimension,rater,kind,value", *rows]) + "\n")
    import_ratings(file, ledger=project.ledger, reading=Reading(plan=project.plan))


def calibrated(project: Project, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    code = main(["calibrate", "--plan", str(project.plan), "--json", "--resamples", "200"])
    told = capsys.readouterr()
    assert told.err == ""
    assert code in {1, 3}
    document: dict[str, Any] = json.loads(told.out)
    return document


def test_a_changed_parameter_makes_the_calibration_expire_and_is_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(12, rubric=RUBRIC)
    run(project.plan, environment=project.environment)
    rated(project)

    first = calibrated(project, capsys)
    again = calibrated(project, capsys)

    (verdict,) = first["verdicts"]
    assert (verdict["raters"], verdict["looks"], verdict["screening"]) == (["sim/judge"], 1, True)
    assert again["verdicts"][0]["looks"] == 1
    assert not any("expired" in limit for limit in again["limits"])
    assert any("unpinned" in limit for limit in first["limits"])
    assert not any("Nobody counted" in limit for limit in first["limits"])

    changed = {"model": "sim/judge", "repeats": 2, "parameters": {"max_tokens": 900}}
    project.write(12, rubric=RUBRIC, judge=changed)
    run(project.plan, environment=project.environment)
    second = calibrated(project, capsys)

    (told,) = (limit for limit in second["limits"] if "expired" in limit)
    assert "changed since: the parameters that it is asked with." in told
    assert (second["verdicts"][0]["looks"], second["verdicts"][0]["candidates"]) == (2, 2)


def test_reports_say_what_is_known_of_the_judge(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(12, rubric=RUBRIC)
    run(project.plan, environment=project.environment)
    rated(project)
    assert not any("locked outputs" in note for note in from_project(project.plan).notes)
    calibrated(project, capsys)

    notes = from_project(project.plan, environment=project.environment).notes
    (told,) = (n for n in notes if n.startswith("The judge sim/judge, held against people: "))
    assert told.count(" for a target of 0.8 on ") == told.count("locked outputs") == len(RUBRIC)

    project.write(12, rubric=[{**RUBRIC[0], "definition": "Warm."}])
    notes = from_project(project.plan, environment=project.environment).notes
    assert any("has expired" in n and "what people are asked" in n for n in notes)


def test_outputs_drawn_for_calibration_are_asked_of_people_and_feed_nothing_else(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(12, rubric=RUBRIC, people={"sample": 2, "routed": False})
    run(project.plan, environment=project.environment)
    capsys.readouterr()

    assert main(["calibrate", "--plan", str(project.plan), "--draw", "9"]) == 0
    assert "9 of 24 outputs" in capsys.readouterr().out

    with open_ledger(project.ledger) as ledger:
        drawn = drawn_before(ledger.calibration)
        found = material(project.plan, ledger, project.environment)
    items = {(item.example, item.system): item for item in found.items}
    pool = {unit: item for unit, item in items.items() if item.purpose == "routed"}
    assert len(drawn.chosen) == 9
    assert set(drawn.units) == {*pool, *(set(drawn.units) & set(items))}
    assert all(item.probability == drawn.units[unit] for unit, item in pool.items())
    assert {item.why for item in pool.values()} == {"drawn to hold the judge against people"}

    assert main(["calibrate", "--plan", str(project.plan), "--draw"]) == 0
    with open_ledger(project.ledger) as ledger:
        later = drawn_before(ledger.calibration)
    assert drawn.chosen < later.chosen
    assert len(later.chosen) == 24
    assert set(later.probabilities.values()) == {1.0}
    assert main(["calibrate", "--plan", str(project.plan), "--draw"]) == 2
    assert "no output left" in capsys.readouterr().err
