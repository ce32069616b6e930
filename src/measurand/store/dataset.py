"""A dataset: examples in five components, read from files with every fault named at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from measurand.core.example import COMPONENTS, Component, Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.errors import DataError, Fault, InsufficientData, UsageError
from measurand.store.codec import encode, nearest
from measurand.store.examples import OUTPUT_NAMES, read_example, unpacked_row
from measurand.store.lines import SUFFIXES, read_rows, write_jsonl

__all__ = ["Dataset"]

_LISTED = 5
"""Ids named in a note before "and N more"."""


@dataclass(frozen=True)
class Dataset:
    """Examples with different ids, in the order they were read.

    Args:
        examples: The examples.
        notes: What was assumed or looked odd in reading them.

    Raises:
        DataError: Two examples share an id.
    """

    examples: tuple[Example, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        counts = Counter(example.id for example in self.examples)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise DataError(Fault("two examples have this id", found=repr(name)) for name in twice)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a folder of component files, or one file.

        A folder holds ``core``, ``edge``, ``adversarial``, ``regression`` and ``golden``, each
        absent or one file of JSON Lines, JSON or CSV, gzipped or not. In a single file, examples
        name their ``component``.

        Raises:
            DataError: Something is wrong; every fault of every file is listed.
        """
        if not Path(path).exists():
            raise DataError([Fault("there is no such file or folder", str(path))])
        loading = _Loading()
        files = loading.folder(Path(path)) if Path(path).is_dir() else [Path(path)]
        for file in files:
            loading.read(file)
        if loading.faults:
            raise DataError(loading.faults)
        return cls(tuple(loading.examples), tuple(loading.notes()))

    def save(self, folder: Path | str) -> None:
        """Write a folder of component files that `load` reads as the same dataset.

        Raises:
            UsageError: The folder holds a component that this dataset has not; saving would mix
                two datasets.
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        sizes = self.sizes()
        for file in _tables(target):
            kept = f"{_stem(file)}.jsonl"
            if _stem(file) in COMPONENTS and (file.name != kept or not sizes[_component(file)]):
                raise UsageError(f"{file} belongs to another dataset; save to an empty folder")
        for component in COMPONENTS:
            if sizes[component]:
                rows = (encode(example) for example in self.component(component))
                write_jsonl(target / f"{component}.jsonl", rows)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when any example's id, component or content does; their order does not count."""
        return fingerprint(sorted([e.id, e.component, e.fingerprint] for e in self.examples))

    @cached_property
    def _by_id(self) -> dict[str, Example]:
        return {example.id: example for example in self.examples}

    def __iter__(self) -> Iterator[Example]:
        return iter(self.examples)

    def __len__(self) -> int:
        return len(self.examples)

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def __getitem__(self, name: str) -> Example:
        """The example of this id.

        Raises:
            KeyError: There is none.
        """
        if name not in self._by_id:
            raise KeyError(f"no example {name!r} among the {len(self)} of this dataset")
        return self._by_id[name]

    def component(self, name: Component) -> Dataset:
        """The examples of one component."""
        return Dataset(tuple(e for e in self.examples if e.component == name), self.notes)

    def sizes(self) -> dict[Component, int]:
        """How many examples each component has; 0 where it has none."""
        counts = Counter(example.component for example in self.examples)
        return {component: counts[component] for component in COMPONENTS}

    def require(
        self,
        *,
        core: int = 0,
        edge: int = 0,
        adversarial: int = 0,
        regression: int = 0,
        golden: int = 0,
    ) -> Self:
        """This dataset, if every component has at least so many examples.

        Raises:
            InsufficientData: A component has fewer; every shortfall is named.
        """
        least = (core, edge, adversarial, regression, golden)
        short = [
            f"{name} has {size} of {wanted}"
            for (name, size), wanted in zip(self.sizes().items(), least, strict=True)
            if size < wanted
        ]
        if short:
            raise InsufficientData(f"the dataset is too small: {', '.join(short)}")
        return self

    def recorded_outputs(self, system: str) -> tuple[Output, ...]:
        """Answers that stood beside their examples, as those of this system.

        They are text under one of the names of `OUTPUT_NAMES`; examples without one give none.
        """
        outputs = []
        for example in self.examples:
            told = [example.metadata.get(name) for name in OUTPUT_NAMES]
            text = next((answer for answer in told if isinstance(answer, str)), None)
            if text is not None:
                outputs.append(Output(example=example.id, system=system, text=text))
        return tuple(outputs)


class _Loading:
    """What has been read so far, and what was wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.examples: list[Example] = []
        self._places: dict[str, str] = {}
        self._ignored: list[str] = []
        self._without: int = 0

    def folder(self, folder: Path) -> list[Path]:
        """The component files of a folder, in the components' order."""
        found: dict[str, Path] = {}
        try:
            files = _tables(folder)
        except OSError as denied:
            reason = (denied.strerror or str(denied)).lower()
            self.faults.append(Fault(f"the folder cannot be read ({reason})", str(folder)))
            return []
        for file in files:
            stem = _stem(file)
            if stem in found:
                problem = f"{found[stem].name} and {file.name} both hold {stem} examples"
                self.faults.append(Fault(problem, str(folder), remedy="keep one of them"))
            elif stem in COMPONENTS:
                found[stem] = file
            elif remedy := nearest(stem, COMPONENTS, alike=0.85):
                problem, allowed = "is not the name of a component", ", ".join(COMPONENTS)
                self.faults.append(Fault(problem, str(file), allowed=allowed, remedy=remedy))
            else:
                self._ignored.append(file.name)
        if not found and not self.faults:
            allowed = ", ".join(f"{component}.jsonl" for component in COMPONENTS)
            self.faults.append(Fault("no file of examples", str(folder), allowed=allowed))
        return [found[component] for component in COMPONENTS if component in found]

    def read(self, file: Path) -> None:
        """Read one file; what is wrong with it is added to the faults."""
        home = _component(file) if _stem(file) in COMPONENTS else None
        table = file.name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))
        for line, cells in read_rows(file, self.faults):
            raw = unpacked_row(cells) if table else cells
            try:
                example = read_example(raw, file=str(file), line=line, home=home)
            except DataError as problem:
                self.faults.extend(problem.faults)
                continue
            self._without += home is None and raw.get("component") is None
            self._add(example, file, line)

    def _add(self, example: Example, file: Path, line: int) -> None:
        first = self._places.get(example.id)
        if first is None:
            self._places[example.id] = f"{file}:{line}"
            self.examples.append(example)
            return
        same = "asks the same as" if example.id == example.fingerprint else "has the id of"
        self.faults.append(
            Fault(
                f"the example {same} {first}",
                file=str(file),
                line=line,
                key="id",
                found=repr(example.id),
                remedy="keep one of them, or give each an id of its own",
            )
        )

    def notes(self) -> Iterator[str]:
        """What was assumed or looks odd."""
        if self._ignored:
            yield f"not read, for it is not named after a component: {_list(self._ignored)}"
        if self._without:
            yield f"{self._without} examples name no component and are taken as core"
        alike: dict[str, list[str]] = {}
        for example in self.examples:
            alike.setdefault(example.fingerprint, []).append(example.id)
        if same := [" = ".join(names) for names in alike.values() if len(names) > 1]:
            yield f"examples that differ in their id alone: {_list(same)}"
        if blank := [example.id for example in self.examples if not example.question.strip()]:
            yield f"examples in which the user says nothing: {_list(blank)}"


def _list(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return f"{', '.join(listed[:_LISTED])}{more}"


def _tables(folder: Path) -> list[Path]:
    """The files of a folder that could hold rows."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file()
        and not file.name.startswith(".")
        and file.name.lower().removesuffix(".gz").endswith(SUFFIXES)
    )


def _stem(file: Path) -> str:
    return file.name.lower().removesuffix(".gz").rpartition(".")[0]


def _component(file: Path) -> Component:
    return next(component for component in COMPONENTS if component == _stem(file))
