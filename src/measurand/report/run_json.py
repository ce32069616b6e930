"""What a run took, as JSON, and its schema."""

from __future__ import annotations

from measurand.analysis.account import ModelAccount, OwnFamily, RunAccount
from measurand.report.json_schema import Json, counted, list_of, object_of, typed

__all__ = ["run_document", "run_schema"]


def run_document(run: RunAccount) -> Json:
    """What was asked of every system and judge, and what that cost."""
    return {
        "models": [_model(one) for one in run.models],
        "own_family": [_own_family(one) for one in run.own_family],
        "cost": float(run.cost),
        "unpriced": run.unpriced,
        "budget": run.budget,
        "stopped": run.stopped,
    }


def _own_family(one: OwnFamily) -> Json:
    return {"judge": one.judge, "family": one.family, "systems": list(one.systems)}


def _model(one: ModelAccount) -> Json:
    return {
        "name": one.name,
        "part": one.part,
        "model": one.model,
        "answered": list(one.answered),
        "pinned": None if one.model is None else not one.unpinned,
        "calls": one.calls,
        "requests": one.requests,
        "failed": dict(sorted(one.failed.items())),
        "input_tokens": one.usage.input_tokens,
        "output_tokens": one.usage.output_tokens,
        "cached_tokens": one.usage.cached_tokens,
        "written_tokens": one.usage.written_tokens,
        "cost": one.known_cost,
        "unpriced": one.unpriced,
        "notes": list(one.notes),
    }


def run_schema() -> Json:
    """The JSON Schema of `run_document`."""
    return object_of(
        {
            "models": list_of(_model_schema(), "Systems first, then judges."),
            "own_family": list_of(_own_family_schema(), "Judges that rated their own family."),
            "cost": typed("number", "US dollars, as far as they are known."),
            "unpriced": counted("Calls whose cost is not known."),
            "budget": typed(["number", "null"], "US dollars; null: no limit."),
            "stopped": typed("string", "Why it ended before everything was asked."),
        }
    )


def _own_family_schema() -> Json:
    systems = list_of(typed("string"))
    return object_of({"judge": typed("string"), "family": typed("string"), "systems": systems})


def _model_schema() -> Json:
    tokens = ("input_tokens", "output_tokens", "cached_tokens", "written_tokens")
    return object_of(
        {
            "name": typed("string", "The system's or the judge's."),
            "part": {"enum": ["system", "judge"]},
            "model": typed(["string", "null"], "What was asked for; null: no model."),
            "answered": list_of(typed("string"), "What the provider says has answered."),
            "pinned": typed(["boolean", "null"], "Whether the name says which snapshot."),
            "calls": counted("Everything asked, each once."),
            "requests": counted("Every try that went out."),
            "failed": {"type": "object", "additionalProperties": counted("By class.")},
            **{name: counted() for name in tokens},
            "cost": typed(["number", "null"], "US dollars; null: not known of every call."),
            "unpriced": counted("Calls whose cost is not known."),
            "notes": list_of(typed("string"), "What was changed or left out of requests."),
        }
    )
