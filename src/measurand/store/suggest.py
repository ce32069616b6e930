"""A mapping to begin with, for a file that has other columns than a table of ratings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from measurand.store.scales import is_rating

__all__ = ["suggested_map"]

_JUDGE = re.compile(r"judge|gpt|claude|gemini|llama|llm|(?<![a-z])ai(?![a-z])", re.IGNORECASE)
_ODD = re.compile(r"[,{}]")
"""What a column's name means something else with, on the command line."""
_MOST = 12


def suggested_map(
    columns: Mapping[str, Sequence[str]], names: Mapping[str, tuple[str, ...]]
) -> str:
    """Arguments of ``--map`` that read a file, made of its own columns.

    Columns whose every cell could be a rating are taken as such, by a judge where the header
    sounds like a model and by people elsewhere. It is a guess, to be corrected by its reader.

    Args:
        columns: Cells of each column, as text.
        names: The headers that are understood anyway, by what they mean.
    """
    usable = [header for header in columns if not _ODD.search(header)]
    fields = {
        name: header
        for name in ("system", "dimension", "cluster", "component", "segment")
        if (header := _known(usable, names[name]))
    }
    fields["example"] = _known(usable, names["example"]) or _longest(usable, columns)
    spoken = {*fields.values(), *(h for name in ("seconds", "cost") for h in names[name])}
    values = [
        header
        for header in usable
        if header not in spoken and any(columns[header]) and all(map(is_rating, columns[header]))
    ][:_MOST]
    judges = [header for header in values if _JUDGE.search(header)]
    people = [header for header in values if header not in judges]
    arguments = [f"{name}:{fields[name]}" for name in ("example", *fields) if fields[name]]
    arguments += [f"people:{','.join(people) or 'COLUMN'}"] if people or not judges else []
    arguments += [f"judge:{','.join(judges)}"] if judges else []
    return " ".join(f"--map {shlex.quote(one)}" for one in dict.fromkeys(arguments))


def _known(headers: Iterable[str], allowed: tuple[str, ...]) -> str:
    normal = {re.sub(r"[\s\-]+", "_", header.strip().lower()): header for header in headers}
    there = [normal[name] for name in allowed if name in normal]
    ids = [h for name, h in normal.items() if "id" in allowed and name.endswith("_id")]
    return (there or ids or [""])[0]


def _longest(headers: Sequence[str], columns: Mapping[str, Sequence[str]]) -> str:
    """The column that tells most rows apart."""
    return max(headers, key=lambda header: len(set(columns[header])), default="")
