"""Results of promptfoo: version 3 in JSON, and JSON Lines with one result a line.

Format: ``EvaluateResult`` of promptfoo (0.121). A test with its asserts is an example, a provider
with its prompt a system, a component of the grading a rating. Where the grader itself failed,
promptfoo writes a score of 0 and ``graderError``: that is no score.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from measurand.core.example import Example, ToolCall
from measurand.core.output import Failure, Output
from measurand.core.rating import Kind
from measurand.core.record import Place
from measurand.core.scale import UNIT
from measurand.store.evals.documents import decoded, rows
from measurand.store.evals.reading import (
    OWN,
    WORD,
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

__all__ = ["is_document", "is_row", "read_document", "read_rows"]

JUDGES = frozenset(
    {
        *("agent-rubric", "answer-relevance", "context-faithfulness", "context-recall"),
        *("context-relevance", "conversation-relevance", "factuality", "g-eval", "llm-rubric"),
        *("model-graded-closedqa", "model-graded-factuality", "pi", "search-rubric"),
        *("select-best", "trajectory:goal-success"),
    }
)
"""Types of asserts that a model judges."""
_SHARES = JUDGES | {"bleu", "gleu", "meteor", "rouge-n", "similar", "classifier"}
"""Types whose scores lie between 0 and 1."""
_REFERENCES = frozenset({"equals", "similar", "factuality", "model-graded-factuality"})
_RUBRICS = frozenset({"llm-rubric", "model-graded-closedqa", "g-eval"})
_ANY, _ALL = (
    frozenset({"icontains-any", "contains-any"}),
    frozenset({"icontains-all", "contains-all"}),
)
_ONE = frozenset({"contains", "icontains"})
_QUESTIONS = ("question", "input", "query", "prompt", "message", "messages", "user_input", "text")
_ERROR = 2
_NAME = 80


def is_document(raw: Mapping[str, Any]) -> bool:
    """Whether these are results of promptfoo."""
    return isinstance(mapping_of(raw.get("results")).get("results"), list)


def is_row(raw: Mapping[str, Any]) -> bool:
    """Whether this is one result."""
    return {"testCase", "promptIdx", "testIdx", "provider"} <= raw.keys()


def read_document(raw: Mapping[str, Any], sheet: Sheet) -> Iterator[Sample]:
    """The results of a document."""
    results = listed(mapping_of(raw.get("results")).get("results"))
    numbered = [(at, mapping_of(row)) for at, row in enumerate(results, start=1)]
    yield from _Results(sheet, _several(row for _, row in numbered)).samples(numbered)


def read_rows(lines: Iterable[tuple[int, Mapping[str, Any]]], sheet: Sheet) -> Iterator[Sample]:
    """The results of a file of JSON Lines, which is read twice."""
    several = _several(row for _, row in rows(Sheet(sheet.path)))
    yield from _Results(sheet, several).samples(lines)


def _several(results: Iterable[Mapping[str, Any]]) -> bool:
    """Whether more than one prompt was tried."""
    return len({str(row.get("promptId", row.get("promptIdx"))) for row in results}) > 1


@dataclass(slots=True)
class _Results:
    """The results that are being read."""

    sheet: Sheet
    several: bool
    tests: dict[str, str] = field(default_factory=dict)
    """The id of each test by its content; a test that is repeated comes with the same content."""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def samples(self, numbered: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Sample]:
        for line, raw in numbered:
            place = self.sheet.place(line)
            try:
                yield self._sample(raw, place)
            except NotTaken as problem:
                self.sheet.refuse(place, str(problem), scores=sum(1 for _ in _components(raw)))

    def _sample(self, raw: Mapping[str, Any], place: Place) -> Sample:
        test = mapping_of(raw.get("testCase"))
        example = self._example(raw, test, place)
        system = self.sheet.system or self._system(raw)
        trial = self.asked[example.id, system]
        self.asked[example.id, system] += 1
        return Sample(
            place=place,
            example=example,
            outputs=(_output(raw, example.id, system, trial),),
            scores=tuple(self._scores(raw, test)),
        )

    def _system(self, raw: Mapping[str, Any]) -> str:
        provider = raw.get("provider")
        told = mapping_of(provider)
        name = (
            told.get("label") or told.get("id") or (provider if isinstance(provider, str) else "")
        )
        label = mapping_of(raw.get("prompt")).get("label")
        return f"{name} / {label}" if self.several and isinstance(label, str) else str(name)

    def _example(self, raw: Mapping[str, Any], test: Mapping[str, Any], place: Place) -> Example:
        variables = dict(mapping_of(raw.get("vars")) or mapping_of(test.get("vars")))
        metadata = dict(mapping_of(test.get("metadata")))
        own = _own(metadata.pop(OWN, None))
        asserts = [mapping_of(one) for one in listed(test.get("assert"))]
        content = json.dumps([variables, asserts, test.get("description")], sort_keys=True)
        print_ = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        name = self.tests.setdefault(print_, _name(test, len(self.tests) + 1))
        asked, messages = _asked(variables, raw, self.sheet)
        rest = {key: cell for key, cell in variables.items() if key != asked}
        told = _Told.of(asserts)
        if rest:
            metadata["vars"] = rest
        if told.left:
            metadata["assert"] = told.left
        cells = {
            "id": name,
            "messages": messages,
            "references": told.references,
            "checklist": told.checklist,
            "notes": told.notes,
            "source": "promptfoo",
            "metadata": metadata,
        }
        return example_of(cells, place, self.sheet, own=own)

    def _scores(self, raw: Mapping[str, Any], test: Mapping[str, Any]) -> Iterator[Score]:
        seen: Counter[tuple[str, str]] = Counter()
        judge = _provider(mapping_of(test.get("options")).get("provider"))
        for component in _components(raw):
            asked = mapping_of(component.get("assertion"))
            kind_of = str(asked.get("type") or "score")
            metric = asked.get("metric")
            name = metric if isinstance(metric, str) and metric.strip() else kind_of
            plain = kind_of.removeprefix("not-")
            assumed: Kind = "judge" if plain in JUDGES else "check"
            kind = self.sheet.kind_of(name, "people" if plain == "human" else assumed)
            rater = (
                (_provider(asked.get("provider")) or judge or kind_of)
                if kind == "judge"
                else kind_of
            )
            seen[name, rater] += 1
            count = seen[name, rater]
            yield _score(component, name, f"{rater} {count}" if count > 1 else rater, kind=kind)


@dataclass(slots=True)
class _Told:
    """What the asserts of a test say of a right answer."""

    references: list[str] = field(default_factory=list)
    checklist: list[Mapping[str, Any]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    left: list[Mapping[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, asserts: Iterable[Mapping[str, Any]]) -> _Told:
        told = cls()
        for one in asserts:
            if not told._takes(str(one.get("type")), one.get("value"), one.get("metric")):
                told.left.append(one)
        return told

    def _takes(self, kind: str, value: object, metric: object) -> bool:
        texts = _texts(value)
        if not texts:
            return False
        if kind in _REFERENCES:
            self.references += texts
        elif kind in _RUBRICS:
            name = metric if isinstance(metric, str) and metric.strip() else kind
            told = [self.notes[name]] if name in self.notes else []
            self.notes[name] = "\n".join((*told, *texts))
        elif kind in _ANY or (kind in _ONE and len(texts) == 1):
            self.checklist.append({"any_of": texts})
        elif kind in _ALL:
            self.checklist += ({"any_of": [text]} for text in texts)
        else:
            return False
        return True


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    told = [text for text in values if isinstance(text, str) and text.strip()]
    return told if len(told) == len(values) else []


def _own(raw: object) -> Mapping[str, Any]:
    """What this package wrote for itself, which for promptfoo is a text."""
    if not isinstance(raw, str):
        return mapping_of(raw)
    try:
        return mapping_of(decoded(raw.removeprefix(WORD)))
    except NotTaken:
        return {OWN: raw}


def _name(test: Mapping[str, Any], number: int) -> str:
    told = test.get("description")
    if isinstance(told, str) and told.strip() and len(told) <= _NAME and "\n" not in told:
        return told.strip()
    return f"test-{number}"


def _asked(
    variables: Mapping[str, Any], raw: Mapping[str, Any], sheet: Sheet
) -> tuple[str | None, list[dict[str, str]]]:
    """What the user says: the variable that holds it, and the conversation."""
    unwrapped = {key: _unwrapped(cell) for key, cell in variables.items()}
    texts = [key for key, cell in unwrapped.items() if isinstance(cell, str)]
    for key in (*_QUESTIONS, *(texts if len(texts) == 1 else ())):
        cell = unwrapped.get(key)
        if isinstance(cell, str) and cell.strip():
            return key, turns_of(cell, sheet)
        if isinstance(cell, list) and cell and "role" in mapping_of(cell[0]):
            return key, turns_of(cell, sheet)
    prompt = mapping_of(raw.get("prompt")).get("raw")
    if not isinstance(prompt, str) or not prompt.strip():
        raise NotTaken("the test has no question: no variable is one, and there is no prompt")
    sheet.note("no variable is a question; the whole prompt is taken for it")
    try:
        told = decoded(prompt)
    except NotTaken:
        told = None
    chat = isinstance(told, list) and bool(told) and "role" in mapping_of(told[0])
    return None, turns_of(told if chat else prompt, sheet)


def _unwrapped(cell: object) -> object:
    """A text that was put into lists, lest it be run as a template."""
    while isinstance(cell, list) and len(cell) == 1 and isinstance(cell[0], str | list):
        cell = cell[0]
    return cell


def _output(raw: Mapping[str, Any], example: str, system: str, trial: int) -> Output:  # noqa: PLR0917
    response = mapping_of(raw.get("response"))
    told: object = response.get("output")
    calls: tuple[ToolCall, ...] = ()
    if isinstance(told, list | Mapping):
        found = [call_of(one) for one in (told if isinstance(told, list) else [told])]
        calls = tuple(call for call in found if call is not None)
        told = "" if calls and len(calls) == len(found) else json.dumps(told, ensure_ascii=False)
    text = str(told) if isinstance(told, str | int | float) else None
    error = response.get("error") or raw.get("error")
    failed = raw.get("failureReason") == _ERROR or (text is None and isinstance(error, str))
    failure = Failure("error", " ".join(str(error).split())) if failed else None
    cost, latency = amount(raw.get("cost")), amount(raw.get("latencyMs"))
    return output_of(
        example,
        system,
        text=None if failed else text,
        failure=failure,
        trial=trial,
        tool_calls=calls,
        usage=usage_of(response.get("tokenUsage") or raw.get("tokenUsage")),
        seconds=None if latency is None else latency / 1000,
        cost=cost or None,  # what promptfoo has no price for costs 0
    )


def _components(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single gradings, those within sets too."""
    waiting: list[Any] = list(listed(mapping_of(raw.get("gradingResult")).get("componentResults")))
    while waiting:
        component = mapping_of(waiting.pop(0))
        inside: Sequence[Any] = listed(component.get("componentResults"))
        kind = mapping_of(component.get("assertion")).get("type")
        if inside and kind in {None, "assert-set"}:
            waiting[:0] = inside
        elif component:
            yield component


def _score(component: Mapping[str, Any], name: str, rater: str, *, kind: Kind) -> Score:
    plain = str(mapping_of(component.get("assertion")).get("type") or "").removeprefix("not-")
    value = component.get("score", component.get("pass"))
    why = component.get("reason")
    reason = why if isinstance(why, str) else ""
    failure = None
    if mapping_of(component.get("metadata")).get("graderError"):
        value, failure = None, "invalid"
    elif not isinstance(value, bool | int | float) or value != value:  # noqa: PLR0124 - NaN
        value = None
    if value is None:
        reason = f"the grader failed: {reason}" if failure else reason or "there is no score"
    scale = UNIT if plain in _SHARES else None
    return Score(
        dimension=name,
        rater=rater,
        kind=kind,
        value=value,
        reason=reason,
        failure=failure,
        scale=scale,
    )


def _provider(raw: object) -> str:
    told = mapping_of(raw).get("id") if not isinstance(raw, str) else raw
    return told if isinstance(told, str) else ""
