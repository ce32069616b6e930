"""Where an example of an evaluation set comes from, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.core.example import Component

__all__ = ["Lineage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The history of one example, one row of ``lineage.jsonl`` beside the components' files.

    Args:
        example: The example's id.
        fingerprint: Its fingerprint, as it stands in the set.
        component: Its component.
        rule: By what it came in, as in ``core: stratum refunds / 2026-03`` or
            ``adversarial: injection.override-1``.
        source: The place of the row in a log, as in ``march.jsonl:17``; None where it was written.
        log: The SHA-256 of the file that the row stands in; None where there is none.
        probability: The inclusion probability with which it was drawn; None where it was chosen.
        because: What was said for it, as the reason of a regression item.
        parent: The fingerprint it had before it was edited; None where it was not.
        accepted_by: Who looked at it and accepted it; None where nobody has yet.
        accepted: When, as an ISO 8601 time.
        added: When it came in, as an ISO 8601 time.
    """

    example: str
    fingerprint: str
    component: Component
    rule: str
    source: str | None = None
    log: str | None = None
    probability: float | None = None
    because: str = ""
    parent: str | None = None
    accepted_by: str | None = None
    accepted: str | None = None
    added: str
