"""Logs of Inspect: ``.eval``, a zip file with one member a sample, and ``.json``.

Formats: ``inspect_ai.log.EvalLog`` and ``EvalSample`` (0.3.285). A sample that was logged twice
counts as it was logged last; letters are graded as ``inspect_ai.scorer.value_to_float`` does; a
score of NaN is Inspect's own word for "not scored".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from measurand.core.output import Failure, Output
from measurand.core.rating import KINDS, Kind
from measurand.core.record import Place
from measurand.core.scale import Scale
from measurand.errors import DataError, Fault
from measurand.store.evals.archive import Archive, opened
from measurand.store.evals.reading import (
    OWN,
    amount,
    call_of,
    example_of,
    listed,
    mapping_of,
    output_of,
    text_of,
    turns_of,
    usage_of,
)
from measurand.store.evals.sample import GRADES, NotTaken, Sample, Score, Sheet

__all__ = ["is_archive", "is_document", "read_archive", "read_document"]

_GRADER = re.compile(r"model_graded|_graded_|llm_judge")
_FAILURES = {"grader_failed": "invalid", "scoring_failed": "exception"}
_HEADER, _START = "header.json", "_journal/start.json"


def is_document(raw: Mapping[str, Any]) -> bool:
    """Whether this is the log of one evaluation."""
    spec = mapping_of(raw.get("eval"))
    return "status" in raw and {"task", "model", "dataset"} <= spec.keys()


def is_archive(archive: Archive) -> bool:
    """Whether this is a log in a zip file."""
    return _HEADER in archive or _START in archive


def read_document(raw: Mapping[str, Any], sheet: Sheet) -> Iterator[Sample]:
    """The samples of a log in JSON, in its order."""
    log = _Log.of(mapping_of(raw.get("eval")), sheet)
    yield from log.samples(enumerate(listed(raw.get("samples")), start=1))


def read_archive(sheet: Sheet) -> Iterator[Sample]:
    """The samples of a log in a zip file, one at a time.

    Raises:
        DataError: It has no header, or is no zip file.
    """
    with opened(sheet.path) as archive:
        try:
            header = archive.value(_HEADER if _HEADER in archive else _START)
        except (NotTaken, KeyError) as problem:
            fault = Fault(f"the log has no header that can be read ({problem})", str(sheet.path))
            raise DataError([fault]) from None
        log = _Log.of(mapping_of(mapping_of(header).get("eval")), sheet)
        yield from log.samples(_members(archive, sheet))


def _members(archive: Archive, sheet: Sheet) -> Iterator[tuple[int, Any]]:
    for number, name in enumerate(archive.names("samples/", ".json"), start=1):
        try:
            yield number, archive.value(name)
        except NotTaken as problem:
            sheet.refuse(sheet.place(number), str(problem))


@dataclass(frozen=True, slots=True)
class _Log:
    """What the head of a log says of all its samples."""

    sheet: Sheet
    system: str
    task: str
    judges: Mapping[str, str]
    """The model that a scorer asks, by the scorer's name; empty where it is not told."""

    @classmethod
    def of(cls, spec: Mapping[str, Any], sheet: Sheet) -> _Log:
        told = spec.get("model")
        system = sheet.system or (told if isinstance(told, str) and told else "system")
        judges = {}
        for scorer in map(mapping_of, listed(spec.get("scorers"))):
            name = str(scorer.get("name", "")).rpartition("/")[2]
            if _GRADER.search(name):
                model = mapping_of(scorer.get("options")).get("model")
                judges[name] = model if isinstance(model, str) else ""
        return cls(sheet, system, str(spec.get("task", "")), judges)

    def samples(self, rows: Iterator[tuple[int, Any]]) -> Iterator[Sample]:
        for number, raw in rows:
            place = self.sheet.place(number)
            cells = mapping_of(raw)
            try:
                yield self._sample(cells, place)
            except NotTaken as problem:
                count = sum(1 for _ in self._said(cells))
                self.sheet.refuse(place, str(problem), scores=count)

    def _sample(self, raw: Mapping[str, Any], place: Place) -> Sample:
        name, epoch = raw.get("id"), raw.get("epoch", 1)
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise NotTaken("the sample has no id")
        if isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 1:
            raise NotTaken("the sample's epoch is no number from 1 on")
        metadata = dict(mapping_of(raw.get("metadata")))
        own = metadata.pop(OWN, None)
        asked = raw.get("input")
        if isinstance(asked, list) and any(_calls(turn) for turn in asked):
            metadata["input_messages"] = asked
        if choices := listed(raw.get("choices")):
            metadata["choices"] = choices
        target = raw.get("target")
        cells = {
            "id": str(name),
            "messages": turns_of(asked, self.sheet),
            "references": [text for text in _texts(target) if text],
            "source": f"Inspect task {self.task}" if self.task else None,
            "metadata": metadata,
        }
        example = example_of(cells, place, self.sheet, own=own)
        output = self._output(raw, example.id, epoch - 1)
        scores = [*self._scores(raw, place)]
        return Sample(place=place, example=example, outputs=(output,), scores=tuple(scores))

    def _output(self, raw: Mapping[str, Any], example: str, trial: int) -> Output:
        told = mapping_of(raw.get("output"))
        choice = mapping_of(next(iter(listed(told.get("choices"))), None))
        text: str | None = None
        if choice:
            text = text_of(mapping_of(choice.get("message")).get("content"), self.sheet)
        elif isinstance(told.get("completion"), str) and told["completion"]:
            text = str(told["completion"])
        failure = _failure(raw, told)
        if failure is not None and (not text or raw.get("error")):
            text = None
        made = listed(raw.get("messages"))[_asked(raw.get("input")) :]
        calls = (call_of(call) for turn in made for call in _calls(turn))
        once = sum(mapping_of(turn).get("role") == "assistant" for turn in made) == 1
        return output_of(
            example,
            self.system,
            text=text,
            failure=failure,
            trial=trial,
            tool_calls=tuple(call for call in calls if call is not None),
            usage=usage_of(told.get("usage")),
            seconds=amount(told.get("time")) if once else amount(raw.get("working_time")),
        )

    def _said(self, raw: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
        """Each value of a sample's scores: of which scorer, under which name."""
        for scorer, score in mapping_of(raw.get("scores")).items():
            value = mapping_of(score).get("value")
            if isinstance(value, Mapping):
                yield from ((scorer, str(name), part) for name, part in value.items())
            else:
                yield scorer, scorer, value

    def _scores(self, raw: Mapping[str, Any], place: Place) -> Iterator[Score]:
        scores = mapping_of(raw.get("scores"))
        for scorer, name, value in self._said(raw):
            score = mapping_of(scores[scorer])
            where = self.sheet.place(place.line, f"scores.{name}")
            if isinstance(value, list):
                self.sheet.refuse_score(where, "it is a list of values, and a rating is one")
            elif value is not None and not isinstance(value, bool | int | float | str):
                self.sheet.refuse_score(where, "it is no value")
            else:
                yield self._score((scorer, name), score, value)

    def _score(
        self, named: tuple[str, str], score: Mapping[str, Any], value: float | str | None
    ) -> Score:
        scorer, name = named
        rater, kind = self._rater(scorer, score)
        own = mapping_of(mapping_of(score.get("metadata")).get(OWN))
        if own.get("kind") in KINDS and isinstance(own.get("rater"), str):
            rater, kind = str(own["rater"]), own["kind"]
            name = str(own.get("dimension") or name)
        why = score.get("explanation")
        reason = why if isinstance(why, str) else ""
        code = score.get("reason")
        failure = None
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            failure = own.get("failure") or _FAILURES.get(str(code))
            because = code.replace("_", " ") if isinstance(code, str) else "not scored"
            value = None
            reason = reason if own and reason else f"{because}: {reason}" if reason else because
        return Score(
            dimension=name,
            rater=rater,
            kind=kind,
            value=value,
            reason=reason,
            failure=failure,
            scale=_scale(own.get("scale")),
            graded=isinstance(value, str) and value in GRADES,
        )

    def _rater(self, scorer: str, score: Mapping[str, Any]) -> tuple[str, Kind]:
        """Who gave the score that counts: the scorer, or whoever changed it afterwards."""
        edits = [mapping_of(edit).get("provenance") for edit in listed(score.get("history"))]
        author = mapping_of(edits[-1]).get("author") if edits else None
        if isinstance(author, str) and author.strip():
            self.sheet.note("a score was changed by a person, whose it is now")
            return author.strip(), "people"
        graded = scorer in self.judges or "grading" in mapping_of(score.get("metadata"))
        kind = self.sheet.kind_of(scorer, "judge" if graded else "check")
        model = self.judges.get(scorer, "") if kind == "judge" else ""
        return model or scorer, kind


def _failure(raw: Mapping[str, Any], output: Mapping[str, Any]) -> Failure | None:
    """Why a sample has no answer, where it says so."""
    if error := mapping_of(raw.get("error")):
        return Failure("exception", _line(error.get("message")))
    if isinstance(told := output.get("error"), str) and told:
        return Failure("error", _line(told))
    choice = mapping_of(next(iter(listed(output.get("choices"))), None))
    if choice.get("stop_reason") == "content_filter":
        return Failure("refused", "the provider's filter stopped the answer")
    if limit := mapping_of(raw.get("limit")):
        return Failure("truncated", f"the sample ended at its limit of {limit.get('type')}")
    return None


def _scale(told: object) -> Scale | None:
    """The scale that this package wrote beside a score."""
    try:
        return Scale.of(told) if isinstance(told, str) else None
    except ValueError:
        return None


def _line(told: object) -> str:
    return " ".join(str(told).split())


def _texts(target: object) -> list[str]:
    if isinstance(target, list):
        return [text for text in target if isinstance(text, str)]
    return [target] if isinstance(target, str) else []


def _asked(raw: object) -> int:
    return len(raw) if isinstance(raw, list) else 1


def _calls(turn: object) -> list[Any]:
    return list(listed(mapping_of(turn).get("tool_calls")))
