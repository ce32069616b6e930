"""What a build counts as one record, as one question, and as a known failure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.truth.logged import logged

from measurand.core.example import Component
from measurand.curation.choosing import Chosen, choose
from measurand.curation.traffic import Traffic
from measurand.jobs.build import Built, build
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.building.telling import rates_of
from measurand.models.environment import Environment

KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
SIZES: dict[Component, int] = {
    "core": 40,
    "edge": 40,
    "adversarial": 0,
    "regression": 10,
    "golden": 20,
}
CANNED = {"question": "How do I reset my password please", "answer": "Click forgot password."}


def some(rng: np.random.Generator, count: int) -> str:
    return " ".join(f"w{at}" for at in rng.choice(3_000, count, replace=False))


def made(folder: Path, rows: Sequence[dict[str, Any]]) -> Built:
    log = folder / "log.jsonl"
    log.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return build([log], BuildOptions(out=folder / "data", sizes=SIZES), environment=KEY)


def busy() -> list[dict[str, Any]]:
    """Ten days of which only the date is known; half of what is asked is one question."""
    rng = np.random.default_rng(1)
    days = [{"timestamp": f"2026-03-{1 + at // 20:02}"} for at in range(200)]
    return [
        day | (CANNED if at % 2 else {"question": some(rng, 12), "answer": f"ok {at}"})
        for at, day in enumerate(days)
    ]


def test_what_is_asked_most_is_no_copy_of_itself(tmp_path: Path) -> None:
    found = made(tmp_path, [row | {"id": f"r{at}"} for at, row in enumerate(busy())])
    came = found.account.came
    assert (came.copied, came.unsure, came.eligible) == (0, 0, 200)
    assert came.most[0] == (CANNED["question"], 100)


def test_of_records_without_ids_that_say_the_same_nobody_knows(tmp_path: Path) -> None:
    came = (found := made(tmp_path, busy())).account.came
    assert (came.copied, came.unsure, came.eligible) == (0, 90, 200)
    assert any(limit.startswith("90 records have neither an id") for limit in found.findings.limits)


def test_what_is_exported_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    named = [row | {"id": f"r{at}"} for at, row in enumerate(busy())]
    found = made(tmp_path, [*named, *named[:50]])
    assert found.account.came.copied == 50
    assert found.account.came.most[0] == (CANNED["question"], 100)
    assert any("50 records (20.0%) were taken for copies" in one for one in found.findings.limits)


def test_a_passage_in_every_request_leaves_as_many_questions_as_there_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    passage = some(rng, 230)
    rows = [
        {"id": f"t{at}", "question": f"Context: {passage} Question: {some(rng, 8)}?", "answer": "a"}
        for at in range(80)
    ]
    found = made(tmp_path, rows)
    assert found.account.came.questions == 80
    assert not found.account.came.reworded
    assert found.account.part("core").size == 40


def test_much_traffic_under_one_question_in_other_words_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    passage = some(rng, 230)
    often = [f"Who is {name}? {passage}" for name in ("Ada", "Grace", "Edith")]
    asked = [*often * 10, *(some(rng, 12) for _ in range(60))]
    found = made(
        tmp_path, [{"id": f"q{at}", "question": q, "answer": "a"} for at, q in enumerate(asked)]
    )
    ((question, times),) = found.account.came.reworded
    assert times == 20
    assert question.startswith("Who is")
    assert any("22% of traffic (20 interactions)" in limit for limit in found.findings.limits)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A tenth without an answer, a twentieth of answers rated bad."""
    rng = np.random.default_rng(4)
    rows: list[dict[str, Any]] = []
    for at in range(1_000):
        rows.append({"id": f"r{at}", "question": some(rng, 10), "session_id": f"s{at // 4}"})
        if at % 10:
            rows[-1] |= {"answer": f"a{at}", "rating": int(at % 20 != 7)}
    return made(tmp_path_factory.mktemp("failing"), rows)


def test_edge_is_held_against_what_it_is_chosen_from(failing: Built) -> None:
    told = {(one.name, one.component): one.estimate for one in failing.findings.results}
    answered, asked = told["known_failure_rate", None], told["known_failure_rate_asked", None]
    assert answered.value == pytest.approx(50 / 900)
    assert asked.value == pytest.approx(0.15)
    assert (answered.n, asked.n) == (900, 1_000)
    edge, times = told["known_failure_rate_asked", "edge"], told["enrichment", "edge"]
    assert edge.value is not None
    assert times.value == pytest.approx(edge.value / 0.15)
    assert "in all that was asked, answered or not, counted" in failing.to_markdown()


@pytest.fixture(scope="module")
def world() -> Traffic:
    """Single questions, of which few are known to have gone wrong."""
    found = logged(5, skew=2.0).traffic
    return replace(found, conversation=np.zeros(len(found), dtype=np.uint64))


def rows_of(chosen: Chosen, component: Component) -> np.ndarray:
    return np.array([one.row for one in chosen.candidates if one.component == component])


def test_what_core_tells_of_failures_knows_of_conversations(world: Traffic) -> None:
    chosen = choose(world, {"core": 400})
    rows = rows_of(chosen, "core")
    assert chosen.reasons.failed[rows].sum() > 3

    def told(conversation: np.ndarray) -> tuple[float, float, float]:
        core = rates_of(replace(world, conversation=conversation), chosen).core
        assert core.value is not None
        assert core.low is not None
        assert core.high is not None
        return core.value, core.low, core.high

    alone = told(world.conversation)
    assert told(np.arange(1, len(world) + 1, dtype=np.uint64)) == alone
    # All that failed are of five conversations.
    failed = np.flatnonzero(chosen.reasons.failed)
    shared = world.conversation.copy()
    shared[failed] = 1 + np.arange(failed.size) % 5
    together = told(shared)
    assert together[0] == alone[0]
    assert together[2] - together[1] > 1.05 * (alone[2] - alone[1])


def test_golden_fails_as_often_as_what_core_has_not(world: Traffic) -> None:
    """Though edge and regression have places for every failure that is known."""
    sizes: dict[Component, int] = {"core": 200, "edge": 400, "regression": 200, "golden": 1_000}
    chosen = choose(world, sizes)
    failed = chosen.reasons.failed
    core = world.group[rows_of(chosen, "core")]
    rate = float(failed[~np.isin(world.group, core)].mean())
    golden = rows_of(chosen, "golden")
    assert golden.size == 1_000
    error = (rate / golden.size) ** 0.5
    assert abs(failed[golden].mean() - rate) < 4 * error < rate
