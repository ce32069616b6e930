"""Answers of runs whose example says something else by now: they count in nothing.

A run's work is named by what was asked, so that the ledger knows which content of an example each
answer is to, though an example keeps its id when it is edited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from measurand.analysis.trials import trials_of
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.set_version import SetVersion
from measurand.errors import DataError, InsufficientData
from measurand.jobs.engine.parts import answer_key
from measurand.jobs.manifest import STARTED, repeats_of
from measurand.jobs.workbench import recorded_of
from measurand.report.set_pages import counted
from measurand.store.ledger import Ledger

__all__ = ["Answered", "SameContent", "same_content"]

Unit = tuple[str, str, int]
"""Example, system and trial: one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameContent:
    """Which answers of runs are to the examples as they stand.

    Args:
        asked: The fingerprint of the set that the newest run asked; empty where there was none.
        now: The set as it stands.
        others: Answers to an example that says something else by now.
        good: Those that are to an example as it stands.
        rounds: Judgments of each answer that the newest run had a judge give.
        kept: How many answers of each system are to an example as it stands.
        unanswered: How many examples no run has asked as they stand.
    """

    asked: str
    now: SetVersion
    others: frozenset[Unit] = frozenset()
    good: frozenset[Unit] = frozenset()
    rounds: int = 1
    kept: Mapping[str, int]
    unanswered: int = 0

    def ratings(self, every: Ratings, *, refuse: bool = True) -> Ratings:
        """The ratings without those of the other answers.

        Args:
            every: The ratings.
            refuse: Whether to refuse where nothing is left that can be compared; else all are
                given where nothing is left, as to a gate, which tells of each example what lacks.

        Raises:
            InsufficientData: Systems had answers, or examples in common, and have none any more.
        """
        left = self._without_others(every)
        if refuse and self.others:
            self._require_any(every, left)
        return left if refuse or len(left) else every

    def _without_others(self, ratings: Ratings) -> Ratings:
        if not self.others:
            return ratings
        judges = ratings.where(kind="judge").distinct("rater")
        trials = trials_of(ratings, {str(name): self.rounds for name in judges})
        columns = (ratings[name] for name in ("example", "system", "against"))
        counts = self._counts()
        kept = bytes(
            counts(example, system, trial) and counts(example, against, trial)
            for example, system, against, trial in zip(*columns, trials.tolist(), strict=True)
        )
        return ratings.filtered(kept)

    def _counts(self) -> Callable[[object, object, int], bool]:
        """Whether an answer counts: where one of a pair is another, those known to be good do."""
        touched = {unit[:2] for unit in self.others}

        def counts(example: object, system: object, trial: int) -> bool:
            return (example, system) not in touched or (example, system, trial) in self.good

        return counts

    def outputs(self, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
        """The outputs without the other answers."""
        counts = self._counts()
        return tuple(o for o in outputs if counts(o.example, o.system, o.trial))

    def notes(self) -> Iterator[str]:
        """What the change of the set means for the numbers."""
        same = self.asked == self.now.fingerprint
        if not self.asked or (same and not self.others):
            return
        gone = len({example for example, *_ in self.others})
        if same and all(count == self.now.total for count in self.kept.values()):
            yield (
                f"Of {counted(gone, 'example')} some answers are to what stood there before; they, "
                "and what was said of them, do not count."
            )
            return
        changed = (
            f"Some systems were asked when the evaluation set was another than version {self.asked}"
            if same
            else "The evaluation set has changed since the newest run, which asked version "
            f"{self.asked}; now it is version {self.now.fingerprint}"
        )
        left = (
            f" Since they were answered, {counted(gone, 'example')} changed, and what was said of "
            "those answers does not count."
            if gone
            else ""
        )
        more = f" No answer yet: {counted(self.unanswered, 'example')}." if self.unanswered else ""
        counts = ", ".join(f"{count:,} of {name}" for name, count in self.kept.items())
        yield (
            f"{changed}.{left}{more} Compared are examples that are the same in both: answers to "
            f"{counts or 'none'}, of {self.now.total:,} examples. measurand run asks the rest; "
            "measurand data diff shows what changed."
        )

    def _require_any(self, before: Ratings, after: Ratings) -> None:
        had, has = _rated(before), _rated(after)
        told = [f"{name} has no answer that still counts" for name in had if name not in has]
        told += [
            f"{one} and {other} have no example in common"
            for one, other in combinations(has, 2)
            if had[one] & had[other] and not has[one] & has[other]
        ]
        if told:
            raise InsufficientData(
                f"the evaluation set has changed since it was answered: {'; '.join(told)}. Ask "
                "again (measurand run), or put the version back that was answered (measurand data "
                "versions)"
            )


def _rated(ratings: Ratings) -> dict[str, frozenset[object]]:
    """The examples that each system has ratings of."""
    return {
        str(name): frozenset(ratings.where(system=name).distinct("example"))
        for name in sorted(ratings.distinct("system"), key=str)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Who has answered.

    Args:
        plan: The plan.
        file: Where it stands.
        manifest: What the newest run was; empty where there was none.
        redact: What is done to recorded answers before they are stored.
    """

    plan: Plan
    file: Path
    manifest: Mapping[str, Any]
    redact: Callable[[str], str]


def same_content(
    ledger: Ledger, by: Answered, *, examples: Mapping[str, Example], now: SetVersion
) -> SameContent:
    """Hold the answers of a ledger against the examples as they stand.

    Args:
        ledger: The ledger.
        by: Who has answered.
        examples: The set as it stands.
        now: Its version.
    """
    manifest = by.manifest
    asked = str(manifest.get("data", ""))
    every = {str(event.manifest.get("data", "")) for event in ledger.work.events(STARTED)}
    if not asked or every == {now.fingerprint}:
        return SameContent(asked=asked, now=now, kept={})
    versions: Mapping[str, str] = manifest.get("systems", {})
    outputs = ledger.outputs(version=frozenset(versions.values()))
    keys = dict(_keys(outputs, versions, examples=examples, told=_told(by)))
    done = ledger.work.done(keys)
    stood = ledger.work.outputs({key: of for key, of in keys.items() if key in done})
    good = {of[:3] for key, of in keys.items() if key in stood and stood[key].newest}
    same = SameContent(
        asked=asked,
        now=now,
        others=frozenset({of[:3] for of in keys.values()} - good),
        good=frozenset(good),
        rounds=repeats_of(manifest),
        kept={},
    )
    answered = {(o.example, o.system) for o in same.outputs(outputs) if o.example in examples}
    return replace(
        same,
        kept=dict(sorted(Counter(system for _, system in answered).items())),
        unanswered=len(examples.keys() - {example for example, _ in answered}),
    )


def _told(by: Answered) -> Callable[[Output], tuple[bool, Output | None]]:
    """Whether the content can be known of an answer, and the recording that it came from."""
    try:
        recorded = recorded_of(by.plan, by.file)
    except DataError:  # told wherever recordings are used
        recorded = {}
    live = {one.name for one in by.plan.systems if one.live}

    def told(output: Output) -> tuple[bool, Output | None]:
        if output.system in live:
            return True, None
        raw = recorded.get(output.system, {}).get((output.example, output.trial))
        if raw is None:
            return False, None
        text, stored = raw.text or "", output.text or ""
        return stored in (text, by.redact(text)), raw

    return told


def _keys(
    outputs: tuple[Output, ...],
    versions: Mapping[str, str],
    *,
    examples: Mapping[str, Example],
    told: Callable[[Output], tuple[bool, Output | None]],
) -> Iterator[tuple[str, tuple[str, str, int, str]]]:
    """The names of the work of answering the examples as they stand, for what was answered."""
    for output in outputs:
        example = examples.get(output.example)
        if example is None:
            continue
        known, raw = told(output)
        if known:
            version = versions[output.system]
            key = answer_key(output.system, version, example, trial=output.trial, record=raw)
            yield key, (output.example, output.system, output.trial, version)
