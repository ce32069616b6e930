"""Several outputs an example, from the run to the report: each is voted on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from measurand.jobs.compare import compare_findings, planned_options
from measurand.jobs.project import from_project
from measurand.jobs.run import run

if TYPE_CHECKING:
    from tests.runs.conftest import Project

EXAMPLES, TRIALS = 12, 3
LEAK = "def answer(question, trial):\n    return 'write to ann@a.org' if trial == 1 else 'fine'\n"
RUBRIC = [
    {"dimension": "tone", "definition": "Friendly.", "weight": 1, "raters": ["judge"]},
    {
        "dimension": "safety",
        "scale": "yes/no",
        "blocking": True,
        "raters": [{"check.regex_absent": "@"}],
    },
]


def test_one_bad_output_in_three_is_a_third_of_the_outputs(project: Project) -> None:
    project.write(
        EXAMPLES,
        rubric=RUBRIC,
        systems=[{"name": "bot", "target": "bot.py:answer", "repeats": TRIALS}],
        judge={"model": "sim/judge", "repeats": 2},
    )
    (project.folder / "bot.py").write_text(LEAK)
    assert run(project.plan, environment=project.environment).snapshot.outputs == 36

    source = from_project(project.plan, environment=project.environment)
    options = planned_options(source)
    assert options.rounds == {"sim/judge": 2}
    assert set(source.ratings.distinct("rater")) == {"sim/judge", "check.regex_absent"}
    found = compare_findings(source, options, every_result=True)
    rates = {r.name: r.estimate for r in found.results if r.systems == ("bot",) and not r.component}
    assert rates["blocking_rate"].value == 1
    assert rates["blocking_rate_of_outputs"].value == pytest.approx(1 / TRIALS)


def test_with_one_output_an_example_all_repeats_are_of_it(project: Project) -> None:
    run(project.plan, environment=project.environment)
    assert planned_options(from_project(project.plan)).rounds is None
