"""Which format a returned file is of, by its name and what it begins with."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["recognised"]

_NAMED = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".html": "html",
    ".htm": "html",
}
_LOOKED_AT = 2**20
_SIGNS = (
    ("html", r'"measurand"\s*:\s*"packet answers"'),
    ("potato", r'"(instance_id_to_label_to_value|label_annotations|instance_id)"\s*:'),
    ("prodigy", r'"(_task_hash|_view_id|_session_id)"\s*:'),
    ("argilla", r'"fields"\s*:\s*\{'),
    ("label-studio", r'"(annotations|completions|data)"\s*:'),
)
"""Keys that only files of one format have; those that are least likely elsewhere come first."""


def recognised(path: Path) -> str | None:
    """The name of the format in `measurand.store.packets.FORMATS`; None where it cannot be told.

    It looks at the first mebibyte of a JSON file. Texts in it cannot mislead it: a quotation mark
    within a text of JSON has a backslash before it.
    """
    suffix = path.suffix.lower()
    if suffix in _NAMED:
        return _NAMED[suffix]
    if suffix not in {".json", ".jsonl", ".ndjson"}:
        return None
    try:
        with path.open("rb") as stream:
            start = stream.read(_LOOKED_AT).decode("utf-8", "replace")
    except OSError:  # a folder, for one
        return None
    return next((name for name, sign in _SIGNS if re.search(rf"(?<!\\){sign}", start)), None)
