"""Outputs with people's levels, as a judge is shown them: one a line, read and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, Strict

from measurand.core.exemplars import ExemplarId, Settled
from measurand.core.judging import Exemplar
from measurand.core.rubric import Rubric
from measurand.errors import DataError, Fault
from measurand.store.codec import Form, Origin, Text, Word, decode, encode
from measurand.store.examples import MessageForm
from measurand.store.lines import read_rows, write_jsonl

__all__ = ["read_exemplars", "write_exemplars"]


class ExemplarRowForm(Form):
    """An output, and the level that people settled on one dimension."""

    dimension: Word
    """On which dimension its level is."""
    example: Word
    """The id of the example that it answers."""
    system: Word | None = None
    """Whose output it is."""
    messages: Annotated[list[MessageForm], Field(min_length=1)]
    """The conversation up to the answer."""
    output: Text
    """The answer."""
    level: Annotated[float, Strict()] | Text
    """What it deserves, on the scale of the dimension."""
    reason: Text = ""
    """Why."""

    def build(self) -> Settled:
        """The exemplar."""
        return Settled(
            dimension=self.dimension,
            of=ExemplarId(self.example, self.system),
            exemplar=Exemplar(
                messages=tuple(message.build() for message in self.messages),
                output=self.output,
                level=self.level,
                reason=self.reason,
            ),
        )


def read_exemplars(path: Path | str, rubric: Rubric) -> tuple[Settled, ...]:
    """Read exemplars, in the order in which a judge is shown them.

    Args:
        path: The file, as `write_exemplars` writes it.
        rubric: On whose scales the levels are.

    Raises:
        DataError: Something is wrong, as a level off the scale; every fault is listed.
    """
    faults: list[Fault] = []
    found: list[Settled] = []
    if not Path(path).exists():
        raise DataError([Fault("there are no exemplars here", str(path))])
    for line, raw in read_rows(path, faults):
        origin = Origin(str(path), line)
        try:
            one = decode(ExemplarRowForm, raw, origin).build()
        except DataError as problem:
            faults += problem.faults
            continue
        faults += _off(one, rubric, origin)
        found.append(one)
    if faults:
        raise DataError(faults)
    return tuple(found)


def write_exemplars(path: Path | str, shown: Iterable[Settled]) -> None:
    """Write one JSON object an exemplar, as `read_exemplars` reads it; whole or not at all."""
    write_jsonl(path, map(_plain, shown))


def _plain(one: Settled) -> dict[str, Any]:
    return {"dimension": one.dimension, **encode(one.of), **encode(one.exemplar)}


def _off(one: Settled, rubric: Rubric, origin: Origin) -> Iterator[Fault]:
    if one.dimension not in rubric:
        allowed = ", ".join(dimension.name for dimension in rubric)
        problem, found = "is no dimension of the rubric", repr(one.dimension)
        yield origin.fault(problem, ("dimension",), found=found, allowed=allowed)
        return
    scale = rubric.dimension(one.dimension).scale
    try:
        scale.parse(one.exemplar.level)
    except ValueError as problem:
        yield origin.fault(str(problem), ("level",), allowed=str(scale))
