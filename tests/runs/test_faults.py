"""Whatever goes wrong at the provider, every item ends in the class of what went wrong with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.runs.conftest import PLAN, Project, world

from measurand.jobs.compare import run_report
from measurand.jobs.run import run
from measurand.simulate.faults import FAILURE_OF
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

EXAMPLES = 120
SYSTEMS = [
    {"name": "today", "role": "current", "target": "sim/today"},
    {"name": "candidate", "target": "sim/candidate"},
]
FAULTS: list[object] = [
    {"fault": "429", "share": 0.20, "retry_after": 0.01},
    {"fault": "500", "share": 0.05},
    {"fault": "hang", "share": 0.02},
    {"fault": "malformed", "share": 0.03, "role": "judge"},
    {"fault": "truncated", "share": 0.01, "role": "judge"},
    {"fault": "refused", "share": 0.01, "role": "judge"},
    {"fault": "out_of_range", "share": 0.01},
    {"fault": "bad_quote", "share": 0.01},
]
PASSING = frozenset({"429", "500", "hang"})
RUN = {"timeout": 1.5, "connections": 24, "attempts": 8}


def test_planted_faults_are_the_failures_that_are_reported(tmp_path: Path) -> None:
    with SimulatedProvider(world(), faults=FAULTS) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(EXAMPLES, run=RUN)
        ran = run(project.plan, environment=project.environment)
        planted, counts = server.planted, server.counts
    with open_ledger(project.ledger) as ledger:
        assert ledger.check() == ()
        judged = list(ledger.ratings(kind="judge"))
    assert len(judged) == EXAMPLES * 2 * 2 * 2
    reported = Counter(row.failure for row in judged if row.failure is not None)
    expected = Counter(FAILURE_OF[fault] for fault in planted.lasting.values())
    assert reported == expected
    assert set(expected) == {
        "invalid",
        "truncated",
        "refused",
        "out_of_range",
        "evidence_failed",
    }
    assert all((row.value is None) == (row.failure is not None) for row in judged)
    assert project.query("SELECT count(*) FROM outputs WHERE text IS NULL") == [(0,)]

    tried = ran.snapshot.troubles
    hit = Counter[str]()
    for tally in counts.models.values():
        hit.update({FAILURE_OF[fault]: n for fault, n in tally.faults.items() if fault in PASSING})
    assert hit == {name: tried[name] for name in ("rate_limited", "server_error", "timeout")}
    assert min(hit.values()) > 10
    assert sum(tally.received for tally in counts.models.values()) == ran.snapshot.calls


def test_failures_withhold_the_headline(tmp_path: Path) -> None:
    faults: list[object] = [{"fault": "refused", "share": 0.2, "role": "judge"}]
    with SimulatedProvider(world(), faults=faults) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(EXAMPLES, judge={**PLAN["judge"], "repeats": 1})
        ran = run(project.plan, environment=project.environment)
    assert ran.exit_code == 3
    verdicts = run_report(project.plan).findings.verdicts
    (overall,) = [verdict for verdict in verdicts if verdict.name == "overall"]
    assert overall.outcome == "inconclusive"
    assert "refused" in overall.reason


def test_whoever_gives_no_answer_at_all_fails_as_what_it_is(tmp_path: Path) -> None:
    faults: list[object] = [
        {"fault": "500", "share": 0.5, "mode": "lasting", "models": ["today"]},
        {"fault": "malformed_response", "share": 0.5, "mode": "lasting", "models": ["candidate"]},
    ]
    with SimulatedProvider(world(), faults=faults) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(12, systems=SYSTEMS, run={"attempts": 2})
        run(project.plan, environment=project.environment)
        planted = Counter(server.planted.lasting.values())
    kinds = project.query(
        "SELECT system, failure_kind, count(*) FROM outputs WHERE text IS NULL GROUP BY 1, 2"
    )
    assert sorted(kinds) == [
        ("candidate", "malformed_response", planted["malformed_response"]),
        ("today", "server_error", planted["500"]),
    ]
    assert min(planted.values()) > 1
    rows = project.query("SELECT count(*) FROM ratings WHERE failure = 'no_output'")
    assert rows == [(5 * planted.total(),)]
