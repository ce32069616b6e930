"""How much of an evaluation set stands in texts that a system may have seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from measurand.analysis.overlap_needles import Best, Sought, Tally, part_of
from measurand.analysis.overlap_reach import BLIND, REACH
from measurand.analysis.overlap_result import (
    TIER_TITLES,
    TIERS,
    Overlap,
    OverlapHit,
    OverlapTier,
    TierName,
)
from measurand.analysis.result import Findings, Result
from measurand.analysis.unread import unread_words
from measurand.errors import Fault, UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.proportion import wilson
from measurand.texts.needles import LEAST

__all__ = ["NOTHING_READ", "Account", "OverlapOptions", "overlap"]

NOTHING_READ = "there was no text that could be read"
_LONGEST = 64
_SPANS = frozenset({"verbatim", "rows", "span"})
_HEADLINE, _CONTEXT = ("question", "reference"), ("context",)
_COVERED = 0.8
"""Llama 2's mark of a dirty sample: so many of its tokens stand in matching rows."""
_SHOWN, _SPAN_SHOWN = 3, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapOptions:
    """What counts as found.

    Args:
        n: Words of a row.
        span: Words of the shortest span; shorter than a row.
        near: Jaccard index from which a passage nearly has the same words.
        cosine: Cosine from which a passage is near by its vector.
        tiers: Which tiers are run; None means all that the corpora's size allows.
        level: The level of every interval.

    Raises:
        UsageError: A length or a threshold makes no sense.
    """

    n: int = 13
    span: int = 8
    near: float = 0.25
    cosine: float = 0.55
    tiers: tuple[TierName, ...] | None = None
    level: float = LEVEL

    def __post_init__(self) -> None:
        if not LEAST <= self.span <= self.n <= _LONGEST:
            raise UsageError(
                f"a span has {LEAST} words or more and a row as many as a span, up to {_LONGEST}; "
                f"found {self.span} and {self.n}"
            )
        for name, value in (("near", self.near), ("cosine", self.cosine)):
            if not 0 < value <= 1:
                raise UsageError(f"the threshold {name} is above 0 and at most 1; found {value:g}")
        if unknown := set(self.tiers or ()) - set(TIERS):
            raise UsageError(f"a tier is one of {', '.join(TIERS)}; found {', '.join(unknown)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was gone through.

    Args:
        searched: Bytes by file, of files that were read whole.
        read: Bytes that were read in all.
        unread: What was not read: files, the rest of one, rows.
        remarks: What was read otherwise than it was meant, as broken JSON is read as text.
        not_run: Why a tier was not run, by tier.
        compared: Pairs of a text and a passage that were held against each other for likeness.
    """

    searched: tuple[tuple[str, int], ...]
    read: int
    unread: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    not_run: Mapping[TierName, str]
    compared: int = 0


def overlap(
    examples: Sequence[str],
    sought: Sequence[Sought],
    tally: Tally,
    *,
    options: OverlapOptions,
    account: Account,
) -> Overlap:
    """Each tier's share of the set, with the places.

    An example counts as found where its question or a reference is. Contexts are told apart: they
    are meant to stand in what a system retrieves from.

    Args:
        examples: The ids of the set's examples, in order.
        sought: The texts that were looked for.
        tally: What was found of them.
        options: What counts as found.
        account: What was gone through.
    """
    case = _Case(examples, sought, tally, options, account)
    tiers = tuple(case.tier(name) for name in TIERS)
    return Overlap(
        tiers=tiers,
        hits=tuple(case.hits()),
        findings=Findings(
            results=(*_shares(tiers), *case.covered(), *case.contexts()),
            limits=tuple(case.limits()),
            readings=tuple(_readings(tiers)),
        ),
        searched=account.searched,
        read=account.read,
        unread=account.unread,
        remarks=account.remarks,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    examples: Sequence[str]
    sought: Sequence[Sought]
    tally: Tally
    options: OverlapOptions
    account: Account

    def tier(self, name: TierName) -> OverlapTier:
        """What one tier found of questions and references."""
        able = self._examples(partial(self._able, name), _HEADLINE)
        found = self._examples(partial(self._found, name), _HEADLINE)
        return OverlapTier(
            name=name,
            rule=self._rule(name),
            examples=tuple(found),
            looked=len(able),
            share=self._share(len(found), len(able), name),
            reach=REACH[name],
            blind=BLIND[name],
        )

    def covered(self) -> Iterator[Result]:
        """The examples of which most words stand in spans."""
        able = self._examples(partial(self._able, "span"), _HEADLINE)
        most = self._examples(self._mostly, _HEADLINE)
        share = self._share(len(most), len(able), "span")
        yield Result(name="overlap_mostly_covered", estimate=share)

    def contexts(self) -> Iterator[Result]:
        """The same of contexts, which are meant to stand somewhere."""
        for name in TIERS:
            if able := self._examples(partial(self._able, name), _CONTEXT):
                found = self._examples(partial(self._found, name), _CONTEXT)
                share = self._share(len(found), len(able), name)
                yield Result(name="overlap", estimate=share, design=name, segment="context")

    def hits(self) -> Iterator[OverlapHit]:
        """The best place of each text and tier, the surest tier and the strongest first."""
        order = {name: place for place, name in enumerate(self.examples)}
        ranked = sorted(
            (TIERS.index(tier), -best.strength, order[owner[0]], owner, text)
            for (text, tier), best in self.tally.best.items()
            for owner in self.sought[text].owners
        )
        for rank, _, _, (example, part), text in ranked:
            best = self.tally.best[text, TIERS[rank]]
            yield self._hit(example, part, text, tier=TIERS[rank], best=best)

    def limits(self) -> Iterator[str]:
        """What these shares cannot say."""
        able = self._examples(partial(self._able, "verbatim"), _HEADLINE)
        if without := len(self.examples) - len(able):
            yield (
                f"{without:,} of {len(self.examples):,} examples have no question or reference of "
                f"{LEAST} words or more, and are not looked for."
            )
        for name in TIERS:
            if name not in self.account.not_run:
                yield f"{TIER_TITLES[name]}: {BLIND[name]} {REACH[name]}"
        if self.account.compared:
            yield (
                f"{self.account.compared:,} pairs of a text and a passage were compared for "
                "likeness. The more are compared, the more are alike by chance: what only those "
                "tiers find is to be looked at."
            )
        if self.account.unread:
            yield f"{unread_words(self.account.unread)} What stands there was not seen."
        if remarks := self.account.remarks:
            yield f"{len(remarks):,} files or rows were read as text, first: {remarks[0]}."
        yield (
            "Of this set and these texts the shares are counts, and exact. Their intervals are "
            "for other sets drawn like this one, as if no two examples hung together: where "
            "several are of one conversation, or say the same, they are too narrow."
        )

    def _able(self, name: TierName, text: int) -> bool:
        return name in self.tally.able(text)

    def _found(self, name: TierName, text: int) -> bool:
        return name in self.tally.tiers(text)

    def _mostly(self, text: int) -> bool:
        return self._able("span", text) and self.tally.covered(text) >= _COVERED

    def _hit(self, example: str, part: str, text: int, *, tier: TierName, best: Best) -> OverlapHit:
        spans = tier in _SPANS
        words = self.tally.needles.words[text]
        size = int(best.strength) if spans else 0
        return OverlapHit(
            example=example,
            part=part,
            tier=tier,
            place=best.place,
            kind=best.kind,
            words=size,
            span=_shortened(words[best.start : best.start + size]),
            covered=self.tally.covered(text),
            likeness=None if spans else best.strength,
            count=best.count,
        )

    def _examples(self, wanted: Callable[[int], bool], parts: Iterable[str]) -> Sequence[str]:
        """The examples with a text in these parts that is wanted, in the order of the set."""
        held = frozenset(parts)
        met = {
            example
            for text, one in enumerate(self.sought)
            if any(part_of(part) in held for _, part in one.owners) and wanted(text)
            for example, part in one.owners
            if part_of(part) in held
        }
        return [name for name in self.examples if name in met]

    def _share(self, found: int, able: int, name: TierName) -> Estimate:
        if (why := self.account.not_run.get(name)) is not None:
            return Estimate.absent(why, n=able, level=self.options.level)
        if not self.account.read:
            return Estimate.absent(NOTHING_READ, n=able, level=self.options.level)
        if not able:
            why = "no text is long enough to be looked for"
            return Estimate.absent(why, level=self.options.level)
        return wilson(found, able, level=self.options.level)

    def _rule(self, name: TierName) -> str:
        options = self.options
        return {
            "verbatim": f"all its words stand in a row, {LEAST} or more",
            "rows": f"{options.n} of its words or more stand in a row",
            "span": f"{options.span} of its words or more stand in a row",
            "near-duplicate": (
                f"a line or paragraph has a Jaccard index of {options.near:g} or more with it, "
                "in rows of one and two words, and more than any other text of the set has"
            ),
            "embedding": (
                f"a line or paragraph has a cosine of {options.cosine:g} or more with it, and more "
                "than any other text of the set has"
            ),
        }[name]


def _shortened(words: Sequence[str]) -> str:
    more = " \u2026" if len(words) > _SPAN_SHOWN else ""
    return " ".join(words[:_SPAN_SHOWN]) + more


def _shares(tiers: Iterable[OverlapTier]) -> Iterator[Result]:
    return (Result(name="overlap", estimate=tier.share, design=tier.name) for tier in tiers)


def _readings(tiers: Sequence[OverlapTier]) -> Iterator[str]:
    """What was found, in words."""
    run = [tier for tier in tiers if tier.share.present]
    before: frozenset[str] = frozenset()
    for tier in run:
        fresh = [name for name in tier.examples if name not in before]
        before |= frozenset(fresh)
        if fresh:
            more = "more " if len(before) > len(fresh) else ""
            named = ", ".join(fresh[:_SHOWN]) + (" and others" if len(fresh) > _SHOWN else "")
            yield (
                f"{tier.title}: {len(fresh):,} {more}of {tier.looked:,} examples ({named}), "
                f"where {tier.rule}."
            )
    if run and not before and any(tier.looked for tier in run):
        yield "Nothing of the set was found in these texts by any tier that was run."
