"""Commits of a git repository, from its own files, loose or packed; git itself is not run."""

from __future__ import annotations

import heapq
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

__all__ = ["Stored", "descends", "stored"]

_COMMIT, _OFFSET, _REFERENCE = 1, 6, 7
_MAGIC, _VERSION = b"\xfftOc", 2
_FANOUT, _SHA, _LARGE = 8, 20, 1 << 31
_CHUNK = 1 << 16
_MOST, _DEEPEST = 20_000, 100
_SKEW = 86_400
"""Seconds by which clocks of those who commit may differ."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a commit says.

    Args:
        tree: The name of its tree.
        parents: The commits that it follows.
        time: When it was committed, in seconds.
    """

    tree: str
    parents: tuple[str, ...]
    time: int


def stored(common: Path, sha: str) -> Stored | None:
    """A commit; None where it is not there or cannot be read.

    Args:
        common: The folder of git's own files that all working trees share.
        sha: Its name.
    """
    try:
        return _Store(common).commit(sha)
    except (OSError, ValueError, IndexError, struct.error, zlib.error):
        return None


def descends(common: Path, head: str, sha: str) -> bool | None:
    """Whether a commit is another or comes from it; None where that cannot be told.

    Args:
        common: The folder of git's own files that all working trees share.
        head: The commit.
        sha: The other.
    """
    if head == sha:
        return True
    whole = not (common / "shallow").exists()
    try:
        store = _Store(common)
        target, first = store.commit(sha), store.commit(head)
        if first is None:
            return None
        if target is None:  # whoever comes from it has it
            return False if whole else None
        return _reached(store, first, sha, since=target.time - _SKEW, whole=whole)
    except (OSError, ValueError, IndexError, struct.error, zlib.error):
        return None


def _reached(store: _Store, first: Stored, sha: str, *, since: int, whole: bool) -> bool | None:
    """Walk back, the newest first, to what is older than the one that is looked for."""
    todo = [(-first.time, parent) for parent in first.parents]
    heapq.heapify(todo)
    seen: set[str] = set()
    complete = whole
    while todo:
        name = heapq.heappop(todo)[1]
        if name == sha:
            return True
        if name in seen:
            continue
        seen.add(name)
        found = store.commit(name)
        if found is None or len(seen) > _MOST:
            complete = False
            if found is None:
                continue
            break
        if found.time >= since:
            for parent in found.parents:
                heapq.heappush(todo, (-found.time, parent))
    return False if complete else None


class _Store:
    """The objects of a repository."""

    def __init__(self, common: Path) -> None:
        self._common = common

    def commit(self, sha: str) -> Stored | None:
        found = self._object(bytes.fromhex(sha), 0)
        return None if found is None or found[0] != _COMMIT else _parsed(found[1])

    @cached_property
    def _places(self) -> list[Path]:
        own = self._common / "objects"
        told = own / "info" / "alternates"
        others = told.read_text(encoding="utf-8").split("\n") if told.is_file() else []
        return [own, *(own / line for line in others if line)]

    @cached_property
    def _packs(self) -> list[tuple[bytes, Path]]:
        files = (file for place in self._places for file in sorted((place / "pack").glob("*.idx")))
        return [(file.read_bytes(), file.with_suffix(".pack")) for file in files]

    def _object(self, sha: bytes, depth: int) -> tuple[int, bytes] | None:
        """Kind and content; only of commits is the kind told."""
        name = sha.hex()
        for place in self._places:
            file = place / name[:2] / name[2:]
            if file.is_file():
                head, _, content = zlib.decompress(file.read_bytes()).partition(b"\0")
                return (_COMMIT if head.startswith(b"commit ") else 0), content
        for index, pack in self._packs:
            at = _place(index, sha)
            if at is not None:
                return self._packed(pack, at, depth)
        return None

    def _packed(self, pack: Path, at: int, depth: int) -> tuple[int, bytes] | None:
        if depth > _DEEPEST:
            return None
        with pack.open("rb") as stream:
            stream.seek(at)
            head = stream.read(64)
            kind, used = (head[0] >> 4) & 7, 1
            while head[used - 1] & 0x80:
                used += 1
            base: tuple[int, bytes] | None = None
            if kind == _OFFSET:
                back, used = _offset(head, used)
                base = self._packed(pack, at - back, depth + 1)
            elif kind == _REFERENCE:
                base = self._object(head[used : used + _SHA], depth + 1)
                used += _SHA
            stream.seek(at + used)
            content = b"".join(_inflated(stream))
        if kind not in {_OFFSET, _REFERENCE}:
            return kind, content
        return None if base is None else (base[0], _patched(base[1], content))


def _inflated(stream: BinaryIO) -> Iterator[bytes]:
    machine = zlib.decompressobj()
    while not machine.eof and (chunk := stream.read(_CHUNK)):
        yield machine.decompress(chunk)


def _place(index: bytes, sha: bytes) -> int | None:
    """Where in its pack an object stands; None where it is in another."""
    if index[:4] != _MAGIC or int.from_bytes(index[4:8]) != _VERSION:
        raise ValueError("an index of another version")

    def fan(at: int) -> int:
        return int.from_bytes(index[_FANOUT + 4 * at : _FANOUT + 4 * at + 4])

    names = _FANOUT + 1024
    low, high, count = (fan(sha[0] - 1) if sha[0] else 0), fan(sha[0]), fan(255)
    while low < high:
        middle = (low + high) // 2
        found = index[names + _SHA * middle : names + _SHA * (middle + 1)]
        if found == sha:
            offsets = names + (_SHA + 4) * count
            at = int.from_bytes(index[offsets + 4 * middle : offsets + 4 * middle + 4])
            if at < _LARGE:
                return at
            large = offsets + 4 * count + 8 * (at - _LARGE)
            return int.from_bytes(index[large : large + 8])
        low, high = (middle + 1, high) if found < sha else (low, middle)
    return None


def _offset(head: bytes, used: int) -> tuple[int, int]:
    value = head[used] & 0x7F
    while head[used] & 0x80:
        used += 1
        value = ((value + 1) << 7) | (head[used] & 0x7F)
    return value, used + 1


def _size(delta: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = delta[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _patched(base: bytes, delta: bytes) -> bytes:
    """What a delta makes of its base."""
    at = _size(delta, _size(delta, 0)[1])[1]
    made = bytearray()
    while at < len(delta):
        order, at = delta[at], at + 1
        if not order & 0x80:
            made += delta[at : at + order]
            at += order
            continue
        told = []
        for bit in range(7):
            told.append(delta[at] if order & (1 << bit) else 0)
            at += bool(order & (1 << bit))
        start = int.from_bytes(bytes(told[:4]), "little")
        size = int.from_bytes(bytes(told[4:]), "little") or 0x10000
        made += base[start : start + size]
    return bytes(made)


def _parsed(content: bytes) -> Stored:
    tree, parents, time = "", [], 0
    for line in content.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n"):
        word, _, rest = line.partition(" ")
        if word == "tree":
            tree = rest
        elif word == "parent":
            parents.append(rest)
        elif word == "committer":
            time = int(rest.rsplit(" ", 2)[-2])
    return Stored(tree, tuple(parents), time)
