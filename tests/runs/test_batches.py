"""Judging by batch: the same ratings as live, over however many runs, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.runs.conftest import PLAN, Project, world

from measurand.errors import UsageError
from measurand.jobs.batches import collect
from measurand.jobs.batches.log import BatchLog
from measurand.jobs.compare import run_report
from measurand.jobs.engine.agenda import Again
from measurand.jobs.planning import plan
from measurand.jobs.run import Ran, RunOptions, run
from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

if TYPE_CHECKING:
    from measurand.core.rating import Rating

EXAMPLES = 6
JUDGED = EXAMPLES * 2 * 2 * 2
BATCH = {**PLAN["judge"], "batch": True}
LATER = RunOptions(wait=False)
PATIENCE = 60.0
PAIRWISE = [
    {"dimension": "better", "definition": "The better answer.", "scale": "win/tie/loss",
     "raters": [{"judge": {"form": "pairwise"}}]},
    {"dimension": "format", "weight": 100, "scale": "yes/no", "raters": ["check.json"]},
]  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Makes projects, each with a provider of its own: ``made(faults=..., judge=...)``."""
    servers: list[SimulatedProvider] = []

    def make(name: str = "project", /, **changes: Any) -> tuple[Project, SimulatedProvider]:
        how = {key: changes.pop(key) for key in ("faults", "batch_seconds") if key in changes}
        server = SimulatedProvider(world(), keep_requests=True, **how)
        servers.append(server.__enter__())
        project = Project(tmp_path / name, server.base_url)
        project.write(EXAMPLES, **{"judge": BATCH, **changes})
        return project, server

    yield make
    for server in servers:
        server.__exit__(None, None, None)


def go(project: Project, options: RunOptions | None = None) -> Ran:
    return run(project.plan, options, environment=project.environment)


def judged(project: Project) -> list[Rating]:
    with open_ledger(project.ledger) as ledger:
        assert ledger.check() == ()
        return list(ledger.ratings(kind="judge"))


def plain(project: Project) -> list[tuple[Any, ...]]:
    """What every judgment says, in order."""
    return sorted(
        (r.example, r.system, r.dimension, r.rater, r.repeat, r.against or "", r.order or "",
         str(r.value), r.failure or "")
        for r in judged(project)
    )  # fmt: skip


def events(project: Project, event: str) -> int:
    with open_ledger(project.ledger) as ledger:
        return len(ledger.work.numbers(event))


def handed_in(server: SimulatedProvider) -> bool:
    return any(one.path.endswith("/batches") for one in server.requests)


@pytest.mark.parametrize("rubric", [PLAN["rubric"], PAIRWISE], ids=["levels", "pairs"])
def test_the_ratings_are_those_of_judging_live(made: Any, rubric: list[dict[str, Any]]) -> None:
    live, asked = made("live", judge=PLAN["judge"], rubric=rubric)
    assert go(live).exit_code == 0
    later, server = made("later", rubric=rubric)
    ran = go(later)
    assert ran.exit_code == 0
    assert plain(later) == plain(live)
    assert ran.snapshot.ratings == go(live).snapshot.ratings
    models = {name: tally.received for name, tally in server.counts.models.items()}
    assert models == {name: tally.received for name, tally in asked.counts.models.items()}
    assert sum(one.path.endswith("/chat/completions") for one in server.requests) == EXAMPLES * 2
    again = go(later)
    assert again.snapshot.done == 0
    assert server.counts.total.received == asked.counts.total.received


def test_both_wires_and_a_panel(made: Any) -> None:
    project, server = made()
    providers = {"house": {"base_url": server.url, "api": "anthropic"}}
    panel = {"models": ["sim/judge", "house/judge-b"], "repeats": 1, "batch": True}
    project.write(EXAMPLES, judge=panel, providers=providers)
    assert go(project).exit_code == 0
    assert len(judged(project)) == EXAMPLES * 2 * 2 * 2
    assert events(project, "batch_submitted") == events(project, "batch_collected") == 2
    assert server.counts.models["judge"].received == EXAMPLES * 2 * 2
    assert server.counts.models["judge-b"].received == EXAMPLES * 2 * 2


def test_the_report_accounts_for_calls_of_unknown_cost(made: Any) -> None:
    known = {name: price for name, price in PLAN["prices"].items() if name != "sim/judge"}
    project, _ = made(prices=known)
    ran = go(project)
    (judge,) = [
        m for m in run_report(project.plan).to_json()["run"]["models"] if m["part"] == "judge"
    ]
    assert judge["calls"] == JUDGED
    assert judge["unpriced"] == JUDGED
    assert any("batches of sim" in note for note in judge["notes"])
    assert ran.spent < 0.1
    ((notes,),) = project.query("SELECT manifest FROM run WHERE event = 'started'")
    assert "batch interfaces" in notes


def test_without_waiting_a_later_run_collects(made: Any) -> None:
    project, server = made()
    first = go(project, LATER)
    assert (first.exit_code, first.snapshot.waiting) == (3, JUDGED)
    assert not judged(project)
    told = run_report(project.plan).to_json()["run"]["stopped"]
    assert told == f"{JUDGED} judgments are under way in batches"
    second = go(project, LATER)
    assert (second.exit_code, second.snapshot.waiting) == (0, 0)
    assert len(judged(project)) == JUDGED
    assert server.counts.models["judge"].received == JUDGED
    assert second.snapshot.reused == EXAMPLES * 2 * 2


def test_what_is_under_way_is_not_handed_in_again(made: Any) -> None:
    project, _ = made(batch_seconds=300.0)
    go(project, RunOptions(limit=5, wait=False))
    for _ in range(2):
        ran = go(project, LATER)
        assert ran.snapshot.waiting == JUDGED
    foretold = plan(project.plan, environment=project.environment)
    assert foretold.forecast.calls == 0
    assert any(f"{JUDGED} judgments are under way" in note for note in foretold.notes)
    sizes = project.query(
        "SELECT json_array_length(json_extract(manifest, '$.bounds')) FROM run "
        "WHERE event = 'batch_submitted' ORDER BY id"
    )
    assert sizes == [(5 * 8,), ((EXAMPLES - 5) * 8,)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT], ids=["kill", "ctrl-c"])
def test_stopped_while_waiting(made: Any, kind: signal.Signals) -> None:
    project, server = made(batch_seconds=1.5)
    command = [sys.executable, "-m", "measurand", "run", str(project.plan), "-q", "--no-report"]
    process = subprocess.Popen(
        command, env={**os.environ, **project.variables}, stdout=subprocess.PIPE
    )
    until = time.monotonic() + PATIENCE
    # Whoever asks the server first does not open the ledger while it is being made.
    while not (handed_in(server) and events(project, "batch_submitted")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(kind)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == (130 if kind == signal.SIGINT else -kind)
    assert (b"measurand run again collects it" in out) == (kind == signal.SIGINT)
    assert not judged(project)
    assert go(project).exit_code == 0
    assert len(judged(project)) == JUDGED
    assert server.counts.models["judge"].received == JUDGED
    assert not server.counts.repeated()
    assert events(project, "batch_submitted") == 1


def test_broken_off_while_collecting(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [{"fault": "malformed", "share": 0.3, "role": "judge"}]
    whole, _ = made("whole", faults=faults)
    go(whole)
    project, server = made("broken", faults=faults)
    monkeypatch.setattr(collect, "_AT_ONCE", 10)
    take, taken = BatchLog.take, [0]

    def sometimes(*args: Any, **options: Any) -> None:
        taken[0] += 1
        if taken[0] % 3 == 0:
            raise RuntimeError("the power is gone")
        take(*args, **options)

    monkeypatch.setattr(BatchLog, "take", sometimes)
    for _ in range(JUDGED // 20):
        with pytest.raises(RuntimeError, match="power"):
            go(project)
    go(project)
    assert plain(project) == plain(whole)
    assert events(project, "batch_submitted") == 1
    lost = sum(count - 1 for count in server.counts.repeated().values())
    assert lost <= 10 * (JUDGED // 20)  # second calls of the transactions that were broken off
    assert project.query("SELECT max(revision) FROM work") == [(0,)]
    assert project.query("SELECT count(*) FROM work WHERE purpose = 'rating'") == [
        (JUDGED + EXAMPLES * 2,)
    ]


def test_spoiled_replies_get_their_second_call_live(made: Any) -> None:
    faults = [
        {"fault": "malformed", "share": 0.2, "role": "judge"},
        {"fault": "truncated", "share": 0.1, "role": "judge"},
        {"fault": "bad_quote", "share": 0.2},
        {"fault": "refused", "share": 0.1, "role": "judge"},
    ]
    live, asked = made("live", judge=PLAN["judge"], faults=faults)
    later, server = made("later", faults=faults)
    assert go(live).snapshot.failures == go(later).snapshot.failures
    assert plain(later) == plain(live)
    assert server.counts.models["judge"].received == asked.counts.models["judge"].received > JUDGED


def test_what_was_not_answered_is_handed_in_again_twice(made: Any) -> None:
    faults = [
        {"fault": "hang", "share": 0.2, "role": "judge", "mode": "lasting"},
        {"fault": "500", "share": 0.2, "role": "judge"},
        {"fault": "503", "share": 0.1, "role": "judge", "times": 2},
    ]
    project, server = made(faults=faults)
    ran = go(project)
    hangs = sum(fault == "hang" for fault in server.planted.lasting.values())
    passing = server.planted.passing
    assert 0 < hangs < JUDGED / 2
    assert ran.snapshot.failures == {"timeout": hangs}
    assert events(project, "batch_submitted") == 3
    received = {key: tally.received for key, tally in server.counts.keys.items() if len(key) == 32}
    for key, fault in server.planted.lasting.items():
        assert (fault, received[key]) == ("hang", 3)
    for key, fault in passing.items():
        if key not in server.planted.lasting:
            assert received[key] == {"500": 2, "503": 3}[fault]
    tries = project.query(
        "SELECT attempts, count(*) FROM calls WHERE status = 'timeout' GROUP BY 1"
    )
    assert tries == [(3, hangs)]
    before = server.counts.total.received
    assert go(project).snapshot.done == 0
    assert server.counts.total.received == before


def test_a_budget_that_would_not_do_is_not_begun(made: Any) -> None:
    limit = {"parameters": {"max_tokens": 300}}
    systems = [
        {"name": "today", "target": "sim/today", **limit},
        {"name": "candidate", "target": "sim/candidate", **limit},
    ]
    judge = {**BATCH, "parameters": {"max_tokens": 400}}
    project, server = made(systems=systems, judge=judge, budget={"usd": 0.2})
    ran = go(project)
    assert ran.stop.reason == "budget"
    assert ran.exit_code == 4
    assert "a judgment by sim/judge in a batch may cost up to" in ran.stop.message
    some = server.counts.models["judge"].received
    assert 0 < some == len(judged(project)) < JUDGED
    assert go(project).stop.reason == "budget"  # what nobody knows the cost of stays held
    assert server.counts.models["judge"].received == some
    assert go(project, RunOptions(budget=50.0)).exit_code == 0
    assert server.counts.models["judge"].received == JUDGED
    assert not server.counts.repeated()


def test_money_comes_free_as_batches_are_collected(made: Any) -> None:
    prices = {**PLAN["prices"], "anthropic/judge": {"input": 3, "output": 15}}
    judge = {
        "model": "anthropic/judge",
        "repeats": 2,
        "batch": True,
        "parameters": {"max_tokens": 400},
    }
    limit = {"parameters": {"max_tokens": 300}}
    systems = [{"name": "today", "target": "sim/today", **limit}]
    project, server = made(prices=prices, judge=judge, systems=systems, budget={"usd": 0.24})
    keys = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "a-key-for-tests"}
    ran = run(project.plan, environment=Environment({**project.variables, **keys}))
    assert ran.exit_code == 0
    assert len(judged(project)) == JUDGED / 2
    assert events(project, "batch_submitted") > 1  # the bounds of all of them exceed the budget
    tokens = project.query(
        "SELECT input_tokens, output_tokens, cost FROM calls WHERE model LIKE 'a%'"
    )
    assert len(tokens) == JUDGED / 2
    for given, answered, cost in tokens:
        assert cost == pytest.approx((3 * given + 15 * answered) / 2 / 1e6)
    assert ran.spent < 0.24


def test_a_changed_rubric_does_not_join_what_is_under_way(made: Any) -> None:
    project, server = made(batch_seconds=0.2)
    go(project, LATER)
    text = project.plan.read_text(encoding="utf-8")
    changed = text.replace("Friendly.", "Warm and plain.")
    project.plan.write_text(changed, encoding="utf-8")
    assert go(project).exit_code == 0
    assert server.counts.models["judge"].received == 2 * JUDGED
    assert not server.counts.repeated()
    with open_ledger(project.ledger) as ledger:
        runs = ledger.work.events("started")
        old, new = (frozenset(one.manifest["versions"]) for one in runs)
        for versions in (old - new, new - old):
            rows = ledger.ratings(version=versions, kind="judge")
            assert len(rows) == JUDGED
            assert all(row.value is not None for row in rows)
    counted = run_report(project.plan).findings
    assert not any("has changed" in limit for limit in counted.limits)
    project.plan.write_text(text, encoding="utf-8")
    assert go(project).snapshot.done == 0  # what was paid for counts again
    assert server.counts.models["judge"].received == 2 * JUDGED


def test_what_is_not_there_any_more_is_paid_for_and_rates_nothing(made: Any) -> None:
    project, server = made()
    go(project, LATER)
    project.write(EXAMPLES - 3, judge=BATCH)
    assert go(project).exit_code == 0
    assert len(judged(project)) == (EXAMPLES - 3) * 8
    orphans = project.query("SELECT count(*) FROM calls WHERE reply IS NOT NULL")
    assert orphans == [(JUDGED,)]
    assert server.counts.models["judge"].received == JUDGED


def test_a_batch_that_the_provider_does_not_know_is_given_up_on_request(made: Any) -> None:
    project, server = made(batch_seconds=300.0)
    go(project, LATER)
    server.__exit__(None, None, None)
    with SimulatedProvider(world(), port=server.port) as other:
        stopped = go(project)
        assert (stopped.exit_code, stopped.stop.reason) == (4, "hopeless")
        assert "measurand run --retry-failed" in stopped.stop.message
        assert go(project, RunOptions(again=Again(failed=True))).exit_code == 0
        assert other.counts.models["judge"].received == JUDGED


def test_a_batch_that_was_not_taken_stops_the_run(made: Any) -> None:
    project, server = made()
    lines = [
        f'{{"example": "core-{n:03d}", "text": "Answer {n}."}}\n' for n in range(1, EXAMPLES + 1)
    ]
    (project.folder / "recorded.jsonl").write_text("".join(lines), encoding="utf-8")
    project.write(EXAMPLES, judge=BATCH, systems=[{"name": "old", "target": "file:recorded.jsonl"}])
    server.__exit__(None, None, None)
    ran = go(project)
    assert (ran.exit_code, ran.stop.reason) == (4, "hopeless")
    assert "sim/judge: the batch was not taken: connection" in ran.stop.message
    assert "look at the provider's list of batches" in ran.stop.message
    assert events(project, "batch_submitted") == 0
    with SimulatedProvider(world(), port=server.port):
        assert go(project).exit_code == 0
    assert len(judged(project)) == EXAMPLES * 4


def test_a_recording_that_was_taken_back_is_judged_again(made: Any) -> None:
    project, server = made()
    file = project.folder / "recorded.jsonl"
    project.write(EXAMPLES, judge=BATCH, systems=[{"name": "old", "target": "file:recorded.jsonl"}])
    for text, asked in (("One.", 24), ("Another.", 28), ("One.", 32)):
        texts = [text, *["Always."] * (EXAMPLES - 1)]
        lines = [f'{{"example": "core-{n:03d}", "text": "{t}"}}\n' for n, t in enumerate(texts, 1)]
        file.write_text("".join(lines), encoding="utf-8")
        assert go(project).exit_code == 0
        assert server.counts.models["judge"].received == asked
        assert all(row.value is not None for row in judged(project))


def test_a_provider_without_batches_is_refused_before_anything_is_asked(made: Any) -> None:
    project, server = made()
    project.write(EXAMPLES, judge={"model": "ollama/judge", "repeats": 1, "batch": True})
    with pytest.raises(UsageError, match="has no batches that are known here"):
        run(
            project.plan,
            environment=Environment({**project.variables, "OLLAMA_BASE_URL": project.base_url}),
        )
    assert server.counts.total.received == 0
