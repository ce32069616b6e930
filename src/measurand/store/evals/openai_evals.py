"""Logs of OpenAI Evals (``oaieval``), and exports of its dashboard (``eval_items_*.jsonl``).

Formats: ``evals.record.LocalRecorder`` (3.0.1): the run's ``spec``, then events, which belong
together by ``sample_id``; and output items of the dashboard: ``run_id``, ``item``, ``sample``,
``grades`` and ``passes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from measurand.core.output import Failure
from measurand.core.rating import Kind
from measurand.core.record import Place
from measurand.store.evals.reading import (
    OWN,
    example_of,
    listed,
    mapping_of,
    output_of,
    text_of,
    turns_of,
    usage_of,
)
from measurand.store.evals.sample import NotTaken, Sample, Score, Sheet
from measurand.store.example_names import ALIASES

__all__ = ["is_item", "is_log", "read_items", "read_log"]

_INVALID = "invalid_choice"
_Lines = Iterable[tuple[int, Mapping[str, Any]]]
_QUESTIONS = ("messages", *ALIASES["messages"])
_RIGHT = ("references", *ALIASES["references"])


def is_log(raw: Mapping[str, Any]) -> bool:
    """Whether this is the first row of a log of ``oaieval``."""
    spec = mapping_of(raw.get("spec"))
    return "run_id" in spec and ("eval_name" in spec or "completion_fns" in spec)


def is_item(raw: Mapping[str, Any]) -> bool:
    """Whether this is an output item of the dashboard."""
    named = {"run_id", "data_source_idx", "item", "grades"} <= raw.keys()
    return named and isinstance(raw.get("item"), Mapping)


@dataclass(slots=True)
class _Events:
    """What a log says of one sample."""

    place: Place
    prompt: object = None
    answer: object = None
    sampled: int = 0
    expected: object = None
    error: str = ""
    said: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def see(self, kind: str, data: Mapping[str, Any], sheet: Sheet) -> None:
        """Take one event."""
        if kind == "sampling":
            self.sampled += 1
            if self.sampled == 1:
                self.prompt, self.answer = data.get("prompt"), data.get("sampled")
        elif kind == "match":
            self.expected = data.get("expected")
            self.said.append(("match", data))
        elif kind == "metrics":
            self.said.append(("metrics", data))
        elif kind == "error":
            self.error = str(data.get("message") or data.get("type") or "an error")
        else:
            sheet.note(f"events of the type {kind} are not read")


def read_log(lines: _Lines, sheet: Sheet) -> Iterator[Sample]:
    """The samples of a log, which is read to its end first: its events are in no order."""
    spec: Mapping[str, Any] = {}
    samples: dict[str, _Events] = {}
    for line, raw in lines:
        if "spec" in raw:
            spec = mapping_of(raw["spec"])
        elif raw.get("sample_id") is not None:
            name = str(raw["sample_id"])
            events = samples.setdefault(name, _Events(sheet.place(line)))
            events.see(str(raw.get("type", "")), mapping_of(raw.get("data")), sheet)
        elif "final_report" not in raw:
            sheet.refuse(sheet.place(line), "it is no event of a sample")
    named = [name for name in listed(spec.get("completion_fns")) if isinstance(name, str)]
    system = sheet.system or (named[0] if named else str(spec.get("model_name") or "system"))
    judge = named[-1] if len(named) > 1 else ""
    source = f"OpenAI Evals {spec.get('eval_name') or spec.get('base_eval') or ''}".strip()
    for name, events in samples.items():
        try:
            yield _sample(name, events, sheet, facts=(system, source, judge))
        except NotTaken as problem:
            count = sum(1 for _ in _event_scores(events, sheet))
            sheet.refuse(events.place, str(problem), scores=count)


def _sample(name: str, events: _Events, sheet: Sheet, *, facts: tuple[str, str, str]) -> Sample:
    system, source, judge = facts
    if events.sampled > 1:
        sheet.note("a sample has several calls of a model; the first is taken for the answer")
    if events.prompt is None:
        raise NotTaken("no call of a model says what was asked")
    expected = events.expected
    right = expected if isinstance(expected, list) else [expected]
    cells = {
        "id": name,
        "messages": turns_of(events.prompt, sheet),
        "references": [text for text in right if isinstance(text, str) and text],
        "source": source,
    }
    example = example_of(cells, events.place, sheet)
    answer = events.answer
    if isinstance(answer, list):
        answer = next(iter(answer), None)
    failure = Failure("exception", events.error) if events.error else None
    text = answer if isinstance(answer, str) else None
    output = output_of(example.id, system, text=text, failure=failure)
    scores = tuple(_event_scores(events, sheet, judge))
    return Sample(place=events.place, example=example, outputs=(output,), scores=scores)


def _event_scores(events: _Events, sheet: Sheet, judge: str = "") -> Iterator[Score]:
    for kind, data in events.said:
        if kind == "match":
            value = data.get("correct")
            yield _score("match", "match", value, sheet.kind_of("match", "check"))
            continue
        graded: Kind = "judge" if "choice" in data else "check"
        for name, value in data.items():
            if isinstance(value, bool | int | float) and name != _INVALID:
                told = sheet.kind_of(name, graded)
                rater = judge if told == "judge" and judge else "metrics"
                score = _score(name, rater, value, told)
                if data.get("choice") == "__invalid__" or data.get(_INVALID):
                    why = "the judge's reply named no choice that there is"
                    score = replace(score, value=None, reason=why, failure="invalid")
                yield score


def _score(name: str, rater: str, value: object, kind: Kind) -> Score:  # noqa: PLR0917
    good = isinstance(value, bool | int | float) and value == value  # noqa: PLR0124 - NaN
    return Score(
        dimension=name,
        rater=rater,
        kind=kind,
        value=value if good and isinstance(value, bool | int | float) else None,
        reason="" if good else "there is no value",
    )


def read_items(lines: _Lines, sheet: Sheet) -> Iterator[Sample]:
    """The output items of an export; each run is a system, unless its samples name a model."""
    for line, raw in lines:
        place = sheet.place(line)
        try:
            yield _item(raw, place, sheet)
        except NotTaken as problem:
            grades = mapping_of(raw.get("grades")).keys() | mapping_of(raw.get("passes")).keys()
            sheet.refuse(place, str(problem), scores=len(grades))


def _item(raw: Mapping[str, Any], place: Place, sheet: Sheet) -> Sample:
    item, sample = dict(mapping_of(raw.get("item"))), mapping_of(raw.get("sample"))
    own = item.pop(OWN, None)
    asked = next((name for name in _QUESTIONS if item.get(name)), None)
    right = next((name for name in _RIGHT if item.get(name)), None)
    told = item[asked] if asked else sample.get("input")
    if not told:
        raise NotTaken(f"neither the item ({', '.join(_QUESTIONS)}) nor its sample has a question")
    expected = item.get(right) if right else None
    cells = {
        "id": f"item-{raw.get('data_source_idx')}",
        "messages": turns_of(told, sheet),
        "references": expected if isinstance(expected, list) else [expected] if expected else [],
        "source": "OpenAI Evals dashboard",
        "metadata": {key: cell for key, cell in item.items() if key not in {asked, right}},
    }
    example = example_of(cells, place, sheet, own=own)
    outputs = listed(sample.get("outputs") or sample.get("output"))
    answer = mapping_of(outputs[0]).get("content") if outputs else None
    error = sample.get("error")
    message = mapping_of(error).get("message") if not isinstance(error, str) else error
    failure = Failure("error", str(message)) if message else None
    model = sample.get("model")
    system = sheet.system or (model if isinstance(model, str) and model else str(raw["run_id"]))
    output = output_of(
        example.id,
        system,
        text=None if answer is None or failure else text_of(answer, sheet),
        failure=failure,
        usage=usage_of(sample.get("token_usage") or sample.get("usage")),
    )
    scores = tuple(_grades(raw, sheet))
    return Sample(place=place, example=example, outputs=(output,), scores=scores)


def _grades(raw: Mapping[str, Any], sheet: Sheet) -> Iterator[Score]:
    """One rating a grader: its grade, or whether it passed where there is no grade."""
    grades, passes = mapping_of(raw.get("grades")), mapping_of(raw.get("passes"))
    asked = mapping_of(raw.get("grader_samples"))
    for name in dict.fromkeys((*grades, *passes)):
        kind = sheet.kind_of(name, "judge" if asked.get(name) else "check")
        yield _score(name, name, grades.get(name, passes.get(name)), kind)
