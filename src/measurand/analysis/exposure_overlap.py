"""An overlap with texts that a system may have seen, as one test among others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType

from measurand.analysis.exposure import Exposure, worst_of
from measurand.analysis.overlap_result import TIERS, Overlap, OverlapHit
from measurand.analysis.result import Verdict

__all__ = ["KIND_WORDS", "overlap_exposure"]

KIND_WORDS = MappingProxyType(
    {
        "prompt": "the system's own prompt",
        "few-shot": "few-shot examples",
        "retrieval": "the retrieval index",
        "training": "training texts",
    }
)
"""What a corpus is to the system, the nearest to it first: from its own prompt it can copy."""

_SURE = frozenset({"verbatim", "rows", "near-duplicate"})
_TIER_WORDS = {
    "verbatim": "word for word",
    "rows": "in a row of words",
    "span": "in a shorter span of words",
    "near-duplicate": "in nearly the same words",
    "embedding": "near by its vector",
}
_UNREAD = 5


def overlap_exposure(overlap: Overlap, *, size: int) -> Exposure:
    """What stands in which kind of text, the system's own prompt first.

    Found word for word, in a row of words or nearly so, it fails; a shorter span or a near vector
    alone is to be looked at, and inconclusive.

    Args:
        overlap: What was found.
        size: How many examples the set has.
    """
    kinds = list(dict.fromkeys(hit.kind for hit in overlap.hits))
    kinds.sort(key=_nearness)
    verdicts = tuple(_verdict(kind, overlap, size) for kind in kinds)
    bytes_read = sum(count for _, count in overlap.searched)
    read = f"{len(overlap.searched):,} files, {bytes_read / 1e6:,.1f} MB"
    told = " ".join(verdict.reason for verdict in verdicts)
    findings = replace(
        overlap.findings,
        verdicts=(*verdicts, *overlap.findings.verdicts),
        limits=(*_limits(overlap), *overlap.findings.limits),
    )
    return Exposure(
        test="overlap",
        outcome=worst_of(verdicts) if verdicts else "nothing found",
        told=f"{told or 'Nothing of the set was found.'} Searched: {read}.",
        findings=findings,
        items=tuple(_items(overlap.hits)),
    )


def _nearness(kind: str) -> tuple[int, str]:
    known = list(KIND_WORDS)
    return (known.index(kind) if kind in known else len(known), kind)


def _verdict(kind: str, overlap: Overlap, size: int) -> Verdict:
    hits = [hit for hit in overlap.hits if hit.kind == kind]
    sure = {hit.example for hit in hits if hit.tier in _SURE}
    loose = {hit.example for hit in hits} - sure
    where = KIND_WORDS.get(kind, kind)
    parts = [f"{len(sure):,} of {size:,} examples stand in {where}"] if sure else []
    if loose:
        what = "more share" if sure else f"of {size:,} examples share"
        parts.append(f"{len(loose):,} {what} a span with {where} or lie near to it: look at them")
    copied = sure and kind in {"prompt", "few-shot"}
    more = "; what stands there is answered by copying" if copied else ""
    return Verdict(
        name="overlap",
        outcome="fail" if sure else "inconclusive",
        reason=f"{'; '.join(parts)}{more}.",
        design=kind,
    )


def _items(hits: Sequence[OverlapHit]) -> Iterator[tuple[str, str]]:
    """Places, the nearest kind and the surest tier first; the texts themselves are not told."""
    ordered = sorted(
        hits,
        key=lambda hit: (_nearness(hit.kind), TIERS.index(hit.tier), -hit.words, hit.example),
    )
    for hit in ordered:
        words = f", {hit.words:,} words" if hit.words else ""
        times = f", {hit.count:,} times" if hit.count > 1 else ""
        where = KIND_WORDS.get(hit.kind, hit.kind)
        yield (
            hit.example,
            f"{hit.part} {_TIER_WORDS[hit.tier]} in {where} ({hit.place}{words}{times})",
        )


def _limits(overlap: Overlap) -> Iterator[str]:
    """What each tier that was run cannot see, and what could not be read."""
    for tier in overlap.tiers:
        if tier.share.present:
            yield f"{tier.title}: {' '.join(filter(None, (tier.reach, tier.blind)))}"
    if overlap.unread:
        shown = ", ".join(
            f"{fault.file}{'' if fault.line is None else f':{fault.line}'}"
            for fault in overlap.unread[:_UNREAD]
        )
        yield f"{len(overlap.unread):,} places could not be read: {shown}."
