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
from measurand.errors import DataError, Fault, UsageError
from measurand.store.codec import encode
from measurand.store.example_files import (
    Oddities,
    Places,
    component_of,
    listing,
    read_examples,
    require_sizes,
    sizes_of,
    stem_of,
    tables,
)
from measurand.store.example_names import OUTPUT_NAMES
from measurand.store.examples_plain import fingerprint_of
from measurand.store.lines import write_jsonl

__all__ = ["Dataset"]


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
        files = listing(Path(path))
        faults, examples, places = list(files.faults), [], Places()
        odd = Oddities(files.ignored)
        for placed in read_examples(files.files, faults):
            if (fault := places.seen(placed)) is not None:
                faults.append(fault)
                continue
            examples.append(placed.example)
            odd.see(placed)
        if faults:
            raise DataError(faults)
        alike = _alike(examples)
        return cls(tuple(examples), tuple(odd.notes(alike, len(alike))))

    def save(self, folder: Path | str) -> None:
        """Write a folder of component files that `load` reads as the same dataset.

        Raises:
            UsageError: The folder holds a component that this dataset has not; saving would mix
                two datasets.
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        sizes = self.sizes()
        for file in tables(target):
            kept = f"{stem_of(file)}.jsonl"
            if stem_of(file) in COMPONENTS and (file.name != kept or not sizes[component_of(file)]):
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
        return sizes_of(Counter(example.component for example in self.examples))

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
        least: dict[Component, int] = {"core": core, "edge": edge, "adversarial": adversarial}
        require_sizes(self.sizes(), {**least, "regression": regression, "golden": golden})
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


def _alike(examples: Iterable[Example]) -> list[list[str]]:
    """The ids of examples that differ in nothing else."""
    alike: dict[str, list[str]] = {}
    for example in examples:
        alike.setdefault(fingerprint_of(example), []).append(example.id)
    return [names for names in alike.values() if len(names) > 1]
