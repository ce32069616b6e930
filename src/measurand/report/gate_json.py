"""What a gate decided of every example, as the part ``gate`` of the published JSON."""

from __future__ import annotations

from dataclasses import asdict

from measurand.analysis.gate_result import GATE_OUTCOMES, ITEM_OUTCOMES, GateResult
from measurand.report.json_schema import Json, list_of, object_of, typed

__all__ = ["gate_part", "gate_schema"]


def gate_part(gate: GateResult) -> Json:
    """Items, waivers and hashes, as `gate_schema` describes them."""
    return {
        "system": gate.system,
        "against": gate.against,
        "outcome": gate.outcome,
        "broken": gate.broken,
        "hashes": dict(gate.hashes),
        "items": [asdict(item) | {"repeats": list(item.repeats)} for item in gate.items],
        "waivers": [asdict(waived) for waived in gate.waivers],
    }


def gate_schema() -> Json:
    """The JSON Schema of `gate_part`."""
    item = object_of(
        {
            "example": typed("string"),
            "component": typed("string", "Empty where it is not known."),
            "dimension": typed("string"),
            "outcome": {"enum": list(ITEM_OUTCOMES)},
            "reason": typed("string", "The sentence that a person reads."),
            "blocking": typed("boolean"),
            "score": typed(["number", "null"], "Of the system, from 0 to 1."),
            "baseline": typed(["number", "null"], "Of what it is held against."),
            "repeats": list_of(typed(["number", "null"]), "The score of every repeat."),
            "file": typed(["string", "null"], "Where the example stands."),
            "line": typed(["integer", "null"]),
            "waiver": typed(["string", "null"]),
            "seconds": typed(["number", "null"], "How long the system took, over all repeats."),
        }
    )
    words = ("example", "dimension", "owner", "reason", "expires")
    flags = ("expired", "used", "blocking")
    waived = object_of(
        {name: typed("string") for name in words} | {name: typed("boolean") for name in flags}
    )
    return object_of(
        {
            "system": typed("string", "Which system wants to ship."),
            "against": typed("string", "What it was held against."),
            "outcome": {"enum": list(GATE_OUTCOMES)},
            "broken": typed("string", "Why results are missing, where a provider is at fault."),
            "hashes": {
                "type": "object",
                "additionalProperties": typed("string"),
                "description": "Of what was decided on: data, prompt, judge, code and others.",
            },
            "items": list_of(item, "Every example on every dimension, failures first."),
            "waivers": list_of(waived),
        }
    )
