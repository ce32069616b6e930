"""The verb ``init``: a commented starter project that runs as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from measurand.errors import InfrastructureError, UsageError
from measurand.simulate.production import production_log
from measurand.store.schemas import plan_schema

__all__ = ["init"]

_DISGUISE = ".txt"
"""Ends the name of a template that is code, so that nothing imports it from here."""


def init(directory: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the starter project.

    Args:
        directory: Where to; it is made if it is not there.
        force: Overwrite files of the same names; other files stay in any case.

    Returns:
        The files written, in the order of their names.

    Raises:
        UsageError: Some of the files are there already, or the directory is a file.
        InfrastructureError: A file cannot be written.
    """
    files = {directory / name: content for name, content in _starter().items()}
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; name a folder for the starter project")
    taken = [str(path.relative_to(directory)) for path in files if path.exists()]
    if taken and not force:
        raise UsageError(
            f"{directory} already has {', '.join(taken)}; choose another folder, or overwrite "
            "them with --force"
        )
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as problem:
        where = problem.filename or directory
        raise InfrastructureError(f"{where} cannot be written: {problem.strerror}") from problem
    return tuple(files)


def _starter() -> Mapping[PurePosixPath, bytes]:
    """The starter's files by their names in the project, sorted."""
    found = dict(_templates(resources.files("measurand.jobs") / "starter", PurePosixPath()))
    schema = json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"
    found[PurePosixPath("measurand.schema.json")] = schema.encode()
    log = (json.dumps(row, ensure_ascii=False) + "\n" for row in production_log())
    found[PurePosixPath("logs/production.jsonl")] = "".join(log).encode()
    return dict(sorted(found.items()))


def _templates(folder: Traversable, inside: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in folder.iterdir():
        name = inside / entry.name.removesuffix(_DISGUISE)
        if entry.is_dir():
            yield from _templates(entry, name)
        else:
            yield name, entry.read_bytes()
