"""The outputs that people rated: which are for improving a judge, which are locked for testing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from measurand.analysis.calibration_pool import Groups
from measurand.analysis.exemplar_choice import Said, folds_of, said_by_people
from measurand.analysis.leaks import Locked
from measurand.core.example import Example
from measurand.core.exemplars import ExemplarId
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.errors import InsufficientData
from measurand.jobs.batches.items import Former
from measurand.jobs.engine.agenda import Again, Agenda, Asked
from measurand.jobs.engine.parts import Parts
from measurand.jobs.manifest import current
from measurand.jobs.opening_judges import Recorded
from measurand.jobs.workbench import recorded_of
from measurand.raters.judge.spec import settings_of
from measurand.store.ledger import Ledger
from measurand.systems.recorded import RecordedSystem

__all__ = ["Material", "Rated", "judged_dimensions", "outputs_there"]

_FOLDS = 5
"""Parts of the development set: an output is shown no exemplar of its own."""
_CHUNK = 32


@dataclass(frozen=True, kw_only=True)
class Rated:
    """An output that people rated.

    Args:
        of: Its name.
        example: What it answers.
        asked: The output as the ledger has it.
        group: What it shares with others, as its prompt.
        fold: Its part of the development set; None where it is locked for testing.
    """

    of: ExemplarId
    example: Example
    asked: Asked
    group: str
    fold: int | None

    @property
    def text(self) -> str:
        """What it says."""
        output = self.asked.output
        return "" if output is None or output.text is None else output.text

    @property
    def lock(self) -> Locked:
        """The same as something that nobody must be shown."""
        return Locked(self.of, self.example.messages, self.text)


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that there is to improve a judge with.

    Args:
        plan: The plan.
        development: The outputs on which judges may be improved.
        test: The outputs that are locked.
        ratings: The ratings of people, of one output each.
        said: By dimension, what people said of each output of the development set.
        groups: What examples share.
        notes: What was left out, in sentences.
    """

    plan: Plan
    development: tuple[Rated, ...]
    test: tuple[Rated, ...]
    ratings: Ratings
    said: Mapping[str, Mapping[ExemplarId, Said]]
    groups: Groups
    notes: tuple[str, ...] = ()

    @classmethod
    def of(  # noqa: PLR0913 - where everything about a pool comes together
        cls,
        plan: Plan,
        there: Mapping[ExemplarId, Asked],
        ratings: Ratings,
        *,
        groups: Groups,
        development: frozenset[ExemplarId],
        test: frozenset[ExemplarId],
        notes: Sequence[str] = (),
    ) -> Material:
        """Share out what people rated.

        Args:
            plan: The plan.
            there: The outputs that the ledger has.
            ratings: What people said, of one output each.
            groups: What examples share.
            development: Those for improving a judge.
            test: Those that are locked.
            notes: What is known to be left out.

        Raises:
            InsufficientData: Nothing is left to improve a judge on.
        """
        gone = sum(item not in there for item in (*development, *test))
        told = list(notes)
        if gone:
            told.append(
                f"Left out: {gone:,} rated outputs that are not in the ledger as the plan has "
                "them now. Run again: measurand run."
            )
        own = {item: groups.names[item.example] for item in (*development, *test)}
        folds = folds_of({i: own[i] for i in development}, folds=_FOLDS, seed=plan.seed)

        def rated(items: frozenset[ExemplarId]) -> tuple[Rated, ...]:
            known = sorted(item for item in items if item in there)
            return tuple(
                Rated(
                    of=item,
                    example=there[item].example,
                    asked=there[item],
                    group=own[item],
                    fold=folds.get(item),
                )
                for item in known
            )

        ours = rated(development)
        if not ours:
            raise InsufficientData("there is no rated output to improve a judge on")
        return cls(
            plan=plan,
            development=ours,
            test=rated(test),
            ratings=ratings,
            said=_said(plan, ratings, frozenset(item.of for item in ours)),
            groups=groups,
            notes=tuple(told),
        )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that the judge and people rate, output by output."""
        return tuple(self.said)

    @cached_property
    def every(self) -> tuple[Rated, ...]:
        """All outputs, those for improving first."""
        return (*self.development, *self.test)

    @cached_property
    def locked(self) -> tuple[Locked, ...]:
        """What nobody must be shown."""
        return tuple(item.lock for item in self.test)

    @cached_property
    def known(self) -> tuple[Locked, ...]:
        """The development set: what is common in it shows nothing of what is locked."""
        return tuple(item.lock for item in self.development)

    @cached_property
    def folds(self) -> tuple[int, ...]:
        """The parts of the development set."""
        return tuple(sorted({item.fold for item in self.development if item.fold is not None}))

    @cached_property
    def _by_name(self) -> Mapping[ExemplarId, Rated]:
        return {item.of: item for item in self.every}

    def item(self, of: ExemplarId) -> Rated:
        """The output of this name."""
        return self._by_name[of]

    def fold_of(self, of: ExemplarId) -> int | None:
        """The part of the development set that an output is in; None where it is in none."""
        found = [item.fold for item in self.every if _same(item.of, of)]
        return found[0] if found else None


def _said(
    plan: Plan, ratings: Ratings, items: frozenset[ExemplarId]
) -> Mapping[str, Mapping[ExemplarId, Said]]:
    """What people said of these outputs, by dimension."""
    found: dict[str, Mapping[ExemplarId, Said]] = {}
    for name in judged_dimensions(plan, ratings):
        every = said_by_people(ratings, plan.rubric.dimension(name).scale, dimension=name)
        found[name] = {item: one for item, one in every.items() if item in items}
    return found


def judged_dimensions(plan: Plan, ratings: Ratings) -> tuple[str, ...]:
    """The dimensions that the judge and people rate, output by output, on a scale with bounds."""
    rated = ratings.where(kind="people").distinct("dimension")
    return tuple(
        name
        for name, one in settings_of(plan.rubric).items()
        if one.form != "pairwise" and name in rated and plan.rubric.dimension(name).scale.bounded
    )


def outputs_there(
    plan: Plan,
    file: Path,
    ledger: Ledger,
    *,
    examples: Mapping[str, Example],
    redact: Callable[[str], str],
) -> Mapping[ExemplarId, Asked]:
    """The outputs of the first trial that are in the ledger as they are now, with an answer.

    Args:
        plan: The plan.
        file: Where it stands.
        ledger: The ledger.
        examples: The examples, by id.
        redact: What was done to every text before it was stored.

    Raises:
        InsufficientData: The plan has never been run.
    """
    manifest = current(ledger, plan).manifest
    if not manifest:
        raise InsufficientData(
            "the plan has not been run yet, so no output has been judged: measurand run"
        )
    recorded = recorded_of(plan, file)
    versions = dict(manifest.get("systems", {}))
    parts = replace(_parts(plan, versions, recorded), redact=redact)
    agenda = Agenda(parts, ledger, Again())
    found: dict[ExemplarId, Asked] = {}
    for chunk in _chunks(list(examples.values())):
        for asked in (one for of_example in agenda.there(chunk) for one in of_example):
            answered = asked.output is not None and asked.output.text is not None
            if asked.trial == 0 and asked.saved and answered:
                found[ExemplarId(asked.example.id, asked.system.name)] = asked
    return found


def _parts(plan: Plan, versions: Mapping[str, str], recorded: Recorded) -> Parts:
    """The systems as they were in the last run; nobody asks them."""
    systems = [
        RecordedSystem(one, recorded[one.name])
        if one.name in recorded
        else Former(one.name, versions[one.name])
        for one in plan.systems
        if one.name in recorded or one.name in versions
    ]
    return Parts(systems=tuple(systems), rubric=plan.rubric, recorded=recorded, partial=True)


def _chunks(examples: Sequence[Example]) -> Iterator[Sequence[Example]]:
    for start in range(0, len(examples), _CHUNK):
        yield examples[start : start + _CHUNK]


def _same(item: ExemplarId, of: ExemplarId) -> bool:
    return item.example == of.example and of.system in {None, item.system}
