"""Texts that a system may have seen: which files they are, and of what kind."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Literal, get_args

from measurand.core.plan import Plan
from measurand.errors import DataError, Fault, UsageError

__all__ = [
    "KINDS",
    "Corpus",
    "CorpusAccount",
    "CorpusKind",
    "corpora_of",
    "files_of",
    "pieces",
    "prompts_of",
]

CorpusKind = Literal["prompt", "few-shot", "retrieval", "training"]
KINDS: tuple[CorpusKind, ...] = get_args(CorpusKind)
"""The nearest to the system first: what is found in its own prompt is worse than in what anybody
may have trained on."""

_PIECE = 2**20
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKS = (b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"PAR1", b"%PDF-")
_LOOKED = 8192
_PACKED = (".zip", ".parquet", ".bz2", ".xz", ".zst", ".7z", ".tar", ".arrow", ".bin", ".db")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts of one kind.

    Args:
        path: A file, or a folder of them.
        kind: What they are to the system.
    """

    path: Path
    kind: CorpusKind = "training"


@dataclass(slots=True)
class CorpusAccount:
    """What was read of corpora, and what was not.

    Args:
        tell: Told of bytes that were read, as they are.
        read: Bytes of text by file, also of files that broke off.
        unread: What was not read: whole files, the rest of one, single rows.
        remarks: What was read, and not as it was meant: rows that are not JSON, as text.
    """

    tell: Callable[[int], None] = lambda _: None
    read: dict[str, int] = field(default_factory=dict)
    unread: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def add(self, path: Path, size: int) -> None:
        """So many bytes of a file were read."""
        self.read[str(path)] = self.read.get(str(path), 0) + size
        self.tell(size)

    def fail(self, path: Path, why: str, line: int | None = None) -> None:
        """A file, its rest, or a row of it was not read."""
        self.unread.append(Fault(why, str(path), line))

    def remark(self, path: Path, what: str, line: int | None = None) -> None:
        """A file, or a row of it, was read otherwise than it was meant."""
        self.remarks.append(Fault(what, str(path), line))

    @property
    def searched(self) -> Mapping[str, int]:
        """Bytes by file, of those that were read whole."""
        broken = {fault.file for fault in self.unread}
        return {name: size for name, size in self.read.items() if name not in broken}


def corpora_of(words: Sequence[str]) -> tuple[Corpus, ...]:
    """Corpora as the command line names them: ``FILE``, or ``KIND=FILE``.

    Raises:
        UsageError: The kind is none.
        DataError: There is no such file or folder.
    """
    found = []
    for word in words:
        kind, equals, rest = word.partition("=")
        if equals and not Path(word).exists():
            known: CorpusKind | None = next((one for one in KINDS if one == kind), None)
            if known is None:
                raise UsageError(f"--corpus {word}: {kind} is none of {', '.join(KINDS)}")
            found.append(Corpus(Path(rest), known))
        else:
            found.append(Corpus(Path(word)))
    if faults := [
        Fault("there is no such file or folder", str(c.path)) for c in found if not c.path.exists()
    ]:
        raise DataError(faults)
    return tuple(found)


def prompts_of(plan: Plan, file: Path) -> tuple[Corpus, ...]:
    """The prompts of a plan's systems, which are there to be read."""
    paths = dict.fromkeys(
        file.parent / system.prompt for system in plan.systems if system.prompt is not None
    )
    return tuple(Corpus(path, "prompt") for path in paths if path.is_file())


def files_of(corpus: Corpus, account: CorpusAccount) -> Iterator[Path]:
    """Its files; of a folder all below it, in order, hidden ones left out.

    Args:
        corpus: A file or a folder.
        account: Receives what cannot be looked into: folders that may not be read, links to
            folders, and what is neither file nor folder.
    """
    if corpus.path.is_file():
        yield corpus.path
        return

    def failed(problem: OSError) -> None:
        account.fail(Path(problem.filename or corpus.path), f"it cannot be read ({_why(problem)})")

    found = []
    for folder, folders, names in os.walk(corpus.path, onerror=failed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            if (link := Path(folder, name)).is_symlink():
                account.fail(link, "a link to a folder is not followed")
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    yield from sorted(found)


def pieces(path: Path, account: CorpusAccount, *, raw: bool = False) -> Iterator[bytes]:
    """The text of a file, piece by piece, a gzipped one unpacked; what cannot be read is listed.

    Args:
        path: The file.
        account: Receives how much was read, or why the file, or its rest, was not.
        raw: Whether the bytes of what is no text come all the same; it is listed even so, for what
            is packed in it does not stand there.
    """
    try:
        if not path.is_file():
            account.fail(path, "it is no file that can be read")
            return
        with path.open("rb") as stream:
            start = stream.peek(len(_GZIP))[: len(_GZIP)]
            gzipped = start == _GZIP
            going = iter(partial(_unpacked(stream) if gzipped else stream.read, _PIECE), b"")
            first = next(going, b"")
            if why := _no_text(path, first):
                account.fail(path, why)
                if raw:
                    yield from chain([first], going)
                return
            for piece in chain([first] if first else [], going):
                account.add(path, len(piece))
                yield piece
            account.add(path, 0)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        account.fail(path, f"the compressed file is damaged ({problem})")
    except OSError as problem:
        account.fail(path, f"the file cannot be read ({_why(problem)})")


def _unpacked(stream: IO[bytes]) -> Callable[[int], bytes]:
    return gzip.GzipFile(fileobj=stream).read


def _no_text(path: Path, first: bytes) -> str:
    """Why a file's text does not stand in it as it is read; empty where it does."""
    if path.name.lower().endswith(_PACKED) or first.startswith(_MARKS):
        return "packed files are not looked into"
    if first.startswith(_UTF16):
        return "the file is UTF-16; save it as UTF-8"
    return "the file is binary" if b"\0" in first[:_LOOKED] else ""


def _why(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()
