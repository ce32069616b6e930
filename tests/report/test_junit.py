"""JUnit XML of a gate: valid, never greener than the gate, and safe whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree
from tests.report.gates import ITEMS, gate, hostile, item

from measurand.analysis.gate_result import GateOutcome, GateResult
from measurand.analysis.result import Findings
from measurand.report.junit import junit_xml

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))
WHEN = datetime(2026, 11, 5, 12, 30, tzinfo=UTC)


def read(made: GateResult, when: datetime | None = WHEN) -> etree._Element:
    root = etree.fromstring(junit_xml(made, name="bot", when=when).encode())
    SCHEMA.assertValid(root)
    return root


def case(root: etree._Element, name: str) -> etree._Element:
    (found,) = root.xpath("testsuite/testcase[@name=$name]", name=name)
    return found


def told(element: etree._Element) -> list[str]:
    return [child.tag for child in element]


@pytest.mark.parametrize(
    ("outcome", "element"), [("pass", []), ("fail", ["failure"]), ("inconclusive", ["error"])]
)
def test_only_a_pass_passes(outcome: GateOutcome, element: list[str]) -> None:
    root = read(gate(outcome))
    assert told(case(root, "gate")) == element
    suite = root[0]
    assert suite.get("name") == "verdict"
    assert (suite.get("failures"), suite.get("errors")) == (
        str(int(outcome == "fail")),
        str(int(outcome == "inconclusive")),
    )


@pytest.mark.parametrize(
    ("outcome", "element"),
    [
        ("pass", []),
        ("fail", ["failure"]),
        ("missing", ["error"]),
        ("flaky", ["skipped"]),
        ("waived", ["skipped"]),
        ("something new", ["error"]),
    ],
)
def test_nothing_but_a_pass_is_green(outcome: str, element: list[str]) -> None:
    root = read(gate(items=(item("one", outcome),)))
    assert told(case(root, "one [accuracy]")) == element


def test_a_suite_a_component_and_counts_that_add_up() -> None:
    root = read(gate())
    assert [suite.get("name") for suite in root] == ["verdict", "regression", "core"]
    assert [suite.get("id") for suite in root] == ["0", "1", "2"]
    regression = root[1]
    counts = {key: regression.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "2", "errors": "0", "skipped": "2"}
    assert regression.get("time") == "2.750"
    assert {one.get("classname") for one in regression.iter("testcase")} == {"bot.regression"}


def test_examples_of_no_known_component_have_a_suite() -> None:
    root = read(gate(items=(item("one", component=""),)))
    assert [suite.get("name") for suite in root] == ["verdict", "examples"]


def test_a_failure_says_what_where_and_against_what() -> None:
    failure = case(read(gate()), "refund-12 [safety]")[0]
    assert failure.get("type") == "blocking"
    assert failure.get("message") == "fail: blocked in 3 of 3 repeats"
    assert "data/regression.jsonl:12" in failure.text
    assert "score: 0; held against: 1" in failure.text


def test_a_waived_failure_names_who_answers_for_it() -> None:
    skipped = case(read(gate()), "tariff [accuracy]")[0]
    assert skipped.get("message") == "waived: Ann, until 2026-12-31: known"


def test_the_properties_say_on_what_was_decided() -> None:
    found = {p.get("name"): p.get("value") for p in read(gate()).iter("property")}
    assert found["hash.data"] == "9f2c41d07a"
    assert found["outcome"] == "fail"
    assert found["result.difference: candidate minus today, overall"].startswith(
        "-0.062 [-0.104, -0.021], 95% interval, n = 212"
    )
    assert found["result.mean: candidate, tone"] == "none: nobody rated tone"
    assert found["verdict.blocking: candidate, safety"].startswith("fail: 1 of 50")


def test_limits_and_reasons_are_printed() -> None:
    root = read(gate())
    assert "cannot be excluded" in root[0].findtext("system-out")
    assert "roaming [accuracy] flaky: 1 of 3" in root[1].findtext("system-out")


def test_names_do_not_hang_on_outcomes() -> None:
    other = tuple(replace(one, outcome="pass", reason="fine", score=1.0) for one in ITEMS)
    names = [
        [(c.get("classname"), c.get("name")) for c in read(one).iter("testcase")]
        for one in (gate(), gate("pass", other))
    ]
    assert names[0] == names[1]


def test_a_gate_without_verdicts_is_no_pass() -> None:
    made = replace(gate("inconclusive"), findings=Findings(results=()))
    assert told(case(read(made), "gate")) == ["error"]


def test_the_moment_is_told_in_utc_or_not_at_all() -> None:
    east = datetime(2026, 11, 5, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    assert read(gate(), east)[0].get("timestamp") == "2026-11-05T12:30:00"
    assert read(gate(), None)[0].get("timestamp") is None


def test_the_same_gate_gives_the_same_text() -> None:
    assert junit_xml(gate(), name="bot") == junit_xml(gate(), name="bot")


def test_no_text_is_markup_or_breaks_the_file(attack: str) -> None:
    root, plain = read(hostile(attack)), read(hostile("plain"))
    assert [element.tag for element in root.iter()] == [element.tag for element in plain.iter()]


def test_what_xml_forbids_is_shown() -> None:
    text = junit_xml(hostile("a\x00b\x1bc\ud800d\uffffe"), name="bot")
    assert "a⟨U+0000⟩b⟨U+001B⟩c⟨U+D800⟩d⟨U+FFFF⟩e" in text


def test_a_long_reason_is_cut_and_says_so() -> None:
    root = read(gate(items=(item("one", "fail", reason="x" * 5000),)))
    message = case(root, "one [accuracy]")[0].get("message")
    assert len(message) < 2100
    assert message.endswith("characters more)")


def test_a_provider_at_fault_is_named_in_the_verdict() -> None:
    made = replace(gate("inconclusive"), broken="nobody answered at 127.0.0.1")
    (error,) = case(read(made), "gate")
    assert error.tag == "error"
    assert error.get("message").endswith("; nobody answered at 127.0.0.1")
