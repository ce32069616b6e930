"""The code that a target runs, as far as it lies below the project's root; read, never run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.util import decode_source
from pathlib import Path
from types import MappingProxyType

from measurand.core.fingerprint import fingerprint
from measurand.core.imports import imported, needed

__all__ = ["Code", "code_of", "program_code", "root_of"]

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_OURS = "measurand"
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Code:
    """Code that a target runs besides its own statement.

    Args:
        digest: Changes with any of it, wherever the project lies; empty where there is none.
        modules: The hash of every module below the root, by its name.
    """

    digest: str = ""
    modules: Mapping[str, str] = field(default_factory=lambda: _NONE)


def root_of(base: Path) -> Path:
    """The root of a project: the working tree around a folder, or that folder itself."""
    base = base.resolve()
    return next((one for one in (base, *base.parents) if (one / ".git").exists()), base)


def code_of(target: str, *, base: Path) -> Code:
    """What ``file.py:name`` or ``python:package.module:name`` runs.

    Of the file itself it is what the name needs; of every module that this imports, and that those
    import, it is all of it. What lies outside of the root, and installed packages, do not count.

    Args:
        target: The name, as a plan has it.
        base: The plan's folder.
    """
    where, _, name = target.removeprefix("python:").rpartition(":")
    finder = _Finder.at(base, (*sys.path, base))
    if target.startswith("python:"):
        found = finder.find(where)
        module, file = where, None if found is None else found[0]
    else:
        module, file = "", base / where
    if file is None or not finder.own(file) or (text := _read(file)) is None:
        return Code()
    needs = needed(text, name, module=module)
    modules = finder.closure((*needs.modules, *_parents(module)))
    if target.startswith("python:"):
        modules.setdefault(where, _hash(text))
        others = {name: one for name, one in modules.items() if name != where}
    else:
        others = modules
    if needs.alone and not others:
        return Code("", modules)
    return Code(fingerprint([needs.text, others]), modules)


def program_code(words: Sequence[str], *, base: Path) -> str:
    """The hash of what Python files, or modules after ``-m``, that a command names import.

    Args:
        words: The command.
        base: The plan's folder, in which it is started.
    """
    modules: dict[str, str] = {}
    for at, word in enumerate(words):
        file = base / word
        if word.endswith(".py") and (text := _read(file)) is not None:
            finder = _Finder.at(base, (file.parent, base))
            modules |= finder.closure(imported(text))
        elif at and words[at - 1] == "-m":
            finder = _Finder.at(base, (base,))
            modules |= finder.closure((word, f"{word}.__main__"))
    return fingerprint(modules) if modules else ""


@dataclass(frozen=True, slots=True)
class _Finder:
    """Where modules are looked for, as Python does, and which of them are the project's own."""

    root: Path
    places: tuple[Path, ...]

    @classmethod
    def at(cls, base: Path, places: Iterable[Path | str]) -> _Finder:
        return cls(root_of(base), tuple(dict.fromkeys(Path(one).resolve() for one in places)))

    def own(self, file: Path) -> bool:
        """Whether a file is the project's, and no installed package's."""
        file = file.resolve()
        if not file.is_relative_to(self.root):
            return False
        return not _INSTALLED & set(file.relative_to(self.root).parts)

    def closure(self, names: Iterable[str]) -> dict[str, str]:
        """The hash of every module of the project's own that these need, by its name."""
        todo = [one for name in names for one in (name, *_parents(name))]
        seen: set[str] = set()
        modules: dict[str, str] = {}
        while todo:
            name = todo.pop()
            if name in seen or name.partition(".")[0] in {_OURS, *sys.builtin_module_names}:
                continue
            seen.add(name)
            found = self.find(name)
            if found is None or not self.own(found[0]) or (text := _read(found[0])) is None:
                continue
            modules[name] = _hash(text)
            more = _imported(text, name, found[1])
            todo += [one for n in more for one in (n, *_parents(n))]
        return dict(sorted(modules.items()))

    def find(self, name: str) -> tuple[Path, bool] | None:
        """The file of a module, and whether it is a package's."""
        places, found = self.places, None
        for part in name.split("."):
            found, places = _step(places, part)
        return found


def _step(places: Sequence[Path], part: str) -> tuple[tuple[Path, bool] | None, tuple[Path, ...]]:
    """One part of a module's name: its file, and where its own parts are."""
    spread = []
    for place in places:
        folder = place / part
        if (file := folder / "__init__.py").is_file():
            return (file, True), (folder,)
        if (file := place / f"{part}.py").is_file():
            return (file, False), ()
        if folder.is_dir():  # a package in several places has no file
            spread.append(folder)
    return None, tuple(spread)


def _parents(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


def _read(file: Path) -> str | None:
    """A source with plain line ends; None where it is none."""
    try:
        return decode_source(file.read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=4096)
def _imported(text: str, module: str, package: bool) -> tuple[str, ...]:  # noqa: FBT001
    return imported(text, module=module, package=package)
