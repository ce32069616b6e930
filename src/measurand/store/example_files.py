"""Files of examples, read one by one: which files there are, what stands in them, what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from measurand.core.example import COMPONENTS, Component, Example
from measurand.errors import DataError, Fault, InsufficientData, nearest
from measurand.store.examples import read_example, unpacked_row
from measurand.store.lines import SUFFIXES, read_rows
from measurand.store.standing import COMPANIONS, standing

__all__ = [
    "Listing",
    "Oddities",
    "Placed",
    "Places",
    "component_of",
    "listing",
    "read_examples",
    "require_sizes",
    "sizes_of",
    "stem_of",
    "tables",
]

_LISTED = 5
"""Ids named in a note before "and N more"."""


class Placed(NamedTuple):
    """An example and where it stands."""

    example: Example
    file: Path
    line: int
    assumed: bool
    """Whether nobody said which component it belongs to."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a dataset.

    Args:
        files: Those that hold examples, in the order in which they are read.
        ignored: The names of those that are not named after a component.
        faults: What is wrong with the folder.
    """

    files: tuple[Path, ...]
    ignored: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def listing(path: Path) -> Listing:
    """The files of a folder, in the components' order, or the one file.

    Raises:
        DataError: There is no such thing.
    """
    if not path.exists():
        raise DataError([Fault("there is no such file or folder", str(path))])
    if not path.is_dir():
        return Listing((path,))
    try:
        files = tables(standing(path))
    except OSError as denied:
        reason = (denied.strerror or str(denied)).lower()
        return Listing((), (), (Fault(f"the folder cannot be read ({reason})", str(path)),))
    return _components(path, files)


def _components(folder: Path, files: Iterable[Path]) -> Listing:
    found: dict[str, Path] = {}
    faults: list[Fault] = []
    ignored: list[str] = []
    for file in files:
        stem = stem_of(file)
        if stem in found:
            problem = f"{found[stem].name} and {file.name} both hold {stem} examples"
            faults.append(Fault(problem, str(folder), remedy="keep one of them"))
        elif stem in COMPONENTS:
            found[stem] = file
        elif remedy := nearest(stem, COMPONENTS, alike=0.85):
            problem, allowed = "is not the name of a component", ", ".join(COMPONENTS)
            faults.append(Fault(problem, str(file), allowed=allowed, remedy=remedy))
        elif stem not in COMPANIONS:
            ignored.append(file.name)
    if not found and not faults:
        allowed = ", ".join(f"{component}.jsonl" for component in COMPONENTS)
        faults.append(Fault("no file of examples", str(folder), allowed=allowed))
    ordered = tuple(found[component] for component in COMPONENTS if component in found)
    return Listing(ordered, tuple(ignored), tuple(faults))


def read_examples(files: Iterable[Path], faults: list[Fault]) -> Iterator[Placed]:
    """The examples of files, one at a time; what is wrong is added to the faults."""
    for file in files:
        home = component_of(file) if stem_of(file) in COMPONENTS else None
        name = str(file)
        table = file.name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))
        for line, cells in read_rows(file, faults):
            raw = unpacked_row(cells) if table else cells
            try:
                example = read_example(raw, file=name, line=line, home=home)
            except DataError as problem:
                faults.extend(problem.faults)
                continue
            yield Placed(example, file, line, home is None and raw.get("component") is None)


class Places:
    """Where each id was seen first."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}

    def seen(self, placed: Placed) -> Fault | None:
        """The fault of an example whose id was seen before."""
        example = placed.example
        first = self._places.get(example.id)
        if first is None:
            self._places[example.id] = f"{placed.file}:{placed.line}"
            return None
        same = "asks the same as" if example.id == example.fingerprint else "has the id of"
        return Fault(
            f"the example {same} {first}",
            file=str(placed.file),
            line=placed.line,
            key="id",
            found=repr(example.id),
            remedy="keep one of them, or give each an id of its own",
        )


@dataclass(slots=True)
class Oddities:
    """What was assumed or looks odd in a dataset.

    Args:
        ignored: The names of files that were not read.
    """

    ignored: tuple[str, ...] = ()
    assumed: int = 0
    blank: list[str] = field(default_factory=list)
    blanks: int = 0

    def see(self, placed: Placed) -> None:
        """Look at an example."""
        self.assumed += placed.assumed
        if not placed.example.question.strip():
            self.blanks += 1
            if len(self.blank) < _LISTED:
                self.blank.append(placed.example.id)

    def notes(self, alike: Iterable[Iterable[str]], count: int) -> Iterator[str]:
        """The sentences.

        Args:
            alike: Ids of examples that differ in nothing else, a group each.
            count: How many such groups there are; the first five are enough to be given.
        """
        if self.ignored:
            yield (
                "not read, for it is not named after a component: "
                f"{_list(self.ignored, len(self.ignored))}"
            )
        if self.assumed:
            yield f"{self.assumed} examples name no component and are taken as core"
        if count:
            same = (" = ".join(names) for names in alike)
            yield f"examples that differ in their id alone: {_list(same, count)}"
        if self.blanks:
            yield f"examples in which the user says nothing: {_list(self.blank, self.blanks)}"


def require_sizes(sizes: Mapping[Component, int], least: Mapping[Component, int]) -> None:
    """Hold components to their least sizes.

    Raises:
        InsufficientData: A component has fewer examples; every shortfall is named.
    """
    short = [
        f"{name} has {sizes[name]} of {least.get(name, 0)}"
        for name in COMPONENTS
        if sizes[name] < least.get(name, 0)
    ]
    if short:
        raise InsufficientData(f"the dataset is too small: {', '.join(short)}")


def sizes_of(counts: Counter[Component]) -> dict[Component, int]:
    """How many examples each component has; 0 where it has none."""
    return {component: counts[component] for component in COMPONENTS}


def tables(folder: Path) -> list[Path]:
    """The files of a folder that could hold rows."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file()
        and not file.name.startswith(".")
        and file.name.lower().removesuffix(".gz").endswith(SUFFIXES)
    )


def stem_of(file: Path) -> str:
    """The name of a file without its endings, in small letters."""
    return file.name.lower().removesuffix(".gz").rpartition(".")[0]


def component_of(file: Path) -> Component:
    """The component that a file is named after."""
    return next(component for component in COMPONENTS if component == stem_of(file))


def _list(names: Iterable[str], count: int) -> str:
    listed = list(names)[:_LISTED]
    more = f" and {count - _LISTED} more" if count > _LISTED else ""
    return f"{', '.join(listed)}{more}"
