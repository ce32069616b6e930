"""The same interaction is the same record, whoever wrote it down."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.store.logs.samples import ROWS, lc, read, written
from tests.store.logs.span_samples import (
    ANSWER,
    ASKED,
    AT,
    CHAT,
    PARTS_IN,
    SECONDS,
    SPAN,
    TRACE,
    USER,
    batch,
    event,
    span,
    values,
)

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure, Usage
from measurand.core.record import Feedback
from measurand.store.logs.reading import LogReading

_TIMELESS = {"transcript", "sharegpt"}


@pytest.mark.parametrize("name", ROWS)
def test_the_same_interaction_is_the_same_record(name: str, tmp_path: Path) -> None:
    dialect, row = ROWS[name]
    (record,), account = read(written(tmp_path / "log.jsonl", row))
    assert account.dialects == {dialect: 1}
    assert record.messages == (Message("user", ASKED),)
    assert (record.output, record.failure, record.system) == (ANSWER, None, "gpt-4o")
    assert record.at == AT
    assert record.seconds == (None if name in _TIMELESS else SECONDS)
    assert record.usage in {None, Usage(7, 5)}


def test_tools_that_export_tables_are_read_from_tables_too(tmp_path: Path) -> None:
    named = {name: row for name, (_, row) in ROWS.items() if name in {
        "langfuse observation", "langsmith", "mlflow table", "phoenix table", "helicone", "rows"}
    }  # fmt: skip
    for name, row in named.items():
        path = tmp_path / f"{name}.csv"
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(row)
            writer.writerow(
                [
                    json.dumps(c) if isinstance(c, dict | list) else ("" if c is None else c)
                    for c in row.values()
                ]
            )
        (record,), account = read(path)
        assert account.dialects == {ROWS[name][0]: 1}
        assert (record.question, record.output, record.at) == (ASKED, ANSWER, AT)


def test_parquet_has_lists_maps_and_times_of_its_own(tmp_path: Path) -> None:
    arrow: Any = pytest.importorskip("pyarrow")
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    rows = [
        {"question": ASKED, "answer": ANSWER, "rating": 4.0, "tags": ["a", "b"], "raw": b"\xff"},
        {"question": ASKED, "answer": ANSWER, "rating": float("nan"), "tags": [], "raw": None},
    ] * 300
    table = arrow.Table.from_pylist(rows)
    stamps = arrow.array([1_772_359_200_000] * len(rows), arrow.timestamp("ms", "UTC"))
    kind = arrow.map_(arrow.string(), arrow.string())
    maps = arrow.array([[("plan", "gold")]] * len(rows), kind)
    table = table.append_column("timestamp", stamps).append_column("metadata", maps)
    parquet.write_table(table, tmp_path / "log.parquet", row_group_size=100)
    records, account = read(tmp_path / "log.parquet")
    assert (len(records), account.refused) == (600, 0)
    assert (records[0].at, records[0].segments) == (AT, ("a", "b"))
    assert records[0].feedback == (Feedback("rating", 4.0),)
    assert records[1].feedback == ()
    assert records[0].metadata == {"plan": "gold"}
    assert str(records[-1].place) == "log.parquet:600"
    (tmp_path / "log.parquet").write_bytes(b"PAR1" + b"x" * 100)
    assert read(tmp_path / "log.parquet")[1].unread[0][1] == "it is no Parquet file, or damaged"


def test_a_span_tells_its_tools_passages_and_scores(tmp_path: Path) -> None:
    messages = [
        *PARTS_IN,
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "find", "arguments": {}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "response": "depot"}]},
    ]
    answer = {
        "role": "assistant",
        "parts": [
            {"type": "text", "content": ANSWER},
            {"type": "tool_call", "name": "close", "arguments": '{"case": 7}'},
        ],
    }
    score = {
        "gen_ai.evaluation.name": "Relevance",
        "gen_ai.evaluation.score.value": 0.8,
        "gen_ai.evaluation.explanation": "to the point",
    }
    call = span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.conversation.id": "c7",
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be kind."}]),
            "gen_ai.input.messages": json.dumps(messages),
            "gen_ai.output.messages": json.dumps([answer]),
            "annotations.0.annotation.name": "thumbs",
            "annotations.0.annotation.label": "up",
            "annotations.0.annotation.annotator_kind": "HUMAN",
        },
        events=[event("gen_ai.evaluation.result", score)],
    )
    found = span(
        {"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.content": "A."},
        id="b" * 16,
    )
    later = {
        "eventName": "gen_ai.evaluation.result",
        "spanId": SPAN,
        "attributes": values(
            {"gen_ai.evaluation.name": "Toxicity", "gen_ai.evaluation.score.label": "none"}
        ),
    }
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [later]}]}]}
    (record,), account = read(written(tmp_path / "log.jsonl", logs, batch(found, call)))
    assert (account.kept, account.passed, account.refused) == (1, 2, 0)
    assert [one.role for one in record.messages] == ["system", "user", "assistant", "tool"]
    assert record.tools == (ToolCall("close", {"case": 7}),)
    assert record.context == ("A.",)
    assert record.conversation == "c7"
    assert record.feedback == (
        Feedback("Relevance", 0.8, "judge", "to the point"),
        Feedback("thumbs", "up", "people"),
        Feedback("Toxicity", "none", "judge"),
    )
    assert str(record.place) == "log.jsonl:2:resourceSpans[0].scopeSpans[0].spans[1]"


def test_a_call_without_content_is_refused_and_says_why(tmp_path: Path) -> None:
    failed = span(
        {
            "gen_ai.operation.name": "chat",
            "error.type": "timeout",
            "gen_ai.input.messages": json.dumps(PARTS_IN),
        },
        status={"code": 2, "message": "too slow"},
    )
    bare = span({"gen_ai.operation.name": "chat"}, id="c" * 16)
    (record,), account = read(written(tmp_path / "log.jsonl", batch(failed, bare)))
    assert (record.output, record.failure) == (None, Failure("timeout", "too slow"))
    ((reason, count),) = account.refused_by.items()
    assert "without its content" in reason
    assert count == 1


def test_roots_are_whole_requests_and_calls_their_parts(tmp_path: Path) -> None:
    root = span(
        {
            "openinference.span.kind": "CHAIN",
            "input.value": json.dumps({"question": ASKED}),
            "output.value": ANSWER,
        },
        id="e" * 16,
    )
    inner = span(
        {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(PARTS_IN)},
        parent="e" * 16,
    )
    path = written(tmp_path / "log.jsonl", batch(root, inner))
    (call,), account = read(path)
    assert (call.id, account.passed) == (SPAN, 1)
    (whole,), account = read(path, LogReading(spans="roots"))
    assert (whole.id, whole.output, account.passed) == ("e" * 16, ANSWER, 1)


def test_a_huge_index_and_deep_attributes_cost_nothing(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = {"kvlistValue": {"values": [{"key": "k", "value": deep}]}}
    row = batch(
        span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.prompt.999999999.role": "user",
                "gen_ai.prompt.999999999.content": "last",
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "first",
                "gen_ai.prompt.99999999999999999999.content": "none",
            }
        )
    )
    spans = row["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["attributes"].append({"key": "deep", "value": deep})
    (record,), _ = read(written(tmp_path / "log.jsonl", row))
    assert [one.content for one in record.messages] == ["first", "last"]


@pytest.mark.parametrize(
    ("remark", "target", "said"),
    [
        (
            {"id": "s", "trace_id": TRACE, "observation_id": SPAN, "name": "q", "value": 1,
             "data_type": "CATEGORICAL", "string_value": "good", "source": "ANNOTATION",
             "comment": "yes"},
            "langfuse observation",
            Feedback("q", "good", "people", "yes"),
        ),
        (
            {"id": "f", "run_id": SPAN, "key": "q", "score": 0, "comment": "no",
             "feedback_source": {"type": "model"}},
            "langsmith",
            Feedback("q", 0.0, "judge", "no"),
        ),
        (
            {"id": "a", "span_id": SPAN, "name": "q", "annotator_kind": "CODE",
             "result": {"score": 0.25, "label": None, "explanation": None}},
            "phoenix",
            Feedback("q", 0.25, "check"),
        ),
    ],
)  # fmt: skip
def test_scores_in_rows_of_their_own_are_joined(
    remark: Any, target: str, said: Feedback, tmp_path: Path
) -> None:
    path = written(tmp_path / "log.jsonl", remark, ROWS[target][1])
    (record,), account = read(path)
    assert record.feedback == (said,)
    assert (account.kept, account.passed) == (1, 1)


def test_a_batch_is_joined_by_the_names_of_its_requests(tmp_path: Path) -> None:
    requests = [
        {"custom_id": f"r{at}", "url": "/v1/chat/completions", "method": "POST",
         "body": {"model": "gpt-4o", "messages": [USER]}}
        for at in range(3)
    ]  # fmt: skip
    answers = [
        {"custom_id": "r1", "response": {"status_code": 200, "body": CHAT}, "error": None},
        {"custom_id": "r0", "response": None, "error": {"code": "expired", "message": "late"}},
    ]
    records, account = read(written(tmp_path / "log.jsonl", *requests, *answers))
    assert (account.kept, account.passed, account.refused) == (3, 2, 0)
    assert [(one.id, one.output) for one in records] == [("r0", None), ("r1", ANSWER), ("r2", None)]
    assert records[0].failure == Failure("expired", "late")
    assert records[1].usage == Usage(7, 5)


def test_runs_that_hold_runs_and_traces_that_hold_observations(tmp_path: Path) -> None:
    inner = ROWS["langsmith"][1]
    run = {**inner, "id": "r", "run_type": "chain", "parent_run_id": None,
           "inputs": {"question": ASKED}, "outputs": {"output": ANSWER}, "child_runs": [inner],
           "feedback_stats": {"thumbs": {"n": 1, "avg": 1.0}}}  # fmt: skip
    path = written(tmp_path / "log.jsonl", run)
    (call,), _ = read(path)
    assert (call.id, call.place.key) == (SPAN, "child_runs[0]")
    (root,), _ = read(path, LogReading(spans="roots"))
    assert (root.id, root.question, root.output) == ("r", ASKED, ANSWER)
    assert root.feedback == (Feedback("thumbs", 1.0),)
    trace = {"id": "t", "projectId": "p", "timestamp": AT, "input": None, "output": None,
             "sessionId": "s", "scores": [{"name": "q", "value": 0.5, "source": "EVAL"}],
             "observations": [{"type": "RETRIEVER", "output": "A."},
                              {"type": "GENERATION", "input": [USER], "output": ANSWER}],
             }  # fmt: skip
    (record,), _ = read(written(tmp_path / "log.jsonl", trace))
    assert (record.output, record.context, record.conversation) == (ANSWER, ("A.",), "s")
    assert record.feedback == (Feedback("q", 0.5, "judge"),)


def test_assessments_of_mlflow_say_who_made_them(tmp_path: Path) -> None:
    row = json.loads(json.dumps(ROWS["mlflow"][1]))
    row["info"]["assessments"] = [
        {"assessment_name": "right", "source": {"source_type": kind}, "feedback": {"value": True}}
        for kind in ("HUMAN", "LLM_JUDGE", "CODE")
    ]
    row["data"]["spans"].append(
        {
            "span_id": "AAAAAAAAAAI=",
            "parent_span_id": "AAAAAAAAAAE=",
            "attributes": {
                "mlflow.spanType": '"RETRIEVER"',
                "mlflow.spanOutputs": json.dumps([{"page_content": "A."}]),
            },
        }
    )
    (record,), _ = read(written(tmp_path / "log.jsonl", row))
    assert [(one.value, one.kind) for one in record.feedback] == [
        (1.0, "people"),
        (1.0, "judge"),
        (1.0, "check"),
    ]
    assert record.context == ("A.",)


def test_mixed_rows_are_each_read_in_their_own_dialect(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", *(row for _, row in ROWS.values()), {"a": 1})
    records, account = read(path)
    assert len(records) == len(ROWS)
    assert account.dialects.total() == len(ROWS)
    assert account.refused == 1
    only, account = read(path, LogReading(dialect="helicone"))
    assert (len(only), account.refused) == (1, len(ROWS))


def test_messages_of_langchain_and_their_parts(tmp_path: Path) -> None:
    turns = [lc("SystemMessage", "Be kind."), lc("HumanMessage", ASKED)]
    image = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}},
                                         {"type": "text", "text": "What is it?"}]}  # fmt: skip
    rows = [{"input": turns, "output": ANSWER}, {"messages": [image], "output": ANSWER}]
    (first, second), _ = read(written(tmp_path / "log.jsonl", *rows))
    assert [one.role for one in first.messages] == ["system", "user"]
    assert second.question == "[image_url]What is it?"
