"""Where examples come from: licences, reviews, dates, probabilities, the lock, the canary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from measurand.analysis.set_check_terms import Find, SetState
from measurand.core.example import Example

__all__ = ["dates", "dimensions", "kept", "licences", "probabilities", "reviews"]

_LICENCE = ("licence", "license", "licence_id", "license_id")
_RESTRICTED = re.compile(
    r"\bnc\b|non.?commercial|research.only|no.?deriv|\bnd\b|proprietary|all rights reserved|"
    r"unknown|unclear|confidential",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"https?://|hugging ?face|github|dataset|benchmark", re.IGNORECASE)
_OLD, _AHEAD = timedelta(days=365), timedelta(days=1)
_UNEVEN = 0.5
"""Share of core that it is at least worth when weighted, by Kish."""
_SAME = 1e-9


def licences(state: SetState) -> Iterator[Find]:
    """Licences that restrict, and examples from elsewhere without one."""
    for example in state.examples:
        told = next((str(example.metadata[key]) for key in _LICENCE if key in example.metadata), "")
        if told and _RESTRICTED.search(told) is not None:
            yield Find("licence-restricted", (example.id,), told)
        elif not told and _ELSEWHERE.search(example.source or "") is not None:
            yield Find("licence-unknown", (example.id,), example.source or "")


def reviews(state: SetState) -> Iterator[Find]:
    """Examples that nobody has accepted, or not as they are now."""
    lineage = state.lineage or {}
    for example in state.examples:
        known = lineage.get(example.id)
        if known is None or known.accepted_by is None:
            edited = known is not None and known.parent is not None
            yield Find("unreviewed", (example.id,), "edited since" if edited else "")


def dates(state: SetState) -> Iterator[Find]:
    """Dates that are ahead, long ago, or none."""
    for example in state.examples:
        if example.created is None:
            continue
        at = _time(example.created)
        if at is None:
            yield Find("date-unread", (example.id,), example.created)
        elif at > state.now + _AHEAD:
            yield Find("dated-ahead", (example.id,), example.created)
        elif at < state.now - _OLD:
            yield Find("old", (example.id,), example.created)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def probabilities(state: SetState) -> Iterator[Find]:
    """Whether core can be weighted to production."""
    core = [example for example in state.examples if example.component == "core"]
    known = {one.id: one.probability for one in core if one.probability is not None}
    if not core:
        return
    if not known:
        yield Find("probability-absent", (), f"{len(core):,} examples of core")
    elif without := tuple(one.id for one in core if one.probability is None):
        yield Find("probability-partly", without, f"{len(without):,} of {len(core):,} have none")
    else:
        weights = [1 / chance for chance in known.values()]
        worth = sum(weights) ** 2 / sum(weight**2 for weight in weights)
        if worth < _UNEVEN * len(core):
            told = f"{len(core):,} examples are worth {worth:,.0f} that count alike"
            yield Find("probability-uneven", _heaviest(core), told)
    for one in core:
        drawn = (state.lineage or {}).get(one.id)
        kept = None if drawn is None else drawn.probability
        if kept is None or one.probability is None:
            continue
        if abs(kept - one.probability) > _SAME * kept:
            told = f"{one.probability:.4g}, drawn with {kept:.4g}"
            yield Find("probability-differs", (one.id,), told)


def _heaviest(core: list[Example]) -> tuple[str, ...]:
    """The few that count most."""
    order = sorted(core, key=lambda one: (one.probability or 1.0, one.id))
    return tuple(one.id for one in order[:5])


def dimensions(state: SetState) -> Iterator[Find]:
    """Weights and notes of dimensions that nobody rates."""
    names = frozenset(dimension.name for dimension in state.rubric or ())
    for example in state.examples:
        for kind, told in (
            ("weight-of-no-dimension", example.weights),
            ("note-of-no-dimension", example.notes),
        ):
            if unknown := [name for name in told if name not in names]:
                yield Find(kind, (example.id,), ", ".join(unknown))


def kept(state: SetState) -> Iterator[Find]:
    """The lock and the canary."""
    if state.locked is not None and state.locked != state.fingerprint:
        told = f"version {state.fingerprint} stands there, {state.locked} is locked"
        yield Find("lock-differs", (), told)
    if state.canary is False:
        yield Find("canary-absent", ())
