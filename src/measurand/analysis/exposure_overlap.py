"""An overlap with texts that a system may have seen, as one test among others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType

from measurand.analysis.exposure import Exposure, Outcome, not_run
from measurand.analysis.overlap_needles import part_of
from measurand.analysis.overlap_result import TIERS, Overlap, OverlapHit
from measurand.analysis.result import Verdict
from measurand.analysis.unread import unread_items, unread_words

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

_SURE = frozenset({"verbatim", "rows"})
_COPIED = frozenset({"prompt", "few-shot"})
_TIER_WORDS = {
    "verbatim": "word for word",
    "rows": "in a long row of words",
    "span": "in a shorter span of words",
    "near-duplicate": "in nearly the same words",
    "embedding": "near by its vector",
}


def overlap_exposure(overlap: Overlap, *, size: int, least: int) -> Exposure:
    """What stands in which kind of text, the system's own prompt first.

    Whole texts and long rows of words fail. Shorter spans and likeness are met by chance as well:
    what they alone find is a hint, to be looked at. Contexts are meant to stand somewhere and
    decide nothing. Where something was not read, that nothing was found there is inconclusive;
    where nothing was read, the test was not run.

    Args:
        overlap: What was found.
        size: How many examples the set has.
        least: Words from which a whole text counts: shorter ones are said by anybody.
    """
    hits = [hit for hit in overlap.hits if part_of(hit.part) != "context"]
    sure = [hit for hit in hits if hit.tier in _SURE and hit.words >= least]
    kinds = sorted({hit.kind for hit in sure}, key=_nearness)
    verdicts = tuple(_verdict(kind, sure, size) for kind in kinds)
    unread = tuple(unread_items(overlap.unread))
    if not overlap.read:
        words = unread_words(overlap.unread) or "The files hold none."
        return replace(not_run("overlap", f"There was no text to read. {words}"), items=unread)
    found: Outcome = "hint" if hits else "nothing found"
    outcome: Outcome = "fail" if sure else "inconclusive" if unread else found
    return Exposure(
        test="overlap",
        outcome=outcome,
        told=" ".join((*(verdict.reason for verdict in verdicts), *_told(overlap))),
        findings=replace(overlap.findings, verdicts=verdicts),
        items=(*_items(sure or hits), *((name, f"not read: {why}") for name, why in unread)),
    )


def _nearness(kind: str) -> tuple[int, str]:
    known = list(KIND_WORDS)
    return (known.index(kind) if kind in known else len(known), kind)


def _verdict(kind: str, sure: Sequence[OverlapHit], size: int) -> Verdict:
    count = len({hit.example for hit in sure if hit.kind == kind})
    more = "; what stands there is answered by copying" if kind in _COPIED else ""
    reason = f"{count:,} of {size:,} examples stand in {KIND_WORDS.get(kind, kind)}{more}."
    return Verdict(name="overlap", outcome="fail", reason=reason, design=kind)


def _told(overlap: Overlap) -> Iterator[str]:
    read = sum(count for _, count in overlap.searched)
    yield f"{len(overlap.searched):,} files of {read / 1e6:,.1f} MB were searched."
    if overlap.unread:
        yield unread_words(overlap.unread)
    yield from overlap.findings.readings


def _items(hits: Sequence[OverlapHit]) -> Iterator[tuple[str, str]]:
    """Where each example was found best: the nearest kind, then the surest tier.

    The texts are not told: a corpus may hold anything.
    """
    best: dict[str, OverlapHit] = {}
    for hit in sorted(
        hits, key=lambda one: (_nearness(one.kind), TIERS.index(one.tier), -one.words)
    ):
        best.setdefault(hit.example, hit)
    for name, hit in best.items():
        likeness = "" if hit.likeness is None else f"likeness {hit.likeness:.2f}"
        how = f"{hit.words:,} words" if hit.words else likeness
        more = f", and {hit.count - 1:,} places more" if hit.count > 1 else ""
        where = KIND_WORDS.get(hit.kind, hit.kind)
        yield (
            name,
            f"{hit.part} {_TIER_WORDS[hit.tier]} in {where}: {hit.place} ({how}){more}",
        )
