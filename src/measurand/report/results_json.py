"""Results as one JSON document, and its published schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from measurand._version import __version__
from measurand.analysis.result import Findings, Result, Verdict, Votes
from measurand.core.intake import Intake
from measurand.stats.estimate import Estimate

__all__ = ["Json", "results_document", "results_schema"]

Json = dict[str, Any]
"""A JSON object."""

_SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"
_NUMBERS = ("value", "low", "high", "level", "n", "method")


def results_document(verb: str, findings: Findings, *, intake: Sequence[Intake] = ()) -> Json:
    """Everything an analysis found, in full precision, without a number that is not finite.

    Args:
        verb: What was done, as in ``"compare"``.
        findings: What came out.
        intake: The account of every file read.

    Returns:
        A document that `results_schema` describes.
    """
    return {
        "measurand": __version__,
        "verb": verb,
        "results": [_result(result) for result in findings.results],
        "verdicts": [_verdict(verdict) for verdict in findings.verdicts],
        "limits": list(findings.limits),
        "data": {
            "files": [_file(account) for account in intake],
            "votes": [_votes(votes) for votes in findings.votes],
        },
    }


def _result(result: Result) -> Json:
    about: Json = {"name": result.name, "dimension": result.dimension}
    about |= _systems(result.systems)
    if result.raters:
        about["raters"] = list(result.raters)
    if result.component is not None:
        about["component"] = result.component
    if result.segment is not None:
        about["segment"] = result.segment
    return about | _estimate(result.estimate)


def _verdict(verdict: Verdict) -> Json:
    return {
        "name": verdict.name,
        "verdict": verdict.outcome,
        "dimension": verdict.dimension,
        **_systems(verdict.systems),
        "reason": verdict.reason,
        "bound": _plain(verdict.bound),
        **_rests_on(verdict.estimate),
    }


def _rests_on(estimate: Estimate | None) -> Json:
    """A verdict's estimate; the reason is the verdict's own."""
    if estimate is None:
        return dict.fromkeys(_NUMBERS)
    numbers = _estimate(estimate)
    return {name: numbers[name] for name in _NUMBERS}


def _systems(systems: tuple[str, ...]) -> Json:
    if len(systems) == 1:
        return {"system": systems[0]}
    return {"systems": list(systems)} if systems else {}


def _estimate(estimate: Estimate) -> Json:
    return {
        "value": _plain(estimate.value),
        "low": _plain(estimate.low),
        "high": _plain(estimate.high),
        "level": float(estimate.level),
        "n": int(estimate.n),
        "method": estimate.method,
        "reason": estimate.reason,
    }


def _plain(value: float | None) -> float | None:
    """A Python float: numpy's are not JSON."""
    return None if value is None else float(value)


def _file(account: Intake) -> Json:
    return {
        "file": account.file,
        "read": account.read,
        "kept": account.kept,
        "refused": len(account.refused),
        "refusals": [
            {"line": r.line, "key": r.key, "found": r.found, "reason": r.reason}
            for r in account.refused
        ],
        "notes": list(account.notes),
    }


def _votes(votes: Votes) -> Json:
    counts: list[Any] = [{"label": label, "count": int(count)} for label, count in votes.counts]
    about: Json = {"dimension": votes.dimension}
    if votes.system is not None:
        about["system"] = votes.system
    return {**about, "counts": counts, "ties": int(votes.ties)}


def results_schema() -> Json:
    """The JSON Schema (draft 2020-12) of `results_document`."""
    return {
        "$schema": _SCHEMA_ID,
        "title": "measurand results",
        "description": "What one command found; numbers are finite and in full precision.",
        **_object(
            {
                "measurand": _typed("string", "The version of measurand that wrote this."),
                "verb": _typed("string", "What was done, as in compare."),
                "results": _list({"$ref": "#/$defs/result"}),
                "verdicts": _list({"$ref": "#/$defs/verdict"}),
                "limits": _list(_typed("string", "What these numbers cannot say.")),
                "data": _object(
                    {
                        "files": _list({"$ref": "#/$defs/file"}),
                        "votes": _list({"$ref": "#/$defs/votes"}),
                    }
                ),
            }
        ),
        "$defs": {
            "result": _result_schema(),
            "verdict": _verdict_schema(),
            "file": _file_schema(),
            "votes": _votes_schema(),
        },
    }


def _result_schema() -> Json:
    schema = _object(
        {
            "name": _typed("string", "The published name, as in krippendorff_alpha."),
            "dimension": _typed(["string", "null"], "overall is the weighted score."),
            **_about_systems(),
            "raters": _list(_typed("string"), "Of which raters, where particular ones."),
            "component": _typed("string", "Within which part of the evaluation set."),
            "segment": _typed("string", "Within which segment."),
            **_numbers(),
        },
        optional=("system", "systems", "raters", "component", "segment"),
    )
    return schema | _all_or_none()


def _verdict_schema() -> Json:
    return _object(
        {
            "name": _typed("string", "What is decided."),
            "verdict": _typed(
                "string",
                "pass, fail or inconclusive; of a comparison a better, b better, "
                "equivalent within margin or inconclusive.",
            ),
            "dimension": _typed(["string", "null"]),
            **_about_systems(),
            "reason": _typed("string", "The sentence that a person reads."),
            "bound": _typed(["number", "null"], "In the estimate's unit."),
            **{name: _typed(["number", "null"]) for name in ("value", "low", "high", "level")},
            "n": _typed(["integer", "null"], "Units the estimate rests on."),
            "method": _typed(["string", "null"], "null: it rests on no single estimate."),
        },
        optional=("system", "systems"),
    )


def _file_schema() -> Json:
    refusal = _object(
        {
            "line": _typed(["integer", "null"], "From 1."),
            "key": _typed(["string", "null"], "The column or key path."),
            "found": _typed(["string", "null"]),
            "reason": _typed("string"),
        }
    )
    return _object(
        {
            "file": _typed("string"),
            "read": _count("Ratings found; kept and refused add up to it."),
            "kept": _count(),
            "refused": _count(),
            "refusals": _list(refusal),
            "notes": _list(_typed("string", "What was assumed.")),
        }
    )


def _votes_schema() -> Json:
    count = _object({"label": _typed(["string", "number"]), "count": _count()})
    return _object(
        {
            "dimension": _typed("string"),
            "system": _typed("string"),
            "counts": _list(count, "Outputs by the label that won the majority."),
            "ties": _count("Outputs without a majority."),
        },
        optional=("system",),
    )


def _about_systems() -> Json:
    pair = _list(_typed("string"), "Of a comparison: the first minus the second.")
    return {"system": _typed("string"), "systems": pair | {"minItems": 2}}


def _numbers() -> Json:
    return {
        "value": _typed(["number", "null"], "null: there is none, and reason says why."),
        "low": _typed(["number", "null"]),
        "high": _typed(["number", "null"]),
        "level": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "n": _count("Units the estimate rests on."),
        "method": _typed("string"),
        "reason": _typed(["string", "null"], "Why there is no number, or a caution about it."),
    }


def _all_or_none() -> Json:
    """There is no number without an interval, and no absence without a reason."""
    ends = ("value", "low", "high")
    absent: Json = {name: {"type": "null"} for name in ends}
    return {
        "oneOf": [
            {"properties": {name: {"type": "number"} for name in ends}},
            {"properties": absent | {"reason": {"type": "string", "minLength": 1}}},
        ]
    }


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required: list[Any] = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Json, description: str = "") -> Json:
    return _described({"type": "array", "items": items}, description)


def _typed(kind: str | list[str], description: str = "") -> Json:
    return _described({"type": kind}, description)


def _count(description: str = "") -> Json:
    return _described({"type": "integer", "minimum": 0}, description)


def _described(schema: Json, description: str) -> Json:
    return schema | {"description": description} if description else schema
