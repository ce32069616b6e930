"""What the version of a system cannot see, so that a change of it would not be asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from measurand.core.system import System

__all__ = ["unseen"]

_UNSEEN: Mapping[str, str] = {
    "function": "installed packages, code outside the project, and files that it reads",
    "program": "whatever it loads besides the files it names and the modules of the project that "
    "those import",
    "endpoint": "what runs behind the address",
    "model": "another model behind the same name (measurand anchors looks for that)",
}


def unseen(systems: Iterable[System]) -> Iterator[str]:
    """What of these systems may have changed without being asked again, in sentences."""
    kinds: dict[str, list[str]] = {}
    for system in systems:
        kinds.setdefault(system.kind, []).append(system.name)
    for kind, names in kinds.items():
        if kind in _UNSEEN:
            yield (
                f"Answers of {' and '.join(names)} are asked for again where the version has "
                f"changed, which cannot see {_UNSEEN[kind]}; after such a change: "
                "measurand run --no-cache."
            )
