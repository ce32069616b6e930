"""What a run works with: live systems and raters, and the names under which work is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from measurand.core.example import Example, ToolCall
from measurand.core.failure import FAILURES
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask
from measurand.core.model import Attempt, Call
from measurand.core.output import Failure, Output
from measurand.core.protocols import Check, Judge, LiveSystem
from measurand.core.rubric import Rubric
from measurand.core.sound import countable, no_json, sound
from measurand.jobs.engine.own_checks import OwnChecks
from measurand.privacy.redaction import redact_json

__all__ = [
    "Parts",
    "check_key",
    "judge_key",
    "output_key",
    "rating_version",
    "tried_version",
    "versioned",
]


_SHORT, _KNOWN = 32, 1_000
"""Texts of so many characters come again and again, as in parameters; so many are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that answers or rates in a run.

    Args:
        systems: Who answers.
        repeats: How often each example is asked, by the system's name; once where it is not said.
        checks: Code that rates.
        judges: Models that rate single outputs.
        pair_judges: Models that compare two outputs.
        pairs: Which systems are compared, the second being the one to beat.
        rubric: The dimensions, whose scales ratings are told on.
        redact: Replaces what must not be stored.
        rounds: How many ratings of each trial a judge gives, by its name.
        recorded: Outputs that need not be asked for, by system, example and trial.
        partial: Whether recorded outputs that are not there are passed over; else each of them is
            a failure.
        own: How users' own checks are called.
    """

    systems: tuple[LiveSystem, ...]
    repeats: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    judges: tuple[Judge, ...] = ()
    pair_judges: tuple[Judge, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    rubric: Rubric
    redact: Callable[[str], str] = str
    rounds: Mapping[str, int] = field(default_factory=dict)
    recorded: Mapping[str, Mapping[tuple[str, int], Output]] = field(default_factory=dict)
    partial: bool = False
    own: OwnChecks = field(default_factory=OwnChecks)
    _short: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def trials(self, system: LiveSystem) -> range:
        """The trials of each example by this system."""
        return range(self.repeats.get(system.name, 1))

    def trials_of(self, system: LiveSystem, example: Example) -> Iterable[int]:
        """The trials in which this system is asked this example."""
        every = self.trials(system)
        if not self.partial or system.name not in self.recorded:
            return every
        recorded = self.recorded[system.name]
        return [trial for trial in every if (example.id, trial) in recorded]

    def record(self, system: LiveSystem, example: Example, trial: int) -> Output | None:
        """A recorded output, or the failure that there is none; None where the system is live."""
        if system.name not in self.recorded:
            return None
        found = self.recorded[system.name].get((example.id, trial))
        if found is not None:
            return found
        nothing = Failure("no_output", FAILURES["no_output"])
        return Output(
            example=example.id, system=system.name, trial=trial, text=None, failure=nothing
        )

    def clean(self, text: str) -> str:
        """A text as it may be stored and shown: Unicode, without what must not leave the house."""
        known = self._short.get(text)
        if known is None:
            known = self.redact(sound(text)) if text else text
            if len(text) <= _SHORT:
                if len(self._short) == _KNOWN:
                    self._short.clear()
                self._short[text] = known
        return known

    def stored(self, output: Output) -> Output:
        """An output as it may be stored and shown; see `clean`."""
        calls = tuple(
            ToolCall(self.clean(call.name), self._arguments(dict(call.arguments)))
            for call in output.tool_calls
        )
        return replace(
            output,
            text=None if output.text is None else self.clean(output.text),
            tool_calls=calls,
            usage=output.usage if countable(output.usage) else None,
            failure=self._failure(output.failure),
        )

    def stored_call(self, call: Call) -> Call:
        """A call as it may be stored; see `clean`. Counts that cannot be are not known."""
        if any(one.message or not countable(one.usage) for one in call.attempts):
            call = replace(call, attempts=tuple(map(self._attempt, call.attempts)))
        reply = call.reply
        if reply is None:
            return replace(call, failure=self._failure(call.failure))
        told = replace(
            reply,
            text=self.clean(reply.text),
            model=sound(reply.model),
            sent=redact_json(reply.sent, self.clean) if reply.sent else reply.sent,
            notes=tuple(map(self.clean, reply.notes)),
        )
        return replace(call, reply=told)

    def _attempt(self, attempt: Attempt) -> Attempt:
        known = countable(attempt.usage)
        return replace(
            attempt,
            status=sound(attempt.status),
            message=self.clean(attempt.message),
            usage=attempt.usage if known else None,
            cost=attempt.cost if known else None,
        )

    def _failure(self, failure: Failure | None) -> Failure | None:
        if failure is None:
            return None
        return Failure(
            self.clean(failure.kind), self.clean(failure.message), self.clean(failure.details)
        )

    def _arguments(self, given: dict[str, Any]) -> Any:
        """As they are in JSON; of what is none, as in outputs made by hand, Python's text."""
        if why := no_json(given):
            given = {"no JSON": why, "text": repr(given)}
        return redact_json(given, self.clean, keys=True)

    def without_judges(self) -> Parts:
        """Those who take part live, where judges are asked by batch."""
        return replace(self, judges=(), pair_judges=(), pairs=())

    def row(self, judge: Judge, task: BlindTask, trial: int) -> int:
        """The repeat under which a judgment is told: trials do not overwrite each other.

        Where a plan asks for another number of repeats, later trials move to other rows, and are
        judged there anew.
        """
        return trial * self.rounds.get(judge.name, 1) + task.repeat

    def family(self, system: LiveSystem) -> frozenset[str]:
        """The versions of a system as it is now, and of all that is said of it."""
        raters: tuple[Check | Judge, ...] = (*self.checks, *self.judges, *self.pair_judges)
        others = [one for one in self.systems if one.name != system.name]
        return frozenset(
            (
                system.version,
                *(rating_version(system, rater) for rater in raters),
                *(
                    tried_version(rating_version(system, judge), repeat)
                    for judge in self.judges
                    for repeat in range(1, self.rounds.get(judge.name, 1))
                ),
                *(rating_version(system, j, one) for j in self.pair_judges for one in others),
            )
        )

    def versions(self) -> Iterator[str]:
        """Every version under which this run adds rows."""
        for system in self.systems:
            yield system.version
            raters: tuple[Check | Judge, ...] = (*self.checks, *self.judges)
            yield from (rating_version(system, rater) for rater in raters)
        named = {system.name: system for system in self.systems}
        for first, second in self.pairs:
            for judge in self.pair_judges:
                yield rating_version(named[first], judge, named[second])


def rating_version(
    system: LiveSystem, rater: Check | Judge, against: LiveSystem | None = None
) -> str:
    """What produced a rating: who answered, and who rated."""
    return versioned(system.version, rater.version, against.version if against else None)


@lru_cache(maxsize=4096)
def versioned(system: str, rater: str, against: str | None = None) -> str:
    """The same from the versions of those who took part."""
    return fingerprint([system, rater, against])


@lru_cache(maxsize=4096)
def tried_version(version: str, repeat: int) -> str:
    """The version of what a judge that is tried says in one of its repeats.

    A run with fewer repeats must not count it, and one with as many need not ask for it again.
    """
    return fingerprint(["tried", version, repeat]) if repeat else version


def output_key(
    system: LiveSystem, example: Example, trial: int, *, record: Output | None = None
) -> str:
    """The name of the work of answering an example; of a recorded output, what it says counts."""
    return answer_key(system.name, system.version, example, trial=trial, record=record)


def answer_key(
    system: str, version: str, example: Example, *, trial: int, record: Output | None = None
) -> str:
    """The same for a system of which the name and the version are known."""
    told = None if record is None else [record.text, record.failure and record.failure.kind]
    asked = [example.id, example.fingerprint, trial]
    return fingerprint(["output", system, version, asked, told])


def check_key(of: str, text: str | None, check: Check) -> str:
    """The name of the work of checking an output.

    Args:
        of: The key of the output.
        text: What it says.
        check: Who checks.
    """
    return fingerprint(["check", of, text, check.name, check.dimension, check.version])


def judge_key(of: tuple[str, ...], task: BlindTask, judge: Judge, *, row: int) -> str:
    """The name of the work of judging an output, or a pair of them.

    Args:
        of: The key of the output, or of both.
        task: What is judged.
        judge: Who judges.
        row: Under which repeat the rating is told, all trials counted on; see `Parts.row`.
    """
    told = [task.output, task.other, task.dimension, task.repeat, task.order, row]
    return fingerprint(["judge", of, judge.name, judge.version, told])
