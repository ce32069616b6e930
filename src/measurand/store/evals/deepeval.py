"""Runs of DeepEval: ``test_run_*.json`` and ``.deepeval/.latest_run_full.json``.

Format: ``deepeval.test_run.TestRun`` (4.3). Scores lie between 0 and 1. A metric that asked a
model names it as ``evaluationModel``, and then that model is the rater; one that failed has an
``error`` and no score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.output import Output, Usage
from measurand.core.record import Place
from measurand.core.scale import UNIT
from measurand.store.evals.reading import (
    OWN,
    amount,
    call_of,
    example_of,
    listed,
    mapping_of,
    output_of,
    turns_of,
    usage_of,
)
from measurand.store.evals.sample import NotTaken, Sample, Score, Sheet

__all__ = ["is_document", "read_document"]


def is_document(raw: Mapping[str, Any]) -> bool:
    """Whether this is a run of DeepEval."""
    cases = raw.get("testCases", raw.get("test_cases"))
    return isinstance(cases, list) and (
        {"metricsScores", "testPassed", "hyperparameters", "conversationalTestCases"} & raw.keys()
        != set()
    )


def read_document(raw: Mapping[str, Any], sheet: Sheet) -> Iterator[Sample]:
    """The test cases of a run, then its conversations."""
    told = mapping_of(raw.get("hyperparameters")).get("model")
    system = sheet.system or (told if isinstance(told, str) and told.strip() else "system")
    run = _Run(sheet, system)
    cases = [*listed(_cell(raw, "testCases")), *listed(_cell(raw, "conversationalTestCases"))]
    for number, case in enumerate(cases, start=1):
        place = sheet.place(number)
        cells = mapping_of(case)
        try:
            yield run.sample(cells, place)
        except NotTaken as problem:
            sheet.refuse(place, str(problem), scores=len(listed(_cell(cells, "metricsData"))))


def _cell(raw: Mapping[str, Any], name: str) -> Any:
    """A cell under its name in the file, or as Python has it."""
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return raw.get(name, raw.get(snake))


@dataclass(slots=True)
class _Run:
    """The run that is being read."""

    sheet: Sheet
    system: str
    asked: Counter[str] = field(default_factory=Counter)

    def sample(self, raw: Mapping[str, Any], place: Place) -> Sample:
        metadata = dict(mapping_of(raw.get("metadata") or _cell(raw, "additionalMetadata")))
        own = metadata.pop(OWN, None)
        asked, text, calls = _asked(raw, self.sheet)
        for name in ("expectedOutcome", "scenario", "userDescription", "comments"):
            if isinstance(told := _cell(raw, name), str) and told:
                metadata[name] = told
        wanted = [call_of(call) for call in listed(_cell(raw, "expectedTools"))]
        passages = _cell(raw, "retrievalContext") or raw.get("context")
        cells = {
            "id": str(raw.get("name") or f"test_case_{place.line - 1}"),
            "messages": turns_of(asked, self.sheet),
            "references": [told] if isinstance(told := _cell(raw, "expectedOutput"), str) else [],
            "context": [text for text in listed(passages) if isinstance(text, str)],
            "tools": [
                {"name": call.name, "arguments": dict(call.arguments)}
                for call in wanted
                if call is not None
            ],
            "segments": [tag for tag in listed(raw.get("tags")) if isinstance(tag, str)],
            "source": "DeepEval",
            "metadata": metadata,
        }
        example = example_of(cells, place, self.sheet, own=own)
        trial = self.asked[example.id]
        self.asked[example.id] += 1
        made = [call_of(call) for call in listed(calls)]
        output: Output = output_of(
            example.id,
            self.system,
            text=text,
            failure=None,
            trial=trial,
            tool_calls=tuple(call for call in made if call is not None),
            usage=_usage(raw),
            seconds=amount(_cell(raw, "completionTime")),
            cost=amount(_cell(raw, "tokenCost")) or None,
        )
        metrics = map(mapping_of, listed(_cell(raw, "metricsData")))
        scores = tuple(self._score(metric) for metric in metrics if metric)
        return Sample(place=place, example=example, outputs=(output,), scores=scores)

    def _score(self, metric: Mapping[str, Any]) -> Score:
        name = str(metric.get("name") or "metric")
        model = _cell(metric, "evaluationModel")
        judged = isinstance(model, str) and bool(model.strip())
        kind = self.sheet.kind_of(name, "judge" if judged else "check")
        value, error, why = metric.get("score"), metric.get("error"), metric.get("reason")
        reason = why if isinstance(why, str) else ""
        failed = isinstance(error, str) and bool(error)
        if failed or isinstance(value, bool) or not isinstance(value, int | float):
            value = None
            reason = f"the metric failed: {error}" if failed else reason or "there is no score"
        elif value != value:  # noqa: PLR0124 - NaN is not itself
            value, reason = None, reason or "the score is not a number"
        return Score(
            dimension=name,
            rater=str(model) if judged and kind == "judge" else name,
            kind=kind,
            value=value,
            reason=reason,
            failure="exception" if failed else None,
            scale=UNIT,
            cost=amount(_cell(metric, "evaluationCost")) or None,
        )


def _asked(raw: Mapping[str, Any], sheet: Sheet) -> tuple[object, str | None, object]:
    """What was asked, what was answered, and with which calls of tools."""
    turns = listed(raw.get("turns"))
    if not turns:
        answer = _cell(raw, "actualOutput")
        text = answer if isinstance(answer, str) else None
        return raw.get("input"), text, _cell(raw, "toolsCalled")
    sheet.note("the scores of a conversation are of all its answers; the last stands for them")
    last = mapping_of(turns[-1])
    if last.get("role") != "assistant":
        return turns, None, None
    content = last.get("content")
    text = content if isinstance(content, str) else None
    return list(turns[:-1]), text, _cell(last, "toolsCalled")


def _usage(raw: Mapping[str, Any]) -> Usage | None:
    told = {
        "input_tokens": _cell(raw, "inputTokenCount"),
        "output_tokens": _cell(raw, "outputTokenCount"),
    }
    return usage_of(told)
