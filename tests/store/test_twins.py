"""Twins and log-probabilities: read with every fault named."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from measurand.core.example import Message
from measurand.errors import DataError
from measurand.store.logprobs import read_logprobs
from measurand.store.twins import Twin, read_twins, write_twins


def written(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_twins_come_back_as_they_were(tmp_path: Path) -> None:
    twins = (
        Twin("a", (Message("system", "Be brief."), Message("user", "Why so?"))),
        Twin("b", (Message("user", "How?"),), "openai/x"),
    )
    write_twins(tmp_path / "t.jsonl", twins)
    assert read_twins(tmp_path / "t.jsonl", {"a", "b"}) == twins
    plain = written(tmp_path / "q.jsonl", [{"of": "a", "question": "Why then?"}])
    assert read_twins(plain, {"a"})[0].messages == (Message("user", "Why then?"),)


def test_every_wrong_twin_is_named(tmp_path: Path) -> None:
    rows = [
        {"of": "x", "question": "Of nobody?"},
        {"of": "a", "question": "First"},
        {"of": "a", "question": "Again"},
        {"of": "b"},
        {"of": 3, "question": "A number?"},
    ]
    with pytest.raises(DataError) as problem:
        read_twins(written(tmp_path / "t.jsonl", rows), {"a", "b"})
    assert [fault.line for fault in problem.value.faults] == [1, 3, 4, 5]


def test_log_probabilities_by_system(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"shard": 0, "order": "canonical", "logprob": -3.5},
        {"shard": 0, "order": 1, "logprob": -4},
        {"system": "b", "example": "q1", "member": True, "logprobs": [-0.5, -1]},
    ]
    found = read_logprobs(written(tmp_path / "l.jsonl", rows))
    assert found["the model"].orders == {"0": {"canonical": -3.5, "1": -4.0}}
    assert found["b"].tokens == {"q1": (True, [-0.5, -1.0])}


def test_every_wrong_log_probability_is_named(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"shard": 0, "order": "canonical", "logprob": 0.5},
        {"shard": 0, "order": 1, "logprob": -1},
        {"shard": 1, "order": 1, "logprob": -1},
        {"shard": 1, "order": 1, "logprob": -1},
        {"shard": 1, "order": 2, "logprob": None},
        {"example": "q", "member": "yes", "logprobs": []},
        {"example": "q", "member": True, "logprobs": [1]},
        {"what": "ever"},
    ]
    with pytest.raises(DataError) as problem:
        read_logprobs(written(tmp_path / "l.jsonl", rows))
    told = [fault.problem for fault in problem.value.faults]
    assert [fault.line for fault in problem.value.faults][:6] == [1, 4, 5, 6, 7, 8]
    assert "no row of the model is of the order canonical" in told
