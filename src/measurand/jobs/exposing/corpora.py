"""Texts that a system may have seen: which files they are, and of what kind."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast, get_args

from measurand.core.plan import Plan
from measurand.errors import DataError, Fault, UsageError

__all__ = ["KINDS", "Corpus", "CorpusKind", "corpora_of", "files_of", "pieces", "prompts_of"]

CorpusKind = Literal["prompt", "few-shot", "retrieval", "training"]
KINDS: tuple[CorpusKind, ...] = get_args(CorpusKind)
"""The nearest to the system first: what is found in its own prompt is worse than in what anybody
may have trained on."""

_PIECE = 2**20
_GZIP = b"\x1f\x8b"
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


def files_of(corpus: Corpus) -> Iterator[Path]:
    """Its files; of a folder all below it, in order, hidden ones left out."""
    if corpus.path.is_file():
        yield corpus.path
        return
    for path in sorted(corpus.path.rglob("*")):
        inner = path.relative_to(corpus.path).parts
        if path.is_file() and not any(part.startswith(".") for part in inner):
            yield path


def packed(path: Path) -> bool:
    """Whether a file's text does not stand in it as it is read."""
    return path.name.lower().endswith(_PACKED)


def pieces(path: Path, told: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The bytes of a file, piece by piece; a gzipped one is unpacked.

    Args:
        path: The file.
        told: Told of the bytes that were read.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        with path.open("rb") as raw:
            start = raw.peek(2)[:2]
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if start == _GZIP else raw)
            while piece := stream.read(_PIECE):
                if told is not None:
                    told(len(piece))
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise DataError([Fault(f"the compressed file is damaged ({problem})", str(path))]) from None
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        raise DataError([Fault(f"the file cannot be read ({why})", str(path))]) from None
