"""What the versions of a set know of where examples come from, though the set lost it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from measurand.core.lineage import Lineage
from measurand.errors import DataError, Fault
from measurand.store.lineage_file import read_lineage
from measurand.store.standing import LINEAGE
from measurand.store.versions import version_folder, versions

__all__ = ["remembered"]


def remembered(folder: Path, lost: Mapping[str, str]) -> dict[str, Lineage]:
    """The lineages of examples that were in the set before with the same content.

    So what somebody took out and put back, or edited and edited back, is what it was, with
    whoever accepted it.

    Args:
        folder: The set's folder.
        lost: The fingerprints of the examples by id.

    Returns:
        Those of the newest version that knows them.

    Raises:
        DataError: The lineage of a version cannot be read.
    """
    found: dict[str, Lineage] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for version in reversed(versions(folder) if lost else ()):
        if len(found) == len(lost):
            break
        if version.name in seen:
            continue
        seen.add(version.name)
        known = read_lineage(version_folder(folder, version) / f"{LINEAGE}.jsonl.gz", faults)
        for name, print_ in lost.items():
            if name not in found and name in known and known[name].fingerprint == print_:
                found[name] = known[name]
    if faults:
        raise DataError(faults)
    return found
