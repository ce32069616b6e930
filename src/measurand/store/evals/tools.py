"""Which tool wrote a file, and what reads it: the one table of tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.core.example import Component
from measurand.core.scale import Scale
from measurand.errors import DataError, Fault
from measurand.store.evals import deepeval, inspect_log, lm_eval, openai_evals, promptfoo
from measurand.store.evals.archive import opened
from measurand.store.evals.documents import decoded, document, first_line, rows
from measurand.store.evals.gather import Evaluation, Gathering
from measurand.store.evals.reading import mapping_of
from measurand.store.evals.sample import NotTaken, Sample, Sheet

__all__ = ["TOOLS", "Taking", "Tool", "read_evaluation"]

_Test = Callable[[Mapping[str, Any]], bool]
_Rows = Iterable[tuple[int, Mapping[str, Any]]]
_ZIP = b"PK\x03\x04"


def _never(_: Mapping[str, Any]) -> bool:
    return False


def _nothing(_: Any, __: Sheet) -> Iterator[Sample]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool whose files are read.

    Args:
        name: In messages.
        files: Which of its files, in words.
        is_document: Whether a whole JSON document is one of its files.
        document: Reads it.
        is_row: Whether the first line of a file of JSON Lines is one of its rows.
        rows: Reads the lines.
    """

    name: str
    files: str
    is_document: _Test = _never
    document: Callable[[Mapping[str, Any], Sheet], Iterator[Sample]] = _nothing
    is_row: _Test = _never
    rows: Callable[[_Rows, Sheet], Iterator[Sample]] = _nothing


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="Inspect",
        files="logs: .eval and .json",
        is_document=inspect_log.is_document,
        document=inspect_log.read_document,
    ),
    Tool(
        name="promptfoo",
        files="results in JSON and JSON Lines",
        is_document=promptfoo.is_document,
        document=promptfoo.read_document,
        is_row=promptfoo.is_row,
        rows=promptfoo.read_rows,
    ),
    Tool(
        name="DeepEval",
        files="test_run_*.json, .latest_run_full.json",
        is_document=deepeval.is_document,
        document=deepeval.read_document,
    ),
    Tool(
        name="lm-evaluation-harness",
        files="samples_TASK_TIME.jsonl",
        is_row=lm_eval.is_row,
        rows=lm_eval.read_rows,
    ),
    Tool(
        name="OpenAI Evals",
        files="logs of oaieval",
        is_row=openai_evals.is_log,
        rows=openai_evals.read_log,
    ),
    Tool(
        name="OpenAI Evals dashboard",
        files="eval_items_*.jsonl",
        is_row=openai_evals.is_item,
        rows=openai_evals.read_items,
    ),
)
"""Every tool whose files are read, in the order in which a file is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How files are taken.

    Args:
        component: The component of examples that do not name their own.
        system: Whose answers they are, where a file does not say or is to be overruled.
        judges: Scorers that are judges, where the tool does not say so.
        people: Scorers that are people.
        scales: Of dimensions; the others have a tool's own scale, or an inferred one.
    """

    component: Component = "core"
    system: str | None = None
    judges: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    scales: Mapping[str, Scale] = field(default_factory=dict)


def read_evaluation(
    paths: Sequence[Path], taking: Taking | None = None, *, names: Sequence[str] = ()
) -> Evaluation:
    """Read files of other evaluation tools, of one or of several.

    Args:
        paths: The files; what is in them says which tool wrote them, not their names.
        taking: How.
        names: What the files are called in places and accounts, each otherwise; by default as on
            disk.

    Returns:
        Examples, outputs and ratings, with the account of every file.

    Raises:
        DataError: A file cannot be read, or no tool that is known wrote it; all such files.
    """
    how = taking or Taking()
    gathering = Gathering(how.scales)
    faults: list[Fault] = []
    for path, name in zip(paths, names or [path.name for path in paths], strict=True):
        sheet = Sheet(path, how.system, how.judges, how.people, how.component, name)
        try:
            tool, samples = _recognised(path, sheet)
            gathering.add(samples, tool, sheet)
        except DataError as problem:
            faults += problem.faults
    if faults:
        raise DataError(faults)
    return gathering.finished()


def _recognised(path: Path, sheet: Sheet) -> tuple[str, Iterator[Sample]]:
    if not path.is_file():
        raise DataError([Fault("there is no such file", str(path))])
    with path.open("rb") as stream:
        start = stream.read(len(_ZIP))
    if start == _ZIP:
        with opened(path) as archive:
            if inspect_log.is_archive(archive):
                return TOOLS[0].name, inspect_log.read_archive(sheet)
        raise DataError([_unknown(path)])
    try:
        row = mapping_of(decoded(first_line(path)))
    except NotTaken:
        row = {}
    if row and (tool := next((one for one in TOOLS if one.is_row(row)), None)):
        return tool.name, tool.rows(rows(sheet), sheet)
    whole = mapping_of(document(path))
    if tool := next((one for one in TOOLS if one.is_document(whole)), None):
        return tool.name, tool.document(whole, sheet)
    raise DataError([_unknown(path)])


def _unknown(path: Path) -> Fault:
    known = "; ".join(f"{tool.name} ({tool.files})" for tool in TOOLS)
    remedy = "a table of ratings is read by: measurand import; logs of production by: data build"
    return Fault("this is no file of a tool that is known", str(path), allowed=known, remedy=remedy)
