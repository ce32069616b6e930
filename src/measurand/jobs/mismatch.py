"""The act ``mismatch``: how far is the evaluation set from production?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.mismatch import Mismatch, MismatchOptions, mismatch
from measurand.analysis.mismatch_sides import FEWEST, Side
from measurand.analysis.score import Scores, score
from measurand.core.example import COMPONENTS, Component, Example
from measurand.core.scale import Scale
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.building.gathering import Window
from measurand.jobs.building.options import require_window, seconds_of
from measurand.jobs.compare import planned_options
from measurand.jobs.encoding import encoder_of
from measurand.jobs.logs import TWICE, Logs, Progress, open_logs
from measurand.jobs.mismatching.repairing import plan_text, save_tagged, traffic_of
from measurand.jobs.mismatching.sides import Read, side_of, window_of
from measurand.jobs.project import from_project
from measurand.jobs.set_place import SetPlace, set_place
from measurand.jobs.source import Reading, Source, from_file
from measurand.models.environment import Environment
from measurand.report.mismatch_page import MismatchContext, mismatch_document, mismatch_part
from measurand.store.dataset import Dataset
from measurand.store.logs.reading import LogReading

__all__ = ["MismatchAnswer", "MismatchRequest", "mismatch_of"]

_TOO_LITTLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchRequest:
    """What is held against what, and how.

    Args:
        component: The part of the set that is to be as production.
        encoder: What makes vectors of texts; empty for the plan's, or hashed words.
        ratings: A file of ratings, of which the headline is re-weighted; the project's ledger,
            where it has any, by default.
        scales: Of the dimensions of that file, or one for all.
        since: The first time of the window that counts.
        until: The first that no longer counts.
        segment_by: A field of the logs whose values are segments.
        save: A folder for the set with a tag for each cell, by which `compare` can weigh.
        how: How the logs are read.
        options: Level, seed, what matters.

    Raises:
        UsageError: A time is none, or the window ends before it begins.
    """

    component: Component = "core"
    encoder: str = ""
    ratings: Path | None = None
    scales: Mapping[str, Scale] | Scale | None = None
    since: str | None = None
    until: str | None = None
    segment_by: str | None = None
    save: Path | None = None
    how: LogReading = field(default_factory=LogReading)
    options: MismatchOptions = field(default_factory=MismatchOptions)

    def __post_init__(self) -> None:
        require_window(self.since, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchAnswer(Answer):
    """What was found.

    Args:
        found: Channels, gaps and weights.
        part: The gaps and weights for other programs: the part ``account`` of the JSON.
    """

    found: Mismatch
    part: Mapping[str, Any]

    @property
    def exit_code(self) -> int:
        """0 the set is as production, 1 it is not, 3 too little is known."""
        outcome = self.findings.verdicts[0].outcome
        return {"fail": 1, "inconclusive": _TOO_LITTLE}.get(outcome, 0)

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with what to add and what each example counts."""
        return {**Answer.to_json(self), "account": dict(self.part)}


def mismatch_of(
    window: Sequence[Path | str],
    request: MismatchRequest | None = None,
    *,
    data: Path | str | None = None,
    plan: Path | str | None = None,
    progress: Progress | None = None,
    environment: Environment | None = None,
) -> MismatchAnswer:
    """Hold an evaluation set against a window of production.

    Args:
        window: Files of logs, or folders of them.
        request: Which component, which encoder, what matters.
        data: The set; by default the plan's, or ``data/``.
        plan: The plan; by default the one in this folder, if there is one.
        progress: Told of bytes read and bytes in all.
        environment: Where the key of placeholders may come from.

    Raises:
        DataError: The set or a log cannot be read.
        InsufficientData: Either side has fewer than ten questions.
        UsageError: The component has no example, or the encoder does not work.
    """
    asked = request or MismatchRequest()
    surroundings = environment or Environment()
    place = set_place(_path(plan), _path(data))
    redact = place.redactor(surroundings)
    examples = Dataset.load(place.data).examples
    _require(examples, asked.component)
    target = asked.encoder or (place.plan.data.encoder if place.plan else "")
    encode = encoder_of(target, base=place.file.parent if not asked.encoder else Path())
    sides = {
        name: side_of(examples, name, encode=encode, redact=redact)
        for name in COMPONENTS
        if any(one.component == name for one in examples)
    }
    logs = open_logs(
        [Path(path) for path in window], redactor=redact, how=asked.how, progress=progress
    )
    production, read = window_of(
        logs.records(),
        encode=encode,
        seed=asked.options.seed,
        window=Window(seconds_of(asked.since), seconds_of(asked.until)),
        segment_by=asked.segment_by,
    )
    chosen = sides.pop(asked.component)
    scores, comparison = _scored(asked, place, examples, environment=surroundings)
    found = mismatch(
        chosen,
        production,
        others={str(name): side for name, side in sides.items()},
        scores=scores,
        options=asked.options,
        comparison=comparison,
    )
    return _answer(found, asked, place, sides=(chosen, production), told=_Told(logs, read, target))


@dataclass(frozen=True, slots=True)
class _Told:
    logs: Logs
    read: Read
    encoder: str


def _answer(
    found: Mismatch,
    asked: MismatchRequest,
    place: SetPlace,
    *,
    sides: tuple[Side, Side],
    told: _Told,
) -> MismatchAnswer:
    chosen, production = sides
    traffic = traffic_of(found.cells) if found.cells else {}
    saved = ""
    if asked.save is not None:
        if found.cells is None:
            raise InsufficientData("there are no cells to tag the examples by; see the page")
        saved = save_tagged(place.data, asked.save, found.cells, side=chosen)
    context = MismatchContext(
        name=place.plan.name if place.plan else "",
        component=asked.component,
        data=str(place.data),
        examples=len(chosen),
        worth=chosen.worth,
        window=_window_facts(told, production),
        encoder=told.encoder or "hashed words (offline; no meaning, only spelling)",
        repair=plan_text(found.cells, asked.save) if found.cells and asked.save else "",
        saved=str(asked.save) if saved else "",
        matters=asked.options.matters,
    )
    findings = replace(found.findings, limits=(*_read_limits(told), *found.findings.limits))
    part = mismatch_part(found, chosen.ids, traffic)
    return MismatchAnswer(
        verb="data mismatch",
        findings=findings,
        document=mismatch_document(replace(found, findings=findings), context),
        found=found,
        part={**part, "window": told.logs.account.to_json(), "digests": dict(told.logs.digests)},
    )


def _window_facts(told: _Told, production: Side) -> tuple[tuple[str, str], ...]:
    read, account = told.read, told.logs.account
    return (
        ("files", ", ".join(told.logs.files)),
        ("rows", f"{account.read:,} read, {account.refused:,} refused"),
        ("records", f"{read.records:,}, of which {read.outside:,} are of another time"),
        ("questions", f"{read.asked:,} that were answered; {len(production):,} are looked at"),
    )


def _read_limits(told: _Told) -> tuple[str, ...]:
    account, lines = told.logs.account, []
    if account.refused:
        reasons = "; ".join(f"{n:,} x {why}" for why, n in account.refused_by.most_common(3))
        lines.append(
            f"{account.refused:,} of {account.read:,} rows of the logs were refused and count "
            f"nowhere: {reasons}."
        )
    if again := account.notes.get(TWICE):
        lines.append(
            f"{again:,} records have an id that another one has: where exports overlap, their "
            "questions count twice."
        )
    lines += [f"{place.file} could not be read to its end: {why}." for place, why in account.unread]
    if told.read.cut:
        lines.append(
            f"{told.read.cut:,} questions are longer than is encoded by default: of those the "
            "start and the end count."
        )
    return tuple(lines)


def _require(examples: Sequence[Example], component: Component) -> None:
    count = sum(one.component == component and bool(one.question.strip()) for one in examples)
    if count < FEWEST:
        known = ", ".join(dict.fromkeys(one.component for one in examples)) or "none"
        raise InsufficientData(
            f"the component {component} has {count} examples with a question, and a comparison "
            f"needs {FEWEST}; the components are: {known}"
        )


def _scored(
    asked: MismatchRequest,
    place: SetPlace,
    examples: Sequence[Example],
    *,
    environment: Environment,
) -> tuple[Scores | None, ComparisonOptions | None]:
    """What the set's examples scored, where anybody rated them."""
    source = _source(asked, place, environment)
    if source is None:
        return None, None
    options = replace(planned_options(source), level=asked.options.level)
    known = {one.id: one for one in examples}
    # A project's ledger may rate another set: what is not of this one tells nothing of it.
    single = source.ratings.where(against=None, example=frozenset(known))
    if not len(single):
        return None, None
    scores = score(single, source.rubric, examples=known, by=options.by, voting=options.voting)
    return (scores, options) if scores.systems else (None, None)


def _source(asked: MismatchRequest, place: SetPlace, environment: Environment) -> Source | None:
    if asked.ratings is not None:
        reading = Reading(
            scales=asked.scales, plan=place.file if place.plan else None, data=place.data
        )
        return from_file(asked.ratings, reading)
    if place.plan is None:
        return None
    try:
        return from_project(place.file, environment=environment)
    except (InsufficientData, UsageError):  # nothing was rated yet
        return None


def _path(told: Path | str | None) -> Path | None:
    return None if told is None else Path(told)
