"""Where a canary was found, and which systems know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from measurand.analysis.exposure import Exposure, ExposureOptions, not_run, worst_of
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.unread import unread_items, unread_words
from measurand.errors import Fault
from measurand.stats.proportion import clopper_pearson
from measurand.texts.canary import SEEN, chance_of, matched

__all__ = ["CanaryPlace", "asked", "searched"]

_SHOWN = 5
_OF_ASKINGS = (
    "The share of askings is of one system asked one thing again and again: its interval is of "
    "further askings, and holds where each reply is independent of the others."
)


@dataclass(frozen=True, slots=True)
class CanaryPlace:
    """One place where a canary stands.

    Args:
        file: The file.
        line: From 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line:,}"


def searched(
    places: Sequence[CanaryPlace], *, files: int, size: int, unread: Sequence[Fault] = ()
) -> Exposure:
    """What searching texts for a canary found.

    Args:
        places: Where it stands.
        files: How many files were searched whole.
        size: Of how many bytes, with those of files that broke off.
        unread: What was not searched: then that nothing was found is inconclusive, and where
            nothing was searched at all the test was not run.
    """
    left = tuple((name, f"not read: {why}") for name, why in unread_items(unread))
    words = unread_words(unread)
    if not size and not places:
        why = f"There was no text to search. {words}".strip()
        return replace(not_run("canary_search", why), items=left)
    told = f"{files:,} files, {size / 1e6:,.1f} MB"
    limits = (f"{words} A canary there was not seen.",) if unread else ()
    if not places:
        seen = f"The canary does not stand in what was searched: {told}. {words}".strip()
        return Exposure(
            test="canary_search",
            outcome="inconclusive" if unread else "nothing found",
            told=seen,
            findings=Findings(results=(), limits=limits),
            items=left,
        )
    lines: dict[str, list[int]] = {}
    for place in places:
        lines.setdefault(place.file, []).append(place.line)
    named = [
        f"{file} ({len(own):,} times, first in line {own[0]:,})" for file, own in lines.items()
    ]
    more = f" and {len(named) - _SHOWN:,} files more" if len(named) > _SHOWN else ""
    reason = (
        f"The canary stands in {len(lines):,} files ({told} were read whole): "
        f"{', '.join(named[:_SHOWN])}{more}. The "
        "set has been taken into these texts."
    )
    verdict = Verdict(name="canary_search", outcome="fail", reason=reason)
    return Exposure(
        test="canary_search",
        outcome="fail",
        told=reason,
        findings=Findings(results=(), verdicts=(verdict,), limits=limits),
        items=(
            *(
                (file, f"the canary {len(own):,} times, first in line {own[0]:,}")
                for file, own in sorted(lines.items(), key=lambda one: -len(one[1]))
            ),
            *left,
        ),
    )


def asked(
    replies: Mapping[str, Sequence[str | None]],
    digits: str,
    *,
    options: ExposureOptions | None = None,
) -> Exposure:
    """Which systems go on with a canary of which they were told the first half.

    Args:
        replies: By system, what it said each time; None where it failed.
        digits: The canary's digits.
        options: The level.
    """
    chosen = options or ExposureOptions()
    if not any(text is not None for own in replies.values() for text in own):
        return not_run("canary_ask", "No system gave a reply.")
    results: list[Result] = []
    verdicts: list[Verdict] = []
    told: list[str] = []
    limits: list[str] = []
    for name, own in replies.items():
        given = tuple(text for text in own if text is not None)
        if len(given) < len(own):
            limits.append(f"{name}: {len(own) - len(given):,} of {len(own):,} askings failed.")
        if not given:
            continue
        hits, chance = sum(matched(digits, text) for text in given), chance_of(given)
        share = clopper_pearson(hits, len(given), level=chosen.level)
        limits.append(_OF_ASKINGS)
        results.append(Result(name="canary_completed", estimate=share, systems=(name,)))
        by_chance = f"the chance of any hit without knowing it is at most {chance:.1g}"
        if not hits:
            told.append(f"{name} did not go on with it in {len(given):,} askings.")
            continue
        reason = (
            f"{name} goes on with the canary in {hits:,} of {len(given):,} askings, "
            f"{SEEN} digits or more; {by_chance}. It has seen the set."
        )
        told.append(reason)
        verdicts.append(
            Verdict(
                name="canary_ask", outcome="fail", reason=reason, estimate=share, systems=(name,)
            )
        )
    return Exposure(
        test="canary_ask",
        outcome=worst_of(verdicts) if verdicts else "nothing found",
        told=" ".join(told),
        findings=Findings(
            results=tuple(results), verdicts=tuple(verdicts), limits=tuple(dict.fromkeys(limits))
        ),
    )
