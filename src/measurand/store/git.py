"""Which commit a folder is at, and whether anything tracked differs from it; read, never run.

Of git's own files: ``HEAD``, the refs, and the index, versions 2 to 4. Changes that are staged and
not committed do not show.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Commit", "commit_of"]

_HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEAD = 62
"""Bytes of an entry of the index before its name, with 20 bytes of an object's name."""
_EXTENDED, _LINK, _GITLINK = 0x4000, 0o120000, 0o160000
_SHA1 = 40


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit.

    Args:
        sha: Its name.
        dirty: Whether tracked files differ from what is staged; None where that cannot be told.
    """

    sha: str
    dirty: bool | None

    def __str__(self) -> str:
        told = {True: " with changes", False: "", None: " (it is not known whether unchanged)"}
        return f"{self.sha}{told[self.dirty]}"


def commit_of(folder: Path) -> Commit | None:
    """The commit that the working tree around a folder is at; None where there is none."""
    for root in (folder.resolve(), *folder.resolve().parents):
        try:
            found = _git(root)
            if found is None:
                continue
            sha = _head(found)
            return None if sha is None else Commit(sha, _dirty(root, found, len(sha)))
        except (OSError, ValueError):
            return None
    return None


def _git(root: Path) -> Path | None:
    """The folder of git's own files: below the root, or where a file there points."""
    own = root / ".git"
    if own.is_dir():
        return own
    if own.is_file():
        word, _, where = own.read_text(encoding="utf-8").strip().partition(": ")
        return (root / where).resolve() if word == "gitdir" else None
    return None


def _common(git: Path) -> Path:
    """Where refs stand that several working trees share."""
    told = git / "commondir"
    return (git / told.read_text(encoding="utf-8").strip()).resolve() if told.is_file() else git


def _head(git: Path) -> str | None:
    text = (git / "HEAD").read_text(encoding="utf-8").strip()
    for _ in range(5):  # a ref may name another
        if _HEX.fullmatch(text):
            return text
        if not text.startswith("ref: "):
            return None
        name = text.removeprefix("ref: ")
        files = [place / name for place in dict.fromkeys((git, _common(git)))]
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            return _packed(_common(git), name)
        text = found.read_text(encoding="utf-8").strip()
    return None


def _packed(common: Path, name: str) -> str | None:
    file = common / "packed-refs"
    if not file.is_file():
        return None
    for line in file.read_text(encoding="utf-8").splitlines():
        sha, _, ref = line.partition(" ")
        if ref == name and _HEX.fullmatch(sha):
            return sha
    return None


def _dirty(root: Path, git: Path, digits: int) -> bool | None:
    """Whether any tracked file is another than the one that was staged last."""
    if digits != _SHA1:
        return None
    index = git / "index"
    if not index.is_file():
        return None
    content = index.read_bytes()
    version = int.from_bytes(content[4:8])
    if content[:4] != b"DIRC" or version not in {2, 3, 4}:
        return None
    return any(_changed(root, *entry) for entry in _entries(content, version))


def _entries(content: bytes, version: int) -> Iterator[tuple[str, int, int, bytes]]:
    """Name, mode, size and object of every entry."""
    at, name = 12, b""
    for _ in range(int.from_bytes(content[8:12])):
        mode, size = (int.from_bytes(content[at + p : at + p + 4]) for p in (24, 36))
        sha, flags = content[at + 40 : at + 60], int.from_bytes(content[at + 60 : at + 62])
        start = at + _HEAD + (2 if flags & _EXTENDED else 0)
        if version == 4:  # noqa: PLR2004 - names share their beginnings
            cut, start = _varint(content, start)
            end = content.index(b"\0", start)
            name = name[: len(name) - cut] + content[start:end]
            following = end + 1
        else:
            end = content.index(b"\0", start)
            name = content[start:end]
            following = at + (end - at + 8) // 8 * 8
        at = following
        yield os.fsdecode(name), mode, size, sha


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = content[at] & 0x7F
    while content[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (content[at] & 0x7F)
    return value, at + 1


def _changed(root: Path, name: str, mode: int, size: int, sha: bytes) -> bool:  # noqa: PLR0917
    if mode & _GITLINK == _GITLINK:
        return False
    path = root / name
    try:
        link = mode & 0o170000 == _LINK
        content = os.fsencode(path.readlink()) if link else path.read_bytes()
    except OSError:
        return True
    if len(content) & 0xFFFFFFFF != size:
        return True
    blob = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    blob.update(content)
    return blob.digest() != sha
