"""Which files of a folder are the set: its own, or while a save is under way those of a version.

A set is several files, and no file system renames several at once. So a version is written whole,
then one file names it: from this rename on the set is that version, wherever it is read. Then the
folder's own files are renamed one by one, and the note goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measurand.errors import DataError, Fault

__all__ = ["COMPANIONS", "LINEAGE", "NAME", "SPARE", "VERSIONS", "noted", "pending", "standing"]

LINEAGE, SPARE, VERSIONS = "lineage", "spare", "versions"
COMPANIONS = frozenset({LINEAGE, SPARE})
"""Files beside those of the components that are no examples of the set."""


NAME = r"[0-9a-f]{16}(\.[0-9a-f]{8})?"
"""The name of a version is that of a folder under ``versions/``, and never a path."""


def pending(folder: Path) -> Path:
    """Where a save that is under way is noted."""
    return folder / VERSIONS / "pending.json"


def noted(folder: Path) -> Mapping[str, Any] | None:
    """The note of a save that is under way, or was when its process ended; None without.

    Raises:
        DataError: It cannot be read.
    """
    path = pending(folder)
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        note = None
    if not _sound(note):
        remedy = "remove it if nothing writes to the set, then: measurand data versions"
        raise DataError([Fault("the note of a save is damaged", str(path), remedy=remedy)])
    found: Mapping[str, Any] = note
    return found


def _sound(note: object) -> bool:
    """Whether a note names a version."""
    version = note.get("version") if isinstance(note, dict) else None
    name = version.get("name") if isinstance(version, dict) else None
    return isinstance(name, str) and re.fullmatch(NAME, name) is not None


def standing(folder: Path) -> Path:
    """The folder that holds the files of a set: mostly the folder itself.

    Raises:
        DataError: The note of a save cannot be read.
    """
    note = noted(folder)
    return folder if note is None else folder / VERSIONS / str(note["version"]["name"])
