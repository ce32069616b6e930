"""Twins: examples said in other words, one a line."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.example import Message
from measurand.errors import DataError, Fault
from measurand.store.examples import read_example
from measurand.store.lines import read_rows, shown, write_jsonl

__all__ = ["Twin", "read_twins", "write_twins"]


@dataclass(frozen=True, slots=True)
class Twin:
    """An example said in other words.

    Args:
        of: The example's id.
        messages: The conversation as the twin has it.
        by: Who wrote it, as a model's name; empty where nobody says.
    """

    of: str
    messages: tuple[Message, ...]
    by: str = ""


def read_twins(path: Path | str, known: Container[str]) -> tuple[Twin, ...]:
    """Read twins: ``of`` (an id), and ``messages``, or ``question`` alone.

    Args:
        path: JSON Lines, JSON or CSV.
        known: The ids of the examples.

    Raises:
        DataError: A row is wrong, names an example that is not there, or one that has a twin
            already; every fault is listed.
    """
    faults: list[Fault] = []
    found: dict[str, Twin] = {}
    file = str(path)
    for line, cells in read_rows(path, faults):
        of = cells.get("of")
        if not isinstance(of, str) or of not in known:
            allowed = "the id of an example of the set"
            fault = Fault(
                "the twin is of no example",
                file,
                line,
                key="of",
                found=shown(of),
                allowed=allowed,
            )
            faults.append(fault)
            continue
        if of in found:
            faults.append(Fault("the example has a twin already", file, line, key="of", found=of))
            continue
        try:
            found[of] = Twin(of, _messages(cells, file, line), str(cells.get("by") or ""))
        except DataError as problem:
            faults.extend(problem.faults)
    if faults:
        raise DataError(faults)
    return tuple(found.values())


def _messages(cells: Mapping[str, Any], file: str, line: int) -> tuple[Message, ...]:
    told = {name: cells[name] for name in ("messages", "question") if name in cells}
    return read_example({"id": "twin", **told}, file=file, line=line, home="core").messages


def write_twins(path: Path | str, twins: Iterator[Twin] | tuple[Twin, ...]) -> None:
    """Write twins that `read_twins` reads."""
    write_jsonl(
        path,
        (
            {
                "of": twin.of,
                "messages": [{"role": m.role, "content": m.content} for m in twin.messages],
                **({"by": twin.by} if twin.by else {}),
            }
            for twin in twins
        ),
    )
