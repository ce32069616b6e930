"""What there is to do for some examples, and what of it is in the ledger already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from measurand.core.example import Example
from measurand.core.judging import BlindTask
from measurand.core.output import Output
from measurand.core.protocols import Check, Judge, LiveSystem
from measurand.jobs.engine.parts import Parts, check_key, judge_key, output_key
from measurand.store.ledger import Ledger
from measurand.store.ledger_now import RatingKey

__all__ = ["Again", "Agenda", "Asked", "Checking", "Judging"]


@dataclass(frozen=True, slots=True)
class Again:
    """What is done once more although it is in the ledger.

    Args:
        everything: All of it.
        failed: What has failed.
    """

    everything: bool = False
    failed: bool = False

    def wanted(self, key: str, done: Mapping[str, str | None]) -> bool:
        """Whether the work of this key is to be done."""
        if key not in done or self.everything:
            return True
        return self.failed and done[key] is not None


@dataclass(frozen=True, slots=True)
class Checking:
    """One check of one output, still to be done."""

    check: Check
    key: str


@dataclass(frozen=True, slots=True)
class Judging:
    """One task of one judge, still to be done."""

    judge: Judge
    task: BlindTask
    key: str


@dataclass(slots=True, kw_only=True)
class Asked:
    """One output: to be asked for, or there already.

    Args:
        system: Whose.
        example: To what.
        trial: In which trial.
        key: The name of the work of answering.
        saved: Whether it is in the ledger.
        raw: The output as the system gave it, where that is at hand.
        output: The output as it may be stored; None where it is still to be asked for.
        checkings: Checks that have not rated it.
        judgings: Tasks about it that no judge has done.
        reused: How many of its ratings are in the ledger.
        failed: The classes of what of it is in the ledger as failed.
        replaced: Whether the ledger holds another text in its place by now, as after a recording
            was edited and then taken back; what was said of this one no longer counts there.
    """

    system: LiveSystem
    example: Example
    trial: int
    key: str
    saved: bool = False
    raw: Output | None = None
    output: Output | None = None
    checkings: list[Checking] = field(default_factory=list)
    judgings: list[Judging] = field(default_factory=list)
    reused: int = 0
    failed: list[str] = field(default_factory=list)
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Agenda:
    """Knows what is to be done: all that the ledger does not hold.

    Args:
        parts: Who answers, checks and judges.
        ledger: What has been done.
        again: What is done once more.
        replaced: The keys of outputs that were found replaced; see `Asked`.
    """

    parts: Parts
    ledger: Ledger
    again: Again
    replaced: set[str] = field(default_factory=set, init=False)

    def of(self, examples: Sequence[Example]) -> list[list[Asked]]:
        """What there is to do for each example, with few looks into the ledger for all of them."""
        asked = self.there(examples)
        every = [one for of_example in asked for one in of_example]
        there = [one for one in every if one.output is not None]
        for one in there:
            self.plan(one)
        self._strike(there)
        return asked

    def there(self, examples: Sequence[Example]) -> list[list[Asked]]:
        """The outputs to each example, as far as they are there; what to say of them is not noted.

        A recorded output in whose place the ledger holds another text is noted as replaced.
        """
        asked = [
            [
                self._asked(system, example, trial)
                for system in self.parts.systems
                for trial in self.parts.trials_of(system, example)
            ]
            for example in examples
        ]
        every = [one for of_example in asked for one in of_example]
        done = self.ledger.work.done(one.key for one in every)
        for one in every:
            one.saved = not self.again.wanted(one.key, done)
        _recall([one for one in every if one.saved], self.ledger)
        self.replaced.update(one.key for one in every if one.replaced)
        return asked

    def plan(self, one: Asked, text: str | None = None) -> None:
        """Note everything that checks and judges have to say of an output.

        Args:
            one: The output.
            text: What it might say, where it is not there yet.
        """
        text = one.output.text if one.output else text
        one.checkings = [Checking(c, check_key(one.key, text, c)) for c in self.parts.checks]
        one.judgings = [
            self._judging((one,), task, judge)
            for judge in self.parts.judges
            for task in judge.tasks(one.example, text or "")
        ]

    def comparisons(self, first: Asked, second: Asked) -> tuple[list[Judging], int]:
        """The tasks of comparing two outputs that are to be done, and how many are done already."""
        every = self.compared(first, second)
        if first.replaced or second.replaced:
            return every, 0
        done = self.ledger.work.done(item.key for item in every)
        wanted = [item for item in every if self.again.wanted(item.key, done)]
        return wanted, len(every) - len(wanted)

    def compared(self, first: Asked, second: Asked) -> list[Judging]:
        """All tasks of comparing two outputs; none where one of them is missing."""
        ours, theirs = (one.output.text if one.output else None for one in (first, second))
        if ours is None or theirs is None:
            return []
        return [
            self._judging((first, second), task, judge)
            for judge in self.parts.pair_judges
            for task in judge.tasks(first.example, ours, other=theirs)
        ]

    def pairs(self, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
        """Which outputs to one example are compared: those of the same trial, where both are."""
        by_name = {(one.system.name, one.trial): one for one in asked}
        for first, second in self.parts.pairs:
            for trial in range(min(self.parts.repeats.get(n, 1) for n in (first, second))):
                ours, theirs = by_name.get((first, trial)), by_name.get((second, trial))
                if ours is not None and theirs is not None:  # not all recordings need be there
                    yield ours, theirs

    def _judging(self, of: tuple[Asked, ...], task: BlindTask, judge: Judge) -> Judging:
        row = self.parts.row(judge, task, of[0].trial)
        return Judging(judge, task, judge_key(tuple(one.key for one in of), task, judge, row=row))

    def _strike(self, asked: Sequence[Asked]) -> None:
        """Take away what is in the ledger."""
        keys = [item.key for one in asked for item in one.checkings]
        keys += [item.key for one in asked for item in one.judgings]
        done = self.ledger.work.done(keys)
        stale = self._stale(asked)
        for one in asked:
            if stale:
                self._forget(one, stale, done)
            before = _keys(one)
            count = len(before)
            if not one.replaced:
                one.checkings = [c for c in one.checkings if self.again.wanted(c.key, done)]
                one.judgings = [j for j in one.judgings if self.again.wanted(j.key, done)]
            one.reused = count - len(one.checkings) - len(one.judgings)
            one.failed = [] if one.replaced else self._failed(one, done, before)

    def _failed(
        self, one: Asked, done: Mapping[str, str | None], before: Sequence[str]
    ) -> list[str]:
        """The classes of what is in the ledger as failed, and is not done again."""
        wanted = frozenset(_keys(one))
        classes = [done.get(key) for key in before if key not in wanted]
        if one.output is not None and one.output.failure is not None:
            classes.append(one.output.failure.kind)
        return [name for name in classes if name is not None]

    def _stale(self, asked: Sequence[Asked]) -> frozenset[RatingKey]:
        """Ratings that have lost their value to another text, and were not given anew."""
        systems = {one.system.name: one.system for one in asked}
        names = {one.example.id for one in asked}
        return frozenset().union(
            *(self.ledger.work.stale(names, self.parts.family(s)) for s in systems.values())
        )

    def _forget(self, one: Asked, stale: frozenset[RatingKey], done: dict[str, str | None]) -> None:
        """What has lost its value is not done."""
        unit = (one.example.id, one.system.name)
        for check in one.checkings:
            name = (check.check.dimension, check.check.name, one.trial)
            if (*unit, *name, None, None) in stale:
                done.pop(check.key, None)
        for item in one.judgings:
            row = self.parts.row(item.judge, item.task, one.trial)
            if (*unit, item.task.dimension, item.judge.name, row, None, None) in stale:
                done.pop(item.key, None)

    def _asked(self, system: LiveSystem, example: Example, trial: int) -> Asked:
        raw = self.parts.record(system, example, trial)
        return Asked(
            system=system,
            example=example,
            trial=trial,
            key=output_key(system, example, trial, record=raw),
            raw=raw,
            output=None if raw is None else self.parts.stored(raw),
        )


def _keys(one: Asked) -> list[str]:
    return [c.key for c in one.checkings] + [j.key for j in one.judgings]


def _recall(found: Sequence[Asked], ledger: Ledger) -> None:
    """Take outputs out of the ledger, as they stood when their work was done.

    Where another text has taken the place of one since, it is put back: what was said of it no
    longer counts, and is said again. A recorded one is at hand, and only held against that.
    """
    keys = {
        one.key: (one.example.id, one.system.name, one.trial, one.system.version) for one in found
    }
    there = ledger.work.outputs(keys)
    for one in found:
        stood = there.get(one.key)
        if one.raw is None:
            one.output = None if stood is None else stood.output
            one.saved = stood is not None and stood.newest
            one.replaced = stood is not None and not stood.newest
            # Its cost was told when it was asked for.
            one.raw = replace(stood.output, cost=None) if stood and one.replaced else None
        elif stood is None or not stood.newest or _text(stood.output) != _text(one.output):
            one.saved, one.replaced = False, True


def _text(output: Output | None) -> str | None:
    return None if output is None else output.text
