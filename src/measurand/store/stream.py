"""A dataset that stays in its files: checked once in whole, then read again example by example."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from measurand.core.example import Component, Example
from measurand.errors import DataError, Fault
from measurand.store.example_files import (
    Listing,
    Oddities,
    Places,
    listing,
    read_examples,
    require_sizes,
    sizes_of,
)
from measurand.store.examples_plain import FINGERPRINT_DIGITS, fingerprint_of, quoted

__all__ = ["ExampleStream"]

_RUN = 4 * 2**20
"""Characters that are sorted in memory, before they are put aside in a scratch file."""
_GROUPS = 5
"""Groups of alike examples that are named; the others are counted."""
_FEW = 100_000
"""Numbers that are sorted without numpy."""


class ExampleStream:
    """The examples of a dataset, in the order of `Dataset.load`, without holding them.

    All files are read once and checked as `Dataset.load` checks them; each iteration reads them
    anew. Memory grows by 16 bytes an example, and with what is wrong or alike; a JSON array is
    held whole while it is read, so large sets belong in JSON Lines or CSV. Scratch files, which
    go with the first reading, hold the ids while the fingerprint is made.

    Args:
        path: A folder of component files, or one file; see `Dataset.load`.

    Attributes:
        fingerprint: The same as that of the dataset which `Dataset.load` reads.
        notes: What was assumed or looks odd.

    Raises:
        DataError: Something is wrong; every fault of every file is listed.
    """

    fingerprint: str
    notes: tuple[str, ...]

    def __init__(self, path: Path | str) -> None:
        self._listing = listing(Path(path))
        self._state = _state(self._listing)
        first = _FirstReading.of(self._listing)
        self.fingerprint, self.notes = first.fingerprint, first.notes
        self._sizes, self._count = sizes_of(first.sizes), sum(first.sizes.values())

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Example]:
        """The examples.

        Raises:
            DataError: A file has changed since it was checked.
        """
        faults: list[Fault] = []
        count = 0
        self._unchanged()
        for placed in read_examples(self._listing.files, faults):
            if faults:
                break
            yield placed.example
            count += 1
        if faults:
            raise DataError(faults)
        self._unchanged()
        if count != self._count:
            raise DataError([_changed(self._listing.files[-1])])

    def sizes(self) -> dict[Component, int]:
        """How many examples each component has; 0 where it has none."""
        return dict(self._sizes)

    def require(self, least: Mapping[Component, int]) -> Self:
        """These examples, if every component has at least so many.

        Raises:
            InsufficientData: A component has fewer; every shortfall is named.
        """
        require_sizes(self._sizes, least)
        return self

    def _unchanged(self) -> None:
        now = _state(self._listing)
        if changed := [file for file in now if now[file] != self._state[file]]:
            raise DataError(map(_changed, changed))


@dataclass(frozen=True, slots=True)
class _FirstReading:
    """What is known of a dataset once it has been read."""

    sizes: Counter[Component]
    fingerprint: str
    notes: tuple[str, ...]

    @classmethod
    def of(cls, files: Listing) -> Self:
        """Read it.

        Raises:
            DataError: Something is wrong; every fault of every file is listed.
        """
        faults = list(files.faults)
        ids, contents = array("q"), array("q")
        sizes: Counter[Component] = Counter()
        odd = Oddities(files.ignored)
        with _Sorted() as triples:
            for placed in read_examples(files.files, faults):
                example = placed.example
                content = fingerprint_of(example)
                ids.append(hash(example.id))
                contents.append(_signed(content))
                sizes[example.component] += 1
                odd.see(placed)
                triples.add(example.id, example.component, content)
            if repeated := _repeated(ids):
                faults = _again(files, repeated)
            if faults:
                raise DataError(faults)
            groups, count = _alike(files, contents)
            return cls(sizes, triples.fingerprint(), tuple(odd.notes(groups, count)))


def _repeated(numbers: array[int]) -> frozenset[int]:
    """The numbers that occur more than once."""
    if len(numbers) <= _FEW:
        ordered = sorted(numbers)
        return frozenset(one for one, other in pairwise(ordered) if one == other)
    import numpy as np  # noqa: PLC0415 - takes longer to import than most datasets to read

    distinct, counts = np.unique(np.frombuffer(numbers, np.int64), return_counts=True)
    return frozenset(distinct[counts > 1].tolist())


def _again(files: Listing, hashes: frozenset[int]) -> list[Fault]:
    """All faults, with those of ids that are the same and not only their hashes."""
    faults, places = list(files.faults), Places()
    for placed in read_examples(files.files, faults):
        twice = places.seen(placed) if hash(placed.example.id) in hashes else None
        faults += [twice] if twice is not None else []
    return faults


def _alike(files: Listing, contents: array[int]) -> tuple[list[list[str]], int]:
    """The ids of the first groups of examples with the same content, and how many groups are."""
    repeated = _repeated(contents)
    if not repeated:
        return [], 0
    first = list(islice(dict.fromkeys(c for c in contents if c in repeated), _GROUPS))
    groups: dict[int, list[str]] = {content: [] for content in first}
    for placed, content in zip(read_examples(files.files, []), contents, strict=False):
        if content in groups:
            groups[content].append(placed.example.id)
    return list(groups.values()), len(repeated)


def _signed(digits: str) -> int:
    """64 bits of hexadecimal digits as a signed number."""
    return int.from_bytes(bytes.fromhex(digits), signed=True)


@dataclass(slots=True)
class _Sorted:
    """Ids with components and contents, sorted by id; runs that are full go to scratch files."""

    lines: list[str] = field(default_factory=list)
    size: int = 0
    runs: list[IO[str]] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def add(self, name: str, component: str, content: str) -> None:
        """One example."""
        # In hexadecimal digits, with a blank after them, texts sort as their code points do.
        line = f'{name.encode().hex()} [{quoted(name)},"{component}","{content}"]\n'
        self.lines.append(line)
        self.size += len(line)
        if self.size > _RUN:
            scratch = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - the stack closes it
            run = self.stack.enter_context(scratch)
            run.writelines(sorted(self.lines))
            self.runs.append(run)
            self.lines, self.size = [], 0

    def fingerprint(self) -> str:
        """What `measurand.core.fingerprint.fingerprint` gives for the sorted triples."""
        for run in self.runs:
            run.seek(0)
        digest = hashlib.sha256(b"[")
        for at, line in enumerate(heapq.merge(*self.runs, sorted(self.lines))):
            triple = line.partition(" ")[2].removesuffix("\n")
            digest.update(f",{triple}".encode() if at else triple.encode())
        digest.update(b"]")
        return digest.hexdigest()[:FINGERPRINT_DIGITS]


def _state(files: Listing) -> dict[Path, tuple[int, int]]:
    """Size and time of each file, by which a change shows; of one that is gone, nothing."""
    state = {}
    for file in files.files:
        try:
            now = file.stat()
        except OSError:
            state[file] = (-1, -1)
        else:
            state[file] = (now.st_size, now.st_mtime_ns)
    return state


def _changed(file: Path) -> Fault:
    return Fault("the file has changed since it was checked", str(file), remedy="start again")
