"""Examples that changed sides, as JSON, and the schema of them."""

from __future__ import annotations

from measurand.analysis.result import Change
from measurand.report.json_schema import Json, object_of, typed

__all__ = ["change_document", "change_schema"]


def change_document(change: Change) -> Json:
    """One example that changed sides."""
    return {
        "example": change.example,
        "systems": list(change.systems),
        "dimension": change.dimension,
        "to": change.to,
        "scores": [float(score) for score in change.scores],
        "blocking": change.blocking,
        "harm": float(change.harm),
        "why": change.why,
    }


def change_schema() -> Json:
    """The JSON Schema of `change_document`."""
    number: Json = {"type": "number"}
    return object_of(
        {
            "example": typed("string"),
            "systems": {
                "type": "array",
                "items": typed("string"),
                "minItems": 2,
                "description": "The candidate, then what it is compared with.",
            },
            "dimension": typed("string"),
            "to": {"enum": ["worse", "better"], "description": "Where the candidate went."},
            "scores": {
                "type": "array",
                "items": number,
                "minItems": 2,
                "description": "Of either system, in the units of the scale.",
            },
            "blocking": typed("boolean", "Whether one of the two is blocked and the other not."),
            "harm": {
                **number,
                "description": "The change in share of the scale, times the weight.",
            },
            "why": typed("string", "What makes it a change of sides."),
        }
    )
