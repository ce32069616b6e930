"""Rows of any shape through a mapping; times and labels in every form."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.logs.samples import read, written
from tests.store.logs.span_samples import AT, NANO

from measurand.core.example import Message
from measurand.core.record import Feedback
from measurand.errors import DataError, UsageError
from measurand.store.logs.mapping import LogMapping, parse_log_mapping, read_log_mapping
from measurand.store.logs.moments import moment
from measurand.store.logs.paths import getter
from measurand.store.logs.reading import LogReading

ROW = {
    "tenant": "acme",
    "req": {"body": {"text": "Where?"}, "meta.ts": "2026-03-01T10:00:00Z", "took": 1.5},
    "res": '{"choices": [{"text": "There."}]}',
    "docs": [{"t": "A."}, {"t": "B."}, {"u": 1}],
    "marks": {"stars": 4, "why": "late"},
    "judge": {"score": 0.5, "comment": "short"},
    "lang": "de",
    "plan": "gold",
    "uuid": 17,
}
WORDS = [
    "id:uuid",
    "question:req.body.text",
    "output:res.choices[0].text",
    "time:req.meta.ts",
    "seconds:req.took",
    "conversation:{tenant}/{uuid}",
    "segments:lang,plan",
    "context:docs[].t",
    "people:marks.stars",
    "judge:judge",
    "comment:marks.why",
    "system=bot",
    "instructions=Be kind.",
]
YAML = """\
id: uuid
question: req.body.text
output: "res.choices[0].text"
seconds: req.took
conversation: "{tenant}/{uuid}"
segments: [lang, plan]
context: "docs[].t"
people: marks.stars
judge: [judge]
comment: marks.why
constant: {system: bot, instructions: Be kind.}
"""


def test_key_paths_lists_templates_and_constants(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", ROW)
    (tmp_path / "map.yaml").write_text(YAML, encoding="utf-8")
    mapping = parse_log_mapping(WORDS)
    (record,), account = read(path, LogReading(mapping=mapping))
    assert account.dialects == {"mapped": 1}
    assert record.messages == (Message("system", "Be kind."), Message("user", "Where?"))
    assert (record.id, record.output, record.seconds) == ("17", "There.", 1.5)
    assert (record.conversation, record.system) == ("acme/17", "bot")
    assert record.segments == ("de", "gold")
    assert record.context == ("A.", "B.")
    assert record.feedback == (
        Feedback("stars", 4.0, "people", "late"),
        Feedback("judge", 0.5, "judge", "short"),
    )
    assert record.at is None  # a dot in a key that is within another cannot be reached
    same = read_log_mapping(tmp_path / "map.yaml")
    rest = {name: found for name, found in mapping.columns.items() if name != "time"}
    assert same == LogMapping(rest, mapping.constants)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["output:a"], "say where the question or the conversation is"),
        (["question a"], "not a mapping"),
        (["question:a", "wieght:b"], "unknown key"),
        (["question:a", "question:b"], "one column belongs here"),
        (["turns:a", "output:b"], "turns, or messages and output, not both"),
        (["question:a", "output=b"], "no such constant"),
    ],
)
def test_a_mapping_that_cannot_mean_anything_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        parse_log_mapping(words)


def test_a_dialect_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'langfuse'"):
        LogReading(dialect="langfuze")
    with pytest.raises(UsageError, match="not both"):
        LogReading(dialect="otlp", mapping=parse_log_mapping(["question:a"]))


def test_a_column_called_as_the_path_goes_first() -> None:
    assert getter("a.b")({"a.b": 1, "a": {"b": 2}}) == 1
    assert getter("a.b")({"a": '{"b": 2}'}) == 2
    assert getter("a[1].b")({"a": [{}, {"b": 3}]}) == 3
    assert getter("a[9]")({"a": [1]}) is None
    assert getter("a[].b")({"a": "text"}) is None
    assert getter("{a}-{b}")({"a": 1}) is None


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        (NANO, AT),
        (NANO // 10**3, AT),
        (NANO // 10**6, AT),
        (NANO // 10**9, AT),
        (str(NANO), AT),
        (NANO / 10**9, AT),
        ("2026-03-01T10:00:00Z", AT),
        ("2026-03-01T11:00:00+01:00", AT),
        ("2026-03-01 10:00:00 UTC", AT),
        ("2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00.123456+00:00"),
        (datetime(2026, 3, 1, 10, tzinfo=UTC), AT),
        ("2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("03/01/2026", None),
        ("yesterday", None),
        (-5, None),
        (12, None),
        (10**30, None),
        (True, None),
        ("9999-12-31T23:59:59+00:00", None),
        (None, None),
    ],
)
def test_times_become_iso_in_utc(raw: Any, at: str | None) -> None:
    found = moment(raw)
    assert (None if found is None else found.at.isoformat()) == at


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=40)))
def test_no_time_is_made_of_what_is_none(raw: object) -> None:
    found = moment(raw)
    assert found is None or 1970 <= found.at.year < 2200


def test_times_that_are_odd_are_counted(tmp_path: Path) -> None:
    rows = [
        {"question": "a", "timestamp": "2026-03-01 10:00:00"},
        {"question": "a", "timestamp": "last week"},
        {"question": "a", "start_time": AT, "end_time": "2026-03-01T09:00:00Z"},
        {"question": "a"},
    ]
    records, account = read(written(tmp_path / "log.jsonl", *rows))
    assert [one.at for one in records] == [AT, None, AT, None]
    assert records[2].seconds is None
    assert sorted(account.notes.values()) == [1, 1, 1]
    assert any("ended before it began" in note for note in account.notes)


def test_names_that_need_no_mapping(tmp_path: Path) -> None:
    prompt = "You are a helpful assistant of a broadband provider, and polite to all."
    rows = [
        {"inputs": {"query": "a"}, "outputs": {"answer": "b"}, "session_id": 7, "feedback": "up"},
        {"prompt": "a", "completion": "b", "system": prompt, "model": "m"},
        {"question": "a", "response": "b", "contexts": ["c"], "rating": [1, 2], "country": "de"},
        {"input": "a", "error": "timeout"},
    ]
    first, second, third, fourth = read(written(tmp_path / "log.jsonl", *rows))[0]
    assert [one.question for one in (first, second, third, fourth)] == ["a"] * 4
    assert (first.output, first.conversation) == ("b", "7")
    assert first.feedback == (Feedback("feedback", "up"),)
    assert (second.system, second.messages[0]) == ("m", Message("system", prompt))
    assert third.context == ("c",)
    assert [one.value for one in third.feedback] == [1.0, 2.0]
    assert third.metadata == {"country": "de"}
    assert fourth.failure is not None
    assert fourth.failure.message == "timeout"
