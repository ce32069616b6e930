"""Samples of lm-evaluation-harness: ``samples_TASK_TIME.jsonl``, one row a document and filter.

Format: ``lm_eval.loggers.EvaluationTracker.save_results_samples`` (0.4.13). The row says neither
the task nor the model; the file's name has the first, and ``results_TIME.json`` beside it the
second. A filter is another way to read the same answer, so a metric by another filter is another
dimension, as it is in the tool's own table.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measurand.core.output import Output
from measurand.core.record import Place
from measurand.errors import DataError
from measurand.store.evals.documents import decoded, document
from measurand.store.evals.reading import (
    OWN,
    example_of,
    listed,
    mapping_of,
    output_of,
    turns_of,
)
from measurand.store.evals.sample import NotTaken, Sample, Score, Sheet

__all__ = ["is_row", "read_rows"]

_RATER = "lm-eval"
_FILE = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT[\d.-]+)")
_NONE = "none"
_LONGEST_LIST = 10_000
_PAIR = 2


def is_row(raw: Mapping[str, Any]) -> bool:
    """Whether this is a sample of lm-evaluation-harness."""
    return {"doc_id", "doc", "arguments", "resps", "filtered_resps"} <= raw.keys()


def read_rows(rows: Iterable[tuple[int, Mapping[str, Any]]], sheet: Sheet) -> Iterator[Sample]:
    """The samples of a file; those of several filters share an example and its outputs."""
    stem = sheet.path.name.removesuffix(".gz").removesuffix(".jsonl")
    named = _FILE.fullmatch(stem)
    task = named["task"] if named else stem
    model = _model(sheet, named["time"]) if named else None
    log = _Log(sheet, sheet.system or model or "system", task)
    for line, raw in rows:
        place = sheet.place(line)
        try:
            yield log.sample(raw, place)
        except NotTaken as problem:
            sheet.refuse(place, str(problem), scores=len(listed(raw.get("metrics"))))


def _model(sheet: Sheet, time: str) -> str | None:
    """The model's name, as the results beside the samples have it."""
    try:
        results = mapping_of(document(sheet.path.with_name(f"results_{time}.json")))
    except DataError:
        sheet.note("no results file beside it says which model this is; name it with --system")
        return None
    config = mapping_of(results.get("config"))
    arguments = config.get("model_args")
    named = mapping_of(arguments).get("model")
    if isinstance(arguments, str) and (found := re.search(r"(?:^|,)model=([^,]+)", arguments)):
        named = found[1]
    told = named or results.get("model_name")
    return told if isinstance(told, str) and told else None


@dataclass(frozen=True, slots=True)
class _Log:
    """What is known of all samples of a file."""

    sheet: Sheet
    system: str
    task: str

    def sample(self, raw: Mapping[str, Any], place: Place) -> Sample:
        number = raw.get("doc_id")
        if isinstance(number, bool) or not isinstance(number, int | str):
            raise NotTaken("the sample has no doc_id")
        requests = _requests(raw.get("arguments"))
        doc = mapping_of(raw.get("doc"))
        chosen = _chosen(requests)
        metadata: dict[str, Any] = {"doc": {key: cell for key, cell in doc.items() if key != OWN}}
        if chosen:
            metadata["choices"] = [str(request[1]).strip() for request in requests]
        cells = {
            "id": f"{self.task}/{number}",
            "messages": turns_of(_prompt(requests), self.sheet),
            "references": _references(raw, requests if chosen else ()),
            "source": f"lm-evaluation-harness task {self.task}",
            "metadata": metadata,
        }
        example = example_of(cells, place, self.sheet, own=doc.get(OWN))
        outputs = self._outputs(raw, requests, example.id)
        scores = tuple(self._scores(raw, place))
        return Sample(place=place, example=example, outputs=outputs, scores=scores)

    def _outputs(
        self, raw: Mapping[str, Any], requests: Sequence[Sequence[Any]], example: str
    ) -> tuple[Output, ...]:
        resps = listed(raw.get("resps"))
        if _chosen(requests):
            self.sheet.note("the answer is the choice that the model found likeliest")
            text = _likeliest(resps, requests)
            return (output_of(example, self.system, text=text, failure=None),)
        made = len(requests) == 1 and not isinstance(requests[0][-1], str)
        texts = [text for text in listed(next(iter(resps), None)) if isinstance(text, str) and made]
        if not texts:
            self.sheet.note("a sample has likelihoods in place of a text; it has no answer")
            return (output_of(example, self.system, text=None, failure=None),)
        if len(texts) > 1:
            self.sheet.note(
                "a document was answered several times, and scored once; the score stands by "
                "the first answer"
            )
        return tuple(
            output_of(example, self.system, text=text, failure=None, trial=trial)
            for trial, text in enumerate(texts)
        )

    def _scores(self, raw: Mapping[str, Any], place: Place) -> Iterator[Score]:
        way = raw.get("filter", _NONE)
        for metric in listed(raw.get("metrics")):
            value = raw.get(str(metric))
            name = str(metric) if way == _NONE else f"{metric} ({way})"
            where = self.sheet.place(place.line, str(metric))
            if value is None or isinstance(value, bool | int | float):
                yield _score(name, value, self.sheet)
            else:
                why = "it holds several values, which the tool puts together over all documents"
                self.sheet.refuse_score(where, why)


def _score(name: str, value: float | None, sheet: Sheet) -> Score:
    absent = value is None or value != value  # noqa: PLR0124 - NaN is not itself
    return Score(
        dimension=name,
        rater=_RATER,
        kind=sheet.kind_of(name, "check"),
        value=None if absent else value,
        reason="the metric gave no number" if absent else "",
    )


def _requests(raw: object) -> list[list[Any]]:
    """What the model was asked: of each request the prompt, and what follows it."""
    if isinstance(raw, list):
        return [list(request) for request in raw if isinstance(request, list)]
    return [list(mapping_of(request).values()) for request in mapping_of(raw).values()]


def _chosen(requests: Sequence[Sequence[Any]]) -> bool:
    """Whether the likelihoods of several continuations were asked for, and no text."""
    pairs = (len(request) == _PAIR and isinstance(request[1], str) for request in requests)
    return len(requests) > 1 and all(pairs)


def _prompt(requests: Sequence[Sequence[Any]]) -> object:
    """The prompt of the first request, which for chats is JSON in a text or in a list of one."""
    told = next(iter(next(iter(requests), ())), None)
    if isinstance(told, list) and len(told) == 1 and isinstance(told[0], str):
        told = told[0]
        try:
            return decoded(told)
        except NotTaken:
            return told
    return told


def _references(raw: Mapping[str, Any], choices: Sequence[Sequence[Any]]) -> list[str]:
    """The right answers; of several choices the text of the right one."""
    target = raw.get("target")
    if not isinstance(target, str):
        return [] if target is None else [json.dumps(target)]
    if choices and target.isdecimal() and int(target) < len(choices):
        return [str(choices[int(target)][1]).strip()]
    if target.startswith("[") and len(target) < _LONGEST_LIST:
        try:
            told = ast.literal_eval(target)  # str() of a list is how the tool writes it
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [target]
        if isinstance(told, list) and all(isinstance(text, str) for text in told):
            return told
    return [target] if target else []


def _likeliest(resps: Sequence[Any], choices: Sequence[Sequence[Any]]) -> str | None:
    chances = [_chance(resp) for resp in resps]
    known = [chance for chance in chances if chance is not None]
    if len(known) != len(choices):
        return None
    return str(choices[known.index(max(known))][1]).strip()


def _chance(resp: object) -> float | None:
    """The logarithm of a likelihood, which the tool writes as text."""
    first = next(iter(listed(resp)), None)
    told = next(iter(listed(first)), first)
    try:
        return float(told) if isinstance(told, str | int | float) else None
    except ValueError:
        return None
