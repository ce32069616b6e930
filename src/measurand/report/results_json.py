"""Results as one JSON document, and its published schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from measurand._version import __version__
from measurand.analysis.account import RunAccount
from measurand.analysis.result import Confusion, Findings, Result, Verdict, Votes
from measurand.core.intake import Intake
from measurand.core.set_version import SetVersion
from measurand.report.changes_json import change_document, change_schema
from measurand.report.contamination_json import contamination_schema
from measurand.report.gate_json import gate_schema
from measurand.report.improve_json import improvement_schema
from measurand.report.json_schema import Json, counted, list_of, object_of, typed
from measurand.report.rating_status_page import round_schema
from measurand.report.run_json import run_document, run_schema
from measurand.report.set_pages import set_schema
from measurand.stats.estimate import Estimate

__all__ = ["Json", "results_document", "results_schema"]

_SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"
_PARTS = ("gate", "contamination", "account")
_NUMBERS = ("value", "low", "high", "level", "n", "method")


def results_document(
    verb: str,
    findings: Findings,
    *,
    intake: Sequence[Intake] = (),
    run: RunAccount | None = None,
    of: SetVersion | None = None,
) -> Json:
    """Everything an analysis found, in full precision, without a number that is not finite.

    Args:
        verb: What was done, as in ``"compare"``.
        findings: What came out.
        intake: The account of every file read.
        run: What was asked of models and what it cost, where any were.
        of: Which version of the evaluation set it is of, where that is known.

    Returns:
        A document that `results_schema` describes.
    """
    return {
        "measurand": __version__,
        "verb": verb,
        "results": [_result(result) for result in findings.results],
        "verdicts": [_verdict(verdict) for verdict in findings.verdicts],
        "limits": list(findings.limits),
        "readings": list(findings.readings),
        **({} if findings.headline is None else {"headline": findings.headline}),
        "data": {
            "files": [_file(account) for account in intake],
            "votes": [_votes(votes) for votes in findings.votes],
            "failures": [asdict(count) for count in findings.failures],
            "queue": [asdict(queued) for queued in findings.queue],
            "confusions": [_confusion(one) for one in findings.confusions],
            "changes": [change_document(change) for change in findings.changes],
            **({} if of is None else {"set": dict(of.to_json())}),
        },
        **({} if run is None else {"run": run_document(run)}),
    }


def _result(result: Result) -> Json:
    about: Json = {"name": result.name, "dimension": result.dimension}
    about |= _systems(result.systems)
    if result.raters:
        about["raters"] = list(result.raters)
    if result.levels:
        about["levels"] = list(result.levels)
    if result.component is not None:
        about["component"] = result.component
    if result.segment is not None:
        about["segment"] = result.segment
    if result.failure is not None:
        about["failure"] = result.failure
    return about | _found_by(result) | _estimate(result.estimate)


def _verdict(verdict: Verdict) -> Json:
    return {
        "name": verdict.name,
        "verdict": verdict.outcome,
        "dimension": verdict.dimension,
        **_systems(verdict.systems),
        **({"raters": list(verdict.raters)} if verdict.raters else {}),
        **_found_by(verdict),
        **({} if verdict.n_needed is None else {"n_needed": int(verdict.n_needed)}),
        **({} if verdict.tested is None else asdict(verdict.tested)),
        "reason": verdict.reason,
        "bound": _plain(verdict.bound),
        **_rests_on(verdict.estimate),
    }


def _found_by(what: Result | Verdict) -> Json:
    """By which design, with what switched on, and within which part, where that is told."""
    told = {"design": what.design, "mitigation": what.mitigation}
    if isinstance(what, Verdict):
        told |= {"component": what.component, "segment": what.segment}
    return {name: text for name, text in told.items() if text is not None}


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


def _confusion(one: Confusion) -> Json:
    tables = {"pairs": list(map(list, one.pairs)), "ratios": list(map(list, one.ratios))}
    return {"dimension": one.dimension, "levels": list(one.levels), **tables, "n": one.n}


def results_schema() -> Json:
    """The JSON Schema (draft 2020-12) of `results_document`."""
    return {
        "$schema": _SCHEMA_ID,
        "title": "measurand results",
        "description": "What one command found; numbers are finite and in full precision.",
        **object_of(
            {
                "measurand": typed("string", "The version of measurand that wrote this."),
                "verb": typed("string", "What was done, as in compare."),
                "results": list_of({"$ref": "#/$defs/result"}),
                "verdicts": list_of({"$ref": "#/$defs/verdict"}),
                "limits": list_of(typed("string", "What these numbers cannot say.")),
                "readings": list_of(typed("string", "What they say, in plain words.")),
                "headline": typed("string", "Of which examples all is that names no component."),
                "data": object_of(
                    {
                        "files": list_of({"$ref": "#/$defs/file"}),
                        "votes": list_of({"$ref": "#/$defs/votes"}),
                        "failures": list_of({"$ref": "#/$defs/failures"}),
                        "queue": list_of({"$ref": "#/$defs/queued"}),
                        "confusions": list_of({"$ref": "#/$defs/confusion"}),
                        "changes": list_of({"$ref": "#/$defs/change"}),
                        "set": {"$ref": "#/$defs/set"},
                    },
                    optional=("set",),
                ),
                "run": {"$ref": "#/$defs/run"},
                "round": {"$ref": "#/$defs/round"},
                "improvement": {"$ref": "#/$defs/improvement"},
                "gate": {"$ref": "#/$defs/gate"},
                "contamination": {"$ref": "#/$defs/contamination"},
                "account": {"type": "object", "description": "What an act on a set did."},
            },
            optional=("headline", "run", "round", "improvement", *_PARTS),
        ),
        "$defs": {
            "round": round_schema(),
            "improvement": improvement_schema(),
            "gate": gate_schema(),
            "contamination": contamination_schema(),
            "result": _result_schema(),
            "verdict": _verdict_schema(),
            "file": _file_schema(),
            "set": set_schema(),
            "votes": _votes_schema(),
            "failures": _failures_schema(),
            "queued": _queued_schema(),
            "confusion": _confusion_schema(),
            "change": change_schema(),
            "run": run_schema(),
        },
    }


def _result_schema() -> Json:
    schema = object_of(
        {
            "name": typed("string", "The published name, as in krippendorff_alpha."),
            "dimension": typed(["string", "null"], "overall is the weighted score."),
            **_about_systems(),
            "raters": list_of(typed("string"), "Of which raters, where particular ones."),
            "levels": list_of(typed(["string", "number"]), "Of which two levels of the scale."),
            "component": typed("string", "Within which part of the evaluation set."),
            "segment": typed("string", "Within which segment."),
            "failure": typed("string", "Of which class of failure."),
            **_designs(),
            **_numbers(),
        },
        optional=(
            *("system", "systems", "raters", "levels", "component", "segment", "failure"),
            *("design", "mitigation"),
        ),
    )
    return schema | _all_or_none()


def _verdict_schema() -> Json:
    return object_of(
        {
            "name": typed("string", "What is decided."),
            "verdict": typed(
                "string",
                "pass, fail or inconclusive; of a comparison a better, b better, "
                "equivalent within margin or inconclusive; of a bias material, negligible or "
                "inconclusive; of a judge VERIFIED, PASS, INCONCLUSIVE, FAIL or CEILING BELOW "
                "TARGET.",
            ),
            "dimension": typed(["string", "null"]),
            **_about_systems(),
            "raters": list_of(typed("string"), "About which raters, where particular ones."),
            **_designs(),
            "component": typed("string", "Within which part of the evaluation set."),
            "segment": typed("string", "Within which segment."),
            "n_needed": counted("Units that would probably decide what is inconclusive."),
            **_tested(),
            "reason": typed("string", "The sentence that a person reads."),
            "bound": typed(["number", "null"], "In the estimate's unit."),
            **{name: typed(["number", "null"]) for name in ("value", "low", "high", "level")},
            "n": typed(["integer", "null"], "Units the estimate rests on."),
            "method": typed(["string", "null"], "null: it rests on no single estimate."),
        },
        optional=(
            *("system", "systems", "raters", "design", "mitigation", "n_needed"),
            *("component", "segment"),
            *_tested(),
        ),
    )


def _tested() -> Json:
    return {
        "n_test": counted("Locked outputs with ratings by the judge and by people."),
        "looks": counted("Looks at the locked outputs, this one included."),
        "candidates": counted("Judges, or versions of one, that were tried."),
        "screening": typed("boolean", "Whether there are too few for more than a screening."),
    }


def _designs() -> Json:
    return {
        "design": typed("string", "By which design, where there are several, as a probe's name."),
        "mitigation": typed("string", "With which mitigations switched on."),
    }


def _file_schema() -> Json:
    refusal = object_of(
        {
            "line": typed(["integer", "null"], "From 1."),
            "key": typed(["string", "null"], "The column or key path."),
            "found": typed(["string", "null"]),
            "reason": typed("string"),
        }
    )
    return object_of(
        {
            "file": typed("string"),
            "read": counted("Ratings found; kept and refused add up to it."),
            "kept": counted(),
            "refused": counted(),
            "refusals": list_of(refusal),
            "notes": list_of(typed("string", "What was assumed.")),
        }
    )


def _votes_schema() -> Json:
    count = object_of({"label": typed(["string", "number"]), "count": counted()})
    return object_of(
        {
            "dimension": typed("string"),
            "system": typed("string"),
            "counts": list_of(count, "Outputs by the label that won the majority."),
            "ties": counted("Outputs without a majority."),
        },
        optional=("system",),
    )


def _failures_schema() -> Json:
    return object_of(
        {
            "part": {"enum": ["output", "judge", "check"]},
            "system": typed("string"),
            "dimension": typed(["string", "null"], "null of outputs."),
            "failure": typed("string", "The class of failure."),
            "count": counted("How many failed like this."),
            "of": counted("Of how many that were asked for."),
        }
    )


def _queued_schema() -> Json:
    names = ("example", "system", "dimension")
    why = typed("string", "Why a person should rate it.")
    return object_of({**{name: typed("string") for name in names}, "why": why})


def _confusion_schema() -> Json:
    number: Json = {"type": "number", "minimum": 0}
    maybe: Json = {"type": ["number", "null"], "minimum": 0}
    return object_of(
        {
            "dimension": typed("string"),
            "levels": list_of(typed(["string", "number"]), "The rows and columns."),
            "pairs": list_of(list_of(number), "Pairs of people's ratings of the same output."),
            "ratios": list_of(list_of(maybe), "The same over what chance would give."),
            "n": counted("Outputs with two ratings or more."),
        }
    )


def _about_systems() -> Json:
    pair = list_of(typed("string"), "Of a comparison: the first minus, or over, the second.")
    return {"system": typed("string"), "systems": pair | {"minItems": 2}}


def _numbers() -> Json:
    return {
        "value": typed(["number", "null"], "null: there is none, and reason says why."),
        "low": typed(["number", "null"]),
        "high": typed(["number", "null"]),
        "level": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "n": counted("Units the estimate rests on."),
        "method": typed("string"),
        "reason": typed(["string", "null"], "Why there is no number, or a caution about it."),
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
