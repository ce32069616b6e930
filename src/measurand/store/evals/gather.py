"""Samples of one or more files become one evaluation: a dataset, its outputs and their ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from measurand.core.example import Example
from measurand.core.intake import Intake, Refusal
from measurand.core.output import Output
from measurand.core.rating import Kind, Rating
from measurand.core.record import Place
from measurand.core.scale import UNIT, YES_NO, Scale, Value
from measurand.store.dataset import Dataset
from measurand.store.evals.sample import GRADES, Sample, Score, Sheet
from measurand.store.scales import infer_scale

__all__ = ["Evaluation", "Gathering", "Taken"]

_SUFFIX = 6


@dataclass(frozen=True, slots=True)
class Taken:
    """The account of one file.

    Args:
        tool: Which tool wrote it.
        samples: Rows read, kept and refused.
        scores: Ratings read, kept and refused.
    """

    tool: str
    samples: Intake
    scores: Intake


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What files of other tools hold.

    Args:
        dataset: The examples.
        outputs: What systems answered, and failures.
        ratings: What was said of the answers; on yes/no scales 1 and 0.
        scales: The scale of each dimension.
        taken: The account of each file.
        places: Where each example stood first, by its id.
        tools: Which tool wrote a file, by its name.
    """

    dataset: Dataset
    outputs: tuple[Output, ...]
    ratings: tuple[Rating, ...]
    scales: Mapping[str, Scale]
    taken: tuple[Taken, ...]
    places: Mapping[str, Place]
    tools: Mapping[str, str]

    def spoken(self, rating: Rating) -> Rating:
        """A rating as a file has it that does not say its scale: yes and no are words."""
        scale = self.scales.get(rating.dimension)
        if scale is None or not scale.binary or rating.value is None:
            return rating
        return replace(rating, value="yes" if rating.value else "no")

    @property
    def systems(self) -> tuple[str, ...]:
        """Whose answers these are, in order of first appearance."""
        return tuple(dict.fromkeys(output.system for output in self.outputs))


@dataclass(frozen=True, slots=True)
class _Row:
    """A score that waits for its dimension's scale."""

    score: Score
    example: Example
    system: str
    trial: int
    sheet: Sheet
    refusal: Refusal
    """What is said of it if it is refused, but for the reason."""
    added: bool = False
    """Whether the file has no such score."""


@dataclass(slots=True)
class Gathering:
    """An evaluation in the making.

    Args:
        scales: Scales that are given, by dimension; they go before a tool's own.
    """

    scales: Mapping[str, Scale] = field(default_factory=dict)
    _examples: dict[str, Example] = field(default_factory=dict)
    _outputs: dict[tuple[str, str, int], Output] = field(default_factory=dict)
    _rows: list[_Row] = field(default_factory=list)
    _kinds: dict[str, Kind] = field(default_factory=dict)
    _sheets: list[tuple[str, Sheet]] = field(default_factory=list)
    _places: dict[str, Place] = field(default_factory=dict)
    _failed: list[tuple[Sheet, Output]] = field(default_factory=list)

    def add(self, samples: Iterable[Sample], tool: str, sheet: Sheet) -> None:
        """Take the samples of one file."""
        self._sheets.append((tool, sheet))
        for sample in samples:
            self._add(sample, sheet)

    def _add(self, sample: Sample, sheet: Sheet) -> None:
        example = self._placed(sample.example, sheet)
        outputs = [_named(output, example.id) for output in sample.outputs]
        for output in outputs:
            known = self._outputs.get((output.example, output.system, output.trial), output)
            if (known.text, known.failure) != (output.text, output.failure):
                reason = (
                    "this system answered this example in this trial before, in other words; "
                    "name one of the two files' system otherwise"
                )
                sheet.refuse(sample.place, reason, scores=len(sample.scores))
                return
        sheet.samples += 1
        self._examples.setdefault(example.id, example)
        self._places.setdefault(example.id, sample.place)
        for output in outputs:
            self._outputs.setdefault((output.example, output.system, output.trial), output)
        if outputs[0].failure is not None:
            self._failed.append((sheet, outputs[0]))
        for score in sample.scores:
            line, key = sample.place.line, score.dimension
            row = _Row(
                score,
                example,
                outputs[0].system,
                outputs[0].trial,
                sheet,
                Refusal("", line=line, key=key),
            )
            self._rows.append(row)

    def _placed(self, example: Example, sheet: Sheet) -> Example:
        """The example under an id that no other content has."""
        known = self._examples.get(example.id)
        if known is None or known.fingerprint == example.fingerprint:
            return known or example
        sheet.note(
            "an example has the id of another; the start of its fingerprint tells them apart"
        )
        return self._placed(
            replace(example, id=f"{example.id}~{example.fingerprint[:_SUFFIX]}"), sheet
        )

    def finished(self) -> Evaluation:
        """The evaluation."""
        self._rows += self._unrated()
        scales = self._scales()
        ratings: dict[tuple[str, ...], Rating] = {}
        for row in self._rows:
            name = _line(row.score.dimension)
            rating, why = self._rating(row, scales.get(name))
            if rating is not None:
                key = (rating.example, rating.system, name, rating.rater, str(rating.repeat))
                why = "the same rating stands before it" if key in ratings else ""
                ratings.setdefault(key, rating)
            row.sheet.scores += not row.added
            if why and not row.added:
                row.sheet.refused_scores.append(replace(row.refusal, reason=why))
        kept = {rating.dimension for rating in ratings.values()}
        return Evaluation(
            Dataset(tuple(self._examples.values())),
            tuple(self._outputs.values()),
            tuple(ratings.values()),
            {name: scale for name, scale in scales.items() if name in kept},
            tuple(_taken(tool, sheet) for tool, sheet in self._sheets),
            self._places,
            {sheet.name or sheet.path.name: tool for tool, sheet in self._sheets},
        )

    def _unrated(self) -> list[_Row]:
        """What nobody rated because there was no output, as ratings that could not be given."""
        rated = {(row.example.id, row.system, row.trial, row.score.dimension) for row in self._rows}
        asked: dict[tuple[int, str], dict[tuple[str, str], _Row]] = {}
        for row in self._rows:
            of = asked.setdefault((id(row.sheet), row.system), {})
            of.setdefault((row.score.dimension, row.score.rater), row)
        added = []
        for sheet, output in self._failed:
            said = output.failure.message if output.failure is not None else ""
            for (name, _), row in asked.get((id(sheet), output.system), {}).items():
                if (output.example, output.system, output.trial, name) in rated:
                    continue
                why = f"there was no output to rate: {said}"
                score = replace(row.score, value=None, reason=why, failure="no_output")
                example = self._examples[output.example]
                added.append(
                    replace(row, score=score, example=example, trial=output.trial, added=True)
                )
                sheet.note(f"{name}: an output that failed was not rated; it stands as not rated")
        return added

    def _scales(self) -> dict[str, Scale]:
        rows: dict[str, list[_Row]] = {}
        for row in self._rows:
            rows.setdefault(_line(row.score.dimension), []).append(row)
        scales = {}
        for name, some in rows.items():
            told = next((row.score.scale for row in some if row.score.scale), None)
            if told is not None and not all(_fits(row.score, told) for row in some):
                told = None
            scales[name] = self.scales.get(name) or told or _inferred(name, some)
        return scales

    def _rating(self, row: _Row, scale: Scale | None) -> tuple[Rating | None, str]:
        score, name = row.score, _line(row.score.dimension)
        if not name or scale is None:
            return None, "it says nothing of what it rates"
        try:
            value = _value(score, scale)
        except ValueError:
            return None, f"it is not on the scale {scale}"
        rater = _line(score.rater) or name
        if self._kinds.setdefault(rater, score.kind) != score.kind:
            rater = f"{rater} ({score.kind})"
        return Rating(
            example=row.example.id,
            system=row.system,
            dimension=name,
            rater=rater,
            kind=score.kind,
            value=value,
            reason=score.reason or (None if value is not None else "no value was given"),
            repeat=row.trial,
            cluster=row.example.cluster,
            component=row.example.component,
            segment=next(iter(row.example.segments), None),
            seconds=score.seconds,
            cost=score.cost,
            failure=score.failure if value is None else None,
        ), ""


def _fits(score: Score, scale: Scale) -> bool:
    try:
        _value(score, scale)
    except ValueError:
        return False
    return True


def _value(score: Score, scale: Scale) -> Value | None:
    """A score's value on its scale.

    Raises:
        ValueError: It is not on it.
    """
    told = score.value
    if told is None:
        return None
    if score.graded and scale.numeric:
        told = GRADES[str(told)]
    elif isinstance(told, bool):
        told = float(told) if scale.numeric and not scale.binary else ("yes" if told else "no")
    return scale.parse(told)


def _inferred(name: str, rows: Sequence[_Row]) -> Scale:
    """The scale that all values of a dimension suggest; each file is told."""
    given = [row.score for row in rows if row.score.value is not None]
    values = [score.value for score in given]
    if given and all(score.graded for score in given):
        scale = UNIT if "P" in values else YES_NO
        seen = f"letters of correct and incorrect, taken as the scale {scale}"
    elif (
        values
        and all(isinstance(value, bool | int | float) for value in values)
        and ({float(value) for value in values if not isinstance(value, str | None)} <= {0.0, 1.0})
    ):
        scale, seen = YES_NO, "all values are 0 or 1, taken as no and yes"
    else:
        texts = Counter(_text(value) for value in values if value is not None)
        scale, seen = infer_scale({}, texts)
        if scale.metric == "nominal":
            # What is shown of labels would be cut before it is redacted.
            seen = f"{len(texts):,} different texts, taken as nominal"
    for sheet in {id(row.sheet): row.sheet for row in rows}.values():
        if values and seen:
            sheet.note(f"{name}: no scale given; {seen}")
    return scale


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else repr(value)


def _named(output: Output, example: str) -> Output:
    return replace(output, example=example, system=_line(output.system) or "system")


def _line(name: str) -> str:
    """A name on one line; it is cut only when it is redacted, lest half a secret stays."""
    return " ".join(name.split())


def _taken(tool: str, sheet: Sheet) -> Taken:
    notes = tuple(sheet.notes)
    refused, scores = tuple(sheet.refused), tuple(sheet.refused_scores)
    name = sheet.name or sheet.path.name
    return Taken(
        tool,
        Intake(name, sheet.samples, sheet.samples - len(refused), refused, notes),
        Intake(name, sheet.scores, sheet.scores - len(scores), scores),
    )
