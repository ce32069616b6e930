"""Users' own code, by the name that a plan gives it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from measurand.core.callables import FILE_MODULE
from measurand.core.fingerprint import fingerprint
from measurand.errors import UsageError
from measurand.raters.checks.sources import code_of

__all__ = ["is_target", "load"]

_FORMS = "python:package.module:name or file.py:name"
_SEEN: dict[str, str] = {}
"""The hashes of the modules that targets have imported, by name."""


def is_target(text: str) -> bool:
    """Whether a rater's name in a plan means users' own code."""
    return text.startswith("python:") or ".py:" in text


def load(target: str, *, base: Path) -> Any:
    """The object that ``python:package.module:name`` or ``file.py:name`` means.

    The code runs, with the rights of this process: plans are trusted as programs are. Where a
    module below the project's root is another than before, those are imported anew.

    Args:
        target: The name. A file's path is relative to ``base``; so are modules, which are
            also found wherever Python finds them first.
        base: The folder of the plan.

    Raises:
        UsageError: There is no such file, module or name, or it fails when it is imported.
    """
    where, _, name = target.removeprefix("python:").rpartition(":")
    if not where or not name or not is_target(target):
        raise UsageError(f"{target!r} names no code; allowed: {_FORMS}")
    code = code_of(target, base=base)
    _forget(code.modules)
    try:
        if target.startswith("python:"):
            if str(base) not in sys.path:
                sys.path.append(str(base))  # last: a plan's folder hides no installed module
            module = importlib.import_module(where)
        else:
            module = _file(base / where, code.digest)
    except UsageError:
        raise
    except (Exception, SystemExit) as problem:
        kind = type(problem).__name__
        raise UsageError(f"{where} cannot be imported: {kind}: {problem}") from problem
    try:
        return getattr(module, name)
    except AttributeError:
        public = ", ".join(sorted(key for key in vars(module) if not key.startswith("_")))
        raise UsageError(f"{where} has no {name!r}; it has: {public}") from None


def _forget(modules: Mapping[str, str]) -> None:
    """Let Python import what has been edited since: the version of an answer follows the files."""
    if any(_SEEN.get(name, found) != found for name, found in modules.items()):
        for name in (*_SEEN, *modules):
            sys.modules.pop(name, None)
        _SEEN.clear()
    _SEEN.update(modules)


def _file(path: Path, code: str) -> ModuleType:
    path = path.resolve()
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    content = path.read_bytes()
    # What a file says belongs to its name: edited, it is another module, also in a notebook.
    name = f"{FILE_MODULE}{fingerprint([str(path), sha256(content).hexdigest(), code])}"
    if (known := sys.modules.get(name)) is not None:
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: its dataclasses look their module up
    try:
        # Not by the loader: bytecode of another version of the same second and size would run.
        exec(compile(content, str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102
    except BaseException:
        del sys.modules[name]
        raise
    return module
