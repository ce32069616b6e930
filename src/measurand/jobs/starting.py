"""What a run is, written down before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand._version import __version__
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.core.protocols import Check, Judge
from measurand.core.set_version import SetVersion
from measurand.jobs.needs import models_of
from measurand.jobs.opening import Opened
from measurand.privacy.redaction import redact_json
from measurand.store.codec import encode

__all__ = ["started"]


def started(
    plan: Plan, live: Opened, *, data: str | SetVersion, examples: int
) -> Mapping[str, Any]:
    """What a run is, for the ledger: the plan, and the version of everything that takes part.

    Args:
        plan: The plan as it is run.
        live: Its parts.
        data: The evaluation set, or its fingerprint alone.
        examples: How many of it are run.
    """
    parts, prices = live.parts, live.models.prices
    raters: tuple[Check | Judge, ...] = (*parts.checks, *parts.judges)
    told = {
        "measurand": __version__,
        "plan": fingerprint(encode(plan)),
        "name": plan.name,
        "seed": plan.seed,
        "data": data if isinstance(data, str) else data.fingerprint,
        "examples": examples,
        "sizes": {} if isinstance(data, str) else dict(data.sizes),
        "systems": {s.name: s.version for s in parts.systems},
        "raters": {rater.name: rater.version for rater in raters},
        "dimensions": {d.name: d.fingerprint for d in plan.rubric},
        "versions": sorted({*parts.versions()}),
        "asked": [encode(s) for s in plan.systems],
        "judge": encode(plan.judge),
        "run": encode(plan.run),
        "prices": {name: encode(prices.price(name)) for name in sorted(models_of(plan))},
        "prices_of": None if models_of(plan).keys() <= plan.prices.keys() else prices.date,
        "notes": [*live.notes, *_by_batch(plan)],
    }
    redacted: Mapping[str, Any] = redact_json(told, live.parts.redact)
    return redacted


def _by_batch(plan: Plan) -> tuple[str, ...]:
    if plan.judge is None or not plan.judge.batch:
        return ()
    return ("judged through the providers' batch interfaces; second calls are made live",)
