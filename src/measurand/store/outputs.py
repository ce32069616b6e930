"""What systems answered, read from files that users have and written as this package writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from measurand.core.output import Failure, Output, Usage
from measurand.errors import DataError, Fault
from measurand.store.codec import Form, Number, Origin, Text, Whole, Word, decode, encode, renamed
from measurand.store.examples import ToolCalls, unpacked
from measurand.store.lines import parse_json, read_rows, write_jsonl

__all__ = ["ALIASES", "OutputForm", "read_outputs", "write_outputs"]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "example": ("example_id", "id"),
    "system": (),
    "text": ("output", "outputs", "response", "actual_output", "completion", "answer"),
    "trial": (),
    "tool_calls": (),
    "usage": (),
    "seconds": ("latency", "latency_s"),
    "milliseconds": ("latency_ms",),
    "cost": ("cost_usd",),
    "failure": ("error",),
}
"""The other names of each field of an output; further keys are passed over."""

_NUMERIC = frozenset(
    name
    for field in ("trial", "seconds", "milliseconds", "cost")
    for name in (field, *ALIASES[field])
)
_ALLOWED = {
    "example": "under example, example_id or id: text or a whole number",
    "text": "text, or a list of texts, one a trial",
    "failure": "text, or kind, message and details",
}
_TOKENS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def _name(raw: object) -> object:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _answer(raw: object) -> object:
    """A mapping of one entry is what it holds."""
    return next(iter(raw.values())) if isinstance(raw, Mapping) and len(raw) == 1 else raw


def _usage(raw: object) -> object:
    """Tokens under either vocabulary; totals and details of them are passed over."""
    if not isinstance(raw, Mapping):
        return raw
    cells = {_TOKENS.get(key, key): cell for key, cell in raw.items()}
    return {name: cells[name] for name in ("input_tokens", "output_tokens") if name in cells}


def _failure(raw: object) -> object:
    if isinstance(raw, str):
        return {"message": raw}
    if isinstance(raw, Mapping) and "kind" not in raw and "type" in raw:
        return {"kind" if key == "type" else key: cell for key, cell in raw.items()}
    return raw


class UsageForm(Form):
    """Tokens that a call took."""

    input_tokens: Annotated[Whole, Field(ge=0)] = 0
    output_tokens: Annotated[Whole, Field(ge=0)] = 0

    def build(self) -> Usage:
        """The usage."""
        return Usage(self.input_tokens, self.output_tokens)


class FailureForm(Form):
    """Why there is no answer."""

    kind: Word = "error"
    message: Text = ""
    details: Text = ""

    def build(self) -> Failure:
        """The failure."""
        return Failure(self.kind, self.message, self.details)


class OutputForm(Form):
    """One answer of one system to one example: a line of JSON Lines or a row of CSV."""

    example: Annotated[Word, BeforeValidator(_name, json_schema_input_type=str | int)]
    """The example's id."""
    system: Word
    """The system's name; may be left out where the reader is told."""
    text: Annotated[
        Text | None,
        BeforeValidator(_answer, json_schema_input_type=str | list[str] | None),
    ] = None
    """The answer; a list holds repeated answers to the same example."""
    trial: Annotated[Whole, Field(ge=0)] = 0
    """Counts repeated answers to the same example, from 0."""
    tool_calls: ToolCalls = Field(default_factory=list)
    """Tools the system called on the way, in order; also as providers write them."""
    usage: Annotated[
        UsageForm | None, BeforeValidator(_usage, json_schema_input_type=dict[str, Any] | None)
    ] = None
    """Tokens, under the names input_tokens and output_tokens or prompt_ and completion_tokens."""
    seconds: Annotated[Number, Field(ge=0)] | None = None
    """Wall time of the answer."""
    milliseconds: Annotated[Number, Field(ge=0)] | None = None
    """The same in milliseconds."""
    cost: Annotated[Number, Field(ge=0)] | None = None
    """US dollars."""
    failure: Annotated[
        FailureForm | None,
        BeforeValidator(_failure, json_schema_input_type=str | FailureForm | None),
    ] = None
    """Why there is no answer."""

    def build(self) -> Output:
        """The output."""
        if self.text is None and self.failure is None:
            raise ValueError("there is neither an answer nor an error")
        if self.text is not None and self.failure is not None:
            raise ValueError("there is both an answer and an error")
        if self.seconds is not None and self.milliseconds is not None:
            raise ValueError("the time is given twice, in seconds and in milliseconds")
        seconds = self.milliseconds / 1000 if self.milliseconds is not None else self.seconds
        return Output(
            example=self.example,
            system=self.system,
            text=self.text,
            trial=self.trial,
            tool_calls=tuple(call.build() for call in self.tool_calls),
            usage=None if self.usage is None else self.usage.build(),
            seconds=seconds,
            cost=self.cost,
            failure=None if self.failure is None else self.failure.build(),
        )


def read_outputs(path: Path | str, *, system: str | None = None) -> tuple[Output, ...]:
    """Read a file of answers: JSON Lines, a JSON array or CSV, gzipped or not.

    Args:
        path: The file.
        system: Whose answers they are, where the file does not say; where it does, it must agree.

    Raises:
        DataError: Something is wrong, as two answers to one example in the same trial; every
            fault is listed.
    """
    faults: list[Fault] = []
    outputs: list[Output] = []
    places: dict[tuple[str, str, int], int] = {}
    table = Path(path).name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))
    for line, cells in read_rows(path, faults):
        raw = _unpacked_row(cells) if table else cells
        try:
            answers = list(_read(raw, Origin(str(path), line), system))
        except DataError as problem:
            faults.extend(problem.faults)
            continue
        for output in answers:
            key = (output.example, output.system, output.trial)
            first = places.setdefault(key, line)
            if first != line:
                faults.append(_twice(output, Fault("", str(path), line), first))
            outputs.append(output)
    if faults:
        raise DataError(faults)
    return tuple(outputs)


def write_outputs(path: Path | str, outputs: Iterable[Output]) -> None:
    """Write one JSON object an output, as `read_outputs` reads it; whole or not at all."""
    write_jsonl(path, map(encode, outputs))


def _read(raw: Mapping[str, Any], origin: Origin, system: str | None) -> Iterator[Output]:
    cells, names, _ = renamed(_first_id(raw), ALIASES, origin)
    cells = {name: cell for name, cell in cells.items() if cell is not None}
    if not cells.get("failure"):
        cells.pop("failure", None)
    elif cells.get("text") == "":
        del cells["text"]
    origin = Origin(origin.file, origin.line, names, _ALLOWED)
    if system is not None and cells.setdefault("system", system) != system:
        problem = "is another system than the one whose answers are read"
        found, allowed = repr(cells["system"]), repr(system)
        raise DataError([origin.fault(problem, ("system",), found=found, allowed=allowed)])
    texts = _answer(cells.get("text"))
    if not isinstance(texts, list):
        yield decode(OutputForm, cells, origin).build()
        return
    if "trial" in cells:
        raise DataError([origin.fault("a list of answers numbers its trials itself", ("trial",))])
    if not texts:
        raise DataError([origin.fault("is empty", ("text",), allowed=_ALLOWED["text"])])
    for trial, text in enumerate(texts):
        yield decode(OutputForm, {**cells, "text": text, "trial": trial}, origin).build()


def _first_id(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """An output's own id gives way to the id of its example."""
    if "example_id" in raw and "id" in raw:
        return {key: cell for key, cell in raw.items() if key != "id"}
    return raw


def _unpacked_row(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of a CSV file as JSON would hold it: empty cells are absent."""
    row: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
    for name in row.keys() & _NUMERIC:
        row[name] = _number(row[name])
    for name in row.keys() & {"tool_calls", "usage"}:
        row[name] = unpacked(row[name])
    return row


def _number(cell: str) -> object:
    try:
        value = parse_json(cell)
    except ValueError:
        return cell
    return value if isinstance(value, int | float) and not isinstance(value, bool) else cell


def _twice(output: Output, place: Fault, first: int) -> Fault:
    return Fault(
        f"{output.system!r} answers this example in trial {output.trial} on line {first} too",
        file=place.file,
        line=place.line,
        key="example",
        found=repr(output.example),
        remedy="number repeated answers with trial, from 0",
    )
