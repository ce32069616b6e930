"""A gate as SARIF 2.1.0: what failed, is flaky or has no result, at its line of the data set."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from measurand.analysis.gate_result import GateItem, GateResult
from measurand.figures.text import one_line, visible

__all__ = ["sarif_text"]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"fail": "error", "missing": "error", "flaky": "warning"}
"""The outcomes that are findings, and how grave they are."""
_ROOT = "%SRCROOT%"
_MOST = 25_000
"""As many results as GitHub takes of one run."""
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_DRIVE = re.compile(r"^[A-Za-z]:")
_SHOWN = 1000

_Json = dict[str, Any]


def sarif_text(gate: GateResult, *, version: str) -> str:
    """Render what a gate found wrong; the same gate gives the same text.

    A finding without a place in a file below the present folder cannot be shown beside a line; a
    notification of the run counts those. What is waived is no finding.

    Args:
        gate: What was decided.
        version: Of measurand.
    """
    wrong = [item for item in gate.items if item.outcome in _LEVELS]
    located = [(item, path) for item in wrong if (path := _path(item.file)) is not None]
    rules = list(dict.fromkeys(item.dimension for item, _ in located))
    blocking = {item.dimension for item in wrong if item.blocking}
    run: _Json = {
        "tool": {
            "driver": {
                "name": "measurand",
                "version": version,
                "rules": [_rule(name, blocking=name in blocking) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "Where the gate was run."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": _notes(gate, wrong=wrong, located=len(located)),
            }
        ],
        "results": [_result(item, path, rules) for item, path in located[:_MOST]],
        "properties": {
            "system": visible(gate.system),
            "against": visible(gate.against),
            "outcome": gate.outcome,
            "hashes": {visible(key): visible(value) for key, value in gate.hashes.items()},
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _rule(dimension: str, *, blocking: bool) -> _Json:
    name = one_line(dimension)
    text = f"{name}: an example fails, is flaky or has no result"
    return {
        "id": name,
        "shortDescription": _message(text),
        "fullDescription": _message(f"{text}. {_blocks(blocking=blocking)}"),
        "defaultConfiguration": {"level": "error"},
        "properties": {"blocking": blocking},
    }


def _blocks(*, blocking: bool) -> str:
    if blocking:
        return "The dimension blocks: one confirmed failure is enough to fail the gate."
    return "The dimension does not block: the gate decides on all examples together."


def _result(item: GateItem, path: str, rules: Sequence[str]) -> _Json:
    told = f"{item.example}: {item.outcome} on {item.dimension}: {item.reason}"
    where: _Json = {"artifactLocation": {"uri": path, "uriBaseId": _ROOT}}
    if item.line is not None and item.line > 0:
        where["region"] = {"startLine": item.line}
    key = _key(item)
    return {
        "ruleId": one_line(item.dimension),
        "ruleIndex": rules.index(item.dimension),
        "level": _LEVELS[item.outcome],
        "message": _message(told),
        "locations": [{"physicalLocation": where}],
        # GitHub knows a finding again by the first, other readers by any of them.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{key}:1",
            "exampleOnDimension/v1": key,
        },
        "properties": _facts(item),
    }


def _facts(item: GateItem) -> _Json:
    return {
        "example": visible(item.example),
        "component": visible(item.component),
        "outcome": item.outcome,
        "blocking": item.blocking,
        "score": item.score,
        "baseline": item.baseline,
        "repeats": list(item.repeats),
    }


def _notes(gate: GateResult, *, wrong: Sequence[GateItem], located: int) -> list[_Json]:
    """The verdict where it is no pass, and what is not among the results."""
    notes: list[_Json] = []
    if gate.outcome != "pass":
        level = "error" if gate.outcome == "fail" else "warning"
        said = gate.findings.verdicts
        reason = said[0].reason if said else "the gate did not pass"
        notes.append({"level": level, "message": _message(f"{gate.outcome}: {reason}")})
    if gate.broken:
        notes.append({"level": "error", "message": _message(gate.broken)})
    unplaced, cut = len(wrong) - located, max(located - _MOST, 0)
    if unplaced:
        text = f"{unplaced:,} findings have no place in a file here and are not among the results"
        notes.append({"level": "warning", "message": _message(text)})
    if cut:
        text = f"{cut:,} findings are left out: no more than {_MOST:,} are shown"
        notes.append({"level": "warning", "message": _message(text)})
    return notes


def _key(item: GateItem) -> str:
    """What stays the same of a finding when its reason, its line or its score changes."""
    parts = json.dumps([item.example, item.component, item.dimension])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _message(text: str) -> Mapping[str, str]:
    """Text in which nothing is a link or a place for an argument."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    line = one_line(cut)
    for sign in "\\[]":
        line = line.replace(sign, f"\\{sign}")
    return {"text": line.replace("{", "{{").replace("}", "}}")}


def _path(file: str | None) -> str | None:
    """A path below the present folder as a relative URI; None of any other."""
    if not file:
        return None
    path = file.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or not parts:
        return None
    try:
        octets = "/".join(parts).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    return "".join(chr(octet) if octet in _PLAIN else f"%{octet:02X}" for octet in octets)
