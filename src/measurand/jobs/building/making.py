"""Candidates to examples, with where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from measurand.core.example import Example
from measurand.core.lineage import Lineage
from measurand.core.output import Output
from measurand.core.record import Record
from measurand.curation.attacks import Attack
from measurand.curation.candidate import Candidate
from measurand.curation.traffic import Traffic
from measurand.jobs.building.answers import answered
from measurand.jobs.building.spool import Spool

__all__ = ["Made", "Maker"]

Made = tuple[Example, Lineage]

_ID = 12
_CUT = 200


class Maker:
    """Makes examples of candidates.

    Args:
        traffic: The records as columns.
        spool: The records.
        digests: The SHA-256 of each log by its name.
        now: The time, as an ISO 8601 time.
        segment_by: What made a segment, where something else than the log's own tags did.
    """

    def __init__(
        self,
        traffic: Traffic,
        spool: Spool,
        *,
        digests: Mapping[str, str],
        now: str,
        segment_by: str | None,
    ) -> None:
        self._traffic, self._spool = traffic, spool
        self._digests, self._now, self._segment_by = digests, now, segment_by
        self._ids: set[str] = set()
        self._answers: dict[str, Output] = {}

    def examples(self, candidates: Iterable[Candidate]) -> Iterator[Made]:
        """The examples in order; one that is word for word in the set already is left out."""
        for candidate in candidates:
            record = self._spool[candidate.row]
            example = self._example(record, candidate)
            if example.id not in self._ids:
                self._ids.add(example.id)
                self._answers[example.id] = answered(record, example.id)
                yield example, self._lineage(example, record, candidate)

    def answers(self, examples: Iterable[Example]) -> Iterator[Output]:
        """What production answered to these; attacks it was never asked."""
        known = self._answers
        return (known[example.id] for example in examples if example.id in known)

    def attacks(self, made: Iterable[Attack]) -> Iterator[Made]:
        """Attacks, which come from no record."""
        for one in made:
            example = replace(one.example, source=one.rule)
            yield (
                example,
                Lineage(
                    example=example.id,
                    fingerprint=example.fingerprint,
                    component="adversarial",
                    rule=one.rule,
                    added=self._now,
                ),
            )

    def _example(self, record: Record, candidate: Candidate) -> Example:
        traffic, row = self._traffic, candidate.row
        told: dict[str, Any] = {
            "record": record.id,
            "intent": traffic.intents[int(traffic.intent[row])],
            "asked": candidate.asked,
            "reasons": list(candidate.reasons) or None,
            "output": record.output,
            "answered_by": record.system,
            "failure": _failure(record, candidate) if candidate.component == "regression" else None,
        }
        segment = traffic.segments[int(traffic.segment[row])]
        segments = (segment,) if self._segment_by and segment else record.segments
        example = Example(
            id="",
            messages=record.messages,
            component=candidate.component,
            context=record.context,
            segments=segments,
            cluster=record.conversation,
            source=str(record.place),
            created=record.at,
            probability=candidate.probability,
            stratum=candidate.stratum if candidate.component == "core" else None,
            metadata={name: cell for name, cell in told.items() if cell is not None},
        )
        return replace(example, id=example.fingerprint[:_ID])

    def _lineage(self, example: Example, record: Record, candidate: Candidate) -> Lineage:
        because = _because(record, candidate) if candidate.component == "regression" else ""
        return Lineage(
            example=example.id,
            fingerprint=example.fingerprint,
            component=candidate.component,
            rule=candidate.rule,
            source=example.source,
            log=self._digests.get(record.place.file),
            probability=candidate.probability,
            because=because,
            added=self._now,
        )


def _because(record: Record, candidate: Candidate) -> str:
    """Why an answer of production is taken as bad, as the log says it."""
    if record.output is None or record.failure is not None:
        failure = record.failure
        return f"no answer ({failure.kind}: {failure.message})" if failure else "no answer"
    values: dict[str, list[str]] = {}
    for one in record.feedback:
        value = one.value if isinstance(one.value, str) else f"{one.value:g}"
        values.setdefault(one.name, []).append(f"{value} ({one.comment})" if one.comment else value)
    said = "; ".join(f"{name} {', '.join(told)}" for name, told in values.items())
    return f"{candidate.stratum}: {said}"[:_CUT]


def _failure(record: Record, candidate: Candidate) -> dict[str, Any]:
    """The failure that the answer was, for those who will look at it."""
    return {"answered": record.output, "because": _because(record, candidate)}
