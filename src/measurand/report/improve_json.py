"""The part of a JSON document that says what an improvement of judges adopted and took."""

from __future__ import annotations

from measurand.report.json_schema import Json, counted, list_of, object_of, typed

__all__ = ["improvement_schema"]


def improvement_schema() -> Json:
    """What was adopted, as plans have it, and what trying took."""
    adopted = object_of(
        {
            "judge": typed("string", "The judge of the plan in whose place."),
            "candidate": typed("string", "The change that is adopted."),
            "plan": typed("object", "The parts of the plan that are others then."),
        }
    )
    account = object_of(
        {
            "ratings": counted("Judgments that were asked, or found in the ledger."),
            "calls": counted("Requests of this time."),
            "failures": typed("object", "Judgments without a value, by class."),
            "usd": typed("number", "US dollars of this time, as far as prices are known."),
            "usd_all_runs": typed("number", "The same of all runs of the ledger."),
            "seconds": typed("number", "Wall time of this time."),
        }
    )
    return object_of({"adopted": list_of(adopted), "account": account})
