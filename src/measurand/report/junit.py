"""A gate as JUnit XML: a suite a component, a case an example on a dimension.

It is valid by both schemas in use, that of the Apache Ant task and that of the Jenkins plug-in. So
no case has properties or an output of its own: these stand with its suite, and what is wrong
stands in its failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from measurand.analysis.gate_result import GateItem, GateResult
from measurand.analysis.result import Result, Verdict
from measurand.figures.text import one_line, visible
from measurand.report.words import SHARES, described, verdict_about

__all__ = ["VERDICT", "junit_xml", "place"]

VERDICT = "verdict"
"""The suite of the gate's own verdict, and the word for it."""

_WHOLE = "examples"
"""The suite of examples that are of no known component."""

_ELEMENTS = {"fail": "failure", "missing": "error", "flaky": "skipped", "waived": "skipped"}
"""What is said of a case; one that passed has none of them."""
_SHOWN = 2000


def junit_xml(gate: GateResult, *, name: str, when: datetime | None = None) -> str:
    """Render a gate; the same gate gives the same text.

    The verdict is a case of its own, which passes only where the gate does: an inconclusive gate
    is an error. Nothing missing passes. What is flaky or waived is skipped and says so.

    Args:
        gate: What was decided.
        name: What the evaluation is called; it heads every class name, so keep it.
        when: When it was decided; without it the suites have no time stamp, which the schema of
            the Ant task wants.
    """
    root = ET.Element("testsuites")
    _verdict_suite(root, gate, name=name, when=when)
    for component in dict.fromkeys(item.component for item in gate.items):
        items = [item for item in gate.items if item.component == component]
        suite = _suite(root, component or _WHOLE, name=name, when=when)
        ET.SubElement(suite, "properties")
        for item in items:
            _case(suite, item, classname=f"{name}.{component or _WHOLE}")
        _closed(suite, map(_line, items))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def place(item: GateItem) -> str:
    """Where the example stands, as in ``data/core.jsonl:12``; empty where that is not known."""
    return ":".join(str(part) for part in (item.file, item.line) if part is not None)


def _verdict_suite(root: ET.Element, gate: GateResult, *, name: str, when: datetime | None) -> None:
    suite = _suite(root, VERDICT, name=name, when=when)
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(gate):
        _element(properties, "property", name=key, value=value)
    case = _element(suite, "testcase", name="gate", classname=f"{name}.{VERDICT}", time="0.000")
    if gate.outcome != "pass":
        said = gate.findings.verdicts
        reason = said[0].reason if said else f"the gate of {gate.system} did not pass"
        if gate.broken:
            reason = f"{reason}; {gate.broken}"
        kind = "failure" if gate.outcome == "fail" else "error"
        lines = [f"{_name(verdict)}: {_verdict(verdict)}" for verdict in said]
        said_so = _element(case, kind, type=gate.outcome, message=reason)
        said_so.text = visible("\n".join(lines) or reason)
    _closed(suite, gate.findings.limits)


def _suite(root: ET.Element, title: str, *, name: str, when: datetime | None) -> ET.Element:
    suite = _element(root, "testsuite", id=str(len(root)), name=title, package=name)
    if when is not None:
        suite.set("timestamp", when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    suite.set("hostname", "localhost")
    return suite


def _closed(suite: ET.Element, lines: Iterable[str]) -> None:
    """Count what the suite holds, and end it with what was printed."""
    cases = suite.findall("testcase")
    counts = {"tests": len(cases)}
    for key, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[key] = sum(case.find(element) is not None for case in cases)
    for key, count in counts.items():
        suite.set(key, str(count))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    ET.SubElement(suite, "system-out").text = visible("\n".join(lines))
    ET.SubElement(suite, "system-err")


def _case(suite: ET.Element, item: GateItem, *, classname: str) -> None:
    named = f"{item.example} [{item.dimension}]"
    # Both schemas want a time; where none is known there was none to measure.
    seconds = f"{item.seconds or 0.0:.3f}"
    case = _element(suite, "testcase", name=named, classname=classname, time=seconds)
    if item.outcome == "pass":
        return
    word = "blocking" if item.blocking and item.outcome == "fail" else item.outcome
    message = f"{item.outcome}: {item.waiver or item.reason}"
    # An outcome that is not known here is an error, never a pass.
    why = _element(case, _ELEMENTS.get(item.outcome, "error"), type=word, message=message)
    why.text = visible("\n".join(_facts(item)))


def _facts(item: GateItem) -> Iterator[str]:
    yield item.reason
    if item.waiver:
        yield f"waived: {item.waiver}"
    if where := place(item):
        yield f"stands in: {where}"
    yield f"score: {_score(item.score)}; held against: {_score(item.baseline)}"
    if item.repeats:
        yield f"repeats: {', '.join(map(_score, item.repeats))}"


def _line(item: GateItem) -> str:
    return f"{item.example} [{item.dimension}] {item.outcome}: {one_line(_cut(item.reason))}"


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:.3g}"


def _properties(gate: GateResult) -> Iterator[tuple[str, str]]:
    """What was decided on, every verdict and every estimate."""
    yield "system", gate.system
    yield "against", gate.against
    yield "outcome", gate.outcome
    for key, value in gate.hashes.items():
        yield f"hash.{key}", value
    for verdict in gate.findings.verdicts:
        yield f"verdict.{_name(verdict)}", _verdict(verdict)
    for result in gate.findings.results:
        yield f"result.{result.name}: {result.label}", _result(result)


def _name(verdict: Verdict) -> str:
    return ": ".join(filter(None, (verdict.name, verdict_about(verdict))))


def _verdict(verdict: Verdict) -> str:
    text = f"{verdict.outcome}: {verdict.reason}"
    if verdict.estimate is not None and verdict.estimate.present:
        text += f" ({described(verdict.estimate, percent=verdict.name in SHARES)})"
    return text


def _result(result: Result) -> str:
    estimate = result.estimate
    if not estimate.present:
        return f"none: {estimate.reason}"
    return described(estimate, percent=result.name in SHARES)


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """An element whose attributes are each on one line, and never empty."""
    shown = {key: one_line(_cut(value)) or "none" for key, value in attributes.items()}
    return ET.SubElement(parent, tag, shown)


def _cut(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN]}… ({len(text) - _SHOWN:,} characters more)"
